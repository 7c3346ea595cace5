"""The clocks of the running program (D2, N4)."""

import sys
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from subprocess import CalledProcessError, run

from studio_tui.domain.shared.clock import Clock, FixedClock, SteadyTime
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused

_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Includes the time during which the host sleeps, as CLOCK_MONOTONIC does on macOS."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def seconds_since_boot() -> float:
    """Return the seconds since the host started, including the time it slept."""
    return time.clock_gettime(_BOOT_CLOCK)


@cache
def boot_id() -> str:
    """Return an id that identifies this boot of the host; empty if the system provides none."""
    try:
        if sys.platform == "darwin":
            asked = ("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid")
            return run(asked, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - fixed words
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError, CalledProcessError):
        return ""


@dataclass(frozen=True, slots=True)
class BootClock:
    """The time since the host started: the `SteadyClock` that all processes of a host share."""

    def time(self) -> SteadyTime:
        """Return the seconds since the host started, with the boot id."""
        return SteadyTime(seconds_since_boot(), boot_id())

    def jumped_within(self, seconds: float) -> bool:
        """Return False: this clock cannot be set."""
        return False


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The system clock."""

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        return datetime.now(UTC)


class OffsetClock:
    """A running clock that starts at ``instant``. Lets every demo begin on the same day."""

    def __init__(self, instant: datetime) -> None:
        self._ahead = instant - datetime.now(UTC)

    def now(self) -> datetime:
        """Return the current instant of this clock in UTC."""
        return (datetime.now(UTC) + self._ahead).astimezone(UTC)


def clock_from(studio_now: str | None) -> Clock:
    """Return the system clock, or a clock fixed at ``studio_now``.

    The value of ``STUDIO_NOW`` is an ISO 8601 instant with an offset. Raises `Refused` for other
    text.
    """
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
