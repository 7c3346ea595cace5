"""The course of a push compared with the expected pace (S2)."""

from datetime import date, timedelta

from studio_tui.domain.pushes.course import course

FIRST, DEADLINE = date(2026, 3, 2), date(2026, 3, 31)
ALL = {"first": FIRST, "deadline": DEADLINE, "assigned": 30, "planned": dict[date, int]()}


def test_the_expected_pace_rises_from_nothing_to_all_at_the_deadline() -> None:
    found = course(today=FIRST, held={}, **ALL)  # type: ignore[arg-type]
    paces = [found.expected(FIRST + timedelta(days=n)) for n in range(-1, 31)]
    assert paces == [0, *range(1, 31), 30]
    assert len(found.days) == 30


def test_the_required_and_the_actual_pace() -> None:
    held = {date(2026, 3, 9): 4, date(2026, 3, 15): 6, date(2026, 3, 16): 2}
    found = course(today=date(2026, 3, 16), held=held, **ALL)  # type: ignore[arg-type]
    assert (found.held, found.still, found.days_left) == (12, 18, 16)
    assert found.held_by(date(2026, 3, 15)) == 10
    # 18 in 16 days. 9 March is seven days ago.
    assert (found.weekly_needed, found.weekly_held) == (8, 8)
    weeks = [(week.number, week.held) for week in found.weeks()]
    assert weeks == [(1, 0), (2, 10), (3, 2), (4, 0), (5, 0)]
    late = course(today=DEADLINE + timedelta(days=9), held=held, **ALL)  # type: ignore[arg-type]
    assert (late.days_left, late.weekly_needed, len(late.days)) == (0, None, 39)
    assert [week.after_deadline for week in late.weeks()] == [False] * 5 + [True]


def test_the_number_of_days_is_limited() -> None:
    """D1: conversations recorded or planned for another century count on the first or last day."""
    held, planned = {date(1926, 1, 1): 1, FIRST: 1}, {date(2126, 1, 1): 3}
    found = course(
        first=FIRST, deadline=DEADLINE, today=FIRST, assigned=5, held=held, planned=planned
    )
    assert len(found.days) < 800
    assert found.held == 2
    assert found.days[0].held == 1
