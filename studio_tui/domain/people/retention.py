"""How long who has left is kept (U13)."""

from calendar import monthrange
from datetime import date, timedelta

from studio_tui.domain.shared.dataclass import dataclass

NOTICE = timedelta(days=7)
"""For so long a retention time is known before anybody is erased by it."""
GAP = timedelta(days=90)
"""A retention time that nobody worked with for so long is new again."""
MOST_MONTHS = 1_200


@dataclass(frozen=True, slots=True)
class ToErase:
    """Somebody whose retention time is over, or will be."""

    user_id: int
    login: str
    name: str
    left_on: date
    erase_on: date
    """The first day on which they are erased."""


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def left_until(today: date, months: int) -> date:
    """The last day such that who left on it, or before, is kept no longer on ``today``."""
    day = months_after(today, -months) if today.year > months // 12 + 1 else date.min
    is_last_of_month = (today + timedelta(days=1)).month != today.month
    if is_last_of_month:
        # The 29th to the 31st fall together on the last day of a shorter month.
        day = day.replace(day=monthrange(day.year, day.month)[1])
    return day
