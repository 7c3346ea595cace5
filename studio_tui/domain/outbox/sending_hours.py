"""When mail may reach somebody (N20): not at night, not on days off, in their own time zone."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from studio_tui.domain.shared.clock import start_of_day
from studio_tui.domain.shared.dataclass import dataclass

PUT_OFF = "not before "
"""What the words of a mail begin with that waits for the hours of its recipient."""
DAY_CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""What the settings call the days of a week, from Monday on."""
_FARTHEST = 60
"""So many days ahead are looked at: whoever has none to work on gets mail at any time."""


class SendingTime(NamedTuple):
    """When mail may reach somebody again."""

    at: datetime
    why: str
    """Why not now: ``night``, ``weekend``, the name of a holiday."""


@dataclass(frozen=True, slots=True)
class SendingHours:
    """The hours of a day, and the days of a week, on which mail may reach somebody."""

    begins: time = time(0)
    ends: time | None = None
    """None: the end of the day."""
    days_off: frozenset[int] = frozenset()
    """Of a week, 0 is Monday."""
    closed_on: frozenset[date] = frozenset()
    """Single days of the organisation's own."""

    def opening(
        self, now: datetime, zone: ZoneInfo, holiday: Callable[[date], str]
    ) -> SendingTime | None:
        """When mail may reach somebody in ``zone`` next; None: now. ``holiday`` names the public
        holiday that a day is, or is empty."""
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
