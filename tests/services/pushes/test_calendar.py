"""The calendar of events per day (P17)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from msgspec import structs

from studio_tui.config.settings import Notifications
from studio_tui.domain.conversations.conversation import Plan
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.calendar import DayKind
from studio_tui.domain.pushes.check import CheckKind
from studio_tui.domain.pushes.repeats import parse_every
from studio_tui.services import conversations
from studio_tui.services.pushes import calendar, check, duplicate, repeats
from studio_tui.services.system.context import Studio
from tests.acting import assign
from tests.organisation import create_push


@pytest.mark.usefixtures("people")
def test_the_calendar_of_a_year(studio: Studio, admin: Actor) -> None:
    """The clocks in Brussels go forward on 29 March, which must not shift a day."""
    push = create_push(studio, admin, lasts=28)
    assign(studio, admin, push, "ann", "ben", "cas")
    ahead = create_push(studio, admin, "Ahead", starts_in=30, lasts=3)
    assign(studio, admin, ahead, "eve")
    asked = conversations.find(studio, push.name, "ann")
    # 23:30 in Brussels on 29 March.
    late = datetime(2026, 3, 29, 21, 30, tzinfo=UTC)
    conversations.plan(studio, admin, asked, Plan(late), conductor="bob")
    repeats.set_rhythm(studio, admin, push, parse_every("6m"))
    found = [
        (str(each.day), each.kind, each.push, each.count) for each in calendar.show(studio, admin)
    ]
    assert found == [
        ("2026-03-02", DayKind.BEGINS, "Q1 review", 3),
        ("2026-03-02", DayKind.MAIL, "Q1 review", 8),
        ("2026-03-23", DayKind.REMINDER, "Q1 review", 3),
        ("2026-03-29", DayKind.REMINDER, "Q1 review", 3),
        ("2026-03-29", DayKind.PLANNED, "Q1 review", 1),
        ("2026-03-30", DayKind.ENDS, "Q1 review", 3),
        ("2026-04-01", DayKind.BEGINS, "Ahead", 1),
        ("2026-04-01", DayKind.MAIL, "Ahead", 1),
        ("2026-04-02", DayKind.REMINDER, "Q1 review", 3),
        ("2026-04-03", DayKind.REMINDER, "Ahead", 1),
        ("2026-04-04", DayKind.ENDS, "Ahead", 1),
        ("2026-04-07", DayKind.REMINDER, "Ahead", 1),
        ("2026-09-02", DayKind.REPEATS, "Q1 review", 3),
    ]
    assert calendar.show(studio, admin, 1)[-1].day == date(2026, 4, 1)
    repeats.skip(studio, admin, push, date(2026, 9, 2))
    every = calendar.show(studio, admin, with_skipped=True)
    (skipped,) = [each for each in every if each not in calendar.show(studio, admin)]
    assert (skipped.day, skipped.skipped, skipped.push_id) == (date(2026, 9, 2), True, push.id)


def test_a_day_off_is_named_in_the_calendar(studio: Studio, admin: Actor) -> None:
    """N20: Easter Monday in Belgium, and a closing day of the organisation."""
    notifications = Notifications(holidays="BE", closed_on=("2026-04-07",))
    off = replace(studio, settings=structs.replace(studio.settings, notifications=notifications))
    push = create_push(off, admin, starts_in=35, lasts=4)
    create_push(off, admin, "Other", starts_in=36, lasts=3)
    found = {(each.push, str(each.day)): each.text for each in calendar.show(off, admin)}
    assert "Easter Monday" in found["Q1 review", "2026-04-06"]
    assert found["Other", "2026-04-07"] == "closed"
    assert found["Q1 review", "2026-04-10"] == ""
    assert not check.check(off, admin, push)
    closed = create_push(off, admin, "Closed", starts_in=30, lasts=6)
    (warned,) = check.check(off, admin, closed)
    assert warned.kind is CheckKind.DEADLINE_DAY_OFF
    proposed = duplicate.propose(off, admin, push).draft
    assert str(proposed.available_from) == "2026-04-13"
