"""Reading a list by key: any window of it, without counting through what lies before.

What a filter leaves is first looked for in whatever order finds it soonest: where that is few, they
are sorted once and held by their ids. Of many, rows are found by what they are sorted on and their
id. Every window read leaves an anchor behind, so that the next one starts from the nearest known
place, before it or after it, and not from the top. The first rows do not wait for the count: where
it is known, the end is an anchor, too.
"""

from array import array
from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import Any, NamedTuple

from studio_tui.storage.engine.sql import Clause, among, execute, rendered, rows, scalar

_MAX_ANCHORS = 2_000
_FEW = 5_000
"""As many ids are held of what a filter leaves."""
_MANY = 200_000
"""As many, once somebody goes to the end of them."""
_NEAR = 1_000
"""As many rows are counted to find a place in what a filter leaves of many."""


class _Anchor(NamedTuple):
    """A row whose place is known."""

    place: int
    key: Any
    tie: int
    row_id: int


class Listing:
    """The ids of the rows of ``table`` of which ``condition`` holds, by ``key`` and then by
    ``tie``.

    ``key`` is an SQL expression that is never null; ``tie`` tells rows of one key apart, as
    ``id_column`` does, which it is unless said otherwise. ``narrowed``: there may be few.
    ``computed``: no index knows the order; it is found once, and held, eight bytes a row.
    ``table`` needs only what ``condition`` speaks of, ``whole`` also what ``key`` does;
    ``walked`` is how that is written where many rows are read in their order; ``beside`` is joined
    to it where no table has the ``key``, which then is ``computed``.

    Its queries are text: every page asks one, and the hints in ``table`` and ``walked`` are none
    that Peewee's builder knows.
    """

    def __init__(
        self,
        table: str,
        id_column: str,
        condition: Any,
        key: str,
        *,
        descending: bool = False,
        tie: str = "",
        narrowed: bool = False,
        computed: bool = False,
        whole: str = "",
        walked: str = "",
        beside: Clause | None = None,
    ) -> None:
        self._table = table
        self._walked = walked or whole or table
        self._whole = Clause(whole or table)
        if beside is not None:
            self._whole = Clause(self._whole.text + beside.text, beside.params)
        self._id = id_column
        self._clause = rendered(condition)
        self._key = key
        self._tie = tie or id_column
        self._descending = descending
        self._narrowed = narrowed
        self._computed = computed
        self._held: array[int] | None = None
        self._looked = not narrowed and not computed
        self._anchors: list[_Anchor] = []
        self._count: int | None = None

    def count(self) -> int:
        """How many rows there are; asked of the database once."""
        if self._all() is None and self._count is None:
            clause = self._clause
            sql = f"SELECT COUNT(*) FROM {self._table} WHERE {clause.text}"
            self._count = int(scalar(sql, *clause.params))
        return self._count or 0

    def counted(self, count: int) -> None:
        """It is known from elsewhere how many rows there are."""
        self._count = count

    def ids(self, start: int, stop: int) -> list[int]:
        """The ids of the rows at the places from ``start`` up to ``stop``."""
        held = self._all()
        if held is not None:
            return held[start:stop].tolist()
        if self._is_worth_holding(start):
            self._held = self._in_order(self._clause)
            return self._held[start:stop].tolist()
        if self._count is not None:
            stop = min(stop, self._count)
        if stop <= start:
            return []
        before, after = self._around(start)
        if after is not None and after.place < stop:
            found = [*self._before(after, start), after, *self._after(after, stop)]
        elif self._is_nearer_after(before, after, start, stop):
            found = self._before(after, start, stop)
        else:
            found = self._after(before, stop, start)
        for anchor in (found[:1], found[-1:]):
            self._remember(anchor)
        return [each.row_id for each in found]

    def position(self, row_id: int, about: int | None = None) -> int | None:
        """The place of a row; None where it is not in the list, or so deep in what a filter leaves
        that counting up to it would take long: then ``about``, where that is known."""
        held = self._all()
        if held is not None:
            return held.index(row_id) if row_id in held else None
        wanted = self._clause & Clause(f"{self._id} = ?", (row_id,))
        for key, tie in rows(
            f"SELECT {self._key}, {self._tie} FROM {self._whole.text} WHERE {wanted.text}",
            *self._whole.params,
            *wanted.params,
        ):
            place = self._count_before(key, tie)
            if place is None and about is not None:
                place = max(about, _NEAR + 1)
            if place is not None:
                self._remember([_Anchor(place, key, tie, row_id)])
            return place
        return None

    def _all(self) -> "array[int] | None":
        """The ids of all rows, in order, where they are few or have to be held; else None."""
        if not self._looked:
            if self._narrowed and len(found := self._unordered(_FEW + 1)) <= _FEW:
                self._held = self._in_order(among(self._id, found))
            elif self._computed:
                self._held = self._in_order(self._clause)
            if self._held is not None:
                self._count = len(self._held)
            self._looked = True
        return self._held

    def _unordered(self, limit: int) -> list[int]:
        sql = f"SELECT {self._id} FROM {self._table} WHERE {self._clause.text} LIMIT ?"
        return [found for (found,) in rows(sql, *self._clause.params, limit)]

    def _in_order(self, clause: Clause) -> "array[int]":
        way = "DESC" if self._descending else "ASC"
        found = execute(
            f"SELECT {self._id} FROM {self._whole.text} WHERE {clause.text} "
            f"ORDER BY {self._key} {way}, {self._tie} {way}",
            *self._whole.params,
            *clause.params,
        )
        return array("q", (row_id for (row_id,) in found))

    def _count_before(self, key: Any, tie: int) -> int | None:
        before = self._clause & self._beyond(key, tie, not self._descending)
        if not self._narrowed:
            sql = f"SELECT COUNT(*) FROM {self._walked} WHERE {before.text}"
            return int(scalar(sql, *before.params))
        sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM {self._walked} WHERE {before.text} LIMIT ?) x"
        place = int(scalar(sql, *before.params, _NEAR + 1))
        return place if place <= _NEAR else None

    def _is_worth_holding(self, start: int) -> bool:
        """Whether somebody leaves the beginning of what a filter leaves: the rows on the way there
        may lie anywhere among all others. Of more than are held, the end may be nearer."""
        if not self._narrowed:
            return False
        before, after = self._around(start)
        known = [0, *(each.place for each in (before, after) if each)]
        return min(abs(start - place) for place in known) > _NEAR and self.count() <= _MANY

    def _around(self, start: int) -> tuple[_Anchor | None, _Anchor | None]:
        """The last row known before ``start``, and the first at or after it."""
        at = bisect_left(self._anchors, start, key=_place)
        before = self._anchors[at - 1] if at else None
        return before, self._anchors[at] if at < len(self._anchors) else None

    def _is_nearer_after(
        self, before: _Anchor | None, after: _Anchor | None, start: int, stop: int
    ) -> bool:
        """Whether reading backwards skips fewer rows than reading on from the row before."""
        skipped = start - (before.place + 1 if before else 0)
        if after is not None:
            return after.place - stop < skipped
        return self._count is not None and self._count - stop < skipped

    def _after(self, anchor: _Anchor | None, stop: int, start: int | None = None) -> list[_Anchor]:
        """The rows from ``start``, or from the one after the anchor, up to ``stop``."""
        first = anchor.place + 1 if anchor else 0
        start = first if start is None else start
        found = self._read(anchor, start - first, stop - start, self._descending)
        return [_Anchor(start + number, *row) for number, row in enumerate(found)]

    def _before(self, anchor: _Anchor | None, start: int, stop: int | None = None) -> list[_Anchor]:
        """The rows from ``start`` up to ``stop``, or up to the anchor; read from its side, or else
        from the end of the list."""
        end = anchor.place if anchor else self.count()
        stop = end if stop is None else stop
        found = self._read(anchor, end - stop, stop - start, not self._descending)
        return [_Anchor(stop - 1 - number, *row) for number, row in enumerate(found)][::-1]

    def _read(
        self, anchor: _Anchor | None, skip: int, limit: int, descending: bool
    ) -> list[tuple[Any, int, int]]:
        if limit <= 0:
            return []
        clause = self._clause
        if anchor:
            clause &= self._beyond(anchor.key, anchor.tie, descending)
        way = "DESC" if descending else "ASC"
        return [
            (key, int(tie), int(row_id))
            for key, tie, row_id in rows(
                f"SELECT {self._key}, {self._tie}, {self._id} FROM {self._walked} "
                f"WHERE {clause.text} "
                f"ORDER BY {self._key} {way}, {self._tie} {way} LIMIT ? OFFSET ?",
                *clause.params,
                limit,
                skip,
            )
        ]

    def _beyond(self, key: Any, tie: int, descending: bool) -> Clause:
        """The rows beyond a place. That of the key alone is said as well: there may be an index on
        it where there is none on both."""
        sign = "<" if descending else ">"
        return Clause(
            f"({self._key} {sign}= ? AND ({self._key}, {self._tie}) {sign} (?, ?))",
            (key, key, tie),
        )

    def _remember(self, found: Sequence[_Anchor]) -> None:
        if not found or len(self._anchors) >= _MAX_ANCHORS:
            return
        at = bisect_left(self._anchors, found[0].place, key=_place)
        if at == len(self._anchors) or self._anchors[at].place != found[0].place:
            insort(self._anchors, found[0], key=_place)


def left_join(query: Any, name: str, on: str) -> Clause:
    """What a `Listing` joins ``beside`` its tables: a query, called ``name``."""
    found = rendered(query)
    return Clause(f" LEFT JOIN ({found.text}) {name} ON {on}", found.params)


def _place(anchor: _Anchor) -> int:
    return anchor.place
