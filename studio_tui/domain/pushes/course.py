"""The progress of a push over time, compared with the pace that meets its deadline (S2)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from studio_tui.domain.shared.dataclass import dataclass

_WEEK = 7


@dataclass(frozen=True, slots=True)
class CourseDay:
    """One day of a push, in the organisation's time zone."""

    day: date
    held: int
    """Number of conversations held on this day."""
    planned: int
    """Number of conversations that are planned for this day and have not started."""


@dataclass(frozen=True, slots=True)
class CourseWeek:
    """Seven days of a push, counted from its first day; the last week may be shorter."""

    number: int
    """Number of the week, from 1."""
    first: date
    held: int
    planned: int
    after_deadline: bool
    """Whether the week begins after the deadline."""


@dataclass(frozen=True, slots=True)
class Course:
    """The history of a push and its planned conversations, day by day without gaps."""

    first: date
    deadline: date
    today: date
    assigned: int
    """Number of conversations requested."""
    days: tuple[CourseDay, ...]
    """All days of the push.

    They start at the first day or the earliest event, and end at the latest of the deadline, today
    and the last event.
    """

    @property
    def held(self) -> int:
        """Number of conversations held."""
        return sum(each.held for each in self.days)

    @property
    def still(self) -> int:
        """Number of conversations still to hold."""
        return self.assigned - self.held

    @property
    def days_left(self) -> int:
        """Number of days left, including today and the deadline; 0 after the deadline."""
        return max((self.deadline - max(self.today, self.first)).days + 1, 0)

    @property
    def weekly_needed(self) -> int | None:
        """Conversations per week needed to finish by the deadline, rounded up.

        None after the deadline.
        """
        if not self.days_left:
            return None
        return -(-self.still * _WEEK // self.days_left) if self.days_left > _WEEK else self.still

    @property
    def weekly_held(self) -> int:
        """Number of conversations held in the last seven days."""
        since = self.today - timedelta(days=_WEEK)
        return sum(each.held for each in self.days if since < each.day <= self.today)

    def held_by(self, day: date) -> int:
        """Return the number of conversations held up to and including ``day``."""
        return sum(each.held for each in self.days if each.day <= day)

    def expected(self, day: date) -> int:
        """Return how many conversations would be held by the end of ``day`` at a constant pace.

        The pace is the same every day from the first day to the deadline. Rounded down.
        """
        if day < self.first:
            return 0
        if day >= self.deadline:
            return self.assigned
        return (
            self.assigned * ((day - self.first).days + 1) // ((self.deadline - self.first).days + 1)
        )

    def weeks(self) -> Iterator[CourseWeek]:
        """Yield the days aggregated by week."""
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
    """Return the course of a push, from the numbers ``held`` and ``planned`` on each day."""
    longest = timedelta(days=_LONGEST)
    events = [*held, *planned]
    # Limit the range: a mistyped year must not produce a list of years.
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
    """Return ``numbers`` with those before ``start`` or after ``end`` added to that day."""
    found: Counter[date] = Counter()
    for day, number in numbers.items():
        found[min(max(day, start), end)] += number
    return found


_LONGEST = 366
"""Maximum number of days before the first day and after the deadline that are shown."""
