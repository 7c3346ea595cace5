"""The installed command in a real pty, read by a terminal emulator."""

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pyte
import pytest

from tests.cli.conftest import Cli, create

_COMMAND = [str(Path(sys.executable).with_name("studio-tui"))]
_FAULTY = """\
from studio_tui.main import run
from studio_tui.tui.screens.templates.templates import TemplatesScreen
TemplatesScreen.on_key = lambda self, event: 1 / 0
run()
"""
_PATIENCE = 30.0
_CSV = """\
email,given_name,family_name,department,teams
ann@example.org,Ann,Peeters,Sales,Sales
zoe@example.org,Zoë,[/x] de Wit,Sales,Sales
"""


class Terminal:
    """A program in a pty, and the screen that a user would see."""

    def __init__(self, process: "subprocess.Popen[bytes]", master: int, size: tuple[int, int]):
        self.process = process
        self.master = master
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.written = b""
        """All output of the program."""

    @property
    def text(self) -> str:
        """The text on the screen."""
        return "\n".join(self.screen.display)

    @property
    def said_on_leaving(self) -> str:
        """The output after the screens were left."""
        return self.written.partition(b"\x1b[?1049l")[2].decode()

    def type(self, keys: str) -> None:
        """Type keys."""
        os.write(self.master, keys.encode())

    def type_apart(self, key: str, seconds: float, following: str) -> None:
        """Type a key, and other keys ``seconds`` later."""
        self.type(key)
        time.sleep(seconds)
        self.type(following)

    def hang_up(self) -> None:
        """Close the terminal window."""
        os.close(self.master)

    def wait_for(self, condition: Callable[[str], bool]) -> str:
        """Wait until ``condition`` is true of the screen's text, and return the text."""
        until = time.monotonic() + _PATIENCE
        while not condition(self.text):
            assert time.monotonic() < until, f"not seen in time:\n{self.text}"
            self._read(0.1)
        return self.text

    def shows(self, *words: str) -> str:
        """Wait until the screen contains all ``words``, and return its text."""
        return self.wait_for(lambda text: all(word in text for word in words))

    def goes_to_templates(self) -> str:
        """Wait for the opened Studio, go to the templates, and return the screen's text."""
        self.shows("0 Today", "Quit")
        self.type("1")
        return self.shows("1 Templates", "Regular", "Performance review")

    def ended(self) -> int:
        """Wait for the end of the program and return its exit code."""
        until = time.monotonic() + _PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < until, f"it does not end:\n{self.text}"
            self._read(0.1)
        while self._read(0.1):
            pass
        return self.process.returncode

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self._stream.feed(data)
        self.written += data
        return bool(data)


@contextmanager
def opened(
    size: tuple[int, int], command: Sequence[str] = _COMMAND, **environ: str
) -> Iterator[Terminal]:
    """Run ``studio-tui`` in a terminal of ``size``, in the home of the test."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    process = subprocess.Popen(
        command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none", **environ},
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Terminal(process, master, size)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        with suppress(OSError):
            os.close(master)


@pytest.fixture
def made(private_home: Path, migrated_file: Path) -> None:
    """An empty Studio in the home of the test, made before the program opens it."""
    folder = private_home / "data" / "studio-tui"
    folder.mkdir(mode=0o700)
    shutil.copy(migrated_file, folder / "studio.db")


def test_from_an_empty_home_to_imported_people(private_home: Path) -> None:
    file = private_home / "people.csv"
    file.write_text(_CSV, encoding="utf-8")
    with opened((80, 24)) as terminal:
        terminal.goes_to_templates()
        terminal.type("2")
        terminal.shows("No push")
        terminal.type("4")
        terminal.shows("No mail yet")
        terminal.type("3")
        terminal.shows("Press i to import users from a CSV file.")
        terminal.type("i")
        terminal.shows("Import users", "File")
        terminal.type(f"{file}\r")
        terminal.shows("Added 2", "Import 2 users")
        terminal.type("i")
        terminal.shows("Imported people.csv: 2 added.", "Ann Peeters", "Zoë [/x] de Wit")
        terminal.type("?")
        terminal.shows("Type to find a key")
        terminal.type("left as well")
        terminal.shows("Show those who have left as well")
        terminal.type("\x1b")
        terminal.wait_for(lambda text: "Show those who have left" not in text)
        terminal.type("q")
        assert terminal.ended() == 0
    assert (private_home / "data" / "studio-tui" / "studio.db").exists()


@pytest.mark.usefixtures("made")
def test_waiting_mail_without_a_worker_is_reported_on_exit(private_home: Path) -> None:
    """N12: no mail server is configured, so no worker can send mail."""
    file = private_home / "people.csv"
    file.write_text(_CSV, encoding="utf-8")
    cli = Cli()
    cli.run("users", "import", str(file))
    cli.run(*create("Q1", "2026-01-01", "2999-01-01"))
    with opened((80, 24)) as terminal:
        terminal.goes_to_templates()
        terminal.type("q")
        assert terminal.ended() == 0
        assert "in the outbox" not in terminal.said_on_leaving
    cli.run("pushes", "assign", "Q1", "ann")
    with opened((80, 24)) as terminal:
        terminal.goes_to_templates()
        terminal.type("q")
        assert terminal.ended() == 0
        said = terminal.said_on_leaving
        assert "1 mail waits in the outbox: no mail server is set up." in said


@pytest.mark.usefixtures("made")
def test_the_program_exits_when_its_terminal_is_closed() -> None:
    """The program must not keep polling for keys."""
    with opened((80, 24)) as terminal:
        terminal.goes_to_templates()
        terminal.hang_up()
        assert terminal.process.wait(_PATIENCE) == 128 + signal.SIGHUP


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("pause", [0.0, 0.005, 0.03, 0.1, 0.2])
def test_a_key_typed_right_after_a_navigation_key_reaches_the_new_screen(pause: float) -> None:
    with opened((80, 24)) as terminal:
        terminal.goes_to_templates()
        terminal.type("3q") if not pause else terminal.type_apart("3", pause, "q")
        assert terminal.ended() == 0


def test_a_database_that_does_not_open_is_reported_on_exit(private_home: Path) -> None:
    path = private_home / "letter.db"
    path.write_text("This is a letter, and no database at all. " * 40)
    with opened((80, 24), STUDIO_DATABASE_URL=f"sqlite:///{path}") as terminal:
        # The preceding path may be so long that the other words wrap.
        terminal.shows("database.url", "Try again")
        terminal.type("q")
        assert terminal.ended() == 1
        assert "studio-tui: The database" in terminal.text
        assert path.read_text().startswith("This is a letter")


@pytest.mark.usefixtures("made")
def test_a_crash_restores_the_terminal() -> None:
    with opened((80, 24), [sys.executable, "-c", _FAULTY]) as terminal:
        before = termios.tcgetattr(terminal.master)
        terminal.goes_to_templates()
        assert termios.tcgetattr(terminal.master) != before
        terminal.type("xx")
        assert terminal.ended() == 1
        assert termios.tcgetattr(terminal.master) == before
        assert not terminal.screen.cursor.hidden
        left = terminal.said_on_leaving
        assert "studio-tui: The Studio stopped by a fault of its own. Details are in /" in left
        assert left.count("\n") == 1
        assert b"ZeroDivisionError" not in terminal.written


def test_the_program_refuses_to_start_without_a_terminal() -> None:
    done = subprocess.run(
        _COMMAND, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_dumb_terminal_is_refused() -> None:
    with opened((80, 24), TERM="dumb") as terminal:
        assert terminal.ended() == 2
        assert "TERM is “dumb”" in terminal.text


_MOUSE = (b"\x1b[?1000h", b"\x1b[?1002h", b"\x1b[?1003h")


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({}, True),
        ({"STY": "17.pts-0.host"}, False),
        ({"STY": "17.pts-0.host", "TMUX": "/tmp/tmux-0/default,1,0"}, True),
        ({"STUDIO_SCREEN_MOUSE": "false"}, False),
    ],
)
def test_mouse_reporting_is_enabled_only_if_it_delays_no_key(
    environ: dict[str, str], asked: bool
) -> None:
    """GNU screen delays the first Escape for a program that enables mouse reporting."""
    with opened((80, 24), **environ) as terminal:
        terminal.goes_to_templates()
        terminal.type("?")
        terminal.shows("Type to find a key")
        assert any(mode in terminal.written for mode in _MOUSE) is asked


@pytest.mark.usefixtures("made")
def test_suspending_without_a_parent_shell_is_refused() -> None:
    """Keys typed for the shell must not reach the Studio."""
    with opened((80, 24)) as terminal:
        terminal.goes_to_templates()
        terminal.type("\x1a3q\r")
        terminal.shows("The Studio cannot be suspended here", "no shell")
        terminal.type("\x1b")
        terminal.wait_for(lambda text: "cannot be suspended" not in text)
        terminal.shows("Performance review")
        terminal.type("q")
        assert terminal.ended() == 0


@pytest.mark.usefixtures("made")
def test_the_program_can_be_suspended_and_resumed_in_a_shell() -> None:
    shell = ["bash", "--norc", "--noprofile", "-i"]
    with opened((80, 24), shell, PS1="shell> ") as terminal:
        terminal.shows("shell>")
        terminal.type(f"{_COMMAND[0]}\r")
        terminal.goes_to_templates()
        # The key after Ctrl+Z in the same packet was meant for the shell.
        terminal.type("\x1a2")
        terminal.shows("Stopped")
        terminal.type("echo $((1000 + 234))\r")
        terminal.shows("1234")
        terminal.type("fg\r")
        terminal.wait_for(lambda text: "1234" not in text and "Regular" in text)
        terminal.type("q")
        terminal.wait_for(lambda text: text.count("shell>") > 0)
        terminal.type("exit\r")
        terminal.ended()


@pytest.mark.usefixtures("made")
def test_keys_typed_ahead_reach_the_screen_that_opens() -> None:
    """A new template, its name, and another key arrive in one packet, on a busy machine."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
    try:
        with opened((80, 24)) as terminal:
            terminal.goes_to_templates()
            terminal.type("n\rExtra template\x1b")
            terminal.shows("A new template", "Extra template")
    finally:
        for one in busy:
            one.kill()
            one.wait()
