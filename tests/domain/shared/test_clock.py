"""Instants and calendar days (D1, D2)."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.shared.clock import (
    FixedClock,
    end_of_day,
    instants_at,
    local_day,
    start_of_day,
    zone_named,
)

BRUSSELS = ZoneInfo("Europe/Brussels")
ZONES = st.sampled_from([BRUSSELS, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia"), UTC])
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


def test_a_fixed_clock_returns_utc() -> None:
    instant = datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=1)))
    assert FixedClock(instant).now() == instant
    assert FixedClock(instant).now().tzinfo is UTC


def test_a_calendar_day_belongs_to_a_zone() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert local_day(late, BRUSSELS) == date(2026, 3, 2)
    assert local_day(late, ZoneInfo("UTC")) == date(2026, 3, 1)


def test_days_on_which_clocks_change_are_shorter_or_longer() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    lengths = [end_of_day(day, BRUSSELS) - start_of_day(day, BRUSSELS) for day in (spring, autumn)]
    assert lengths == [timedelta(hours=23), timedelta(hours=25)]
    assert start_of_day(spring, BRUSSELS, time(8)) == datetime(2026, 3, 29, 6, tzinfo=UTC)


@given(DAYS, ZONES)
def test_a_day_ends_where_the_next_begins(day: date, zone: ZoneInfo) -> None:
    assert end_of_day(day, zone) == start_of_day(day + timedelta(days=1), zone)
    assert start_of_day(day, zone).tzinfo is UTC


def test_a_time_that_clocks_skip_has_no_instant() -> None:
    """D1: Brussels puts its clocks forward at 02:00 on 29 March 2026."""
    day = date(2026, 3, 29)
    assert instants_at(day, time(2, 30), BRUSSELS) == ()
    assert instants_at(day, time(2), BRUSSELS) == ()
    assert instants_at(day, time(1, 59), BRUSSELS) == (datetime(2026, 3, 29, 0, 59, tzinfo=UTC),)
    assert instants_at(day, time(3), BRUSSELS) == (datetime(2026, 3, 29, 1, tzinfo=UTC),)


def test_a_time_that_occurs_twice_has_two_instants() -> None:
    """D1: Brussels puts its clocks back at 03:00 on 25 October 2026."""
    day = date(2026, 10, 25)
    assert instants_at(day, time(2, 30), BRUSSELS) == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )
    assert len(instants_at(day, time(3), BRUSSELS)) == 1


def test_a_zone_may_skip_a_whole_day() -> None:
    """Samoa went from 29 to 31 December 2011."""
    assert instants_at(date(2011, 12, 30), time(12), ZoneInfo("Pacific/Apia")) == ()


@given(DAYS, st.times().filter(lambda at: at.fold == 0), ZONES)
def test_every_instant_at_a_time_shows_it(day: date, at: time, zone: ZoneInfo) -> None:
    found = instants_at(day, at, zone)
    shown = [instant.astimezone(zone).replace(tzinfo=None, fold=0) for instant in found]
    assert shown == [datetime.combine(day, at)] * len(found)
    assert list(found) == sorted(found)
    assert len(found) <= 2


def test_an_invalid_zone_falls_back_to_the_default() -> None:
    assert zone_named("America/New_York", BRUSSELS) == ZoneInfo("America/New_York")
    for name in ("", "Mars/Olympus", "../../etc/passwd", "\x00", "[/x]"):
        assert zone_named(name, BRUSSELS) == BRUSSELS
