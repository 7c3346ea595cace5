"""Parsing the form that plans a conversation (C2, D1)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.conversations.conversation import Plan
from studio_tui.domain.conversations.plan_form import (
    FIELDS,
    day_hint,
    default_held_day,
    default_plan,
    parse_held_at,
    parse_near_day,
    parse_past_day,
    parse_plan,
    plan_fields,
    time_hint,
)
from studio_tui.domain.shared.errors import Invalid
from studio_tui.domain.shared.written_dates import parse_time
from tests.hostile import HOSTILE

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday, 10:00 in Brussels."""
MONDAY = date(2026, 3, 2)


def typed(**changes: str) -> dict[str, str]:
    return {"date": "2026-03-03", "time": "14:30", "minutes": "60", "place": "Room 3"} | changes


def wrong(**changes: str) -> dict[str, str]:
    with pytest.raises(Invalid) as raised:
        parse_plan(typed(**changes), NOW, BRUSSELS)
    return raised.value.fields


def test_future_days_are_parsed() -> None:
    for text, day in {
        "2026-03-31": date(2026, 3, 31),
        " 2026-03-31 ": date(2026, 3, 31),
        "today": MONDAY,
        "Tomorrow": date(2026, 3, 3),
        "tue": date(2026, 3, 3),
        "FRIDAY": date(2026, 3, 6),
        "mon": date(2026, 3, 9),
    }.items():
        assert parse_near_day(text, MONDAY) == day


def test_past_days_are_parsed() -> None:
    for text, day in {
        "2026-02-27": date(2026, 2, 27),
        "today": MONDAY,
        "Yesterday": date(2026, 3, 1),
        "fri": date(2026, 2, 27),
        "monday": date(2026, 2, 23),
    }.items():
        assert parse_past_day(text, MONDAY) == day


@pytest.mark.parametrize("text", ["", "2026-03-03", "tomorrow", "1826-01-01", *HOSTILE])
def test_a_day_that_is_not_in_the_past_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse_held_at(text, None, NOW, BRUSSELS)
    assert raised.value.fields["held_on"]


def test_the_default_instant_of_a_held_conversation() -> None:
    """The planned time if it was on that day. Otherwise the current time today, or noon."""
    planned = NOW - timedelta(days=3)
    assert default_held_day(planned, NOW, BRUSSELS) == "2026-02-27"
    assert parse_held_at("2026-02-27", planned, NOW, BRUSSELS) == planned
    assert parse_held_at("2026-02-26", planned, NOW, BRUSSELS).hour == 11
    assert default_held_day(NOW + timedelta(days=3), NOW, BRUSSELS) == "2026-03-02"
    assert parse_held_at("today", NOW + timedelta(hours=1), NOW, BRUSSELS) == NOW


@pytest.mark.parametrize("text", ["", "2026-02-30", "31/4", "t", "fridays", "9999-12-31", *HOSTILE])
def test_an_invalid_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="“"):
        parse_near_day(text, MONDAY)


def test_times_are_parsed() -> None:
    for text, at in {
        "14:30": time(14, 30),
        "1430": time(14, 30),
        "14h30": time(14, 30),
        "9": time(9),
        " 09:05 ": time(9, 5),
        "0:00": time(0),
    }.items():
        assert parse_time(text) == at


@pytest.mark.parametrize("text", ["", "24:00", "9:60", "9:5", "-1", "14:30:00", "two", *HOSTILE])
def test_an_invalid_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        parse_time(text)


def test_a_plan_is_in_the_given_time_zone() -> None:
    plan = parse_plan(typed(), NOW, BRUSSELS)
    assert plan == Plan(datetime(2026, 3, 3, 13, 30, tzinfo=UTC), 60, "Room 3")
    assert plan_fields(plan, BRUSSELS) == typed()
    assert plan_fields(plan, ZoneInfo("Asia/Tokyo"))["time"] == "22:30"


def test_all_errors_are_reported_at_once() -> None:
    fields = wrong(date="soon", time="noon", minutes="an hour")
    assert list(fields) == ["date", "time", "minutes"]
    assert "“soon” is not a date" in fields["date"]


def test_the_error_about_the_past_is_at_its_field() -> None:
    assert wrong(date="2026-03-01") == {"date": "a conversation cannot be planned in the past"}
    assert wrong(date="today", time="09:59") == {
        "time": "a conversation cannot be planned in the past"
    }


def test_length_and_place_are_checked() -> None:
    assert wrong(minutes="4") == {"minutes": "a conversation lasts 5 to 480 minutes"}
    assert "minutes" in wrong(minutes="9" * 5000)
    assert "place" in wrong(place="x" * 300)


def test_a_time_skipped_by_the_clocks_is_refused() -> None:
    """D1: the error suggests an existing time."""
    assert wrong(date="2026-03-29", time="02:30") == {
        "time": "there is no 02:30 on 2026-03-29 in Europe/Brussels: the clocks are put forward "
        "then (write 03:30?)"
    }


def test_a_time_that_occurs_twice_is_the_first_with_a_hint() -> None:
    at = typed(date="2026-10-25", time="02:30")
    planned = parse_plan(at, NOW, BRUSSELS).planned_for
    assert planned == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert time_hint(at, NOW, BRUSSELS) == (
        "02:30 comes twice on 2026-10-25, as the clocks go back: the first is meant (UTC+0200), "
        "not the second (UTC+0100)"
    )
    assert time_hint(typed(), NOW, BRUSSELS) == ""
    assert time_hint(typed(time="?"), NOW, BRUSSELS) == ""


def test_a_hint_shows_the_weekday() -> None:
    assert day_hint(typed(date="fri"), NOW, BRUSSELS) == "Friday 2026-03-06"
    assert day_hint(typed(date="never"), NOW, BRUSSELS) == ""


@pytest.mark.parametrize(
    ("now", "date_", "time_"),
    [
        (NOW, "2026-03-03", "11:00"),
        (datetime(2026, 3, 2, 22, 30, tzinfo=UTC), "2026-03-03", "16:00"),
        (datetime(2026, 3, 6, 3, 0, tzinfo=UTC), "2026-03-09", "09:00"),
    ],
)
def test_the_default_plan_is_on_a_working_day(now: datetime, date_: str, time_: str) -> None:
    begun = plan_fields(default_plan(now, BRUSSELS), BRUSSELS)
    assert (begun["date"], begun["time"], begun["minutes"]) == (date_, time_, "60")


@given(st.fixed_dictionaries({name: st.text() for name in FIELDS}))
def test_any_input_is_a_plan_or_has_errors(text: dict[str, str]) -> None:
    assert set(_reasons(text)) <= set(FIELDS)


def _reasons(text: dict[str, str]) -> dict[str, str]:
    try:
        parse_plan(text, NOW, BRUSSELS)
    except Invalid as error:
        return error.fields
    return {}
