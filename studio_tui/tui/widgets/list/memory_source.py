"""A source of rows that are held in memory."""

from collections.abc import Collection, Sequence
from typing import Generic, TypeVar

from studio_tui.domain.shared.list_source import Row
from studio_tui.domain.shared.selection import Selection

R = TypeVar("R", bound=Row)
F = TypeVar("F")


class MemorySource(Generic[R, F]):
    """The given rows in the given order. For lists that cannot be marked by a filter."""

    def __init__(self, rows: Sequence[R]) -> None:
        self._rows = rows

    def count(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def rows(self, start: int, stop: int) -> Sequence[R]:
        """Return the rows from ``start`` up to ``stop``."""
        return self._rows[start:stop]

    def position(self, row_id: int, _: int | None = None) -> int | None:
        """Return the index of a row; None if the list does not contain it."""
        places = (place for place, row in enumerate(self._rows) if row.id == row_id)
        return next(places, None)

    def matching(self, filter_: F, ids: Collection[int]) -> frozenset[int]:
        """Return all ``ids``: the only filter matches every row."""
        return frozenset(ids)

    def selected(self, selection: Selection[F]) -> int:
        """Return the number of rows in ``selection``."""
        return sum(selection.contains(row.id, lambda _: True) for row in self._rows)
