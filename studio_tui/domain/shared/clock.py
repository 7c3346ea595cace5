"""Clocks, and conversion of instants to calendar days in a time zone (D1, D2, N4)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from studio_tui.domain.shared.dataclass import dataclass


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SteadyTime:
    """A reading of a `SteadyClock`."""

    seconds: float
    origin: str
    """Identifier of the instant from which the seconds count.

    Readings of different origins cannot be compared: the clock was restarted in between, and with
    it every process that used it.
    """


class SteadyClock(Protocol):
    """A monotonic clock that measures leases (N4).

    It cannot be set, and it keeps running while the host sleeps. All workers of one database read
    the same clock.
    """

    def time(self) -> SteadyTime:
        """Return the current reading."""
        ...

    def jumped_within(self, seconds: float) -> bool:
        """Return whether the clock is known to have jumped within the last ``seconds``.

        After a jump, durations measured from earlier readings are meaningless.
        """
        ...


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that always returns ``instant``, for tests and demos."""

    instant: datetime

    def now(self) -> datetime:
        """Return ``instant`` in UTC."""
        return self.instant.astimezone(UTC)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day of ``instant`` in ``zone``."""
    return instant.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo, at: time = time(0)) -> datetime:
    """Return the instant, in UTC, of the local time ``at`` on ``day`` in ``zone``."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant, in UTC, after ``day`` in ``zone``.

    A deadline on ``day`` ends then.
    """
    return start_of_day(day + timedelta(days=1), zone)


def zone_named(name: str, otherwise: ZoneInfo) -> ZoneInfo:
    """Return the time zone called ``name``, or ``otherwise`` if there is none of that name."""
    try:
        return ZoneInfo(name) if name else otherwise
    except (ValueError, OSError, KeyError):
        return otherwise


def instants_at(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the instants, in UTC, at which clocks in ``zone`` show ``at`` on ``day``.

    Usually one; none if clocks are put forward over that time, two if they are put back over it.
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
    """Return a non-negative ``span`` in its largest unit, rounded down: ``10 minutes``."""
    seconds = int(span.total_seconds())
    size, unit = next((each for each in _UNITS if seconds >= each[0]), _UNITS[-1])
    count = seconds // size
    return f"{count:,} {unit}" + ("" if count == 1 else "s")


def zone_in_words(instant: datetime, zone: ZoneInfo) -> str:
    """Return the name of ``zone``, with its UTC offset if the local time is ambiguous.

    Usually ``Europe/Brussels``; ``Europe/Brussels, UTC+02:00`` if clocks in ``zone`` show the local
    time of ``instant`` twice on that day because they are put back.
    """
    local = instant.astimezone(zone)
    if local.utcoffset() == local.replace(fold=not local.fold).utcoffset():
        return zone.key
    offset = f"{local:%z}"
    return f"{zone.key}, UTC{offset[:3]}:{offset[3:5]}"
