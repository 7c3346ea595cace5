"""Made-up people in in-memory sources for lists."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from tests.hostile import HOSTILE

_GIVEN = ("Ann", "Bob", "Chloé", "Dirk", "Élodie", "Fatima", "Günther", "Hélène", "Ivo", "Jana")
_FAMILY = ("Peeters", "Janssens", "Maes", "Jacobs", "Mertens", "Willems", "Claes", "Goossens")
_TEAMS = ("Sales", "Sales > Belgium", "Finance", "People", "Engineering > Platform", "Support")


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    login: str
    team: str
    done: bool


def person(number: int) -> Person:
    """Return the person with this id, the same on every run."""
    given, family = _GIVEN[number % 10], _FAMILY[number // 10 % 8]
    name = f"{given} {family} {number}"
    return Person(number, name, f"user{number}", _TEAMS[number % 6], number % 3 == 0)


def hostile_people() -> list[Person]:
    """Return a person for every hostile name."""
    return [
        Person(number, name, name, name, done=False) for number, name in enumerate(HOSTILE, start=1)
    ]


def is_marked(selection: Selection[int], row_id: int) -> bool:
    """Return whether a person of a crowd is selected."""
    return selection.contains(row_id, lambda divisor: row_id % divisor == 0)


class Crowd:
    """A source of any number of people, each of whom is created when requested.

    The filter is a divisor: it matches the people whose id it divides.
    """

    def __init__(self, size: int, divisor: int = 1, *, sort: Sort | None = None) -> None:
        self.size = size
        self.divisor = divisor
        self.descending = sort is not None and sort.descending

    def count(self) -> int:
        return self.size // self.divisor

    def rows(self, start: int, stop: int) -> Sequence[Person]:
        return [person(self._id(place)) for place in range(start, min(stop, self.count()))]

    def position(self, row_id: int, _: int | None = None) -> int | None:
        if row_id % self.divisor or not 1 <= row_id <= self.size:
            return None
        place = row_id // self.divisor - 1
        return self.count() - 1 - place if self.descending else place

    def matching(self, filter_: int, ids: Collection[int]) -> frozenset[int]:
        return frozenset(row_id for row_id in ids if row_id % filter_ == 0)

    def selected(self, selection: Selection[int]) -> int:
        if len(selection.terms) == 1 and (divisor := selection.terms[0].filter):
            (term,) = selection.terms
            added = sum(1 for row_id in term.marked if row_id % divisor)
            removed = sum(1 for row_id in term.unmarked if row_id % divisor == 0)
            return self.size // divisor + added - removed
        return sum(is_marked(selection, row_id) for row_id in range(1, self.size + 1))

    def _id(self, place: int) -> int:
        number = self.count() - place if self.descending else place + 1
        return number * self.divisor


class PeopleSource:
    """A source of the given people."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = list(people)

    def count(self) -> int:
        return len(self.people)

    def rows(self, start: int, stop: int) -> Sequence[Person]:
        return self.people[start:stop]

    def position(self, row_id: int, _: int | None = None) -> int | None:
        ids = [one.id for one in self.people]
        return ids.index(row_id) if row_id in ids else None

    def matching(self, filter_: str, ids: Collection[int]) -> frozenset[int]:
        return frozenset(one.id for one in self.people if one.id in ids and filter_ in one.name)

    def selected(self, selection: Selection[str]) -> int:
        return sum(
            selection.contains(one.id, lambda text, one=one: text in one.name)  # type: ignore[misc]
            for one in self.people
        )
