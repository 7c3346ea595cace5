"""What happens on which day (P17)."""

from datetime import UTC, date, datetime

from studio_tui.domain.conversations.conversation import Plan
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.calendar import DayKind
from studio_tui.domain.pushes.repeats import parse_every
from studio_tui.services import conversations
from studio_tui.services.pushes import calendar, repeats
from studio_tui.services.system.context import Studio
from tests.acting import assign
from tests.organisation import create_push, import_people


def test_what_happens_in_a_year(studio: Studio, admin: Actor) -> None:
    """Clocks in Brussels are put forward on 29 March: days are days all the same."""
    import_people(studio, admin)
    push = create_push(studio, admin, lasts=28)
    assign(studio, admin, push, "ann", "ben", "cas")
    ahead = create_push(studio, admin, "Ahead", starts_in=30, lasts=3)
    assign(studio, admin, ahead, "eve")
    asked = conversations.find(studio, push.name, "ann")
    # Half past eleven in the evening of 29 March.
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
