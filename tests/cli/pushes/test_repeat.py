"""``pushes repeat`` and the pushes that the worker creates from it (P17)."""

import pytest

from tests.cli.conftest import Cli
from tests.cli.pushes.test_assign import logins

pytestmark = pytest.mark.one_engine


def test_the_worker_creates_a_repeated_push_once(
    pushed: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = logins(pushed, "Q1 review")
    said = pushed.out("pushes", "repeat", "Q1 review", "--every", "3 months")
    assert said.startswith("“Q1 review” comes again every 3 months.\n")
    shown = pushed.json("pushes", "show", "Q1 review")
    (first, *_) = shown["repeats"]["coming"]
    assert (shown["repeats"]["every"], shown["repeats"]["next"]) == ("3m", first["day"])
    monkeypatch.setenv("STUDIO_NOW", f"{first['day']}T06:00:00+02:00")
    for _ in range(2):
        pushed.tried("worker", "--drain")
    listed = {each["name"]: each for each in pushed.json("pushes", "list")}
    assert sorted(listed) == ["Q1 review", "Q2 review"]
    made = listed["Q2 review"]
    assert (made["available_from"], made["deadline"]) == (first["day"], first["deadline"])
    assert made["repeats"]["latest"] == "Q2 review"
    assert logins(pushed, "Q2 review") == before
    assert "does not come again" in pushed.out("pushes", "repeat", "Q2 review", "--stop")
    stopped = pushed.json("pushes", "repeat", "Q1 review", "--stop")
    assert stopped == {"push": "Q1 review", "repeats": None}


def test_options_that_exclude_each_other_are_wrong_usage(pushed: Cli) -> None:
    repeat = ("pushes", "repeat", "Q1 review")
    assert "is no rhythm" in pushed.misused(*repeat, "--every", "3d")
    assert "Only one" in pushed.misused(*repeat, "--every", "1m", "--stop")
    assert "--until" in pushed.misused(*repeat, "--after-hire", "90d", "--until", "2027-01-01")
    assert "no number of days" in pushed.misused(*repeat, "--after-hire", "3m")
