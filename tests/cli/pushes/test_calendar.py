"""``studio-tui calendar`` (P17)."""

import pytest
from icalendar import Calendar

from tests.cli.conftest import Cli

pytestmark = pytest.mark.one_engine


def test_the_calendar_as_json_and_as_icalendar(pushed: Cli) -> None:
    pushed.run("pushes", "repeat", "Q1 review", "--every", "3m")
    entries = pushed.json("calendar")
    assert {frozenset(each) for each in entries} == {frozenset({"day", "kind", "push", "count"})}
    assert [e["day"] for e in entries] == sorted(e["day"] for e in entries)
    assert len([e for e in entries if e["kind"] == "repeats"]) == 4
    written = pushed.out("calendar", "--ics")
    events = list(Calendar.from_ical(written).walk("VEVENT"))
    assert len({str(event["uid"]) for event in events}) == len(events) == len(entries)
    assert [str(event.decoded("dtstart")) for event in events] == [e["day"] for e in entries]
    assert written == pushed.out("calendar", "--ics")
    shown = pushed.out("calendar", "--months", "1")
    assert "“" not in shown
    assert "still to hold" in shown
    assert "Either" in pushed.misused("calendar", "--ics", "--json")
    assert pushed.json("calendar", "--months", "1") == [
        e for e in entries if e["day"] < "2026-04-02"
    ]


def test_an_empty_calendar(cli: Cli) -> None:
    assert cli.json("calendar") == []
