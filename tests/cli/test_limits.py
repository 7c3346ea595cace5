"""Input without end, without line ends, or nested too deeply.

Every command that reads it refuses it with a message, in little memory and time.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Cli, create

MEMORY = 512 * 1024 * 1024
"""Limit of the address space, in bytes."""
SECONDS = 10
"""Limit of the processor time, in seconds."""

ENDLESS = {
    "lines": "yes",
    "a line without an end": "yes | tr -d '\\n'",
    "rows": "{ echo email,given_name,family_name; yes 'a@example.org,A,B'; }",
    "NUL bytes": "cat /dev/zero",
}
READERS = {
    "users import": ("users", "import", "-", "--dry-run"),
    "users import of a pipe": ("users", "import", "/dev/stdin", "--dry-run"),
    "templates import": ("templates", "import", "-"),
    "questions import": ("questions", "import", "-"),
    "pushes assign": ("pushes", "assign", "Q1 review", "--file", "-"),
    "pushes assign of a pipe": ("pushes", "assign", "Q1 review", "--file", "/dev/stdin"),
    "ssh add-key": ("ssh", "add-key", "ann", "-"),
    "conversations write": (
        "conversations", "write", "Q1 review", "ann", "--question", "1", "--text", "-",
    ),
    "mail password": ("mail", "password"),
}  # fmt: skip
DEEP = {
    "dotted keys": "a." * 50_000 + "a = 1",
    "quoted dotted keys": '"a" . ' * 20_000 + "a = 1",
    "a heading": "[" + "a." * 50_000 + "a]",
    "lists": "a = " + "[" * 300_000,
    "tables in line": "a = " + "{a=" * 200_000,
    "a quotation mark that is escaped again and again": '"\\' * 300_000,
    "a number": "a = " + "9" * 900_000,
    "many keys": "".join(f"key{n} = 1\n" for n in range(50_000)),
    "many headings": "".join(f"[key{n}]\n" for n in range(50_000)),
    "a mark of bytes and nothing else": "\ufeff" * 100_000,
}


@dataclass(frozen=True)
class Ended:
    """The exit code and the stderr of a process."""

    code: int
    said: str


def limit() -> None:
    """Limit the memory and the processor time of this process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def limited(arguments: Sequence[str], source: str = "") -> Ended:
    """Run a command with little memory and time.

    Its input is the output of the shell command ``source``.
    """
    feeding = subprocess.Popen(
        ["sh", "-c", f"({source or 'true'}) 2>&-"], stdout=subprocess.PIPE, process_group=0
    )
    assert feeding.stdout is not None
    with feeding:
        done = subprocess.run(
            [*COMMAND, *arguments],
            stdin=feeding.stdout,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=limit,
        )
        feeding.stdout.close()
    return Ended(done.returncode, done.stderr)


def is_refused(ended: Ended) -> bool:
    """Return whether the command was refused with one sentence that states the reason."""
    return (
        ended.code == 1
        and ended.said.count("\n") == 1
        and "fault of the program" not in ended.said
        and "memory" not in ended.said
    )


@pytest.fixture
def pushed(organisation: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A Studio with an open push for Ann and a mail server that requires a login."""
    organisation.run(*create("Q1 review"))
    organisation.run("pushes", "assign", "Q1 review", "ann")
    monkeypatch.setenv("STUDIO_SMTP_HOST", "mail.example.org")
    monkeypatch.setenv("STUDIO_SMTP_USERNAME", "studio")
    return organisation


def sources(reader: str) -> list[str]:
    """Return the names of the inputs that a reader is tried with.

    The two readers that read the most are tried with all. Each other reader is tried with one, so
    that each input is tried with some reader.
    """
    if reader in ("users import", "pushes assign"):
        return list(ENDLESS)
    place = list(READERS).index(reader)
    # The password is the first line, so the other inputs are valid passwords.
    names = ["a line without an end", "NUL bytes"] if reader == "mail password" else list(ENDLESS)
    return [names[place % len(names)]]


@pytest.mark.parametrize("reader", READERS)
def test_input_without_end_is_refused(pushed: Cli, reader: str) -> None:
    for name in sources(reader):
        ended = limited(READERS[reader], ENDLESS[name])
        assert is_refused(ended), (name, ended)


_EACH = """
import json, sys
from click.testing import CliRunner
from studio_tui.cli.main import program
from studio_tui.main import DEPENDENCIES
for environ, arguments in json.load(sys.stdin):
    done = CliRunner(env=environ).invoke(program, arguments, obj=DEPENDENCIES)
    print(json.dumps([done.exit_code, done.stderr]))
"""


def limited_all(commands: Sequence[tuple[dict[str, str], Sequence[str]]]) -> list[Ended]:
    """Run commands one after another in one process with little memory and time.

    Each command has its own environment.
    """
    done = subprocess.run(
        [sys.executable, "-c", _EACH],
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=limit,
    )
    return [Ended(*json.loads(line)) for line in done.stdout.splitlines()]


def test_toml_that_is_nested_too_deeply_is_refused(pushed: Cli, tmp_path: Path) -> None:
    commands: list[tuple[dict[str, str], Sequence[str]]] = []
    for number, name in enumerate(("dotted keys", "lists", "many keys")):
        home = tmp_path / str(number)
        own = home / "studio-tui" / "wording" / "nl" / "language.toml"
        own.parent.mkdir(parents=True, mode=0o700)
        own.write_text(DEEP[name], encoding="utf-8")
        commands += [({}, (noun, "import", str(own))) for noun in ("templates", "questions")]
        preview = ("mail", "preview", "assigned", "user", "--language", "nl")
        commands.append(({"XDG_CONFIG_HOME": str(home)}, preview))
    for command, ended in zip(commands, limited_all(commands), strict=True):
        assert is_refused(ended), (command, ended)


def test_a_configuration_that_is_nested_too_deeply_is_refused(cli: Cli, tmp_path: Path) -> None:
    commands: list[tuple[dict[str, str], Sequence[str]]] = []
    for number, content in enumerate(DEEP.values()):
        text = tmp_path / f"{number}.toml"
        text.touch(mode=0o600)
        text.write_text(content, encoding="utf-8")
        commands.append(({"STUDIO_CONFIG": str(text)}, ("users", "list")))
    for name, ended in zip(DEEP, limited_all(commands), strict=True):
        assert is_refused(ended), (name, ended)


def test_the_message_about_a_list_that_is_too_large_states_the_limit(pushed: Cli) -> None:
    ended = limited(READERS["pushes assign"], "yes")
    assert "has more than 1,000,000 lines: it is not read." in ended.said
    ended = limited(READERS["pushes assign"], "echo ann; yes | tr -d '\\n'")
    assert "line 2 is longer than 100,000 bytes" in ended.said
    ended = limited(READERS["templates import"], "yes")
    assert "larger than 1000 kB" in ended.said


def test_a_closed_stdin_is_reported(pushed: Cli) -> None:
    for reader in ("users import", "templates import", "pushes assign", "ssh add-key"):
        done = subprocess.run(
            ["sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, *READERS[reader]],
            capture_output=True,
            text=True,
            check=False,
        )
        assert is_refused(Ended(done.returncode, done.stderr)), done
