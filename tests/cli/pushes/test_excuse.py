"""``pushes excuse`` and ``pushes deadline`` (P18)."""

import csv
import io

import pytest

from tests.cli.conftest import Cli

EXCUSE = ("pushes", "excuse", "Q1 review")
DEADLINE = ("pushes", "deadline", "Q1 review")
WHY = ("--reason", "parental leave")


def _people(cli: Cli) -> dict[str, dict[str, object]]:
    return {each["login"]: each for each in cli.json("pushes", "show", "Q1 review")["users"]}


def test_a_user_is_excused_and_asked_again(pushed: Cli) -> None:
    assert pushed.out(*EXCUSE, "ann", *WHY) == "1 user of “Q1 review” excused.\n"
    ann = _people(pushed)["ann"]
    assert (ann["status"], ann["flags"], ann["excuse"]) == (
        "excused",
        ["excused"],
        "parental leave",
    )
    progress = pushed.json("pushes", "list")[0]["progress"]
    assert (progress["assigned"], progress["not_planned"], progress["excused"]) == (3, 2, 1)
    groups = pushed.json("pushes", "show", "Q1 review", "--by", "manager")["groups"]
    assert {each["login"]: each["excused"] for each in groups} == {"bob": 1, "cor": 1, None: 0}
    shown = pushed.out("pushes", "show", "Q1 review")
    assert "excused: parental leave" in shown
    assert "0 of 3 held, 1 excused" in shown
    assert "excused already" in pushed.nothing_to_do(*EXCUSE, "ann", *WHY)
    assert pushed.out(*EXCUSE, "ann", "--back") == "1 user of “Q1 review” asked again.\n"
    assert _people(pushed)["ann"]["status"] == "not_planned"
    assert "is not excused" in pushed.nothing_to_do(*EXCUSE, "ann", "--back")


def test_a_user_gets_an_own_deadline_that_the_list_shows(
    pushed: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pushed.out(*DEADLINE, "ann", "--to", "2026-04-15") == (
        "1 user of “Q1 review” given until 2026-04-15.\n"
    )
    assert {login: each["deadline"] for login, each in _people(pushed).items()} == {
        "ann": "2026-04-15",
        "ben": "2026-03-31",
        "eve": "2026-03-31",
    }
    monkeypatch.setenv("STUDIO_NOW", "2026-04-02T10:00:00+02:00")
    assert pushed.json("pushes", "list")[0]["progress"]["overdue"] == 2
    assert "until 2026-04-15" in pushed.out("pushes", "show", "Q1 review")
    rows = csv.DictReader(io.StringIO(pushed.out("pushes", "export", "Q1 review")))
    assert {row["login"]: row["deadline"] for row in rows} == {
        "ann": "2026-04-15",
        "ben": "2026-03-31",
        "eve": "2026-03-31",
    }
    pushed.run(*DEADLINE, "ann", "--back")
    assert _people(pushed)["ann"]["flags"] == ["overdue"]


def test_users_by_status_and_those_who_are_skipped(pushed: Cli) -> None:
    pushed.run("conversations", "finish", "Q1 review", "ben")
    assert pushed.out(*EXCUSE, "ann", "ben", *WHY) == (
        "1 user of “Q1 review” excused.\nBen Willems has held it.\n"
    )
    assert pushed.json(*EXCUSE, "--status", "not_planned", *WHY)["changed"] == 1
    assert "Ben Willems has held it" in pushed.nothing_to_do(*EXCUSE, "ben", *WHY)
    tried = pushed.json(*EXCUSE, "--status", "excused", "--back", "--dry-run")
    assert tried["changed"] == 2
    assert pushed.json("pushes", "list")[0]["progress"]["excused"] == 2
    nothing = pushed.run(*DEADLINE, "ben", "--to", "2026-04-15", "--json")
    assert '"changed": 0' in nothing.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*EXCUSE, "cor", *WHY), "Not assigned to “Q1 review”: cor."),
        ((*EXCUSE, "nobody", *WHY), "There is no user “nobody”."),
        ((*EXCUSE, "ann", "--reason", " "), "say why"),
        ((*EXCUSE, "ann", "--reason", "x" * 300), "at most 200 characters"),
        ((*DEADLINE, "ann", "--to", "2026-03-01"), "2026-03-01 is past"),
        ((*DEADLINE, "ann", "--to", "2026-03-20"), "everybody has until 2026-03-31"),
    ],
)
def test_what_is_refused_says_why(pushed: Cli, arguments: tuple[str, ...], words: str) -> None:
    assert words in pushed.refused(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        (*EXCUSE, "ann"),
        (*EXCUSE, "ann", *WHY, "--back"),
        (*EXCUSE, *WHY),
        (*EXCUSE, "ann", "--overdue", *WHY),
        (*DEADLINE, "ann"),
        (*DEADLINE, "ann", "--to", "2026-04-15", "--back"),
        (*DEADLINE, "ann", "--to", "someday"),
    ],
)
def test_wrong_usage(pushed: Cli, arguments: tuple[str, ...]) -> None:
    pushed.misused(*arguments)
