"""The interface from which a list reads its rows.

A source is immutable in what it lists: another filter or sort order is another source. Its methods
may block and are called off the event loop. They are called by one thread at a time, except for
`count` and `selected`, the slowest ones, which run concurrently with reads of rows.
"""

from collections.abc import Collection, Sequence
from typing import Protocol, TypeVar

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.selection import Selection


class Row(Protocol):
    """A row of a list."""

    @property
    def id(self) -> int:
        """Identifier of the row, unique in the list and independent of its sort order."""
        ...


R_co = TypeVar("R_co", bound=Row, covariant=True)
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Sort:
    """The sort order of a list: the name of the column and the direction."""

    column: str
    descending: bool = False


class Source(Protocol[R_co, F]):
    """The rows that a filter matches, in a given order."""

    def count(self) -> int:
        """Return the number of rows. Other threads may call the source concurrently."""
        ...

    def rows(self, start: int, stop: int) -> Sequence[R_co]:
        """Return the rows from index ``start`` up to ``stop``, fewer at the end of the list."""
        ...

    def position(self, row_id: int, about: int | None = None, /) -> int | None:
        """Return the index of a row, or None if the row is not in the list.

        ``about`` is the last known index of the row, a hint for when counting all rows before it is
        slow.
        """
        ...

    def matching(self, filter_: F, ids: Collection[int]) -> frozenset[int]:
        """Return those of ``ids`` that ``filter_`` matches."""
        ...

    def selected(self, selection: Selection[F]) -> int:
        """Return how many rows ``selection`` holds, also rows that the filter hides.

        Other threads may call the source concurrently.
        """
        ...
