"""Reading a list by key: any window of it, without counting through what lies before (PERF.md).

Rows are found by what they are sorted on and their id. Every window read leaves an anchor behind,
so that the next one starts from the nearest known place and not from the top.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence
from typing import Any

from studio_tui.storage.sql import Clause, rows, scalar

_MAX_ANCHORS = 2_000


class Listing:
    """The ids of the rows of ``table`` that ``clause`` matches, in the order of ``key``, then id.

    ``key`` is an SQL expression that is never null; ``id_column`` tells rows apart.
    """

    def __init__(
        self, table: str, id_column: str, clause: Clause, key: str, *, descending: bool = False
    ) -> None:
        self._table = table
        self._id = id_column
        self._clause = clause
        self._key = key
        self._descending = descending
        self._anchors: list[tuple[int, Any, Any]] = []
        self._count: int | None = None

    def count(self) -> int:
        """How many rows there are; asked of the database once."""
        if self._count is None:
            self._count = int(self._scalar("COUNT(*)", self._clause))
        return self._count

    def ids(self, start: int, stop: int) -> list[int]:
        """The ids of the rows at the places from ``start`` up to ``stop``."""
        limit = min(stop, self.count()) - start
        if limit <= 0:
            return []
        place, anchor = self._nearest(start)
        if self.count() - (start + limit) < start - place:
            return self._backwards(start, limit)
        found = self._read(anchor, start - place, limit, self._descending)
        self._remember(start, found)
        return [row_id for _, row_id in found]

    def position(self, row_id: int) -> int | None:
        """The place of a row, None where it is not in the list."""
        key = self._scalar(self._key, self._clause & Clause(f"{self._id} = ?", (row_id,)))
        if key is None:
            return None
        before = self._after((key, row_id), not self._descending)
        return int(self._scalar("COUNT(*)", self._clause & before))

    def _backwards(self, start: int, limit: int) -> list[int]:
        skip = self.count() - start - limit
        found = self._read(None, skip, limit, not self._descending)[::-1]
        self._remember(start, found)
        return [row_id for _, row_id in found]

    def _read(
        self, anchor: tuple[Any, Any] | None, skip: int, limit: int, descending: bool
    ) -> list[tuple[Any, int]]:
        clause = self._clause & self._after(anchor, descending) if anchor else self._clause
        way = "DESC" if descending else "ASC"
        return [
            (key, int(row_id))
            for key, row_id in rows(
                f"SELECT {self._key}, {self._id} FROM {self._table} WHERE {clause.text} "
                f"ORDER BY {self._key} {way}, {self._id} {way} LIMIT ? OFFSET ?",
                *clause.params,
                limit,
                skip,
            )
        ]

    def _after(self, anchor: tuple[Any, Any], descending: bool) -> Clause:
        sign = "<" if descending else ">"
        return Clause(f"({self._key}, {self._id}) {sign} (?, ?)", anchor)

    def _nearest(self, start: int) -> tuple[int, tuple[Any, Any] | None]:
        """The place after the nearest anchor at or before ``start``, and that anchor."""
        at = bisect_right(self._anchors, start, key=lambda known: known[0])
        if not at:
            return 0, None
        place, key, row_id = self._anchors[at - 1]
        return place, (key, row_id)

    def _remember(self, start: int, found: Sequence[tuple[Any, int]]) -> None:
        if not found or len(self._anchors) >= _MAX_ANCHORS:
            return
        known = (start + len(found), *found[-1])
        at = bisect_right(self._anchors, known[0], key=lambda anchor: anchor[0])
        if not at or self._anchors[at - 1][0] != known[0]:
            insort(self._anchors, known, key=lambda anchor: anchor[0])

    def _scalar(self, expression: str, clause: Clause) -> Any:
        return scalar(f"SELECT {expression} FROM {self._table} WHERE {clause.text}", *clause.params)
