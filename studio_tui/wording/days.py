"""Dates in short form: ``Fri``, ``9 Mar``, ``9 Mar 2027``."""

from datetime import date

from studio_tui.domain.shared.calendar_names import WEEKDAYS
from studio_tui.wording.counting import counted

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def day_in_words(day: date, today: date) -> str:
    """Return ``9 Mar``, with the year if it differs from that of ``today``."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]}{year}"


def month_in_words(day: date) -> str:
    """Return ``Mar 2026``."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def weekday_in_words(day: date, today: date) -> str:
    """Return ``today``, ``tomorrow`` or ``Fri 9 Mar``."""
    ahead = (day - today).days
    if ahead in (0, 1):
        return ("today", "tomorrow")[ahead]
    return f"{WEEKDAYS[day.weekday()][:3]} {day_in_words(day, today)}"


def days_left_in_words(day: date, today: date) -> str:
    """Return ``today is the last day``, ``1 day left`` or ``15 days left``."""
    left = (day - today).days
    if left <= 0:
        return "today is the last day"
    return f"{counted(left, 'day')} left"
