"""Days as people say them: ``Fri``, ``9 Mar``, ``9 Mar 2027``."""

from datetime import date

from studio_tui.domain.shared.calendar_names import WEEKDAYS
from studio_tui.wording.counting import counted

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def day_in_words(day: date, today: date) -> str:
    """``9 Mar``, with the year where that is not the one of ``today``."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]}{year}"


def month_in_words(day: date) -> str:
    """``Mar 2026``."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def weekday_in_words(day: date, today: date) -> str:
    """``today``, ``tomorrow`` or ``Fri 9 Mar``."""
    ahead = (day - today).days
    if ahead in (0, 1):
        return ("today", "tomorrow")[ahead]
    return f"{WEEKDAYS[day.weekday()][:3]} {day_in_words(day, today)}"


def days_left_in_words(day: date, today: date) -> str:
    """``today is the last day``, ``1 day left``, ``15 days left``."""
    left = (day - today).days
    if left <= 0:
        return "today is the last day"
    return f"{counted(left, 'day')} left"
