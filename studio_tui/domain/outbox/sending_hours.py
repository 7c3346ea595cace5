"""Sending hours: no mail at night or on days off, in the recipient's own time zone (N20)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from studio_tui.domain.shared.clock import start_of_day
from studio_tui.domain.shared.dataclass import dataclass

DEFERRED_PREFIX = "not before "
"""Prefix of the message of a mail that is deferred to the sending hours of its recipient."""
DAY_CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of the weekdays in the settings, from Monday on."""
_FARTHEST = 60
"""Number of days to search ahead.

If none of them is a working day, mail is sent at any time.
"""


class SendingTime(NamedTuple):
    """The next instant at which mail may be sent to a recipient."""

    at: datetime
    why: str
    """Reason for the delay: ``night``, ``weekend``, ``closed`` or the name of a holiday."""


@dataclass(frozen=True, slots=True)
class SendingHours:
    """The hours of the day and the days of the week at which mail may be sent."""

    begins: time = time(0)
    ends: time | None = None
    """End of the sending hours; None: the end of the day."""
    days_off: frozenset[int] = frozenset()
    """Weekdays on which no mail is sent; 0 is Monday."""
    closed_on: frozenset[date] = frozenset()
    """Dates on which the organisation is closed."""

    def opening(
        self, now: datetime, zone: ZoneInfo, holiday: Callable[[date], str]
    ) -> SendingTime | None:
        """Return when mail may next be sent to a recipient in ``zone``; None: now.

        ``holiday`` returns the name of the public holiday on a date, or an empty string.
        """
        local = now.astimezone(zone)
        why = ""
        for ahead in range(_FARTHEST):
            day = local.date() + timedelta(days=ahead)
            off = self._off(day, holiday)
            begins = start_of_day(day, zone, self.begins)
            if not off and (ahead or now < begins):
                return SendingTime(begins, why or "night")
            if not off and (self.ends is None or local.time() < self.ends):
                return None
            why = why or off or "night"
        return None

    def _off(self, day: date, holiday: Callable[[date], str]) -> str:
        if day in self.closed_on:
            return "closed"
        return holiday(day) or ("weekend" if day.weekday() in self.days_off else "")
