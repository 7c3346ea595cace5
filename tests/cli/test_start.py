"""Start and exit of the program, as a separate process."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from studio_tui import __version__
from studio_tui.cli.main import COMMANDS
from studio_tui.cli.shared.lazy import LazyGroup
from tests.cli.conftest import COMMAND, Cli

INSTALLED = Path(sys.executable).with_name("studio-tui")


def start(*arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
    """Run the installed command without a terminal."""
    return subprocess.run(  # type: ignore[no-any-return,call-overload]
        [INSTALLED, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        **options,
    )


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["no-such-command"]])
def test_help_and_version_load_few_modules(arguments: list[str]) -> None:
    """``--help`` is fast: it loads no module that is slow to import."""
    loaded = _loaded_by(arguments)
    slow = {"textual", "rich", "keyring", "peewee", "playhouse", "msgspec", "aiosmtplib", "jinja2"}
    assert "click" in loaded
    assert loaded & slow == set()


def test_a_command_does_not_load_the_screens() -> None:
    loaded = _loaded_by(["pushes", "list"])
    assert "peewee" in loaded
    assert loaded & {"textual", "rich", "keyring", "jinja2", "aiosmtplib"} == set()


def _loaded_by(arguments: list[str]) -> set[str]:
    """Return the names of the top-level modules that are loaded when the program ends."""
    code = (
        "import atexit, json, sys\n"
        "names = lambda: sorted({name.partition('.')[0] for name in sys.modules})\n"
        "atexit.register(lambda: print(json.dumps(names())))\n"
        f"sys.argv = ['studio-tui', *{arguments!r}]\n"
        "from studio_tui.main import run\n"
        "run()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == (2 if "no-such-command" in arguments else 0)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_help_lists_every_command_with_its_own_help_text() -> None:
    listed = start("--help").stdout
    for name, lazy in COMMANDS.items():
        assert f"  {name} " in listed
        assert lazy.help in listed
        assert lazy.load().name == name


@pytest.mark.parametrize("noun", ["users", "pushes", "conversations"])
def test_every_lazily_imported_command_has_the_name_it_is_listed_under(noun: str) -> None:
    group = COMMANDS[noun].load()
    assert isinstance(group, LazyGroup)
    assert [lazy.load().name for lazy in group.lazy.values()] == list(group.lazy)


def test_the_module_is_the_installed_command() -> None:
    done = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == start("--version").stdout == f"studio-tui {__version__}\n"


def test_without_a_terminal_it_says_so() -> None:
    done = start()
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("studio-tui: The Studio needs a terminal")
    assert done.stderr.count("\n") == 1


def test_a_dumb_terminal_is_refused() -> None:
    ours, theirs = pty.openpty()
    environ = {**os.environ, "TERM": "dumb"}
    done = subprocess.run(
        [INSTALLED], stdin=theirs, stdout=theirs, stderr=theirs, env=environ, check=False
    )
    said = os.read(ours, 4096)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 2
    assert b"TERM" in said


def test_screens_are_not_drawn_into_a_file() -> None:
    ours, theirs = pty.openpty()
    environ = {**os.environ, "TERM": "xterm"}
    done = subprocess.run(
        [INSTALLED],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=environ,
        check=False,
    )
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 2
    assert done.stderr.startswith(b"studio-tui: The Studio needs a terminal")


def test_the_demo_without_a_terminal_prints_its_story() -> None:
    done = start("demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Winter check-in" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_reader_that_closes_the_pipe_gets_no_message(cli: Cli) -> None:
    rows = (f"u{n},u{n}@example.org,Some,Body {n}\n" for n in range(5000))
    Path("many.csv").write_text("login,email,given_name,family_name\n" + "".join(rows))
    cli.run("users", "import", "many.csv")
    # With unbuffered output, Python does not notice that the pipe was closed.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    listing = subprocess.Popen(
        [INSTALLED, "users", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environ,
    )
    with listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        assert listing.stdout.readline().startswith(b"Login")
        listing.stdout.close()
        assert listing.stderr.read() == b""
    assert listing.returncode == 128 + signal.SIGPIPE


def test_a_pipe_that_was_closed_before_the_start_gets_no_message(cli: Cli) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [INSTALLED, "templates", "list"], stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")


def test_any_name_can_be_printed_in_any_locale(organisation: Cli) -> None:
    environ = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = start("users", "list", "bea", env=environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Béatrice Moreau" in done.stdout


def test_wrong_usage(cli: Cli) -> None:
    assert "No such command" in cli.misused("pushs")
    assert "No such option" in cli.misused("pushes", "list", "--jason")
    assert "Missing argument" in cli.misused("pushes", "show")


def test_wrong_settings_are_refused(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("config.toml").write_text('[organisation]\ntimezone = "Europe/Brussels"\n')
    monkeypatch.setenv("STUDIO_CONFIG", "config.toml")
    assert "did you mean “organisation.time_zone”?" in cli.refused("pushes", "list")


def test_an_invalid_clock_is_refused(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_NOW", "yesterday")
    assert "STUDIO_NOW" in cli.refused("pushes", "list")


def test_a_fault_of_the_program_prints_one_line_and_writes_a_private_log(
    cli: Cli, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret-free details")

    monkeypatch.setattr("studio_tui.services.pushes.pushes.every", broken)
    said = cli.refused("pushes", "list")
    log = private_home / "state" / "studio-tui" / "studio-tui.log"
    assert str(log) in said
    assert "ZeroDivisionError: secret-free details" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"this is no database, whatever its name says" * 100, "is not a database"),
        (None, "is a folder"),
    ],
)
def test_a_database_that_is_none(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, content: bytes | None, reason: str
) -> None:
    path = Path("studio.db").absolute()
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    monkeypatch.setenv("STUDIO_DATABASE_URL", f"sqlite:///{path}")
    assert reason in cli.refused("pushes", "list").replace("it is not", "is not")


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no device that is always full")
@pytest.mark.parametrize(
    "arguments", [["--help"], ["templates", "list"], ["templates", "list", "--json"]]
)
@pytest.mark.usefixtures("cli")
def test_output_that_cannot_be_written_is_reported_in_one_line(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [INSTALLED, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 1
    assert ended.stderr == (
        "studio-tui: The output or a file cannot be used: "
        "No space left on device; make room and try again.\n"
    )


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.usefixtures("cli")
def test_a_command_runs_without_standard_streams(closed: str) -> None:
    line = f'"$0" db backup kept.db {closed}'
    ended = subprocess.run(
        ["sh", "-c", line, INSTALLED], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert Path("kept.db").read_bytes().startswith(b"SQLite format 3")
