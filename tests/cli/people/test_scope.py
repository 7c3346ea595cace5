"""``users scope``: an admin sees a part of the organisation (U12)."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
import pytest

from tests.cli.conftest import ACCOUNT, Accounts, Cli, create
from tests.cli.test_contract import commands
from tests.cli.test_support import ALLOWED, REFUSED

MARK = "zzmark"
BEYOND = (
    "login,email,given_name,family_name,department,teams,leads,role\n"
    "hr,hr@example.org,Hilde,Raes,,,,admin\n"
    "zzmark,zzmark@example.org,Zzmark,Zzmarkson,Zzmark,Zzmark team,,\n"
    "zzmarkboss,boss@zzmark.example,Boss,Zzmarkson,Zzmark,,Zzmark team,\n"
)
SCOPE = 'not department "Zzmark" and not role admin'
THERE = {"user": "zzmark", "push": "Zzmark push", "team": "Zzmark team"}
NOT_THERE = {"user": "xxnone", "push": "Xxnone push", "team": "Xxnone team"}
NAMING = [
    ("users", "show", "{user}"),
    ("users", "edit", "{user}", "--department", "x"),
    ("users", "leave", "{user}"),
    ("users", "stand-in", "{user}"),
    ("users", "scope", "{user}"),
    ("teams", "show", "{team}"),
    ("users", "list", "--where", 'team under "{team}"'),
    ("users", "list", "--where", 'in push "{push}"'),
    ("users", "edit", "ann", "--team", "{team}"),
    ("users", "edit", "ann", "--coach", "{user}"),
    ("pushes", "show", "{push}"),
    ("pushes", "close", "{push}"),
    ("pushes", "remind", "{push}"),
    ("pushes", "export", "{push}"),
    ("pushes", "assign", "Q1 review", "{user}"),
    ("pushes", "assign", "Q1 review", "--from-push", "{push}"),
    ("pushes", "unassign", "Q1 review", "{user}"),
    ("pushes", "excuse", "Q1 review", "{user}", "--reason", "ill"),
    ("conversations", "show", "{push}", "{user}"),
    ("conversations", "plan", "Q1 review", "{user}", "--at", "2026-03-12T10:00", "--by", "bob"),
    ("conversations", "history", "--user", "{user}"),
    ("activity", "list", "--user", "{user}"),
    ("activity", "list", "--push", "{push}"),
    ("outbox", "list", "--push", "{push}"),
]
"""Commands that name a user, a push or a team."""


@pytest.fixture
def limited(accounts: Accounts) -> Accounts:
    """Hilde is an admin whose scope excludes the department Zzmark.

    Its people are in pushes too.
    """
    cli = accounts.cli
    cli.run("users", "import", "-", typed=BEYOND)
    cli.run("pushes", "assign", "Q1 review", "zzmark")
    cli.run(*create("Zzmark push"))
    cli.run("pushes", "assign", "Zzmark push", "zzmark", "zzmarkboss")
    cli.run(
        "conversations",
        "plan",
        "Zzmark push",
        "zzmark",
        "--at",
        "2026-03-12T10:00",
        "--by",
        "zzmarkboss",
    )
    cli.run("users", "scope", "hr", "--where", SCOPE)
    return accounts


@contextmanager
def hilde(accounts: Accounts) -> Iterator[Cli]:
    with accounts.of("hr") as cli:
        yield cli


def test_a_scope_is_set_shown_and_removed(accounts: Accounts) -> None:
    cli = accounts.cli
    cli.run("users", "import", "-", typed=BEYOND)
    found = cli.json("users", "scope", "hr", "--team", "Sales", "--department", "Zzmark")
    assert found["scope"] == 'team under "Sales" or department "Zzmark"'
    assert (found["login"], found["seen"], found["of"]) == ("hr", 7, len(cli.json("users", "list")))
    assert cli.json("users", "scope", "hr") == found
    assert cli.json("users", "show", "hr")["scope"] == found["scope"]
    assert "see" not in cli.run("users", "list").stderr
    with accounts.of("hr") as limited:
        listed = limited.run("users", "list")
        assert 'you see team under "Sales" or department "Zzmark": 7 of 14 people' in listed.stderr
        assert len(limited.json("users", "list")) == 7
        assert limited.json("users", "scope", "hr") == found
        for words in (("hr", "--all"), ("sam", "--all"), (ACCOUNT, "--team", "Sales")):
            assert "may not" in limited.refused("users", "scope", *words)
    cli.nothing_to_do("users", "scope", "hr", "--team", "Sales", "--department", "Zzmark")
    assert cli.json("users", "scope", "hr", "--all")["scope"] is None
    last = cli.json("activity", "list")[0]
    assert (last["action"], last["subject"]) == ("limited whom somebody sees", "hr")
    assert last["before"] == {"scope": found["scope"]}


def test_what_is_refused(accounts: Accounts) -> None:
    cli = accounts.cli
    assert "no more than their own part" in cli.refused("users", "scope", "ann", "--team", "Sales")
    cli.run("users", "edit", "els", "--role", "user")
    lonely = cli.refused("users", "scope", ACCOUNT, "--team", "Sales")
    assert "no admin would see the whole organisation" in lonely
    assert "There is no team" in cli.refused("users", "scope", "sam", "--team", "Nowhere")
    cli.misused("users", "scope", "sam", "--all", "--team", "Sales")


def test_a_scope_that_names_something_deleted_shows_nobody(accounts: Accounts) -> None:
    """The same holds with “not”: a scope that cannot be evaluated makes nobody visible."""
    cli = accounts.cli
    cli.run("teams", "add", "Gone")
    cli.run("users", "scope", "sam", "--where", 'not team "Gone"')
    with accounts.of("sam") as sam:
        assert sam.json("users", "list")
    cli.run("teams", "remove", "Gone")
    with accounts.of("sam") as sam:
        assert sam.json("users", "list") == []
        assert sam.json("pushes", "list") == []


def test_no_command_mentions_people_outside_the_scope(limited: Accounts) -> None:
    """Every command with an example, as JSON if it prints JSON."""
    known = commands()
    with hilde(limited) as cli:
        for words, arguments in (ALLOWED | REFUSED).items():
            told = cli.tried(*words.split(), *arguments, *_as_json(known[words]))
            said = f"{told.stdout} {told.stderr}".lower()
            assert MARK not in said.replace(SCOPE.lower(), ""), (words, said)


def _as_json(command: click.Command) -> list[str]:
    return ["--json"] if any("--json" in param.opts for param in command.params) else []


def test_people_outside_the_scope_are_answered_like_unknown_ones(limited: Accounts) -> None:
    """The same message, except for the given names, and the same exit code."""
    with hilde(limited) as cli:
        for command in NAMING:
            answers = []
            for names in (THERE, NOT_THERE):
                told = cli.tried(*(word.format(**names) for word in command))
                said = f"{told.exit_code} {told.stdout} {told.stderr}"
                for name in names.values():
                    said = said.replace(name, "…")
                answers.append(said)
            assert answers[0] == answers[1], command


def test_only_pushes_and_people_within_the_scope_can_be_changed(limited: Accounts) -> None:
    limited.cli.run("users", "edit", "ann", "--department", "Trade")
    with hilde(limited) as cli:
        cli.run(*create("Own"))
        cli.run("pushes", "assign", "Own", "ann", "ben")
        cli.run("pushes", "edit", "Own", "--name", "Ours")
        cli.run("pushes", "close", "Ours")
        for act in (("close",), ("edit", "--name", "x")):
            assert "not yours alone" in cli.refused("pushes", act[0], "Q1 review", *act[1:])
        assert cli.json("pushes", "show", "Q1 review")["progress"]["assigned"] == 3
        cli.run("users", "edit", "ann", "--department", "Sales")
        new = ("--email", "new@example.org", "--family-name", "New")
        cli.run("users", "add", "new", *new)
        taken = cli.refused("users", "add", "zzmark", "--email", "z@example.org", *new[2:])
        outside = cli.refused(
            "users", "add", "z", "--email", "z@example.org", *new[2:], "--department", "Zzmark"
        )
        moved = cli.refused("users", "edit", "ann", "--department", "Zzmark")
        assert taken == outside == moved
        assert "admin or support" in cli.refused("users", "edit", "sam", "--email", "s@example.org")
        assert "admin or support" in cli.refused("users", "edit", "ann", "--role", "admin")
    assert limited.cli.json("pushes", "show", "Q1 review")["progress"]["assigned"] == 4
