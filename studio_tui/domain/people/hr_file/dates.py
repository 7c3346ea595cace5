"""Parsing of dates in HR exports.

``03/04/2020`` is 3 April or 4 March. The order is decided for the whole column (U6). The day comes
first unless a value proves otherwise. If values prove both orders, no date of that form is
accepted, because spreadsheets that swap day and month of some dates produce such columns. If no
value proves an order, a warning is issued, and ``--dates`` sets the order.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from studio_tui.domain.people.hr_file.nothing import is_nothing
from studio_tui.domain.people.wrong_cell import WrongCell, quoted
from studio_tui.domain.shared.calendar_names import MONTHS
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import fold_search

_TIME = r"(?:[T ,]+\d{1,2}:\d{2}.*|[+-]\d{2}:\d{2}|Z)?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_SLASHED = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}")
_DAY_NAMED = re.compile(rf"(\d{{1,2}})[ .-]+([^\W\d_]+)\.?[ ,-]+(\d{{4}}|\d{{2}}){_TIME}")
_NAMED_DAY = re.compile(rf"([^\W\d_]+)\.? +(\d{{1,2}}),? +(\d{{4}}){_TIME}")
_SERIAL = re.compile(r"[1-6]\d{4}(?:\.\d+)?")
_CJK = re.compile(r"(\d{4})[年년] ?(\d{1,2})[月월] ?(\d{1,2})[日일]")
_RUN_TOGETHER = re.compile(r"(\d{1,2})([^\W\d_]{3,})(\d{4}|\d{2})")
_EPOCH = re.compile(r"(\d{10})(\d{3})?")
_NO_DATE = re.compile(
    rf"0{{1,4}}([-/.])0{{1,2}}\1(?:0{{4}}|0{{1,2}}){_TIME}|190\d-0?1-00|0?[01]/0?[01]/(?:19)?00"
)
"""Matches the placeholders that spreadsheets and databases write for an empty date."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
DAY_ZERO = date(1899, 12, 30)
"""Day 0 of the serial dates of a workbook, valid for days after February 1900."""
_TWO_DIGIT_PIVOT = 69


Order = Literal["day-first", "month-first"]
"""Order of day and month in ``03/04/2020``: the value of ``--dates``."""


@dataclass(frozen=True, slots=True)
class DayOrder:
    """The evidence in a column for the order of its dates.

    ``day_first`` and ``month_first`` are the first lines that prove each order, or None.
    """

    day_first: int | None = None
    month_first: int | None = None
    told: Order | None = None
    """Order that the user specified. It takes precedence over the evidence."""
    day_zero: date = DAY_ZERO
    """Day 0 of serial dates."""
    open: tuple[int, str] | None = None
    """First line whose date is ambiguous, with its text."""

    def seen(self, text: str, line: int) -> "DayOrder":
        """Return the evidence including that of the cell ``text`` on ``line``."""
        found = _SLASHED.fullmatch(text.strip())
        if not found or found[2] == ".":
            return self
        first, second = int(found[1]), int(found[3])
        if self.day_first is None and 12 < first <= 31 and second <= 12:
            return replace(self, day_first=line)
        if self.month_first is None and 12 < second <= 31 and first <= 12:
            return replace(self, month_first=line)
        if self.open is None and 0 < first <= 12 and 0 < second <= 12 and first != second:
            return replace(self, open=(line, text.strip()))
        return self

    @property
    def month_comes_first(self) -> bool:
        """Whether the month comes first."""
        if self.told:
            return self.told == "month-first"
        return self.month_first is not None

    @property
    def is_mixed(self) -> bool:
        """Whether the column proves both orders."""
        return not self.told and self.day_first is not None and self.month_first is not None

    @property
    def is_guess(self) -> bool:
        """Whether an ambiguous date exists although no order is proved or specified."""
        proved = self.told or self.day_first is not None or self.month_first is not None
        return self.open is not None and not proved


def parse_day(text: str, order: DayOrder) -> date | None:
    """Return the day of a cell, or None if it is empty. Raises `WrongCell`.

    Of an instant, the date is used as written, whatever its time zone.
    """
    day = _parsed(text, order)
    if day is not None and not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise _no_date(text)
    return day


def parse_end(text: str, order: DayOrder) -> date | None:
    """Return the last day of a person. Raises `WrongCell`.

    None if the cell is empty or has an end-of-time date such as ``9999-12-31``.
    """
    day = _parsed(text, order)
    if day is None or day.year > _LAST_YEAR:
        return None
    if day.year < _FIRST_YEAR:
        raise _no_date(text)
    return day


def _parsed(text: str, order: DayOrder) -> date | None:
    text = text.removeprefix("'").strip()
    if is_nothing(text) or _NO_DATE.fullmatch(text):
        return None
    try:
        day = _read(text, order)
    except (ValueError, OverflowError) as error:
        if isinstance(error, WrongCell):
            raise
        raise _no_date(text) from error
    if day is None:
        raise _no_date(text)
    return day


def _no_date(text: str) -> WrongCell:
    return WrongCell(f"{quoted(text)} is not a date: write it as 2020-03-31, on a day that exists")


def _read(text: str, order: DayOrder) -> date | None:
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text) or _CJK.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHED.fullmatch(text):
        return _slashed(text, found, order)
    if _SERIAL.fullmatch(text):
        return order.day_zero + timedelta(days=int(float(text)))
    if found := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(found[1]), UTC).date()
    return _in_words(text)


def _slashed(text: str, found: re.Match[str], order: DayOrder) -> date:
    day, month = int(found[1]), int(found[3])
    if found[2] != ".":
        _refuse_mixture(text, order)
        if order.month_comes_first:
            day, month = month, day
    return date(_year(found[4]), month, day)


def _refuse_mixture(text: str, order: DayOrder) -> None:
    if order.is_mixed:
        raise WrongCell(
            f"{quoted(text)} cannot be trusted: the day comes first on line {order.day_first} and "
            f"the month on line {order.month_first}; write all dates as 2020-03-31"
        )


def _in_words(text: str) -> date | None:
    plain = fold_search(text)
    if found := _DAY_NAMED.fullmatch(plain) or _RUN_TOGETHER.fullmatch(plain):
        day, month, year = found[1], found[2], found[3]
    elif found := _NAMED_DAY.fullmatch(plain):
        month, day, year = found[1], found[2], found[3]
    else:
        return None
    number = MONTHS.get(month)
    return date(_year(year), number, int(day)) if number else None


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (1900 if year >= _TWO_DIGIT_PIVOT else 2000)
