"""The clocks of the running program (D2, N4)."""

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from subprocess import CalledProcessError, run

from studio_tui.domain.shared.clock import Clock, FixedClock, SteadyTime
from studio_tui.domain.shared.errors import Refused

_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Counts the time that the host sleeps, too: on macOS CLOCK_MONOTONIC does."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def seconds_since_boot() -> float:
    """Seconds since the host started, those included that it slept."""
    return time.clock_gettime(_BOOT_CLOCK)


@cache
def boot_id() -> str:
    """What tells this start of the host from every other; empty where the system does not say."""
    try:
        if sys.platform == "darwin":
            asked = ("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid")
            return run(asked, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - fixed words
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError, CalledProcessError):
        return ""


@dataclass(frozen=True, slots=True)
class BootClock:
    """The time since the host started: the `SteadyClock` of all processes of one host."""

    def time(self) -> SteadyTime:
        """Seconds since the host started."""
        return SteadyTime(seconds_since_boot(), boot_id())

    def jumped_within(self, seconds: float) -> bool:
        """Never: nobody can set it."""
        return False


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
