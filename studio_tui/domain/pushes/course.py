"""The course of a push over time, beside the pace that would end it by its deadline (S2)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from studio_tui.domain.shared.dataclass import dataclass

_WEEK = 7


@dataclass(frozen=True, slots=True)
class CourseDay:
    """One day of a push, in the organisation's zone."""

    day: date
    held: int
    """How many conversations were held on this day."""
    planned: int
    """How many are planned for this day and have not begun."""


@dataclass(frozen=True, slots=True)
class CourseWeek:
    """Seven days of a push, from its first day on; the last week may be shorter."""

    number: int
    """From 1."""
    first: date
    held: int
    planned: int
    after_deadline: bool
    """Whether it begins after the deadline."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a push went, and what is planned: a day each, without gaps."""

    first: date
    deadline: date
    today: date
    assigned: int
    """How many conversations are asked for."""
    days: tuple[CourseDay, ...]
    """From the first day, or the first that something happened on, to the last day of all: the
    deadline, today, or the last that something is planned for."""

    @property
    def held(self) -> int:
        """How many were held."""
        return sum(each.held for each in self.days)

    @property
    def still(self) -> int:
        """How many are still to be held."""
        return self.assigned - self.held

    @property
    def days_left(self) -> int:
        """How many days are left, today and the deadline included; 0 once it is past."""
        return max((self.deadline - max(self.today, self.first)).days + 1, 0)

    @property
    def weekly_needed(self) -> int | None:
        """How many a week have to be held to be done by the deadline, rounded up; None once it is
        past."""
        if not self.days_left:
            return None
        return -(-self.still * _WEEK // self.days_left) if self.days_left > _WEEK else self.still

    @property
    def weekly_held(self) -> int:
        """How many were held in the last seven days."""
        since = self.today - timedelta(days=_WEEK)
        return sum(each.held for each in self.days if since < each.day <= self.today)

    def held_by(self, day: date) -> int:
        """How many were held up to a day, that day included."""
        return sum(each.held for each in self.days if each.day <= day)

    def expected(self, day: date) -> int:
        """How many would be held by the end of a day, were as many held every day from the first
        to the deadline, rounded down."""
        if day < self.first:
            return 0
        if day >= self.deadline:
            return self.assigned
        return (
            self.assigned * ((day - self.first).days + 1) // ((self.deadline - self.first).days + 1)
        )

    def weeks(self) -> Iterator[CourseWeek]:
        """The same by weeks."""
        for number, start in enumerate(range(0, len(self.days), _WEEK), 1):
            week = self.days[start : start + _WEEK]
            yield CourseWeek(
                number,
                week[0].day,
                sum(each.held for each in week),
                sum(each.planned for each in week),
                week[0].day > self.deadline,
            )


def course(
    *,
    first: date,
    deadline: date,
    today: date,
    assigned: int,
    held: Mapping[date, int],
    planned: Mapping[date, int],
) -> Course:
    """The course of a push of which so many were held, and are planned, on these days."""
    longest = timedelta(days=_LONGEST)
    events = [*held, *planned]
    # A day that somebody mistyped by years makes no list of years.
    start = max(min([first, *events]), first - longest)
    end = min(max([deadline, today, *events]), max(deadline, first) + longest)
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    held = _within(held, start, end)
    return Course(
        first,
        deadline,
        today,
        assigned,
        tuple(CourseDay(day, held.get(day, 0), planned.get(day, 0)) for day in days),
    )


def _within(numbers: Mapping[date, int], start: date, end: date) -> Counter[date]:
    """``numbers``, those of days outside on the first or the last day."""
    found: Counter[date] = Counter()
    for day, number in numbers.items():
        found[min(max(day, start), end)] += number
    return found


_LONGEST = 366
"""At most so many days before the first day and after the deadline are told of one by one."""
