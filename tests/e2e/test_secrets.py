"""Use known secrets in every act, then search all output and files for them (N11)."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from click.testing import CliRunner

from studio_tui.cli.main import program
from studio_tui.config.settings import Security
from studio_tui.main import DEPENDENCIES
from tests.e2e.test_pty import opened
from tests.organisation import PEOPLE
from tests.smtp_server import Server, smtp_server

_STUDIO = (str(Path(sys.executable).with_name("studio-tui")),)
_KEYRING = "keyring.json"
OF_MAIL, OF_DATABASE = "m41l-Secret-Zq7", "d8base-Secret-Xw3"
_CRASH = """\
import sys
from studio_tui.services.pushes import pushes
from studio_tui.main import run
def every(studio, actor):
    url = studio.settings.database.url
    raise ZeroDivisionError(f"while at {url}")
pushes.every = every
sys.argv = ["studio-tui", "pushes", "list"]
run()
"""
_CRASH_ON_SCREEN = """\
from studio_tui.main import run
from studio_tui.tui.screens.today.today import TodayScreen
def on_key(self, event):
    secret = self.studio.settings
    raise ZeroDivisionError(f"while at {secret.database.url}")
TodayScreen.on_key = on_key
run()
"""


@dataclass
class Watched:
    """Runs commands and records all their output."""

    environ: dict[str, str]
    way: str = ""
    """How the mail server's password is provided."""
    said: list[bytes] = field(default_factory=list)

    def run(self, *arguments: str, typed: str = "") -> int:
        """Run a command in this process and return its exit code."""
        done = CliRunner(env=self.environ).invoke(
            program, arguments, obj=DEPENDENCIES, input=typed.encode()
        )
        self.said += [done.stdout_bytes, done.stderr_bytes]
        return done.exit_code

    def start(self, *command: str) -> int:
        """Run a program in a process of its own and return its exit code."""
        done = subprocess.run(
            command,
            capture_output=True,
            env={**os.environ, **self.environ},
            check=False,
        )
        self.said += [done.stdout, done.stderr]
        return done.returncode

    def shows(self, secret: str) -> list[bytes]:
        """Return the recorded outputs that contain the secret."""
        return [said for said in self.said if any(sign in said for sign in signs(secret))]


def signs(secret: str) -> list[bytes]:
    """Return the secret as it is and as SMTP encodes it."""
    plain = f"\0studio\0{secret}".encode()
    encoded = [base64.b64encode(each).rstrip(b"=")[:-1] for each in (secret.encode(), plain)]
    return [secret.encode(), *encoded]


@pytest.fixture
def database_url(postgresql_server: str) -> str:
    """The URL of a PostgreSQL database, with a password."""
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS secrets WITH (FORCE)")
        connection.execute("CREATE DATABASE secrets")
    split = urlsplit(postgresql_server)
    user = split.username or "postgres"
    host = split.netloc.rpartition("@")[2]
    netloc = f"{user}:{OF_DATABASE}@{host}"
    return urlunsplit(split._replace(netloc=netloc, path="/secrets"))


@pytest.fixture
def server() -> Iterator[Server]:
    with smtp_server(security=Security.STARTTLS, username="studio", password=OF_MAIL) as started:
        yield started


@pytest.fixture(params=["environment", "credential", "file", "keyring"])
def watched(
    request: pytest.FixtureRequest,
    server: Server,
    database_url: str,
    tmp_path: Path,
    private_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Watched:
    """Commands with the mail password provided in one way, and the database URL in the file."""
    monkeypatch.chdir(tmp_path)
    folder = private_home / "config" / "studio-tui"
    folder.mkdir(mode=0o700)
    config = folder / "config.toml"
    config.touch(mode=0o600)
    config.write_text(f'[database]\nurl = "{database_url}"\n[notifications]\nhold = "0s"\n')
    environ = {**server.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    environ["XDG_CACHE_HOME"] = str(private_home / "cache")
    del environ["STUDIO_SMTP_PASSWORD"]
    # keyring chooses its backend once per process.
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    watched = Watched(environ, request.param)
    if request.param == "environment":
        environ["STUDIO_SMTP_PASSWORD"] = OF_MAIL
    elif request.param == "credential":
        credentials = tmp_path / "credentials"
        credentials.mkdir()
        (credentials / "smtp-password").write_text(OF_MAIL)
        environ["CREDENTIALS_DIRECTORY"] = str(credentials)
    else:
        if request.param == "keyring":
            environ["PYTHON_KEYRING_BACKEND"] = "tests.e2e.file_keyring.FileKeyring"
            environ["PYTHONPATH"] = str(Path(__file__).parents[2])
            environ["FILE_KEYRING"] = str(tmp_path / _KEYRING)
        assert watched.run("mail", "password", typed=f"{OF_MAIL}\n") == 0
        assert (tmp_path / _KEYRING).exists() is (request.param == "keyring")
    return watched


def test_no_secret_is_written_anywhere(
    watched: Watched, server: Server, database_url: str, tmp_path: Path
) -> None:
    do_everything(watched, server)
    assert watched.start(sys.executable, "-c", _CRASH) == 1
    if watched.way == "environment":
        # A refused password always comes from the environment, and the database password is
        # provided in the same way in all cases, so one case suffices.
        be_refused(watched)
        lose_the_database(watched)
        crash_on_screen(watched)
    assert watched.shows(OF_MAIL) == []
    assert watched.shows(OF_DATABASE) == []
    own = {"config.toml", "smtp-password", _KEYRING}
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name not in own]
    logs = [path for path in written if path.name == "studio-tui.log"]
    assert "ZeroDivisionError" in logs[0].read_text(), "nothing went wrong"
    for secret in (OF_MAIL, OF_DATABASE):
        for sign in signs(secret):
            assert [path for path in written if sign in path.read_bytes()] == []
            assert [row for row in rows(database_url) if sign in row] == []
            assert [mail for mail in server.messages if sign in mail.content] == []


def do_everything(watched: Watched, server: Server) -> None:
    """Run through the life of a push, with mail that leaves, on screen as well."""
    Path("people.csv").write_text(PEOPLE)
    days = ("--from", "2026-03-01", "--deadline", "2026-03-31")
    for arguments in (
        ("db", "migrate"),
        ("users", "import", "people.csv"),
        ("pushes", "create", "Regular", "--name", "Q1", *days),
        ("pushes", "assign", "Q1", "ann", "ben", "--json"),
        ("mail", "test", "ann@example.org"),
        ("worker", "--drain", "--log-json"),
        ("outbox", "list", "--json"),
        ("activity", "list", "--json"),
        ("doctor",),
        ("doctor", "--json"),
        ("ssh", "keys"),
    ):
        # Commands that talk to the mail server close their connections only when their process
        # ends.
        alone = {"mail", "worker", "doctor"} & set(arguments)
        code = watched.start(*_STUDIO, *arguments) if alone else watched.run(*arguments)
        assert code == 0, (arguments, watched.said[-2:])
    assert server.messages
    look_at_the_arguments(watched)


def look_at_the_arguments(watched: Watched) -> None:
    """Check the command lines of a running worker and its child processes, which others can see."""
    worker = subprocess.Popen(
        [*_STUDIO, "worker"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **watched.environ},
    )
    assert worker.stdout is not None
    watched.said.append(worker.stdout.readline())
    for process in Path("/proc").glob("[0-9]*"):
        try:
            watched.said.append((process / "cmdline").read_bytes())
        except OSError:
            continue
    worker.terminate()
    watched.said.append(worker.communicate()[0])


def be_refused(watched: Watched) -> None:
    """Make the server refuse the password."""
    wrong = Watched({**watched.environ, "STUDIO_SMTP_PASSWORD": f"{OF_MAIL}-or-so"})
    assert wrong.start(*_STUDIO, "doctor") == 1
    assert wrong.start(*_STUDIO, "mail", "test", "ann@example.org") == 1
    assert wrong.run("pushes", "assign", "Q1", "cas") == 0
    assert wrong.start(*_STUDIO, "worker", "--drain", "--log-json") == 1
    watched.said += wrong.said


def lose_the_database(watched: Watched) -> None:
    """Make the database unavailable, and its URL invalid."""
    for url in (
        f"postgresql://studio:{OF_DATABASE}@127.0.0.1:1/studio",
        f"postgresql://127.0.0.1:1/studio?user=studio&password={OF_DATABASE}",
        f"postgres//studio:{OF_DATABASE}@127.0.0.1:1/studio",
        f"postgresql://studio:{OF_DATABASE}@[::1/studio",
    ):
        away = Watched({**watched.environ, "STUDIO_DATABASE_URL": url, "STUDIO_SMTP_HOST": ""})
        for arguments in (("pushes", "list"), ("ssh", "keys"), ("doctor", "--json"), ("worker",)):
            assert away.run(*arguments) == 1, (arguments, away.said)
        watched.said += away.said


def crash_on_screen(watched: Watched) -> None:
    """Raise an error in a screen that has settings among its variables."""
    command = [sys.executable, "-c", _CRASH_ON_SCREEN]
    with opened((100, 30), command, **watched.environ) as terminal:
        terminal.shows("0 Today", " line")
        terminal.type("x")
        assert terminal.ended() == 1
    watched.said.append(terminal.written)


def rows(url: str) -> list[bytes]:
    """Return every row of every table as text."""
    found: list[bytes] = []
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        for (table,) in tables:
            query = f'SELECT t::text FROM "{table}" AS t'.encode()
            found += [str(row).encode() for (row,) in connection.execute(query)]
    assert len(found) > 20
    return found
