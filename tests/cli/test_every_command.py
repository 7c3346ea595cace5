"""Every command with absurd arguments: it ends with 0, 1 or 2 and reports the reason in one line.

All run in one process and in one Studio. New commands are included automatically.
"""

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from studio_tui.cli.main import program
from studio_tui.domain.shared.text import clean_text
from studio_tui.main import DEPENDENCIES
from tests.cli.conftest import ACCOUNT, Accounts, Cli
from tests.cli.test_contract import examples

RUN_ON = {"worker", "ssh session", "demo", "mail password", "mail test"}
"""Commands that run until they are stopped, or that connect to a server."""
HOSTILE = "\x1b]0;x\x07[/x] Ωnobody' \u202e%s"
JUNK = b'\xff\xfe\x00\x81junk\r\n\x1b[31m;;;"\x00'


ROLES = {"admin": ACCOUNT, "support": "sam", "leader": "bob", "user": "ann", "nobody": "zed"}
"""The login of the actor, by role."""
VALUES = (
    *("Q1 review", "Regular", "Quick", "ann", "ben", "bob", "1", "0", "-1", "2026-03-10", "today"),
    *("2026-03-10T14:00", "31/02/2026", "Sales > Belgium", "not planned", "people.csv", ".", ""),
    *('team "Sales" and not left', "team (", "/dev/null", " ", HOSTILE, "x" * 300, "--", "json"),
    "'; DROP TABLE user; --",
)
"""Values that exist, values that could exist, and invalid values."""


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
    """Return ``text`` for every argument and required option.

    A numeric one gets a number that does not exist.
    """
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
    """Run a command and return a description of the faults in its result, or an empty string."""
    arguments = [*path, *words]
    result = CliRunner().invoke(program, arguments, obj=DEPENDENCIES, input=typed)
    found = what_is_wrong(result)
    said = f"{result.exit_code} {result.stderr!r}"
    return f"{arguments}: {', '.join(found)}: {said}" if found else ""


def what_is_wrong(result: Result) -> list[str]:
    """Return the faults in a result that no command may have, whatever its exit code."""
    said = result.stderr
    faults = {
        "its exit code": result.exit_code not in (0, 1, 2),
        "a fault": "fault of the program" in said or "Traceback" in said,
        "an exception": not isinstance(result.exception, SystemExit | None),
        "it says nothing": result.exit_code != 0 and not said.strip(),
        "more than one line": result.exit_code == 1 and said.count("\n") != 1,
        "controls": clean_text(said) != said or clean_text(result.stdout) != result.stdout,
    }
    return [fault for fault, there in faults.items() if there]


def test_the_commands_are_found() -> None:
    every = [" ".join(path) for path in leaves()]
    assert len(every) > 60
    assert {"users import", "pushes assign", "conversations write", "outbox drop"} <= {*every}


@pytest.mark.parametrize("text", [HOSTILE, "", "no-such-thing", "-1"])
def test_absurd_arguments_are_refused(pushed: Cli, text: str) -> None:
    assert [w for path in leaves() if (w := wrong(path, filled(command_at(path), text)))] == []


def test_junk_in_the_input(pushed: Cli) -> None:
    """Pass “-” as each argument and as the value of each option that reads a file."""
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


def test_unknown_options_are_refused(pushed: Cli) -> None:
    for path in leaves():
        pushed.run(*path, "--no-such-option", exit_code=2)


def test_each_role_with_random_values(
    talk: Accounts, private_home: Path, made_of_chance: random.Random
) -> None:
    """A command that fails changes nothing for any role, and JSON has the documented shape."""
    path = private_home / "data" / "studio-tui" / "studio.db"
    shapes = shown_shapes()
    faults, ends = [], {role: set[int]() for role in ROLES}
    with closing(sqlite3.connect(path)) as watching:
        for role, login in ROLES.items():
            with talk.of(login) as cli:
                for command in leaves():
                    before = version(watching)
                    words = by_chance(command_at(command), made_of_chance)
                    result = cli.tried(*command, *words, typed=made_of_chance.choice((b"", JUNK)))
                    wrong = what_is_wrong(result)
                    ends[role].add(result.exit_code)
                    if result.exit_code and version(watching) != before:
                        wrong.append("it has changed something")
                    if not result.exit_code and "--json" in words:
                        wrong += wrong_shape(result.stdout, shapes.get(" ".join(command), []))
                    if wrong:
                        said = f"{result.exit_code} {result.stderr!r}"
                        faults.append(f"{role}: {[*command, *words]}: {', '.join(wrong)}: {said}")
    assert faults == []
    assert set().union(*ends.values()) == {0, 1, 2}, ends


@pytest.fixture
def made_of_chance() -> random.Random:
    """A random generator with a fixed seed."""
    return random.Random(20)


def by_chance(command: click.Command, chance: random.Random) -> list[str]:
    """Return most of the arguments that the command requires, and a few of its options."""
    words: list[str] = []
    values: list[str] = []
    for param in command.params:
        if isinstance(param, click.Argument):
            number = chance.choice((1, 1, 1, 2)) if param.nargs == -1 else 1
            values += [chance.choice(VALUES) for _ in range(number) if chance.random() < 0.95]
        elif param.opts[0] == "--json":
            words += ["--json"] if chance.random() < 0.7 else []
        elif isinstance(param, click.Option) and (param.required or chance.random() < 0.2):
            words.append(chance.choice((*param.opts, *param.secondary_opts)))
            words += [] if param.is_flag else [value_for(param, chance)]
    return [*words, *(["--"] if chance.random() < 0.5 else []), *values]


def value_for(param: click.Option, chance: random.Random) -> str:
    """Return a random value, which the option may or may not accept."""
    if isinstance(param.type, click.Choice) and chance.random() < 0.8:
        return str(chance.choice(list(param.type.choices)))
    return chance.choice(VALUES)


def version(watching: sqlite3.Connection) -> int:
    """Return a number that changes when another connection commits."""
    return int(watching.execute("PRAGMA data_version").fetchone()[0])


def shown_shapes() -> dict[str, list[list[str]]]:
    """Return the keys of the objects that the document shows for each command."""
    found: dict[str, list[list[str]]] = {}
    every = {" ".join(path) for path in leaves()} | {path[0] for path in leaves()}
    for typed, shown in examples():
        words = typed.split()
        path = next(p for p in (" ".join(words[:2]), words[0]) if p in every)
        first = shown[0] if isinstance(shown, list) and shown else shown
        if isinstance(first, dict):
            found.setdefault(path, []).append(list(first))
    return found


def wrong_shape(printed: str, shapes: list[list[str]]) -> list[str]:
    """Return the faults in printed JSON."""
    try:
        found: Any = json.loads(printed)
    except ValueError:
        return [f"no JSON: {printed[:200]!r}"]
    objects = found if isinstance(found, list) else [found]
    names = [list(each) for each in objects if isinstance(each, dict)]
    other = [each for each in names if shapes and each not in shapes]
    return [f"names that are not shown: {other[0]}"] if other else []
