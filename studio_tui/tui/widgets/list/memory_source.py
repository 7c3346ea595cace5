"""A list that is already in memory, as a source."""

from collections.abc import Collection, Sequence
from typing import Generic, TypeVar

from studio_tui.domain.shared.list_source import Row
from studio_tui.domain.shared.selection import Selection

R = TypeVar("R", bound=Row)
F = TypeVar("F")


class MemorySource(Generic[R, F]):
    """These rows, in this order. For lists that cannot be marked by a filter."""

    def __init__(self, rows: Sequence[R]) -> None:
        self._rows = rows

    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def rows(self, start: int, stop: int) -> Sequence[R]:
        """The rows from ``start`` up to ``stop``."""
        return self._rows[start:stop]

    def position(self, row_id: int, _: int | None = None) -> int | None:
        """The place of a row, None where it is not in the list."""
        places = (place for place, row in enumerate(self._rows) if row.id == row_id)
        return next(places, None)

    def matching(self, filter_: F, ids: Collection[int]) -> frozenset[int]:
        """All of them: there is one filter, and it matches everything."""
        return frozenset(ids)

    def selected(self, selection: Selection[F]) -> int:
        """How many of the rows ``selection`` holds."""
        return sum(selection.contains(row.id, lambda _: True) for row in self._rows)
