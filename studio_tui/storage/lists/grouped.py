"""Several lists as one, for an order of few values: a list for each of them, one after another.

The first rows wait for nothing that comes after them, and nothing has to be sorted.
"""

from collections.abc import Iterator, Sequence

from studio_tui.storage.lists.keyset import Listing


class GroupedListing:
    """The rows of ``whole``, each of them in one of ``groups``, in their order.

    ``rest``: the place of the group that is counted by what the others leave.
    """

    def __init__(self, groups: Sequence[Listing], whole: Listing, rest: int) -> None:
        self._groups = groups
        self._whole = whole
        self._rest = rest

    def count(self) -> int:
        """How many rows there are; asked of the database once."""
        return self._whole.count()

    def ids(self, start: int, stop: int) -> list[int]:
        """The ids of the rows at the places from ``start`` up to ``stop``."""
        found: list[int] = []
        for number, before in self._before():
            first = start + len(found) - before
            # Whoever is at the top need not know how long a group is.
            if first and first >= self._length(number):
                continue
            found += self._groups[number].ids(first, stop - before)
            if start + len(found) >= stop:
                break
        return found

    def position(self, row_id: int, about: int | None = None) -> int | None:
        """The place of a row; None where it is not in the list, or deep in a group: then ``about``,
        where that is known."""
        for number, before in self._before():
            near = None if about is None else about - before
            place = self._groups[number].position(row_id, near)
            if place is not None:
                return before + place
        return None

    def _before(self) -> Iterator[tuple[int, int]]:
        """Each group with how many rows are before it."""
        before = 0
        for number in range(len(self._groups)):
            yield number, before
            if number + 1 < len(self._groups):
                before += self._length(number)

    def _length(self, number: int) -> int:
        group = self._groups[number]
        if number == self._rest:
            others = (each.count() for each in self._groups if each is not group)
            group.counted(self._whole.count() - sum(others))
        return group.count()
