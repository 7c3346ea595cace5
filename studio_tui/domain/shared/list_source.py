"""What a list asks of where its rows come from.

A source never changes its mind about what it lists: another filter or another order is another
source. Its calls may take a while and are made off the screen's loop; a source is asked by one
thread at a time, but for its numbers, which take longest: while it counts, rows are read.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from studio_tui.domain.shared.selection import Selection


class Row(Protocol):
    """Anything that can stand in a list."""

    @property
    def id(self) -> int:
        """What tells this row from all others, whatever the order."""
        ...


R_co = TypeVar("R_co", bound=Row, covariant=True)
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Sort:
    """The order of a list: by the column of this name."""

    column: str
    descending: bool = False


class Source(Protocol[R_co, F]):
    """The rows that a filter matches, in an order."""

    def count(self) -> int:
        """How many rows there are; others may be asking the source meanwhile."""
        ...

    def rows(self, start: int, stop: int) -> Sequence[R_co]:
        """The rows from place ``start`` up to ``stop``, fewer at the end of the list."""
        ...

    def position(self, row_id: int, about: int | None = None, /) -> int | None:
        """The place of a row, None where it is not in the list; ``about``, where it was a moment
        ago, if to count up to it would take long."""
        ...

    def matching(self, filter_: F, ids: Collection[int]) -> frozenset[int]:
        """Those of ``ids`` that ``filter_`` matches."""
        ...

    def selected(self, selection: Selection[F]) -> int:
        """How many rows, in this list or out of its filter, ``selection`` holds; others may be
        asking the source meanwhile."""
        ...
