"""The figures in the check of a push (P19)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from studio_tui.domain.pushes.check import (
    CheckKind,
    PushWarning,
    is_night,
    is_weekend,
    working_days,
)


@pytest.mark.parametrize("length", range(-2, 16))
def test_working_days_exclude_weekends(length: int) -> None:
    for start in range(7):
        first = date(2026, 3, 2) + timedelta(days=start)
        last = first + timedelta(days=length)
        every = [first + timedelta(days=n) for n in range(length + 1)]
        assert working_days(first, last) == sum(not is_weekend(day) for day in every)


@pytest.mark.parametrize(("hour", "night"), [(6, True), (7, False), (21, False), (22, True)])
def test_night_is_that_of_the_time_zone(hour: int, night: bool) -> None:
    instant = datetime(2026, 3, 2, hour, 59, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert is_night(instant.astimezone(UTC), ZoneInfo("Asia/Tokyo")) is night


def test_warnings_in_words() -> None:
    assert PushWarning(CheckKind.NO_MANAGER, 1, ("eve",)).words == "1 has no manager"
    assert PushWarning(CheckKind.NO_MANAGER, 1_200, ("eve",)).words == "1,200 have no manager"
    assert PushWarning(CheckKind.DEADLINE_WEEKEND, 1).words == "the deadline falls on a weekend"
