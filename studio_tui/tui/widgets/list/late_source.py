"""A source that is made when it is first asked, off the loop: for services that read at once."""

from collections.abc import Callable, Collection, Sequence
from threading import Lock
from typing import Generic, TypeVar

from studio_tui.domain.shared.list_source import Row, Source
from studio_tui.domain.shared.selection import Selection

R = TypeVar("R", bound=Row)
F = TypeVar("F")


class LateSource(Generic[R, F]):
    """The source that ``make`` gives."""

    def __init__(self, make: Callable[[], Source[R, F]]) -> None:
        self._make = make
        self._making = Lock()
        self._source: Source[R, F] | None = None

    @property
    def _made(self) -> Source[R, F]:
        # It is asked for its numbers while its rows are read: who comes second waits.
        with self._making:
            if self._source is None:
                self._source = self._make()
            return self._source

    def count(self) -> int:
        """How many rows there are."""
        return self._made.count()

    def rows(self, start: int, stop: int) -> Sequence[R]:
        """The rows from place ``start`` up to ``stop``."""
        return self._made.rows(start, stop)

    def position(self, row_id: int, about: int | None = None) -> int | None:
        """The place of a row, None where it is not in the list."""
        return self._made.position(row_id, about)

    def matching(self, filter_: F, ids: Collection[int]) -> frozenset[int]:
        """Those of ``ids`` that ``filter_`` matches."""
        return self._made.matching(filter_, ids)

    def selected(self, selection: Selection[F]) -> int:
        """How many rows ``selection`` holds."""
        return self._made.selected(selection)
