"""The retention time of users who have left (U13)."""

from calendar import monthrange
from datetime import date, timedelta

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.written_dates import months_later

NOTICE = timedelta(days=7)
"""Time between setting a retention time and the first erasure because of it."""
GAP = timedelta(days=90)
"""Period without use after which a retention time counts as newly set."""
MOST_MONTHS = 1_200


@dataclass(frozen=True, slots=True)
class DueErasure:
    """A user whose retention time is over, or will be."""

    user_id: int
    login: str
    name: str
    left_on: date
    erase_on: date
    """First day on which the user is erased."""


def left_until(today: date, months: int) -> date:
    """Return the latest last day whose retention time of ``months`` is over on ``today``.

    Users who left on or before that day are erased.
    """
    day = months_later(today, -months) if today.year > months // 12 + 1 else date.min
    is_last_of_month = (today + timedelta(days=1)).month != today.month
    if is_last_of_month:
        # The 29th to the 31st all map to the last day of a shorter month.
        day = day.replace(day=monthrange(day.year, day.month)[1])
    return day
