"""A bounded cache of the rows of a source around the visible ones."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import Generic, TypeVar

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.list_source import Row, Source
from studio_tui.domain.shared.selection import Selection

R = TypeVar("R", bound=Row)
F = TypeVar("F")

BLOCK = 64
"""Number of rows in a block; rows are fetched and cached by blocks."""
_KEPT = 32


@dataclass(frozen=True, slots=True)
class Block(Generic[R, F]):
    """Up to `BLOCK` rows and, for some filters, the ids of the rows that match."""

    rows: tuple[R, ...]
    matched: dict[F, frozenset[int]]

    @property
    def ids(self) -> frozenset[int]:
        """The ids of the rows."""
        return frozenset(row.id for row in self.rows)


@dataclass(frozen=True, slots=True)
class FetchedRows(Generic[R, F]):
    """A result of a source: rows from ``start`` on.

    ``ended``: whether the rows reach the end of the list. ``matched``: the ids that match each
    filter of a selection.
    """

    start: int
    rows: Sequence[R]
    ended: bool
    matched: dict[F, frozenset[int]]

    @property
    def tells_length(self) -> bool:
        """Whether the result determines the length of the list."""
        return self.ended and (bool(self.rows) or self.start == 0)


class RowWindow(Generic[R, F]):
    """The cached rows of one source, and its length as far as it is known.

    Every row of the source matches ``filter``. ``length`` is a lower bound unless ``counted``, and
    may be slightly outdated. Memory is bounded: the least recently used blocks are evicted.
    """

    def __init__(self, source: Source[R, F], filter_: F) -> None:
        self.source = source
        self.filter = filter_
        self.length = 0
        self.counted = False
        self._blocks: OrderedDict[int, Block[R, F]] = OrderedDict()

    def __len__(self) -> int:
        return self.length

    def row(self, place: int) -> R | None:
        """Return the row at ``place``; None if it is not loaded."""
        block = self._blocks.get(place // BLOCK)
        offset = place % BLOCK
        return block.rows[offset] if block and offset < len(block.rows) else None

    def place(self, row_id: int) -> int | None:
        """Return the index of a loaded row; None if it is not loaded."""
        for number, block in self._blocks.items():
            for offset, row in enumerate(block.rows):
                if row.id == row_id:
                    return number * BLOCK + offset
        return None

    def loaded(self) -> list[R]:
        """Return all loaded rows, in no particular order."""
        return [row for block in self._blocks.values() for row in block.rows]

    def matches(self, place: int, filter_: F) -> bool:
        """Return whether the row at ``place`` matches ``filter_``; False if unknown."""
        if filter_ == self.filter:
            return True
        block = self._blocks.get(place // BLOCK)
        row = self.row(place)
        return bool(block and row and row.id in block.matched.get(filter_, ()))

    def knows(self, place: int, filters: Collection[F]) -> bool:
        """Return whether the block of ``place`` is loaded with its matches for ``filters``."""
        block = self._blocks.get(place // BLOCK)
        return block is not None and all(
            filter_ == self.filter or filter_ in block.matched for filter_ in filters
        )

    def wanting(self, start: int, stop: int, filters: Collection[F]) -> tuple[int, int] | None:
        """Return the smallest range of whole blocks that have to be fetched for ``start``…``stop``.

        None if all blocks are complete. Marks the cached blocks in the range as used.
        """
        stop = min(stop, self.length) if self.counted else stop
        numbers = range(max(0, start) // BLOCK, -(-stop // BLOCK))
        missing = [number for number in numbers if not self.knows(number * BLOCK, filters)]
        for number in numbers:
            if number in self._blocks:
                self._blocks.move_to_end(number)
        return (missing[0] * BLOCK, (missing[-1] + 1) * BLOCK) if missing else None

    def fetch(self, start: int, stop: int, selection: Selection[F]) -> FetchedRows[R, F]:
        """Query the source for the rows of whole blocks. Called off the event loop."""
        rows = self.source.rows(start, stop)
        ids = [row.id for row in rows]
        others = selection.filters - {self.filter}
        matched = {other: self.source.matching(other, ids) for other in others}
        return FetchedRows(start, rows, len(rows) < stop - start, matched)

    def store(self, fetched: FetchedRows[R, F]) -> None:
        """Cache a result."""
        for offset in range(0, max(len(fetched.rows), 1), BLOCK):
            number = (fetched.start + offset) // BLOCK
            rows = tuple(fetched.rows[offset : offset + BLOCK])
            self._blocks[number] = Block(rows, fetched.matched)
            self._blocks.move_to_end(number)
        while len(self._blocks) > _KEPT:
            self._blocks.popitem(last=False)
        self._learn_length(fetched)

    def store_count(self, count: int) -> None:
        """Store the number of rows."""
        self.length = count
        self.counted = True

    def _learn_length(self, fetched: FetchedRows[R, F]) -> None:
        end = fetched.start + len(fetched.rows)
        if fetched.tells_length:
            self.store_count(end)
        elif fetched.ended:
            self.length = min(self.length, end)
        else:
            self.length = max(self.length, end)
