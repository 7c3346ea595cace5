"""Commands answer alike for things that do not exist and things the actor may not see (A2).

A push, user, conversation, template or other thing that is hidden from the actor is reported like
one that does not exist: with the same words and the same exit code.
"""

from collections.abc import Iterator

import click
import pytest
from click.testing import Result

from studio_tui.cli.main import program
from tests.cli.conftest import Accounts, Cli, create

AT = ("--at", "2026-03-10T14:00")
SECRET = "Secret restructuring"
KEY = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
PAIRS: dict[tuple[str, ...], list[tuple[str, ...]]] = {
    (SECRET, "eve"): [
        (SECRET, "cas"),
        (SECRET, "ann"),
        (SECRET, "nobody"),
        ("No such push", "eve"),
        ("No such push", "ann"),
        ("Q1 review", "cas"),
        ("Q1 review", "nobody"),
    ]
}
"""Names that must be answered alike: hidden from the actor, or nonexistent.

Each key exists and is hidden from Ann. Its values do not exist, or do not involve the named user.
"""
OF_PUSH = [
    ("show",),
    ("plan", *AT),
    ("move", *AT),
    ("cancel",),
    ("not-mine",),
    ("not-mine", "--undo"),
    ("write", "--question", "1", "--text", "x"),
    ("submit",),
    ("add-question", "--topic", "T", "--question", "Well?"),
    ("remove-question", "--question", "1"),
    ("start",),
    ("finish",),
    ("reopen",),
    ("export",),
    ("open",),
    ("open", "--undo"),
]
OF_NUMBER = [each for each in OF_PUSH if each[0] not in ("plan", "not-mine")]
OF_USER = [("usable", "{}"), ("history", "--user", "{}")]
OF_TEMPLATE = [("plan", *AT), ("start",), ("finish",)]
ELSEWHERE = [
    ("users", "show", "{user}"),
    ("pushes", "show", "{push}"),
    ("pushes", "activity", "{push}"),
    ("pushes", "assign", "{push}", "{user}"),
    ("pushes", "unassign", "{push}", "{user}"),
    ("pushes", "remind", "{push}"),
    ("pushes", "close", "{push}"),
    ("pushes", "reopen", "{push}"),
    ("pushes", "edit", "{push}", "--name", "x"),
    ("pushes", "export", "{push}"),
    ("templates", "show", "{template}"),
    ("templates", "export", "{template}"),
    ("templates", "versions", "{template}"),
    ("templates", "delete", "{template}"),
    ("templates", "archive", "{template}"),
    ("conversations", "list", "--push", "{push}"),
    ("conversations", "hand-over", "{push}", "{user}", "bob"),
    ("outbox", "show", "{number}"),
    ("outbox", "retry", "{number}"),
    ("outbox", "drop", "{number}"),
    ("outbox", "again", "{number}"),
    ("outbox", "list", "--push", "{push}"),
    ("activity", "list", "--push", "{push}"),
    ("activity", "list", "--user", "{user}"),
    ("activity", "export", "--user", "{user}"),
    ("ssh", "list", "{user}"),
    ("ssh", "remove-key", KEY),
]
THERE = {"push": SECRET, "user": "eve", "template": "Quick", "number": "1"}
NOT_THERE = {"push": "No push", "user": "nobody", "template": "No template", "number": "999999"}


@pytest.fixture
def world(accounts: Accounts) -> Accounts:
    """Eve is in a push that is hidden from all others; her conversation is number 1."""
    accounts.cli.run(*create(SECRET))
    accounts.cli.run("pushes", "assign", SECRET, "eve", "ben")
    accounts.cli.run("users", "import", "-", typed=COACHED)
    with accounts.of("dan") as dan:
        dan.run("conversations", "plan", SECRET, "eve", *AT)
    return accounts


COACHED = "login,email,given_name,family_name,coaches\neve,eve@example.org,Eve,Alone,dan\n"


def said(result: Result) -> tuple[int, str, str]:
    return result.exit_code, result.stdout, result.stderr


def tried(cli: Cli, *arguments: str) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr of a command, whatever they are."""
    from click.testing import CliRunner

    from studio_tui.main import DEPENDENCIES

    return said(CliRunner().invoke(program, arguments, obj=DEPENDENCIES))


@pytest.mark.parametrize("login", ["ann", "bob", "cor"])
def test_conversations_named_by_push_and_user(world: Accounts, login: str) -> None:
    with world.of(login) as cli:
        for command, *options in OF_PUSH:
            for there, others in PAIRS.items():
                known = tried(cli, "conversations", command, *there, *options)
                assert known[0] == 1, known
                assert "has no part in this conversation" in known[2]
                for other in others:
                    if (login, other) == ("ann", (SECRET, "ann")):
                        continue
                    found = tried(cli, "conversations", command, *other, *options)
                    assert found == known, (command, other)
        handed = [
            tried(cli, "conversations", "hand-over", *named, "bob")
            for named in ((SECRET, "eve"), (SECRET, "nobody"), ("No push", "eve"))
        ]
        assert handed[0][0] == 1
        assert len(set(handed)) == 1


@pytest.mark.parametrize("login", ["ann", "bob", "cor"])
def test_conversations_named_by_number(world: Accounts, login: str) -> None:
    with world.of(login) as cli:
        for command, *options in OF_NUMBER:
            known = tried(cli, "conversations", command, "1", *options)
            assert known[0] == 1
            assert "has no part in this conversation" in known[2]
            assert tried(cli, "conversations", command, "999999", *options) == known, command


@pytest.mark.parametrize("login", ["ann", "bob", "cor"])
def test_commands_that_name_a_user_and_a_template(world: Accounts, login: str) -> None:
    with world.of(login) as cli:
        for arguments in OF_USER:
            known, unknown = (
                tried(cli, "conversations", *(part.format(user) for part in arguments))
                for user in ("eve", "nobody")
            )
            assert known == unknown
            assert known[0] == 1
        for command, *options in OF_TEMPLATE:
            answers = {
                tried(cli, "conversations", command, user, "--template", template, *options)
                for user in ("eve", "nobody")
                for template in ("Regular", "No such template")
            }
            assert len(answers) == 1, command


def test_a_template_that_managers_may_not_start_is_answered_like_none(world: Accounts) -> None:
    text = world.cli.out("templates", "export", "Regular")
    closed = text.replace('name = "Regular"', 'name = "Dismissal"', 1)
    closed = closed.replace("by_managers = true", "by_managers = false")
    world.cli.run("templates", "import", "-", typed=closed)
    with world.of("bob") as bob:
        for command, *options in OF_TEMPLATE:
            known, unknown = (
                tried(bob, "conversations", command, "ann", "--template", name, *options)
                for name in ("Dismissal", "No such template")
            )
            assert known == unknown
            assert known[0] == 1


def test_a_conductor_who_is_not_a_manager_is_answered_like_an_unknown_one(world: Accounts) -> None:
    """A leader cannot find out whether a login exists."""
    with world.of("bob") as bob:
        answers = {
            tried(bob, "conversations", "hand-over", "Q1 review", "ann", conductor)
            for conductor in ("eve", "nobody", "eve@example.org", "bo")
        }
        assert len(answers) == 1
        assert "Only who leads or coaches Ann Peeters can hold it: cor, bob." in answers.pop()[2]
        planned = {
            tried(bob, "conversations", "plan", "Q1 review", "ann", *AT, "--by", conductor)
            for conductor in ("eve", "nobody")
        }
        assert len(planned) == 1


@pytest.mark.parametrize("login", ["ann", "bob"])
def test_all_other_commands(world: Accounts, login: str) -> None:
    commands = set(_commands())
    with world.of(login) as cli:
        for arguments in ELSEWHERE:
            if arguments[:2] not in commands:
                continue
            known = tried(cli, *(part.format(**THERE) for part in arguments))
            assert known[0] == 1, arguments
            assert tried(cli, *(part.format(**NOT_THERE) for part in arguments)) == known


def _commands() -> Iterator[tuple[str, ...]]:
    for group in program.list_commands(click.Context(program)):
        command = program.get_command(click.Context(program), group)
        if isinstance(command, click.Group):
            for name in command.list_commands(click.Context(command)):
                yield group, name
