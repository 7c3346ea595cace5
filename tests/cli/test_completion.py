"""The answers of the program to a shell that completes a command line."""

import os
import pty
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.types import StringParamType

from studio_tui.cli.main import program
from studio_tui.cli.shared.completion import answer, names_of
from studio_tui.cli.shared.dependencies import ASKED_BY_SHELL
from studio_tui.cli.shared.session import own_studio
from studio_tui.main import DEPENDENCIES
from tests.cli.conftest import COMMAND, Accounts, Cli, create
from tests.cli.test_contract import commands
from tests.domain.people.test_ssh_keys import ED25519
from tests.hostile import HOSTILE
from tests.organisation import create_push

Complete = Callable[[str], list[str]]
FREE = {
    "segments save name", "teams add name",
    "mail test address", "worker free worker_id", "ssh remove-key fingerprints",
    "ssh keys account", "ssh keys fingerprint", "ssh session fingerprint",
}  # fmt: skip
ODD = "Q1 'odd' $(touch pwned); `touch pwned` * \"x\" a,b:c"


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Complete:
    """Return the completions that bash is offered for a line. Check that stderr is empty."""

    def offered(line: str) -> list[str]:
        capfd.readouterr()
        monkeypatch.setenv("COMP_TYPED", f"studio-tui {line}")
        monkeypatch.setenv(ASKED_BY_SHELL, "bash_complete")
        answer(program, DEPENDENCIES)
        told = capfd.readouterr()
        assert told.err == ""
        return [way.partition("\t")[2] for way in told.out.splitlines()[1:]]

    return offered


def test_commands_and_options(complete: Complete) -> None:
    assert complete("pu") == ["pushes"]
    assert complete("pushes assi") == ["assign"]
    assert complete("pushes list --state sch") == ["scheduled"]
    assert "--from-push" in complete("pushes assign x --")
    assert complete("users import peo") == ["peo"]
    assert complete("no-such-command") == []


def test_existing_names_are_completed(pushed: Cli, complete: Complete) -> None:
    assert complete("pushes show ") == ["Q1\\ review"]
    assert complete("pushes show 'q1") == ["Q1 review"]
    assert complete('pushes assign "Q1 review" b') == ["bea", "ben", "bob"]
    assert complete('pushes assign "Q1 review" bea b') == ["ben", "bob"]
    assert complete("pushes assign x --from-push=Q1") == ["--from-push=Q1\\ review"]
    assert complete('conversations plan "Q1 review" an') == ["ann"]
    assert complete("teams show Sales\\ \\>") == ["Sales\\ \\>\\ Belgium", "Sales\\ \\>\\ France"]
    assert complete("templates show R") == ["Regular"]
    assert complete("questions show Well") == ["Wellbeing"]
    pushed.run("segments", "save", "Far away", "--where", "group remote")
    assert complete("segments show fa") == ["Far\\ away"]
    assert complete("users list --where 'team un") == ["team under"]
    assert 'not team under "Sales > Belgium"' in complete("users list --where 'not team under \"S")


def test_only_visible_names_are_completed(accounts: Accounts, complete: Complete) -> None:
    """A2, U12: a leader is offered the people of the team, a scoped admin those in the scope."""
    with accounts.of("bob"):
        assert complete("users show ") == ["ann", "ben", "bob", "cas"]
        assert complete("conversations show Q") == ["Q1\\ review"]
        assert complete("segments show ") == complete("teams show ") == []
    with accounts.of("cor"):
        assert complete("users show ") == ["ann", "cor"]
    with accounts.of("nobody"):
        assert complete("users show ") == []
    accounts.cli.run("users", "scope", "els", "--team", "Sales > France")
    with accounts.of("els"):
        assert complete("users show ") == ["cas"]


def test_nothing_is_made_or_written(cli: Cli, complete: Complete, private_home: Path) -> None:
    def files() -> list[Path]:
        return sorted([*private_home.rglob("*"), *Path.cwd().rglob("*")])

    before = files()
    assert complete("pushes show ") == []
    assert files() == before
    Path("broken.toml").write_text("database = nothing", encoding="utf-8")
    os.environ["STUDIO_CONFIG"] = "broken.toml"
    assert complete("pushes show ") == []
    del os.environ["STUDIO_CONFIG"]


def test_a_database_of_another_version_is_left_alone(
    pushed: Cli, complete: Complete, private_home: Path
) -> None:
    [path] = private_home.rglob("studio.db")
    for change in (
        "DELETE FROM schema_migration WHERE id = (SELECT MAX(id) FROM schema_migration)",
        "UPDATE schema_migration SET name = '9999_of_tomorrow' WHERE id = 1",
    ):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(change)
            dumped = [*connection.iterdump()]
        assert complete("pushes show ") == []
        with closing(sqlite3.connect(path)) as connection:
            assert [*connection.iterdump()] == dumped


def test_hostile_names_stay_one_word(organisation: Cli, complete: Complete) -> None:
    with own_studio() as (studio, actor):
        for number, name in enumerate((*HOSTILE, ODD)):
            create_push(studio, actor, f"{number} {name}"[:80])
    offered = complete("pushes show ")
    assert len(offered) == len(HOSTILE) + 1
    read = subprocess.run(
        ["bash", "-c", "".join(f"printf '%s\\n' {each}\n" for each in offered)],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert sorted(read) == sorted(each["name"] for each in organisation.json("pushes", "list"))


def test_a_real_bash(pushed: Cli) -> None:
    """Type a line into an interactive bash and press Tab. Nothing in a name is executed."""
    pushed.run(*create(ODD))
    script = pushed.out("completion", "bash")
    Path("rc").write_text(f"PS1='> '\n{script}", encoding="utf-8")
    folder = str(Path(sys.executable).parent)
    environ = {**os.environ, "TERM": "dumb", "PATH": f"{folder}:{os.environ['PATH']}"}
    environ.pop(ASKED_BY_SHELL, None)
    leader, follower = pty.openpty()
    with subprocess.Popen(
        ["bash", "--noprofile", "--rcfile", "rc", "-i"],
        stdin=follower, stdout=follower, stderr=follower, env=environ, start_new_session=True,
    ) as shell:  # fmt: skip
        os.close(follower)
        _read(leader, "> ")
        os.write(leader, b"studio-tui pushes show Q1\\ \\'\t\nexit\n")
        shown = _read(leader, "exit")
        shell.wait()
    os.close(leader)
    assert f"Push            {ODD}" in shown
    assert not Path("pwned").exists()


def _read(terminal: int, end: str) -> str:
    """Read the output of ``terminal`` until it ends with ``end``, or until the shell has ended."""
    text = ""
    while not text.endswith((end, f"{end}\r\n")):
        try:
            piece = os.read(terminal, 10_000)
        except OSError:
            break
        text += piece.decode(errors="replace")
    return text


def test_each_shell_has_a_script_that_it_can_read(cli: Cli) -> None:
    for shell in ("bash", "zsh", "fish"):
        text = cli.out("completion", shell)
        assert f"{ASKED_BY_SHELL}={shell}_complete" in text
        if found := shutil.which(shell):
            Path("script").write_text(text, encoding="utf-8")
            subprocess.run([found, "-n", "script"], check=True)
    # The script that click writes for fish is changed: the name begins after the first comma only.
    assert 'string split -m 1 ","' in cli.out("completion", "fish")


def test_over_ssh_by_the_key_and_only_what_is_open(accounts: Accounts, private_home: Path) -> None:
    """A1, A2: Bob's key completes the names of Bob's people, and no command of the host."""
    accounts.cli.run("ssh", "add-key", "bob", typed=f"{ED25519} laptop")
    [key] = accounts.cli.json("ssh", "list", "bob")
    [database] = private_home.rglob("studio.db")
    config = Path("config.toml").absolute()
    config.write_text(f'[database]\nurl = "sqlite:///{database}"\n', encoding="utf-8")
    command = [*COMMAND, "ssh", "session", key["fingerprint"], "--config", str(config)]

    def over(line: str) -> list[str]:
        sent = f"completion bash --line {shlex.quote(line)}"
        done = subprocess.run(
            command, env={**os.environ, "SSH_ORIGINAL_COMMAND": sent},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return [way.partition("\t")[2] for way in done.stdout.splitlines()[1:]]

    assert over("studio-tui users show ") == ["ann", "ben", "bob", "cas"]
    assert over("studio-tui d") == []


def test_a_script_for_another_machine_runs_every_command_over_ssh(cli: Cli) -> None:
    """The program on the host receives the arguments exactly as they were typed."""
    Path("ssh").write_text("#!/bin/sh\nprintf '<%s>' \"$@\"\n", encoding="utf-8")
    Path("ssh").chmod(0o700)
    script = cli.out("completion", "bash", "--over", "studio@example.org")
    run = f"{script}\nstudio-tui pushes show \"Q1 'odd' \\$(x)\""
    environ = {**os.environ, "PATH": f"{Path.cwd()}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", run], env=environ, capture_output=True, text=True, check=True
    ).stdout
    way, host, sent = re.findall(r"<(.*?)>", done)
    assert (way, host) == ("-T", "studio@example.org")
    assert shlex.split(sent) == ["pushes", "show", "Q1 'odd' $(x)"]
    for arguments in (("zsh", "--over", "x"), ("bash", "--over", "x", "--line", "y")):
        assert "one of them at a time" in cli.misused("completion", *arguments)


def _words() -> Iterator[tuple[str, click.Argument]]:
    for words, command in commands().items():
        for param in command.params:
            if isinstance(param, click.Argument) and isinstance(param.type, StringParamType):
                yield words, param


def test_every_argument_that_is_a_name_is_completed() -> None:
    left = {
        f"{words} {param.name}"
        for words, param in _words()
        if not names_of(param) and param.name != "words"
    }
    assert left == FREE


def test_an_argument_that_is_only_called_like_a_name_is_not_completed(complete: Complete) -> None:
    assert complete("pushes create Regular --push ") == []
    [push] = [each for each in commands()["pushes create"].params if "--push" in each.opts]
    assert names_of(push) == ()


def test_a_completion_loads_only_the_modules_that_it_needs() -> None:
    """A person waits for each completion."""
    asked = {**os.environ, ASKED_BY_SHELL: "bash_complete", "COMP_TYPED": "studio-tui pushes show "}
    code = (
        "import sys; sys.argv = ['studio-tui']; from studio_tui.main import run\n"
        "try: run()\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=asked, capture_output=True, text=True, check=False
    )
    heavy = {"textual", "rich", "psycopg", "keyring", "jinja2", "aiosmtplib", "icalendar", "lark"}
    assert not heavy & set(done.stderr.split())
