"""The clock of the running program (D2)."""

from datetime import UTC, datetime, timedelta

import pytest

from studio_tui.config.clock import OffsetClock, SystemClock, clock_from
from studio_tui.domain.shared.clock import FixedClock
from studio_tui.domain.shared.errors import Refused


@pytest.mark.parametrize("text", ["2026-03-01T09:00:00+01:00", "2026-03-01T08:00:00Z"])
def test_studio_now_fixes_the_clock(text: str) -> None:
    clock = clock_from(text)
    assert isinstance(clock, FixedClock)
    assert clock.now() == clock.now() == datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("text", ["now", "2026-03-01", "2026-03-01T09:00:00", "09:00"])
def test_an_invalid_instant_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"STUDIO_NOW=.* is not an instant: write it as"):
        clock_from(text)


@pytest.mark.parametrize("text", [None, ""])
def test_without_studio_now_it_is_the_clock_of_the_machine(text: str | None) -> None:
    before = datetime.now(UTC)
    clock = clock_from(text)
    assert isinstance(clock, SystemClock)
    assert before <= clock.now() <= datetime.now(UTC)


def test_an_offset_clock_runs() -> None:
    start = datetime(2026, 3, 1, 8, tzinfo=UTC)
    clock = OffsetClock(start)
    first = clock.now()
    assert timedelta(0) <= first - start < timedelta(minutes=1)
    while clock.now() == first:
        pass
    assert clock.now() > first
