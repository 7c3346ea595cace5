"""Recurring pushes: their dates and names (P17).

Days are calendar days of the organisation. Every date is computed from the first: one month after
31 January is the end of February, and two months after it is 31 March again.
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
"""Maximum number of days between a hire and a push."""
_LONGEST_OFF = 31
"""Maximum number of consecutive days off."""
_NUMBERED = re.compile(r"(.*) ([0-9]{1,3})")


class Unit(StrEnum):
    """The unit of a rhythm."""

    WEEKS = "w"
    MONTHS = "m"
    YEARS = "y"


_IN_WORDS = {Unit.WEEKS: "week", Unit.MONTHS: "month", Unit.YEARS: "year"}
_MOST = {Unit.WEEKS: 52 * _MOST_YEARS, Unit.MONTHS: 12 * _MOST_YEARS, Unit.YEARS: _MOST_YEARS}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """An interval of a number of weeks, months or years."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        """Return the rhythm as users write it: ``3m``."""
        return f"{self.number}{self.unit}"

    @property
    def in_words(self) -> str:
        """Description: ``every 3 months``, ``every year``."""
        word = _IN_WORDS[self.unit]
        return f"every {word}" if self.number == 1 else f"every {self.number} {word}s"

    def day(self, first: date, number: int) -> date:
        """Return the day that is ``number`` intervals after ``first``.

        Raises `OverflowError` or `ValueError` beyond the last year that a date can have.
        """
        times = self.number * number
        if self.unit is Unit.WEEKS:
            return first + timedelta(weeks=times)
        return months_later(first, times * (12 if self.unit is Unit.YEARS else 1))


def parse_every(text: str) -> Rhythm:
    """Parse a rhythm: ``3m``, ``2 weeks``, ``1y``.

    Raises `ValueError` with a message for the user.
    """
    found = _EVERY.fullmatch(fold(clean_line(text)))
    unit = UNITS.get(found[2]) if found else None
    if found is None or unit is None or unit not in set(Unit):
        raise ValueError(f"“{clean_line(text)}” is no rhythm: write it as 2w, 3m or 1y")
    rhythm = Rhythm(int(found[1]), Unit(unit))
    if not 1 <= rhythm.number <= _MOST[rhythm.unit]:
        raise ValueError(f"“{clean_line(text)}” is no rhythm: from 1 week to {_MOST_YEARS} years")
    return rhythm


def parse_after(text: str) -> int:
    """Parse a number of days: ``90d``, ``90 days``, ``90``.

    Raises `ValueError` with a message for the user.
    """
    found = _AFTER.fullmatch(fold(clean_line(text)))
    if found is None or int(found[1]) > _MOST_DAYS:
        raise ValueError(
            f"“{clean_line(text)}” is no number of days: write it as 90d, from 0 to {_MOST_DAYS}"
        )
    return int(found[1])


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The first day and the deadline of the ``number``-th repetition of a push."""

    number: int
    first: date
    deadline: date


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The repetitions of a push with the period from ``first`` to ``deadline``."""

    rhythm: Rhythm
    first: date
    deadline: date
    until: date | None = None
    """Last day on which a repetition may begin; None: unlimited."""

    def occurrences(self) -> Iterator[Occurrence]:
        """Yield all repetitions in order."""
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
        """Return the repetitions that begin on or before ``day``."""
        return list(takewhile(lambda each: each.first <= day, self.occurrences()))

    def between(self, after: date, last: date) -> list[Occurrence]:
        """Return the repetitions that begin after ``after`` and on or before ``last``."""
        return [each for each in self.up_to(last) if each.first > after]

    def next_after(self, day: date) -> Occurrence | None:
        """Return the next repetition that begins after ``day``, or None."""
        return next((each for each in self.occurrences() if each.first > day), None)

    def to_make(self, due: Collection[Occurrence], today: date) -> Occurrence | None:
        """Return which of the ``due`` repetitions to create: the last, also if several were missed.

        If its deadline is past, it starts ``today`` and keeps its length. Returns None if ``due``
        is empty, or if the next repetition would begin before that period ends.
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
    """Raise `Invalid` if ``until`` is before ``first``, the next first day."""
    if until is not None and until < first:
        raise Invalid({"until": f"{until} is before the next first day, {first}"})


def next_period(
    first: date,
    deadline: date,
    today: date,
    others: Collection[tuple[date, date]],
    is_off: Callable[[date], object] = is_weekend,
) -> tuple[date, date]:
    """Return the period to propose for a duplicate of a push.

    It is as long as that from ``first`` to ``deadline``, begins after it and not before tomorrow,
    on a day that is not off, and does not overlap ``others``, the periods of other pushes of the
    template.
    """
    length = deadline - first
    begin = _working_day_from(max(deadline, today) + timedelta(days=1), is_off)
    for other_first, other_last in sorted(others):
        if other_first <= begin + length and begin <= other_last:
            begin = _working_day_from(other_last + timedelta(days=1), is_off)
    return begin, begin + length


def next_name(name: str, before: date, first: date, taken: Collection[str]) -> str:
    """Return the name to propose for the successor of a push that began on ``before``.

    A year or quarter (``Q1``) in the name is moved to that of ``first``. If the result is in
    ``taken``, a number is appended or incremented.
    """
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
    """Return the first day from ``day`` on that is not off; ``day`` if a whole month is off."""
    days = (day + timedelta(days=number) for number in range(_LONGEST_OFF))
    return next((each for each in days if not is_off(each)), day)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repeat of a push: by a rhythm, or ``after_days`` days after each person was hired."""

    id: int
    push_id: int
    """Id of the push that the repeat was set on."""
    latest_id: int
    """Id of the push that the repeat created last, or `push_id` if it has not created any."""
    every: Rhythm | None
    after_days: int | None
    first: date
    deadline: date
    until: date | None
    set_on: date
    """The repeat applies to periods that begin after this day."""
    made: int = 0
    """Number of the last repetition that was processed."""
    skipped: frozenset[int] = frozenset()
    """Numbers of the repetitions that were skipped or missed."""

    @property
    def recurrence(self) -> Recurrence | None:
        """The repetitions of a rhythm; None if the repeat follows hire dates."""
        if self.every is None:
            return None
        return Recurrence(self.every, self.first, self.deadline, self.until)

    @property
    def in_words(self) -> str:
        """Description: ``every 3 months until 2027-01-01``, ``90 days after each hire``."""
        if self.every is None:
            return f"{self.after_days} {'day' if self.after_days == 1 else 'days'} after each hire"
        until = f" until {self.until}" if self.until else ""
        return f"{self.every.in_words}{until}"

    def due(self, today: date) -> list[Occurrence]:
        """Return the repetitions that have begun and were not processed yet."""
        if self.recurrence is None:
            return []
        return [each for each in self.recurrence.up_to(today) if self._is_open(each)]

    def ahead(self, today: date, last: date) -> list[Occurrence]:
        """Return the repetitions after ``today`` up to ``last``, including skipped ones."""
        if self.recurrence is None:
            return []
        return [each for each in self.recurrence.between(today, last) if each.first > self.set_on]

    def coming(self, today: date, last: date) -> list[Occurrence]:
        """Return the repetitions of `ahead` without the skipped ones."""
        return [each for each in self.ahead(today, last) if each.number not in self.skipped]

    def next(self, today: date) -> Occurrence | None:
        """Return the next repetition that is not skipped, or None.

        A repetition that has begun and was not processed yet comes before all others.
        """
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
