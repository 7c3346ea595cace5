"""The people of a push by manager, by team, by department or by language (S2)."""

import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum

from studio_tui.domain.shared.dataclass import dataclass


class By(StrEnum):
    """What people are grouped by. Who has two managers or teams is counted at both."""

    MANAGER = "manager"
    TEAM = "team"
    DEPARTMENT = "department"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class GroupKey:
    """What tells a group from the others: the id of a manager or a team, or a text."""

    by: By
    value: int | str | None
    """None: the group of those who have none."""


@dataclass(frozen=True, slots=True)
class PeopleGroup:
    """How far a group of people is; numbers of assignments."""

    key: GroupKey
    name: str | None
    """Of the manager, or of the team with those above it; None for those who have none."""
    login: str | None
    """Of the manager; None for any other group."""
    assigned: int
    not_planned: int
    planned: int
    prepared: int
    in_progress: int
    done: int
    overdue: int
    """How many are not done of pushes whose deadline is past."""
    excused: int = 0
    """How many need not talk."""
    deadline: date | None = None
    """The nearest deadline of what is still to be held: the next that is not past, or else the
    last that is; None where all is held."""
    due: int = 0
    """How many are still to be held by that deadline."""
    load: tuple[int, ...] = ()
    """Of a manager: how many conversations each of the `LOAD_WEEKS` to come has, from today on;
    empty for any other group."""

    @property
    def id(self) -> int:
        """Tells it from the others of a list."""
        value = self.key.value
        if isinstance(value, int):
            return value
        # Ids are positive, and a language or a department has none.
        return 0 if value is None else zlib.crc32(value.encode())

    @property
    def still(self) -> int:
        """How many conversations are still to be held."""
        return self.assigned - self.done - self.excused


@dataclass(frozen=True, slots=True)
class GroupFilter:
    """Which groups a list shows: all words must be found in the name or the login."""

    text: str = ""


ORDERS = ("name", "late", "held", "still")
"""What a list of groups can be ordered by."""


def ordered(groups: Iterable[PeopleGroup], column: str, *, descending: bool) -> list[PeopleGroup]:
    """The groups in one of the `ORDERS`; equals stay late first, and by name the group of those who
    have none comes last."""
    found = late_first(groups)
    if column == "late":
        return found if descending else found[::-1]
    if column == "name":
        named = [group for group in found if group.name is not None]
        named.sort(key=lambda group: (group.name or "").casefold(), reverse=descending)
        return named + [group for group in found if group.name is None]
    number = _NUMBERS[column]
    return sorted(found, key=number, reverse=descending)


_NUMBERS: Mapping[str, Callable[[PeopleGroup], int]] = {
    "held": lambda group: group.done,
    "still": lambda group: group.still,
}


LOAD_WEEKS = 5
"""So many weeks ahead are looked at."""


def load_of(planned: Mapping[date, int], rest: Mapping[date, int], today: date) -> tuple[int, ...]:
    """How many conversations each of the `LOAD_WEEKS` from ``today`` on has: those ``planned`` for
    a day of it, and the ``rest`` in the week of the last day for it. What should have been held
    before is of the first week."""
    weeks = [0] * LOAD_WEEKS
    for days in (planned, rest):
        for day, number in days.items():
            week = max((day - today).days // 7, 0)
            if week < LOAD_WEEKS:
                weeks[week] += number
    return tuple(weeks)


def nearest_deadline(still: Mapping[date, int], today: date) -> tuple[date | None, int]:
    """The nearest of the deadlines by which so many are still to be held, and how many that are:
    the next that is not past, or else the last that is; None and 0 where nothing is."""
    days = [day for day, number in still.items() if number > 0]
    ahead = [day for day in days if day >= today]
    nearest = min(ahead) if ahead else max(days, default=None)
    return nearest, still[nearest] if nearest else 0


def late_first(groups: Iterable[PeopleGroup]) -> list[PeopleGroup]:
    """Who has most overdue first, then who has most still to hold, then by name; those who have
    none after their equals."""
    return sorted(
        groups,
        key=lambda group: (
            -group.overdue,
            -group.still,
            group.name is None,
            (group.name or "").casefold(),
            group.id,
        ),
    )
