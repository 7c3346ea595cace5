"""The people of a push grouped by manager, team, department or language (S2)."""

import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum

from studio_tui.domain.shared.dataclass import dataclass


class GroupBy(StrEnum):
    """The grouping criterion. A person with two managers or teams counts in both groups."""

    MANAGER = "manager"
    TEAM = "team"
    DEPARTMENT = "department"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class GroupKey:
    """The identity of a group: the id of a manager or a team, or a text."""

    by: GroupBy
    value: int | str | None
    """None: the group of people without a manager, team, department or language."""


@dataclass(frozen=True, slots=True)
class PeopleGroup:
    """The progress of a group of people, as numbers of assignments."""

    key: GroupKey
    name: str | None
    """Name of the manager, or path of the team; None for the group of people without one."""
    login: str | None
    """Login of the manager; None for other groups."""
    assigned: int
    not_planned: int
    planned: int
    prepared: int
    in_progress: int
    done: int
    overdue: int
    """Number of unfinished conversations whose deadline is past."""
    excused: int = 0
    """Number of excused people."""
    deadline: date | None = None
    """Nearest deadline of the conversations still to hold.

    That is the next one from today on, or else the last past one; None if all conversations are
    held.
    """
    due: int = 0
    """Number of conversations still to hold by that deadline."""
    load: tuple[int, ...] = ()
    """For a manager: number of conversations in each of the next `LOAD_WEEKS`, from today on.

    Empty for other groups.
    """

    @property
    def id(self) -> int:
        """Identifier of the group in its list."""
        value = self.key.value
        if isinstance(value, int):
            return value
        # Ids are positive. A language or a department has no id: use a hash of its name.
        return 0 if value is None else zlib.crc32(value.encode())

    @property
    def still(self) -> int:
        """Number of conversations still to hold."""
        return self.assigned - self.done - self.excused


@dataclass(frozen=True, slots=True)
class GroupFilter:
    """The filter of a list of groups: every word must occur in the name or the login."""

    text: str = ""


ORDERS = ("name", "late", "held", "still")
"""Sort keys of a list of groups."""


def ordered(groups: Iterable[PeopleGroup], column: str, *, descending: bool) -> list[PeopleGroup]:
    """Return the groups sorted by one of the `ORDERS`.

    Ties stay sorted by `late_first`. Sorted by name, the group of people without one comes last.
    """
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
"""Number of weeks of the load forecast."""


def load_of(planned: Mapping[date, int], rest: Mapping[date, int], today: date) -> tuple[int, ...]:
    """Return the number of conversations in each of the `LOAD_WEEKS` from ``today`` on.

    ``planned`` counts by the planned day, ``rest`` by the deadline. Conversations that are overdue
    count in the first week.
    """
    weeks = [0] * LOAD_WEEKS
    for days in (planned, rest):
        for day, number in days.items():
            week = max((day - today).days // 7, 0)
            if week < LOAD_WEEKS:
                weeks[week] += number
    return tuple(weeks)


def nearest_deadline(still: Mapping[date, int], today: date) -> tuple[date | None, int]:
    """Return the nearest deadline, and how many conversations are still to hold by it.

    That is the next deadline from today on, or else the last past one. Returns None and 0 if no
    conversation is left to hold.
    """
    days = [day for day, number in still.items() if number > 0]
    ahead = [day for day in days if day >= today]
    nearest = min(ahead) if ahead else max(days, default=None)
    return nearest, still[nearest] if nearest else 0


def late_first(groups: Iterable[PeopleGroup]) -> list[PeopleGroup]:
    """Return the groups sorted by overdue, then by still to hold, both descending, then by name.

    The group of people without one comes after its ties.
    """
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
