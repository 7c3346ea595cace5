"""Instants and calendar days (D1, D2)."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.clock import FixedClock, end_of_day, local_day, start_of_day

BRUSSELS = ZoneInfo("Europe/Brussels")
ZONES = st.sampled_from([BRUSSELS, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia"), UTC])
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


def test_a_fixed_clock_tells_utc() -> None:
    instant = datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=1)))
    assert FixedClock(instant).now() == instant
    assert FixedClock(instant).now().tzinfo is UTC


def test_a_day_is_one_of_the_zone() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert local_day(late, BRUSSELS) == date(2026, 3, 2)
    assert local_day(late, ZoneInfo("UTC")) == date(2026, 3, 1)


def test_days_are_as_long_as_they_are() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    lengths = [end_of_day(day, BRUSSELS) - start_of_day(day, BRUSSELS) for day in (spring, autumn)]
    assert lengths == [timedelta(hours=23), timedelta(hours=25)]
    assert start_of_day(spring, BRUSSELS, time(8)) == datetime(2026, 3, 29, 6, tzinfo=UTC)


@given(DAYS, ZONES)
def test_a_day_ends_where_the_next_begins(day: date, zone: ZoneInfo) -> None:
    assert end_of_day(day, zone) == start_of_day(day + timedelta(days=1), zone)
    assert start_of_day(day, zone).tzinfo is UTC
