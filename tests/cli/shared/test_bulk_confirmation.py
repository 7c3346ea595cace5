"""Acts that reach very many people, at a terminal: the user has to type the number of people."""

import os
import pty
import subprocess
from pathlib import Path
from subprocess import PIPE

import pytest

from tests.cli.conftest import COMMAND, Cli, create

_HEADINGS = "email,given_name,family_name,active\n"


@pytest.fixture
def many(organisation: Cli) -> Cli:
    """A Studio with 501 more people, and a push without people."""
    for active in ("yes", "no"):
        rows = "".join(f"m{n}@example.org,Many,N{n},{active}\n" for n in range(501))
        Path(f"{active}.csv").write_text(_HEADINGS + rows)
    Path("many.txt").write_text("".join(f"m{n}\n" for n in range(501)))
    organisation.run("users", "import", "yes.csv")
    organisation.run(*create("Q1 review"))
    return organisation


def at_a_terminal(typed: str, *arguments: str) -> tuple[int, str]:
    """Return the exit code and the stderr of a command at a terminal, for a typed line."""
    ours, theirs = pty.openpty()
    command = [*COMMAND, *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=PIPE, stderr=PIPE, text=True) as process:
        os.close(theirs)
        os.write(ours, f"{typed}\n".encode())
        _, said = process.communicate()
        os.close(ours)
    return process.returncode, said


def test_typing_the_number_of_people_confirms_the_act(many: Cli) -> None:
    assigning = ("pushes", "assign", "Q1 review", "--file", "many.txt")
    for typed in ("500", ""):
        code, said = at_a_terminal(typed, *assigning)
        assert code == 1
        assert "501 users would be assigned to “Q1 review” and told. Type how many" in said
        assert "Nobody was assigned: this is not how many they are." in said
    assert many.json("pushes", "show", "Q1 review")["progress"]["assigned"] == 0
    assert at_a_terminal("501", *assigning)[0] == 0
    assert many.json("pushes", "show", "Q1 review")["progress"]["assigned"] == 501


def test_everything_that_reaches_very_many_asks(many: Cli) -> None:
    many.run("pushes", "assign", "Q1 review", "--file", "many.txt")
    before = many.json("activity", "list")
    moving = ("pushes", "edit", "Q1 review", "--deadline", "2026-04-30")
    closing = ("pushes", "close", "Q1 review", "--tell")
    for arguments, asked in {
        ("pushes", "remind", "Q1 review"): "users of “Q1 review” would be reminded",
        moving: "users at most would be told of another deadline of “Q1 review”",
        closing: "users at most would be told that “Q1 review” is closed",
        ("users", "import", "no.csv"): "users would be marked as left",
    }.items():
        code, said = at_a_terminal("y", *arguments)
        assert code == 1
        assert f"501 {asked}. Type how many they are" in said
        assert "this is not how many they are." in said
    assert many.json("activity", "list") == before
    assert at_a_terminal("", *moving, "--no-tell")[0] == 0
    assert at_a_terminal("", *closing, "--yes")[0] == 0
