"""Several lists as one, for a sort key with few values: a list for each value, one after another.

The first rows do not wait for the groups after them, and nothing has to be sorted.
"""

from collections.abc import Iterator, Sequence

from studio_tui.storage.lists.keyset import Listing


class GroupedListing:
    """The rows of ``whole``, each in one of ``groups``, in the order of the groups.

    ``rest`` is the index of the group whose count is derived from the total and the other groups.
    """

    def __init__(self, groups: Sequence[Listing], whole: Listing, rest: int) -> None:
        self._groups = groups
        self._whole = whole
        self._rest = rest

    def count(self) -> int:
        """Return the number of rows; queries the database once."""
        return self._whole.count()

    def ids(self, start: int, stop: int) -> list[int]:
        """Return the ids of the rows at the positions from ``start`` up to ``stop``, exclusive."""
        found: list[int] = []
        for number, before in self._before():
            first = start + len(found) - before
            # At the top of the list, the length of the first group is not needed.
            if first and first >= self._length(number):
                continue
            found += self._groups[number].ids(first, stop - before)
            if start + len(found) >= stop:
                break
        return found

    def position(self, row_id: int, about: int | None = None) -> int | None:
        """Return the position of a row; None if it is not in the list.

        For a row deep in a group, returns ``about`` if given, else None.
        """
        for number, before in self._before():
            near = None if about is None else about - before
            place = self._groups[number].position(row_id, near)
            if place is not None:
                return before + place
        return None

    def _before(self) -> Iterator[tuple[int, int]]:
        """Yield the index of each group and the number of rows before it."""
        before = 0
        for number in range(len(self._groups)):
            yield number, before
            if number + 1 < len(self._groups):
                before += self._length(number)

    def _length(self, number: int) -> int:
        group = self._groups[number]
        if number == self._rest:
            others = (each.count() for each in self._groups if each is not group)
            group.set_count(self._whole.count() - sum(others))
        return group.count()
