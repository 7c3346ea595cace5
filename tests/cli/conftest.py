"""Run real commands on a Studio of the test's own: an SQLite file and a fixed clock."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from studio_tui.cli.main import program
from studio_tui.main import DEPENDENCIES
from studio_tui.services.people import identity
from studio_tui.services.people.identity import own_account
from tests.organisation import PEOPLE

NOW = "2026-03-02T10:00:00+01:00"
COMMAND = (sys.executable, "-m", "studio_tui")
"""The command line of the program, to start it as a separate process."""
ACCOUNT = own_account().login
"""The login of the account that runs the tests, which becomes the first admin."""


class Cli:
    """Runs commands in the process of the test and checks their exit codes."""

    def run(self, *arguments: str, exit_code: int = 0, typed: str | bytes = "") -> Result:
        result = self.tried(*arguments, typed=typed)
        said = f"{arguments}: {result.exit_code}\n{result.stdout}\n{result.stderr}"
        assert result.exit_code == exit_code, said
        return result

    def tried(self, *arguments: str, typed: str | bytes = "") -> Result:
        """Run a command and return its result, whatever its exit code.

        The error handler of the program runs as well.
        """
        return CliRunner().invoke(program, arguments, obj=DEPENDENCIES, input=typed)

    def out(self, *arguments: str, typed: str = "") -> str:
        """Run a command that succeeds and return its output."""
        return self.run(*arguments, typed=typed).stdout

    def json(self, *arguments: str, typed: str = "") -> Any:
        """Run a command with ``--json`` and return the parsed output."""
        return json.loads(self.out(*arguments, "--json", typed=typed))

    def refused(self, *arguments: str, typed: str | bytes = "") -> str:
        """Run a command that is refused and return its one line on stderr."""
        result = self.run(*arguments, exit_code=1, typed=typed)
        assert result.stderr.count("\n") == 1, result.stderr
        assert result.stderr.startswith("studio-tui: ")
        return result.stderr

    def nothing_to_do(self, *arguments: str) -> str:
        """Run a command that has nothing to do; return its one line, printed with exit code 0."""
        said = self.out(*arguments)
        assert said.count("\n") == 1, said
        return said

    def misused(self, *arguments: str) -> str:
        """Run a command with wrong usage and return its error message."""
        return self.run(*arguments, exit_code=2).stderr


@pytest.fixture
def no_studio(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """Commands on a Studio that does not exist yet, run in an empty directory."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("STUDIO_NOW", NOW)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return Cli()


@pytest.fixture(scope="session")
def kept_studios(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory for Studios that real commands make once, and that are copied for each test."""
    return tmp_path_factory.mktemp("kept-studios")


def _made_once(kept_studios: Path, name: str, home: Path, make: Callable[[], object]) -> None:
    """Run ``make`` for the first test that requests ``name``, and cache the resulting files.

    For later tests, copy the cached home and working directory.
    """
    kept = kept_studios / name
    places = {"home": home, "work": Path.cwd()}
    if kept.exists():
        for part, place in places.items():
            shutil.copytree(kept / part, place, dirs_exist_ok=True)
        return
    make()
    for part, place in places.items():
        shutil.copytree(place, kept / part)


@pytest.fixture
def cli(no_studio: Cli, kept_studios: Path, private_home: Path) -> Cli:
    """Commands on a Studio with its first admin and starter templates, in an empty directory."""
    _made_once(kept_studios, "new", private_home, lambda: no_studio.run("db", "migrate"))
    return no_studio


@pytest.fixture
def people(cli: Cli) -> Path:
    """The HR file of the small organisation, in the working directory."""
    path = Path.cwd() / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    return path


@pytest.fixture
def organisation(cli: Cli, people: Path, kept_studios: Path, private_home: Path) -> Cli:
    """Commands on a Studio with the small organisation."""

    def make() -> None:
        cli.run("users", "import", "people.csv")

    _made_once(kept_studios, "organisation", private_home, make)
    return cli


@pytest.fixture
def pushed(organisation: Cli, kept_studios: Path, private_home: Path) -> Cli:
    """Commands on the organisation with an open push “Q1 review” for Ann, Ben and Eve.

    Eve has no manager.
    """

    def make() -> None:
        organisation.run(*create("Q1 review"))
        organisation.run("pushes", "assign", "Q1 review", "ann", "ben", "eve")

    _made_once(kept_studios, "pushed", private_home, make)
    return organisation


def create(name: str, first: str = "2026-03-01", deadline: str = "2026-03-31") -> tuple[str, ...]:
    """Return the arguments that create a push of the template Regular."""
    return (
        "pushes", "create", "Regular", "--name", name, "--from", first, "--deadline", deadline,
    )  # fmt: skip


class Accounts:
    """Runs commands from any user's account."""

    def __init__(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cli = cli
        self._monkeypatch = monkeypatch

    @contextmanager
    def of(self, login: str) -> Iterator[Cli]:
        """Return the same command line, run from the account ``login`` (A1)."""
        account = identity.Account(login, login)
        with self._monkeypatch.context() as patched:
            # The operating system determines the account of a command: replace it.
            patched.setattr("studio_tui.services.people.identity.own_account", lambda: account)
            yield self.cli


@pytest.fixture
def accounts(pushed: Cli, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    """Accounts of all users, with an open push “Q1 review” for Ann, Ben and Eve."""
    return Accounts(pushed, monkeypatch)


PLAN = ("conversations", "plan", "Q1 review", "ben", "--at", "2026-03-10T14:00")


@pytest.fixture
def talk(accounts: Accounts, kept_studios: Path, private_home: Path) -> Accounts:
    """`accounts`, with conversation 1 planned: Bob's with Ben."""

    def make() -> None:
        with accounts.of("bob") as bob:
            bob.run(*PLAN)

    _made_once(kept_studios, "talk", private_home, make)
    return accounts
