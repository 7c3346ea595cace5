"""The organisation's days off: weekends, public holidays, and days of its own (N20)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

from studio_tui.domain.pushes.check import is_weekend
from studio_tui.domain.shared.calendar_names import WEEKDAYS
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.system.context import Studio


def days_off(studio: Studio) -> Callable[[date], str]:
    """Return a function that names the reason why a day is off, empty for a working day.

    The reason is the name of a holiday, ``closed``, or a weekday such as ``Saturday``. The library
    of holidays is loaded if the settings name a country (`notifications.holidays`); without it,
    only weekends and the days of the settings count.
    """
    settings = studio.settings.notifications
    holiday: Callable[[date], str] = lambda day: ""  # noqa: E731 - replaced where one is known
    if settings.holidays:
        from studio_tui.services.system.public_holidays import holidays_of

        with suppress(Refused):
            holiday = holidays_of(settings.holidays)
    closed = frozenset(settings.closed_on)

    def why(day: date) -> str:
        if name := holiday(day):
            return name
        if day.isoformat() in closed:
            return "closed"
        return WEEKDAYS[day.weekday()] if is_weekend(day) else ""

    return why
