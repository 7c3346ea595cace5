"""The clock of the running program (D2)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from studio_tui.domain.clock import Clock, FixedClock
from studio_tui.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The current instant, in UTC."""
        return datetime.now(UTC)


class ClockFrom:
    """A clock that runs, from ``instant`` on: for a demo that begins on the same day every time."""

    def __init__(self, instant: datetime) -> None:
        self._ahead = instant - datetime.now(UTC)

    def now(self) -> datetime:
        """The current instant of its own time, in UTC."""
        return (datetime.now(UTC) + self._ahead).astimezone(UTC)


def clock_from(studio_now: str | None) -> Clock:
    """The machine's clock, or the one ``STUDIO_NOW`` fixes: an ISO 8601 instant with offset."""
    if not studio_now:
        return SystemClock()
    try:
        instant = datetime.fromisoformat(studio_now)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise Refused(
            f"STUDIO_NOW={studio_now!r} is not an instant: write it as 2026-03-01T09:00:00+01:00."
        )
    return FixedClock(instant)
