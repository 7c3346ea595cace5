"""``users stand-in`` (U14)."""

import pytest

from tests.cli.conftest import Cli

STAND_IN = ("users", "stand-in", "bob")
UNTIL = ("--until", "2026-03-12")


def test_a_stand_in_is_set_shown_and_ended(pushed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    said = pushed.out(*STAND_IN, "--by", "els", "--from", "2026-03-04", *UNTIL)
    assert said == (
        "Els Claes stands in for Bob Smith from 2026-03-04 to 2026-03-12, for 3 people; "
        "both are told.\n"
    )
    (shown,) = pushed.json(*STAND_IN)
    assert (shown["by"], shown["from"], shown["until"], shown["for"]) == (
        "els",
        "2026-03-04",
        "2026-03-12",
        [],
    )
    monkeypatch.setenv("STUDIO_NOW", "2026-03-05T10:00:00+01:00")
    managers = pushed.json("users", "show", "ben")["managers"]
    assert {"login": "els", "reason": "stands in for Bob Smith until 12 Mar"} in managers
    assert "no longer stands in for Bob Smith" in pushed.out(*STAND_IN, "--end")
    assert pushed.json(*STAND_IN) == []
    assert "Nobody stands in for Bob Smith" in pushed.nothing_to_do(*STAND_IN, "--end")


def test_a_dry_run_previews_mail_to_both_and_changes_nothing(pushed: Cli) -> None:
    tried = pushed.json(*STAND_IN, "--by", "els", *UNTIL, "--for", "ben", "--dry-run")
    assert {each["recipient"] for each in tried["notifications"]} == {"bob", "els"}
    assert pushed.json(*STAND_IN) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--by", "bob", *UNTIL), "cannot stand in for themself"),
        (("--by", "ben", *UNTIL), "is one of those whom Bob Smith leads or coaches"),
        (("--by", "els", "--until", "2026-02-01"), "is past"),
        (("--by", "els", *UNTIL, "--for", "els"), "neither leads nor coaches els"),
    ],
)
def test_what_is_refused_says_why(pushed: Cli, arguments: tuple[str, ...], words: str) -> None:
    assert words in pushed.refused(*STAND_IN, *arguments)


@pytest.mark.parametrize("arguments", [("--by", "els"), UNTIL, ("--end", "--by", "els", *UNTIL)])
def test_wrong_usage(pushed: Cli, arguments: tuple[str, ...]) -> None:
    pushed.misused(*STAND_IN, *arguments)
