"""Every act done twice: where the second time has nothing to do, it says so and has not failed."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import PLAN, Accounts, Cli
from tests.domain.people.test_ssh_keys import ED25519


def written(cli: Cli) -> list[object]:
    """What the Studio holds of what was done: mail and activity."""
    return [cli.json("outbox", "list"), cli.json("activity", "list", "--limit", "1000")]


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (("users", "import", "people.csv"), "nobody added or changed"),
        (("pushes", "assign", "Q1 review", "cas"), "Nobody to assign"),
        (("pushes", "remind", "Q1 review"), "Nobody to remind"),
        (("pushes", "close", "Q1 review"), "is closed already"),
        (("outbox", "undo", "Q1 review"), "Nothing to undo"),
        (("outbox", "drop", "1"), "Nothing to drop"),
        (("templates", "archive", "Quick"), "is archived"),
        (("templates", "unarchive", "Quick"), "no longer archived"),
        (("templates", "bring-back", "Quick", "1"), "is as it was in version 1 already"),
        (("ssh", "add-key", "ann", "key.pub"), "has this key already"),
        (("ssh", "add-key", "ANN@example.org", "key.pub"), "has this key already"),
        (("db", "migrate"), "is ready"),
    ],
)
def test_the_second_time_there_is_nothing_to_do(
    pushed: Cli, act: tuple[str, ...], said: str
) -> None:
    Path("key.pub").write_text(ED25519, encoding="utf-8")
    pushed.run(*act)
    before = written(pushed)
    assert said in pushed.nothing_to_do(*act)
    assert written(pushed) == before


@pytest.mark.parametrize("text", [("questions", "export"), ("templates", "export", "Quick")])
def test_what_a_file_says_already_is_written_once(organisation: Cli, text: tuple[str, ...]) -> None:
    Path("file.toml").write_text(organisation.out(*text), encoding="utf-8")
    before = written(organisation)
    assert "as file.toml says" in organisation.out(text[0], "import", "file.toml")
    assert written(organisation) == before


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (("pushes", "reopen", "Q1 review"), "is not closed"),
        (("outbox", "retry", "--all"), "Nothing to retry"),
        (("outbox", "again", "1"), "Nothing to send again"),
    ],
)
def test_what_is_so_already_is_nothing_to_do(pushed: Cli, act: tuple[str, ...], said: str) -> None:
    assert said in pushed.nothing_to_do(*act)


OWN = ("Q1 review", "ben")
CANCELLED = ("conversations", "cancel", "1")


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ((*PLAN, "--minutes", "60"), "is planned for 2026-03-10 14:00"),
        (("conversations", "move", "1", "--minutes", "30"), "is planned for 2026-03-10 14:00"),
        (("conversations", "finish", *OWN), "was held already, by Bob Smith"),
        (("conversations", "finish", "1", "--at", "2026-03-01T14:00"), "was held already"),
        (("conversations", "hand-over", *OWN, "bob"), "Bob Smith is to hold"),
        (CANCELLED, "is cancelled already"),
        (("conversations", "not-mine", "Q1 review", "ann"), "Ann Peeters does not ask you already"),
        (("conversations", "submit", "1"), "Your preparation is submitted"),
        (("conversations", "cancel", *OWN), "Nobody has planned or begun"),
    ],
)
def test_so_it_is_with_a_conversation(talk: Accounts, act: tuple[str, ...], said: str) -> None:
    with talk.of("bob") as bob:
        bob.run(*act)
        conversation = bob.json("conversations", "show", "1")
        assert said in bob.nothing_to_do(*act)
        assert bob.json("conversations", "show", "1") == conversation
    # Nobody is told of it a second time, and nothing is written of it.
    before = written(talk.cli)
    with talk.of("bob") as bob:
        bob.nothing_to_do(*act)
    assert written(talk.cli) == before


@pytest.mark.parametrize(
    ("login", "act", "said"),
    [
        ("bob", ("conversations", "not-mine", "Q1 review", "ann", "--undo"), "asks you already"),
        ("ben", ("conversations", "open", "1", "--undo"), "Closed"),
    ],
)
def test_what_was_never_done_is_not_taken_back(
    talk: Accounts, login: str, act: tuple[str, ...], said: str
) -> None:
    before = written(talk.cli)
    with talk.of(login) as one:
        assert said in one.nothing_to_do(*act)
    assert written(talk.cli) == before


def test_what_was_reopened_is_in_progress(talk: Accounts) -> None:
    with talk.of("bob") as bob:
        bob.run("conversations", "finish", *OWN)
        bob.run("conversations", "reopen", "1")
        assert "is in progress already" in bob.nothing_to_do("conversations", "reopen", "1")


def test_what_was_held_was_held_once(talk: Accounts) -> None:
    """Another time or another conductor is another thing than was recorded."""
    with talk.of("bob") as bob:
        bob.run("conversations", "finish", *OWN)
        said = bob.refused("conversations", "finish", *OWN, "--at", "2026-03-01T14:00")
    assert "was held already" in said


def test_who_is_in_no_push_cannot_be_taken_out(pushed: Cli) -> None:
    out = ("pushes", "unassign", "Q1 review")
    pushed.run(*out, "ben")
    assert "Nobody to unassign" in pushed.nothing_to_do(*out, "ben")
    assert "Not assigned to “Q1 review”: ben" in pushed.refused(*out, "ann", "ben")
    assert "nessuno" in pushed.refused(*out, "nessuno")


@pytest.mark.parametrize(
    ("act", "shown"),
    [
        (
            ("pushes", "assign", "Q1 review", "ann"),
            {"push": "Q1 review", "added": 0, "users_told": 0, "managers_told": 0},
        ),
        (
            ("pushes", "remind", "Q1 review", "ann"),
            {"push": "Q1 review", "users_told": 0, "managers_told": 0},
        ),
        (("pushes", "close", "Q1 review"), {"push": "Q1 review", "dropped": 0, "cancelled": 0}),
        (("pushes", "close", "Q1 review", "--dry-run"), {"notifications": [], "dropped": []}),
        (
            ("conversations", "plan", *OWN, "--at", "2026-03-10T14:00", "--by", "bob"),
            {"id": 1, "conductor_login": "bob", "warnings": []},
        ),
        (("conversations", "move", "1", "--minutes", "60"), {"id": 1, "minutes": 60}),
        (CANCELLED, {"id": 1, "state": "cancelled"}),
        (("conversations", "hand-over", *OWN, "bob"), {"login": "ben", "conductor": "Bob Smith"}),
        (("outbox", "undo", "Q1 review"), {"action": None, "push": "Q1 review", "dropped": 0}),
    ],
)
def test_what_reads_json_reads_the_usual_names(
    talk: Accounts, act: tuple[str, ...], shown: dict[str, object]
) -> None:
    """Why there was nothing to do is said beside it."""
    done = talk.cli.run(*(word for word in act if word != "--dry-run"), "--json")
    while act[0] == "outbox" and json.loads(done.stdout)["action"]:
        done = talk.cli.run(*act, "--json")
    again = talk.cli.run(*act, "--json")
    read = json.loads(again.stdout)
    assert {name: read[name] for name in shown} == shown
    assert read.keys() == json.loads(done.stdout).keys() or "--dry-run" in act
    assert again.stderr.count("\n") == 1


def test_a_push_that_is_open_is_opened_by_json(pushed: Cli) -> None:
    shown = {"push": "Q1 review", "state": "open", "waiting_again": 0, "changes_waiting": 0}
    assert pushed.json("pushes", "reopen", "Q1 review") == shown
