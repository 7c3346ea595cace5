"""When a push comes again, and what the next one is called (P17).

Days are calendar days of the organisation. Every day is computed from the first one: 31 January and
a month is the end of February, and the month after it is 31 March again.
"""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from enum import StrEnum
from itertools import count, takewhile

from studio_tui.domain.pushes.check import is_weekend
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Invalid
from studio_tui.domain.shared.lookalikes import find_lookalike
from studio_tui.domain.shared.text import MAX_NAME, clean_line, fold
from studio_tui.domain.shared.written_dates import UNITS, YEARS, months_later

_EVERY = re.compile(r"(?:every )?([0-9]{1,3}) ?([a-z]+)")
_AFTER = re.compile(r"([0-9]{1,4})(?: ?(?:d|days?))?")
_MOST_YEARS = 10
_MOST_DAYS = 3_650
"""The largest number of days between a hire and a push."""
_LONGEST_OFF = 31
"""So many days in a row are off at most."""
_NUMBERED = re.compile(r"(.*) ([0-9]{1,3})")


class Unit(StrEnum):
    """What a rhythm counts."""

    WEEKS = "w"
    MONTHS = "m"
    YEARS = "y"


_IN_WORDS = {Unit.WEEKS: "week", Unit.MONTHS: "month", Unit.YEARS: "year"}
_MOST = {Unit.WEEKS: 52 * _MOST_YEARS, Unit.MONTHS: 12 * _MOST_YEARS, Unit.YEARS: _MOST_YEARS}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every so many weeks, months or years."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        """As it is written: ``3m``."""
        return f"{self.number}{self.unit}"

    @property
    def in_words(self) -> str:
        """``every 3 months``, ``every year``."""
        word = _IN_WORDS[self.unit]
        return f"every {word}" if self.number == 1 else f"every {self.number} {word}s"

    def day(self, first: date, number: int) -> date:
        """The day that is ``number`` times later than ``first``. Raises `OverflowError` or
        `ValueError` beyond the last year there is."""
        times = self.number * number
        if self.unit is Unit.WEEKS:
            return first + timedelta(weeks=times)
        return months_later(first, times * (12 if self.unit is Unit.YEARS else 1))


def parse_every(text: str) -> Rhythm:
    """The rhythm that is written: ``3m``, ``2 weeks``, ``1y``. Raises `ValueError`, in words."""
    found = _EVERY.fullmatch(fold(clean_line(text)))
    unit = UNITS.get(found[2]) if found else None
    if found is None or unit is None or unit not in set(Unit):
        raise ValueError(f"“{clean_line(text)}” is no rhythm: write it as 2w, 3m or 1y")
    rhythm = Rhythm(int(found[1]), Unit(unit))
    if not 1 <= rhythm.number <= _MOST[rhythm.unit]:
        raise ValueError(f"“{clean_line(text)}” is no rhythm: from 1 week to {_MOST_YEARS} years")
    return rhythm


def parse_after(text: str) -> int:
    """The number of days that is written: ``90d``, ``90 days``, ``90``. Raises `ValueError`, in
    words."""
    found = _AFTER.fullmatch(fold(clean_line(text)))
    if found is None or int(found[1]) > _MOST_DAYS:
        raise ValueError(
            f"“{clean_line(text)}” is no number of days: write it as 90d, from 0 to {_MOST_DAYS}"
        )
    return int(found[1])


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One push of a rhythm: the first day and the deadline of the ``number``-th after the first."""

    number: int
    first: date
    deadline: date


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The pushes that follow a first one, from ``first`` to ``deadline``, up to ``until``."""

    rhythm: Rhythm
    first: date
    deadline: date
    until: date | None = None
    """The last day on which one may begin; None: without an end."""

    def occurrences(self) -> Iterator[Occurrence]:
        """All that follow the first, in their order."""
        for number in count(1):
            try:
                found = Occurrence(
                    number,
                    self.rhythm.day(self.first, number),
                    self.rhythm.day(self.deadline, number),
                )
            except (OverflowError, ValueError):
                return
            if found.deadline.year not in YEARS or (self.until and found.first > self.until):
                return
            yield found

    def up_to(self, day: date) -> list[Occurrence]:
        """Those that begin on ``day`` or before."""
        return list(takewhile(lambda each: each.first <= day, self.occurrences()))

    def between(self, after: date, last: date) -> list[Occurrence]:
        """Those that begin after ``after``, and at the latest on ``last``."""
        return [each for each in self.up_to(last) if each.first > after]

    def next_after(self, day: date) -> Occurrence | None:
        """The next that begins after ``day``; None where none follows."""
        return next((each for each in self.occurrences() if each.first > day), None)

    def to_make(self, due: Collection[Occurrence], today: date) -> Occurrence | None:
        """The one of those ``due`` that is still made; of several that were missed, the last.

        Where its deadline is past, it begins ``today`` with all its days, unless the next one
        begins before these end: then None.
        """
        if not due:
            return None
        last = max(due, key=lambda each: each.number)
        if today <= last.deadline:
            return last
        late = Occurrence(last.number, today, today + (last.deadline - last.first))
        following = self.next_after(today)
        return late if following is None or following.first > late.deadline else None


def check_until(until: date | None, first: date) -> None:
    """Raise `Invalid` where nothing could begin before ``until``."""
    if until is not None and until < first:
        raise Invalid({"until": f"{until} is before the next first day, {first}"})


def next_period(
    first: date,
    deadline: date,
    today: date,
    others: Collection[tuple[date, date]],
    is_off: Callable[[date], object] = is_weekend,
) -> tuple[date, date]:
    """The days proposed for a duplicate: as long as the period from ``first`` to ``deadline``,
    after it, not before tomorrow, from a day on that is not off, and clear of ``others``, which are
    the periods of other pushes of this template."""
    length = deadline - first
    begin = _working_day_from(max(deadline, today) + timedelta(days=1), is_off)
    for other_first, other_last in sorted(others):
        if other_first <= begin + length and begin <= other_last:
            begin = _working_day_from(other_last + timedelta(days=1), is_off)
    return begin, begin + length


def next_name(name: str, before: date, first: date, taken: Collection[str]) -> str:
    """The name proposed for what follows a push that began on ``before``: its year and its quarter
    (``Q1``) moved to those of ``first``, else with a number, so that it is none of ``taken``."""
    moved = re.sub(rf"(?<!\d){before.year}(?!\d)", str(first.year), name)
    moved = re.sub(rf"\bQ{_quarter(before)}\b", f"Q{_quarter(first)}", moved)
    if find_lookalike(moved, taken) is None:
        return moved
    found = _NUMBERED.fullmatch(moved)
    stem, start = (found[1], int(found[2]) + 1) if found else (moved, 2)
    return next(
        proposed
        for number in count(start)
        if find_lookalike(proposed := f"{stem[: MAX_NAME - len(str(number)) - 1]} {number}", taken)
        is None
    )


def _quarter(day: date) -> int:
    return (day.month + 2) // 3


def _working_day_from(day: date, is_off: Callable[[date], object]) -> date:
    """``day``, or the first after it that is not off; ``day`` where a whole month is off."""
    days = (day + timedelta(days=number) for number in range(_LONGEST_OFF))
    return next((each for each in days if not is_off(each)), day)


@dataclass(frozen=True, slots=True)
class Repeat:
    """How a push comes again: by a rhythm, or ``after_days`` days after each person was hired."""

    id: int
    push_id: int
    """The push that it was set on."""
    latest_id: int
    """The push that was made last by it; where there is none yet, that on which it was set."""
    every: Rhythm | None
    after_days: int | None
    first: date
    deadline: date
    until: date | None
    set_on: date
    """It counts for what begins after this day."""
    made: int = 0
    """The number of the last time that is dealt with and has come."""
    skipped: frozenset[int] = frozenset()
    """The numbers of the times that were skipped, or missed."""

    @property
    def recurrence(self) -> Recurrence | None:
        """The days of a rhythm; None where it goes by hire dates."""
        if self.every is None:
            return None
        return Recurrence(self.every, self.first, self.deadline, self.until)

    @property
    def in_words(self) -> str:
        """``every 3 months until 2027-01-01``, ``90 days after each hire``."""
        if self.every is None:
            return f"{self.after_days} {'day' if self.after_days == 1 else 'days'} after each hire"
        until = f" until {self.until}" if self.until else ""
        return f"{self.every.in_words}{until}"

    def due(self, today: date) -> list[Occurrence]:
        """The times that have come and of which none is dealt with."""
        if self.recurrence is None:
            return []
        return [each for each in self.recurrence.up_to(today) if self._is_open(each)]

    def ahead(self, today: date, last: date) -> list[Occurrence]:
        """The times after ``today`` up to ``last``, those skipped included."""
        if self.recurrence is None:
            return []
        return [each for each in self.recurrence.between(today, last) if each.first > self.set_on]

    def coming(self, today: date, last: date) -> list[Occurrence]:
        """Those of `ahead` that are not skipped."""
        return [each for each in self.ahead(today, last) if each.number not in self.skipped]

    def next(self, today: date) -> Occurrence | None:
        """The next time that is not skipped; one that has come and is not dealt with is before all
        others."""
        if self.recurrence is None:
            return None
        if due := self.due(today):
            return due[-1]
        after = max(today, self.set_on)
        coming = (each for each in self.recurrence.occurrences() if each.first > after)
        return next((each for each in coming if each.number not in self.skipped), None)

    def _is_open(self, each: Occurrence) -> bool:
        return (
            each.first > self.set_on and each.number > self.made and each.number not in self.skipped
        )
