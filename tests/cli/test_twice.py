"""Every act done twice: if the second call has nothing to do, it reports that and succeeds."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import PLAN, Accounts, Cli
from tests.domain.people.test_ssh_keys import ED25519


def written(cli: Cli) -> list[object]:
    """Return the mail and the activity of the Studio."""
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
def test_a_second_call_reports_that_there_is_nothing_to_do(
    pushed: Cli, act: tuple[str, ...], said: str
) -> None:
    Path("key.pub").write_text(ED25519, encoding="utf-8")
    pushed.run(*act)
    before = written(pushed)
    assert said in pushed.nothing_to_do(*act)
    assert written(pushed) == before


@pytest.mark.parametrize("text", [("questions", "export"), ("templates", "export", "Quick")])
def test_importing_an_unchanged_export_writes_nothing(
    organisation: Cli, text: tuple[str, ...]
) -> None:
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
def test_an_act_whose_effect_is_already_there_reports_nothing_to_do(
    pushed: Cli, act: tuple[str, ...], said: str
) -> None:
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
def test_a_second_act_on_a_conversation_reports_nothing_to_do(
    talk: Accounts, act: tuple[str, ...], said: str
) -> None:
    with talk.of("bob") as bob:
        bob.run(*act)
        conversation = bob.json("conversations", "show", "1")
        assert said in bob.nothing_to_do(*act)
        assert bob.json("conversations", "show", "1") == conversation
    # No second mail and no second line of activity is written.
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
def test_undoing_an_act_that_was_never_done_writes_nothing(
    talk: Accounts, login: str, act: tuple[str, ...], said: str
) -> None:
    before = written(talk.cli)
    with talk.of(login) as one:
        assert said in one.nothing_to_do(*act)
    assert written(talk.cli) == before


def test_a_reopened_conversation_is_not_reopened_again(talk: Accounts) -> None:
    with talk.of("bob") as bob:
        bob.run("conversations", "finish", *OWN)
        bob.run("conversations", "reopen", "1")
        assert "is in progress already" in bob.nothing_to_do("conversations", "reopen", "1")


def test_finishing_a_held_conversation_with_another_time_is_refused(talk: Accounts) -> None:
    """Another time or another conductor contradicts the record."""
    with talk.of("bob") as bob:
        bob.run("conversations", "finish", *OWN)
        said = bob.refused("conversations", "finish", *OWN, "--at", "2026-03-01T14:00")
    assert "was held already" in said


def test_a_user_who_is_not_in_the_push_cannot_be_unassigned(pushed: Cli) -> None:
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
def test_json_has_the_same_keys_if_there_is_nothing_to_do(
    talk: Accounts, act: tuple[str, ...], shown: dict[str, object]
) -> None:
    """The reason why there was nothing to do is printed on stderr."""
    done = talk.cli.run(*(word for word in act if word != "--dry-run"), "--json")
    while act[0] == "outbox" and json.loads(done.stdout)["action"]:
        done = talk.cli.run(*act, "--json")
    again = talk.cli.run(*act, "--json")
    read = json.loads(again.stdout)
    assert {name: read[name] for name in shown} == shown
    assert read.keys() == json.loads(done.stdout).keys() or "--dry-run" in act
    assert again.stderr.count("\n") == 1


def test_reopening_an_open_push_prints_the_usual_json(pushed: Cli) -> None:
    shown = {"push": "Q1 review", "state": "open", "waiting_again": 0, "changes_waiting": 0}
    assert pushed.json("pushes", "reopen", "Q1 review") == shown
