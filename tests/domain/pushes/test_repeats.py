"""The dates and names of repeated pushes (P17)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.pushes.repeats import (
    Recurrence,
    Rhythm,
    Unit,
    next_name,
    next_period,
    parse_after,
    parse_every,
)

TODAY = date(2026, 3, 2)


def firsts(rhythm: str, first: date, number: int) -> list[str]:
    found = Recurrence(parse_every(rhythm), first, first + timedelta(days=9)).occurrences()
    return [str(each.first) for each, _ in zip(found, range(number), strict=False)]


def test_the_end_of_a_month_is_restored_after_a_shorter_one() -> None:
    assert firsts("1m", date(2026, 1, 31), 4) == [
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
    ]


def test_a_leap_day_is_restored_in_a_leap_year() -> None:
    assert firsts("1y", date(2024, 2, 29), 4) == [
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(0, 400),
    st.sampled_from(["1w", "2w", "1m", "3m", "1y", "7m"]),
    st.integers(1, 30),
)
def test_a_rhythm_never_drifts(first: date, lasts: int, rhythm: str, number: int) -> None:
    every = parse_every(rhythm)
    found = every.day(first, number)
    if every.unit is Unit.WEEKS:
        assert found == first + timedelta(weeks=every.number * number)
    else:
        months = every.number * number * (12 if every.unit is Unit.YEARS else 1)
        assert (found.year - first.year) * 12 + found.month - first.month == months
        month_after = (found.replace(day=28) + timedelta(days=4)).replace(day=1)
        assert found.day == min(first.day, (month_after - timedelta(days=1)).day)
    # The deadline is never before the first day.
    assert every.day(first + timedelta(days=lasts), number) >= found


@pytest.mark.parametrize(
    ("text", "rhythm"),
    [("3m", "3m"), ("2w", "2w"), ("1y", "1y"), (" 2 Weeks ", "2w"), ("every 6 months", "6m")],
)
def test_rhythms_are_parsed(text: str, rhythm: str) -> None:
    assert str(parse_every(text)) == rhythm


@pytest.mark.parametrize("text", ["", "m", "0m", "-1m", "3d", "3", "11y", "999w", "1.5m", "x\n3m"])
def test_an_invalid_rhythm_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no rhythm"):
        parse_every(text)


def test_numbers_of_days_after_a_hire_are_parsed() -> None:
    assert [parse_after(text) for text in ("90d", "90 days", "0")] == [90, 90, 0]
    for wrong in ("-1d", "3m", "9999d", ""):
        with pytest.raises(ValueError, match="number of days"):
            parse_after(wrong)


def test_of_several_missed_occurrences_only_the_last_is_made() -> None:
    """After five weeks without a worker, the last one is made, with its own dates."""
    weekly = Recurrence(Rhythm(1, Unit.WEEKS), date(2026, 2, 2), date(2026, 2, 20))
    due = weekly.up_to(date(2026, 3, 10))
    assert len(due) == 5
    made = weekly.to_make(due, date(2026, 3, 10))
    assert made is not None
    assert (made.number, made.first, made.deadline) == (5, date(2026, 3, 9), date(2026, 3, 27))


def test_a_missed_occurrence_starts_late_unless_the_next_is_near() -> None:
    yearly = Recurrence(Rhythm(1, Unit.YEARS), date(2025, 2, 2), date(2025, 2, 15))
    late = yearly.to_make(yearly.up_to(TODAY), TODAY)
    assert late is not None
    assert (late.first, late.deadline) == (TODAY, TODAY + timedelta(days=13))
    weekly = Recurrence(Rhythm(1, Unit.WEEKS), date(2026, 2, 2), date(2026, 2, 6))
    saturday = date(2026, 3, 7)
    assert weekly.to_make(weekly.up_to(saturday), saturday) is None
    assert weekly.to_make([], TODAY) is None


def test_no_occurrence_follows_the_last_day() -> None:
    monthly = Recurrence(parse_every("1m"), TODAY, TODAY, until=date(2026, 5, 2))
    assert [str(each.first) for each in monthly.occurrences()] == ["2026-04-02", "2026-05-02"]
    assert monthly.next_after(date(2026, 5, 2)) is None
    to_the_end = Recurrence(parse_every("10y"), date(2990, 1, 1), date(2990, 2, 1))
    assert list(to_the_end.occurrences()) == []


def test_the_next_name_increments_year_and_quarter() -> None:
    first, later = date(2026, 3, 1), date(2027, 5, 1)
    for name, moved in (
        ("Review 2026", "Review 2027"),
        ("Q1 review", "Q2 review"),
        ("Q1 2026", "Q2 2027"),
        ("Review", "Review 2"),
        ("Review 9", "Review 10"),
        ("Room 20260", "Room 20260 2"),
    ):
        assert next_name(name, first, later, [name]) == moved
    assert next_name("Review", first, later, ["review", "REVIEW 2"]) == "Review 3"
    assert len(next_name("x" * 200, first, later, ["x" * 200])) == 200


def test_a_duplicate_has_the_same_length_and_starts_at_the_next_free_time() -> None:
    first, deadline = date(2026, 2, 2), date(2026, 2, 27)
    # The end is Friday the 27th, so the Monday after it. Never before tomorrow.
    assert next_period(first, deadline, date(2026, 2, 10), []) == (TODAY, date(2026, 3, 27))
    assert next_period(first, deadline, TODAY, [])[0] == date(2026, 3, 3)
    off = {date(2026, 3, 2), date(2026, 3, 3)}
    assert next_period(first, deadline, date(2026, 2, 10), [], lambda day: day in off)[0] == date(
        2026, 2, 28
    )
    taken = [(date(2026, 3, 20), date(2026, 4, 10))]
    assert next_period(first, deadline, TODAY, taken)[0] == date(2026, 4, 13)
