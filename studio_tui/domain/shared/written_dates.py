"""Parsing of days and times as people write them, the same in all fields and options (D1).

A day is written as

- ``2026-03-31``, or with the day first: ``31/3/2026``, ``31.3.26``, ``31-3-2026``;
- ``31 mar``, ``31 March 2026``, ``March 31, 2026``, ``31/3``, optionally after its weekday;
- ``today``, ``tomorrow``, ``yesterday``;
- a weekday: ``fri``, ``next friday`` or ``last friday``;
- a distance: ``+2w``, ``-10 days``, ``in 3 months``, ``2 weeks ago``.

Names are English, Dutch or French. A day without a year or a bare weekday is resolved to the
`Nearest` matching day: the next one for plans, the last one for past events. A weekday is never
today; a day without a year may be. ``next friday`` is the first Friday after today, even if it is
in this week.

A time is written as ``14:30``, ``14h30``, ``14u30``, ``14.30``, ``1430``, ``14`` or ``2pm``.
"""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from enum import Enum

from studio_tui.domain.shared.calendar_names import MONTHS, WEEKDAYS, weekday_named
from studio_tui.domain.shared.text import by_word, clean_line, fold_search

YEARS = range(1900, 3000)
"""Years that a day or an instant may have."""


class Nearest(Enum):
    """The direction in which an ambiguous day is resolved."""

    NEXT = 1
    LAST = -1


_TIME = re.compile(r"([0-9]{1,2})(?:[:.hu]?([0-9]{2})|[hu])?(?: ?([ap])\.?m\.?)?")
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})(?:\2([0-9]{4}|[0-9]{2}))?\.?")
_ORDINAL = r"([0-9]{1,2})(?:(?:st|nd|rd|th|er|e|ste|de)(?![a-z]))?"
_DAY_NAMED = re.compile(rf"{_ORDINAL}[ .-]*(?:of )?([a-z]+)\.?(?:[ ,.-]*([0-9]{{4}}))?")
_NAMED_DAY = re.compile(rf"([a-z]+)\.? ?{_ORDINAL}(?:,? ([0-9]{{4}}))?")
_WITH_WEEKDAY = re.compile(r"([a-z]{3,})\.?,? (.+)")
_SPAN = re.compile(r"([+-]) ?([0-9]{1,4}) ?([a-z]+)")
_AHEAD = re.compile(r"(?:in|over|dans) ([0-9]{1,4}) ?([a-z]+)")
_AGO = re.compile(r"(?:il y a )([0-9]{1,4}) ?([a-z]+)|([0-9]{1,4}) ?([a-z]+) (?:ago|geleden)")
_NAMED = {
    "today": 0,
    "vandaag": 0,
    "aujourd'hui": 0,
    "tomorrow": 1,
    "morgen": 1,
    "demain": 1,
    "overmorgen": 2,
    "apres-demain": 2,
    "yesterday": -1,
    "gisteren": -1,
    "hier": -1,
    "eergisteren": -2,
    "avant-hier": -2,
}
UNITS = by_word(
    {
        "d": "d day days dag dagen j jour jours",
        "w": "w week weeks weken sem semaine semaines",
        "m": "m month months maand maanden mois",
        "y": "y year years jaar jaren an ans annee annees",
    }
)
_FOLLOWING = {"next": 1, "volgende": 1, "prochain": 1, "last": -1, "vorige": -1, "dernier": -1}
_FOUR_YEARS_TWICE = 8
"""Maximum number of years until the next 29 February, also around 1900 and 2100."""
_BETWEEN = re.compile(r"(?: at| om| a|,)? |(?<=[0-9])t")


def parse_day(text: str, today: date, nearest: Nearest = Nearest.NEXT) -> date:
    """Return the day that ``text`` denotes relative to ``today``; see the module for the formats.

    Raises ValueError, with a message for the user, if ``text`` is not a date or its year is not in
    `YEARS`, within which midnight exists in every time zone.
    """
    try:
        day = _day(_plain(text), today, nearest)
    except (ValueError, OverflowError):
        day = None
    if day is None:
        raise ValueError(
            f"“{clean_line(text)}” is not a date: write it as 2026-03-31, 31 mar, fri or +2w, "
            "on a day that exists"
        )
    if day.year not in YEARS:
        raise ValueError(f"“{clean_line(text)}” is too far away: from {YEARS[0]} to {YEARS[-1]}")
    return day


def parse_time(text: str) -> time:
    """Return the time that ``text`` denotes. Raises ValueError with a message for the user."""
    if (at := _time(_plain(text))) is not None:
        return at
    raise ValueError(f"“{clean_line(text)}” is not a time: write it as 14:30")


def parse_moment(
    text: str, today: date, nearest: Nearest = Nearest.NEXT
) -> tuple[date, time | None]:
    """Return the day and the time that ``text`` denotes.

    Accepts ``fri 14h30``, ``18 dec at 9:00`` or ``2026-03-31T14:00+02:00``. A time alone is of
    ``today``; a day alone has None as its time. The time is aware if an offset is written. Raises
    ValueError with a message for the user.
    """
    plain = _plain(text)
    if (found := _iso_instant(plain)) is not None:
        if found.year not in YEARS:
            raise ValueError(
                f"“{clean_line(text)}” is too far away: from {YEARS[0]} to {YEARS[-1]}"
            )
        return found.date(), found.timetz()
    for gap in reversed(list(_BETWEEN.finditer(plain))):
        at = _time(plain[gap.end() :])
        # “18 dec 2026” ends in a year, not a time.
        if at is not None and _is_no_day(plain, today):
            return parse_day(plain[: gap.start()], today, nearest), at
    if (at := _time(plain)) is not None:
        return today, at
    return parse_day(text, today, nearest), None


def weekday_and_day(day: date) -> str:
    """Return ``day`` with its weekday: ``Friday 2026-12-18``."""
    return f"{WEEKDAYS[day.weekday()]} {day}"


def _plain(text: str) -> str:
    return fold_search(text.replace("’", "'").replace("−", "-"))


def _is_no_day(plain: str, today: date) -> bool:
    try:
        parse_day(plain, today)
    except ValueError:
        return True
    return False


def _iso_instant(plain: str) -> datetime | None:
    if not re.match(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}[t ]", plain):
        return None
    try:
        return datetime.fromisoformat(plain.upper())
    except ValueError:
        return None


def _time(plain: str) -> time | None:
    found = _TIME.fullmatch(plain)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(plain: str, today: date, nearest: Nearest) -> date | None:
    if plain in _NAMED:
        return today + timedelta(days=_NAMED[plain])
    if (day := _span(plain, today)) is not None:
        return day
    if (day := _weekday(plain, today, nearest)) is not None:
        return day
    if (day := _written(plain, today, nearest)) is not None:
        return day
    return _with_weekday(plain, today, nearest)


def _span(plain: str, today: date) -> date | None:
    if found := _SPAN.fullmatch(plain):
        number, unit = int(found[1] + found[2]), found[3]
    elif found := _AHEAD.fullmatch(plain):
        number, unit = int(found[1]), found[2]
    elif found := _AGO.fullmatch(plain):
        number, unit = -int(found[1] or found[3]), found[2] or found[4]
    else:
        return None
    match UNITS.get(unit):
        case "d":
            return today + timedelta(days=number)
        case "w":
            return today + timedelta(weeks=number)
        case "m":
            return months_later(today, number)
        case "y":
            return months_later(today, 12 * number)
    return None


def months_later(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the last day of that month if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _weekday(plain: str, today: date, nearest: Nearest) -> date | None:
    direction = nearest.value
    words = plain.split()
    if len(words) == 2:
        # “next friday”, and in French “vendredi prochain”.
        for which, word in (words, reversed(words)):
            if which in _FOLLOWING:
                direction, words = _FOLLOWING[which], [word]
                break
    number = weekday_named(words[0].rstrip(".")) if len(words) == 1 else None
    if number is None:
        return None
    ahead = (number - today.weekday()) * direction % 7 or 7
    return today + timedelta(days=ahead * direction)


def _written(plain: str, today: date, nearest: Nearest) -> date | None:
    if found := _ISO.fullmatch(plain):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.fullmatch(plain):
        return _of_year(int(found[1]), int(found[3]), found[4], today, nearest)
    if found := _DAY_NAMED.fullmatch(plain):
        day, month, year = found[1], found[2], found[3]
    elif found := _NAMED_DAY.fullmatch(plain):
        month, day, year = found[1], found[2], found[3]
    else:
        # The other formats of ISO 8601: 20260331, 2026-W14-2.
        return date.fromisoformat(plain.upper()) if plain[:1].isdigit() else None
    number = MONTHS.get(month)
    return _of_year(int(day), number, year, today, nearest) if number else None


def _of_year(day: int, month: int, year: str | None, today: date, nearest: Nearest) -> date | None:
    if year is not None and len(year) == 4:
        return date(int(year), month, day)
    if year is not None:
        century = today.year // 100 * 100
        past = nearest is Nearest.LAST and century + int(year) > today.year
        return date(century + int(year) - (100 if past else 0), month, day)
    return _without_year(day, month, today, nearest)


def _without_year(day: int, month: int, today: date, nearest: Nearest) -> date | None:
    for years in range(_FOUR_YEARS_TWICE + 1):
        try:
            found = date(today.year + years * nearest.value, month, day)
        except ValueError:
            continue
        if (found - today).days * nearest.value >= 0:
            return found
    return None


def _with_weekday(plain: str, today: date, nearest: Nearest) -> date | None:
    """Parse ``fri 18 dec 2026``.

    Returns None if it is not one, or if that day is another weekday.
    """
    found = _WITH_WEEKDAY.fullmatch(plain)
    number = weekday_named(found[1]) if found else None
    if found is None or number is None:
        return None
    day = _written(found[2], today, nearest)
    return day if day is not None and day.weekday() == number else None
