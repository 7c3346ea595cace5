"""Hostile names, printed by every command (A5)."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from studio_tui.domain.shared.spreadsheet_safety import escape_cell
from studio_tui.domain.shared.text import clean_line
from tests.cli.conftest import Cli
from tests.hostile import BIDIRECTIONAL, CONTROLS, HOSTILE

# A file that contains NUL is refused, and so is a person without a name.
NAMES = [name.replace("\0", "") for name in HOSTILE if clean_line(name)]


@pytest.fixture(scope="module")
def file() -> str:
    """An HR file with a person for every hostile name.

    Each person leads the team of the one before, and teams and groups have hostile names as well.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("login", "email", "given_name", "family_name", "teams", "leads", "groups"))
    for number, name in enumerate(NAMES):
        separators = str.maketrans({"|": "", ">": ""})
        team, leads = (f"T {n.translate(separators)}"[:99] for n in (name, NAMES[number - 1]))
        writer.writerow((f"u{number}", f"u{number}@example.org", name, name, team, leads, team))
    return text.getvalue()


@pytest.fixture
def hostile(cli: Cli, file: str) -> Cli:
    """A Studio with these people in a push.

    The push and its template have hostile names as well.
    """
    Path("people.csv").write_text(file, encoding="utf-8")
    skip = ("--skip-refused",)
    cli.run("users", "import", "people.csv", *skip)
    text = cli.out("templates", "export", "Regular")
    Path("t.toml").write_text(text.replace('"Regular"', '"\\u001b]0;T\\u0007 [/x]"'))
    cli.run("templates", "import", "t.toml")
    Path("q.toml").write_text('name = "\\u001b]0;Q\\u0007 [/x]"')
    cli.run("questions", "import", "q.toml")
    cli.run("pushes", "create", "]0;T [/x]", "--push", f"{PUSH};2026-03-01;2026-03-31")
    everybody = "\n".join(user["login"] for user in cli.json("users", "list", "example.org"))
    cli.run("pushes", "assign", PUSH, "--file", "-", typed=everybody)
    cli.run("conversations", "finish", PUSH, "u1", "--by", "u2")
    return cli


PUSH = "=P \x1b]52;c;eA==\x07 \u202e[red]é\u0301 👩\u200d👩\u200d👧"

READING = (
    ("users", "list"),
    ("users", "list", "--json"),
    ("users", "show", "u1"),
    ("users", "show", "u1", "--json"),
    ("users", "export"),
    ("users", "import", "people.csv", "--dry-run", "--skip-refused"),
    ("users", "import", "people.csv", "--dry-run", "--skip-refused", "--json"),
    ("templates", "list"),
    ("templates", "versions", "]0;T [/x]"),
    ("questions", "list"),
    ("questions", "show", "]0;Q [/x]"),
    ("questions", "export"),
    ("templates", "list", "--json"),
    ("templates", "show", "]0;T [/x]"),
    ("templates", "export", "]0;T [/x]"),
    ("pushes", "list"),
    ("pushes", "list", "--json"),
    ("pushes", "show", PUSH),
    ("pushes", "show", PUSH, "--json"),
    ("pushes", "export", PUSH),
    ("conversations", "list"),
    ("conversations", "list", "--json"),
    ("conversations", "list", "--all"),
    ("conversations", "list", "--all", "--json"),
    ("conversations", "show", PUSH, "u1"),
    ("conversations", "show", PUSH, "u1", "--json"),
    ("conversations", "history"),
    ("conversations", "history", "--csv"),
    ("conversations", "history", "--json"),
    ("outbox", "list"),
    ("outbox", "list", "--json"),
    ("outbox", "show", "1"),
    ("outbox", "show", "1", "--json"),
    ("activity", "list"),
    ("activity", "list", "--json"),
    ("activity", "export"),
    ("doctor",),
    ("doctor", "--json"),
    ("pushes", "assign", PUSH, "u3", "--dry-run", "--mail"),
    ("pushes", "remind", PUSH, "--dry-run", "--mail"),
    ("pushes", "remind", PUSH, "--dry-run", "--json"),
    ("pushes", "remind", PUSH, "u4"),
    ("outbox", "undo", "--list"),
    ("outbox", "undo", PUSH),
    ("conversations", "hand-over", PUSH, "u7", "u8"),
    ("pushes", "close", PUSH, "--tell", "--dry-run", "--mail"),
    ("pushes", "edit", PUSH, "--name", PUSH),
    ("pushes", "unassign", PUSH, "u3"),
    ("pushes", "assign", PUSH, "u3", "--dry-run"),
    ("pushes", "assign", PUSH, "u3"),
    ("conversations", "plan", PUSH, "u4", "--at", "2026-03-05T10:00", "--by", "u5"),
    ("conversations", "finish", PUSH, "u5", "--by", "u6"),
    ("pushes", "close", PUSH),
    ("pushes", "reopen", PUSH),
    ("templates", "duplicate", "]0;T [/x]"),
    ("templates", "archive", "]0;T [/x]"),
)
"""Every command that prints a name, in an order in which all of them succeed."""


def test_no_control_character_is_printed(hostile: Cli) -> None:
    for arguments in READING:
        result = hostile.run(*arguments)
        for sign in (*CONTROLS, *BIDIRECTIONAL):
            printed = result.stdout + result.stderr
            assert sign not in printed or sign == "\t", (arguments, sign)


def test_no_control_character_is_printed_in_errors(hostile: Cli) -> None:
    name = PUSH + "\x9b31m\nand more"
    for arguments in (
        ("pushes", "show", name),
        ("users", "show", name),
        ("templates", "show", name),
        ("templates", "import", name.replace("/", "")),
        ("users", "import", name.replace("/", "")),
        ("pushes", "assign", PUSH, name, name + "2"),
        ("pushes", "unassign", PUSH, name),
        ("conversations", "finish", PUSH, name),
        ("conversations", "hand-over", PUSH, "u1", name),
        ("pushes", "remind", PUSH, name),
        ("outbox", "undo", name),
    ):
        said = hostile.refused(*arguments)
        assert not {*CONTROLS, *BIDIRECTIONAL} & set(said), arguments


def test_json_and_csv_hold_the_whole_cleaned_name(hostile: Cli) -> None:
    users: dict[str, Any] = {user["login"]: user for user in hostile.json("users", "list")}
    rows = {
        row["login"]: row for row in csv.DictReader(hostile.out("users", "export").splitlines())
    }
    exported = hostile.out("pushes", "export", PUSH).splitlines()
    pushed = {row["login"]: row for row in csv.DictReader(exported)}
    for number, name in enumerate(NAMES):
        login, clean = f"u{number}", clean_line(name)
        if login not in users:
            continue
        assert users[login]["given_name"] == clean
        assert rows[login]["family_name"] == escape_cell(clean)
        assert pushed[login]["name"] == escape_cell(f"{clean} {clean}")
    assert len(users) > len(NAMES) - 3
    assert json.loads(hostile.out("pushes", "list", "--json"))[0]["name"] == clean_line(PUSH)
