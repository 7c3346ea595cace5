"""A source that is created in the background: for services that query when called."""

from collections.abc import Callable, Collection, Sequence
from threading import Lock
from typing import Generic, TypeVar

from studio_tui.domain.shared.list_source import Row, Source
from studio_tui.domain.shared.selection import Selection

R = TypeVar("R", bound=Row)
F = TypeVar("F")


class LazySource(Generic[R, F]):
    """Creates the source with ``make`` at its first use, and delegates to it."""

    def __init__(self, make: Callable[[], Source[R, F]]) -> None:
        self._make = make
        self._making = Lock()
        self._source: Source[R, F] | None = None

    @property
    def _made(self) -> Source[R, F]:
        # Count and rows are read in different threads: the second one waits for the source.
        with self._making:
            if self._source is None:
                self._source = self._make()
            return self._source

    def count(self) -> int:
        """Return the number of rows."""
        return self._made.count()

    def rows(self, start: int, stop: int) -> Sequence[R]:
        """Return the rows from index ``start`` up to ``stop``."""
        return self._made.rows(start, stop)

    def position(self, row_id: int, about: int | None = None) -> int | None:
        """Return the index of a row; None if the list does not contain it."""
        return self._made.position(row_id, about)

    def matching(self, filter_: F, ids: Collection[int]) -> frozenset[int]:
        """Return those of ``ids`` that match ``filter_``."""
        return self._made.matching(filter_, ids)

    def selected(self, selection: Selection[F]) -> int:
        """Return the number of rows in ``selection``."""
        return self._made.selected(selection)
