"""The one clock of the program, what leases are measured by, and calendar days in the
organisation's time zone (D1, D2, N4)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the instant it is now."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SteadyTime:
    """A reading of a `SteadyClock`."""

    seconds: float
    origin: str
    """What the seconds count from. Readings of different origins cannot be compared: the clock
    started again in between, with everything that ran by it."""


class SteadyClock(Protocol):
    """Measures how long a lease lasts (N4): nobody sets it, and it runs on while a host sleeps.

    All workers of one database read the same one.
    """

    def time(self) -> SteadyTime:
        """Its reading at this moment."""
        ...

    def jumped_within(self, seconds: float) -> bool:
        """Whether it was set all the same within the last ``seconds``, as far as is known: what was
        measured by it before means nothing."""
        ...


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still at ``instant``: for tests and demos."""

    instant: datetime

    def now(self) -> datetime:
        """The instant it was set to, in UTC."""
        return self.instant.astimezone(UTC)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day that ``instant`` falls on in ``zone``."""
    return instant.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo, at: time = time(0)) -> datetime:
    """The instant, in UTC, at which it is ``at`` on ``day`` in ``zone``."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, that is no longer ``day`` in ``zone``: where a deadline ends."""
    return start_of_day(day + timedelta(days=1), zone)


def zone_named(name: str, otherwise: ZoneInfo) -> ZoneInfo:
    """The time zone of this name, ``otherwise`` where there is none."""
    try:
        return ZoneInfo(name) if name else otherwise
    except (ValueError, OSError, KeyError):
        return otherwise


def instants_at(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The instants, in UTC, at which clocks in ``zone`` show ``at`` on ``day``.

    One, but none where the clocks are put forward over it and two where they are put back.
    """
    local = [datetime.combine(day, at.replace(fold=fold), tzinfo=zone) for fold in (0, 1)]
    instants = dict.fromkeys(moment.astimezone(UTC) for moment in local)
    wanted = datetime.combine(day, at)
    return tuple(
        instant
        for instant in instants
        if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wanted
    )


_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def span_in_words(span: timedelta) -> str:
    """``span``, which is not negative, in its largest unit, rounded down: ``10 minutes``."""
    seconds = int(span.total_seconds())
    size, unit = next((each for each in _UNITS if seconds >= each[0]), _UNITS[-1])
    count = seconds // size
    return f"{count:,} {unit}" + ("" if count == 1 else "s")


def zone_in_words(instant: datetime, zone: ZoneInfo) -> str:
    """``Europe/Brussels``; ``Europe/Brussels, UTC+02:00`` at a time that clocks in ``zone`` show
    twice on that day, because they are put back."""
    local = instant.astimezone(zone)
    if local.utcoffset() == local.replace(fold=not local.fold).utcoffset():
        return zone.key
    offset = f"{local:%z}"
    return f"{zone.key}, UTC{offset[:3]}:{offset[3:5]}"
