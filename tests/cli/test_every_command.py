"""Every command with what nobody should type: it ends with 0, 1 or 2 and says why in one line.

All in one process and in one Studio: a command that is added is walked through as well.
"""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from studio_tui.cli.main import program
from studio_tui.domain.shared.text import clean_text
from studio_tui.main import SURROUNDINGS
from tests.cli.conftest import Cli

RUN_ON = {"worker", "ssh session", "demo", "mail password", "mail test"}
"""Commands that go on until they are stopped, or that speak to somebody."""
HOSTILE = "\x1b]0;x\x07[/x] Ωnobody' \u202e%s"
JUNK = b'\xff\xfe\x00\x81junk\r\n\x1b[31m;;;"\x00'


def leaves(group: click.Group = program, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        elif " ".join((*path, name)) not in RUN_ON:
            yield (*path, name)


def command_at(path: tuple[str, ...]) -> click.Command:
    found: click.Command = program
    for name in path:
        assert isinstance(found, click.Group)
        below = found.get_command(click.Context(found), name)
        assert below is not None
        found = below
    return found


def filled(command: click.Command, text: str) -> list[str]:
    """Every argument, and every option that is needed, with ``text``; numbers with one of none."""
    words: list[str] = []
    for param in command.params:
        numeric = isinstance(param.type, click.types.IntParamType)
        value = "999999" if numeric else text
        if isinstance(param, click.Argument):
            words += ["--", value] if value.startswith("-") and value != "-" else [value]
        elif param.required:
            words += [param.opts[0], value]
    return words


def wrong(path: tuple[str, ...], words: list[str], typed: bytes = b"") -> str:
    """What is wrong with how a command ends; nothing where all is well."""
    arguments = [*path, *words]
    result = CliRunner().invoke(program, arguments, obj=SURROUNDINGS, input=typed)
    said = result.stderr
    faults = {
        "its exit code": result.exit_code not in (0, 1, 2),
        "a fault": "fault of the program" in said or "Traceback" in said,
        "an exception": not isinstance(result.exception, SystemExit | None),
        "it says nothing": result.exit_code != 0 and not said.strip(),
        "more than one line": result.exit_code == 1 and said.count("\n") != 1,
        "controls": clean_text(said) != said or clean_text(result.stdout) != result.stdout,
    }
    found = [fault for fault, there in faults.items() if there]
    return f"{arguments}: {', '.join(found)}: {result.exit_code} {said!r}" if found else ""


def test_there_are_many() -> None:
    every = [" ".join(path) for path in leaves()]
    assert len(every) > 60
    assert {"users import", "pushes assign", "conversations write", "outbox drop"} <= {*every}


@pytest.mark.parametrize("text", [HOSTILE, "", "no-such-thing", "-1"])
def test_what_nobody_should_type(pushed: Cli, text: str) -> None:
    assert [w for path in leaves() if (w := wrong(path, filled(command_at(path), text)))] == []


def test_junk_in_the_input(pushed: Cli) -> None:
    """“-” for a file, and an option that reads one."""
    faults = []
    for path in leaves():
        command = command_at(path)
        words = filled(command, "-")
        options = [
            param.opts[0]
            for param in command.params
            if isinstance(param, click.Option) and "--file" in param.opts
        ]
        for typed in (JUNK, b""):
            faults.append(wrong(path, words, typed))
            faults += [wrong(path, ["Q1 review", option, "-"], typed) for option in options]
    assert [fault for fault in faults if fault] == []


def test_options_that_are_none(pushed: Cli) -> None:
    for path in leaves():
        pushed.run(*path, "--no-such-option", exit_code=2)
