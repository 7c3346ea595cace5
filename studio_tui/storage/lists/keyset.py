"""Keyset pagination: any window of a list, without counting the rows before it.

If a filter narrows a list, its rows are first searched in whatever order is fastest. Few rows are
sorted once, and their ids are held in memory. Of many rows, a window is found by sort key and id.
Every window that is read leaves an anchor, so that the next one starts from the nearest known
position, before or after it, and not from the top. The first rows do not wait for the count; once
it is known, the end of the list is an anchor, too.
"""

from array import array
from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import Any, NamedTuple

from peewee import Select, Tuple, Value

from studio_tui.storage.engine.expressions import COUNTED, ONE, among, stored
from studio_tui.storage.engine.prepared import CachedFragment

_MAX_ANCHORS = 2_000
_FEW = 5_000
"""Maximum number of ids of a filtered list that are held in memory."""
_MANY = 200_000
"""The same, once the user goes far down the list."""
_NEAR = 1_000
"""Maximum number of rows that are counted to find a position in a large filtered list."""


class _Anchor(NamedTuple):
    """A row whose position in the list is known."""

    place: int
    key: Any
    tie: int
    row_id: int


class Listing:
    """The ids of the rows of ``table`` that match ``condition``, by ``key`` and then ``tie``.

    ``key`` is an expression that is never null. ``tie`` distinguishes rows of one key; the default
    is ``id_column``. ``narrowed``: a filter may leave few rows. ``computed``: no index has this
    order, so all ids are sorted once and held in memory, at eight bytes each. ``table`` needs to
    contain only the tables that ``condition`` refers to, ``whole`` also those of ``key``.
    ``walked`` is ``whole`` written for reading many rows in order.
    """

    def __init__(
        self,
        table: Any,
        id_column: Any,
        condition: Any,
        key: Any,
        *,
        descending: bool = False,
        tie: Any = None,
        narrowed: bool = False,
        computed: bool = False,
        whole: Any = None,
        walked: Any = None,
    ) -> None:
        self._table = table
        self._whole = table if whole is None else whole
        self._walked = self._whole if walked is None else walked
        self._id = id_column
        # Every page uses the condition, so its SQL is rendered once.
        is_written = isinstance(condition, CachedFragment)
        self._condition = condition if is_written else CachedFragment(lambda: condition)
        self._key = key
        self._tie = id_column if tie is None else tie
        self._descending = descending
        self._narrowed = narrowed
        self._computed = computed
        self._held: array[int] | None = None
        self._looked = not narrowed and not computed
        self._anchors: list[_Anchor] = []
        self._count: int | None = None

    def count(self) -> int:
        """Return the number of rows; queries the database once."""
        if self._all() is None and self._count is None:
            self._count = _number(Select((self._table,), (COUNTED,)).where(self._condition))
        return self._count or 0

    def set_count(self, count: int) -> None:
        """Set the number of rows, if the caller knows it."""
        self._count = count

    def ids(self, start: int, stop: int) -> list[int]:
        """Return the ids of the rows at the positions from ``start`` up to ``stop``, exclusive."""
        held = self._all()
        if held is not None:
            return held[start:stop].tolist()
        if self._is_worth_holding(start):
            self._held = self._in_order(self._condition)
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
        """Return the position of a row; None if it is not in the list.

        For a row so deep in a filtered list that counting the rows before it takes long, returns
        about ``about`` if given, else None.
        """
        held = self._all()
        if held is not None:
            return held.index(row_id) if row_id in held else None
        found = Select((self._whole,), (self._key, self._tie))
        for key, tie in stored(found.where(self._condition, self._id == row_id)):
            place = self._count_before(key, tie)
            if place is None and about is not None:
                place = max(about, _NEAR + 1)
            if place is not None:
                self._remember([_Anchor(place, key, tie, row_id)])
            return place
        return None

    def _all(self) -> "array[int] | None":
        """Return the ids of all rows in order if they are few or have to be held, else None."""
        if not self._looked:
            if self._narrowed and len(found := self._unordered(_FEW + 1)) <= _FEW:
                self._held = self._in_order(among(self._id, found)) if found else array("q")
            elif self._computed:
                self._held = self._in_order(self._condition)
            if self._held is not None:
                self._count = len(self._held)
            self._looked = True
        return self._held

    def _unordered(self, limit: int) -> list[int]:
        found = Select((self._table,), (self._id,)).where(self._condition).limit(limit)
        return [row_id for (row_id,) in stored(found)]

    def _in_order(self, condition: Any) -> "array[int]":
        found = Select((self._whole,), (self._id,)).where(condition)
        in_order = found.order_by(*self._order(descending=self._descending))
        return array("q", (row_id for (row_id,) in stored(in_order)))

    def _order(self, *, descending: bool) -> list[Any]:
        by = (self._key, self._tie)
        return [each.desc() if descending else each.asc() for each in by]

    def _count_before(self, key: Any, tie: int) -> int | None:
        beyond = self._beyond(key, tie, not self._descending)
        before = Select((self._walked,), (ONE,)).where(self._condition, beyond)
        if not self._narrowed:
            return _number(before.select(COUNTED))
        place = _number(Select((before.limit(_NEAR + 1).alias("x"),), (COUNTED,)))
        return place if place <= _NEAR else None

    def _is_worth_holding(self, start: int) -> bool:
        """Return whether to hold all ids of a filtered list, as the user leaves its beginning.

        The rows on the way may be scattered among all others. In a list with more rows than are
        held, the end may be nearer.
        """
        if not self._narrowed:
            return False
        before, after = self._around(start)
        known = [0, *(each.place for each in (before, after) if each)]
        return min(abs(start - place) for place in known) > _NEAR and self.count() <= _MANY

    def _around(self, start: int) -> tuple[_Anchor | None, _Anchor | None]:
        """Return the last anchor before ``start``, and the first one at or after it."""
        at = bisect_left(self._anchors, start, key=_place)
        before = self._anchors[at - 1] if at else None
        return before, self._anchors[at] if at < len(self._anchors) else None

    def _is_nearer_after(
        self, before: _Anchor | None, after: _Anchor | None, start: int, stop: int
    ) -> bool:
        """Return whether reading backwards skips fewer rows than reading on from ``before``."""
        skipped = start - (before.place + 1 if before else 0)
        if after is not None:
            return after.place - stop < skipped
        return self._count is not None and self._count - stop < skipped

    def _after(self, anchor: _Anchor | None, stop: int, start: int | None = None) -> list[_Anchor]:
        """Return the rows from ``start``, or from the row after the anchor, up to ``stop``."""
        first = anchor.place + 1 if anchor else 0
        start = first if start is None else start
        found = self._read(anchor, start - first, stop - start, self._descending)
        return [_Anchor(start + number, *row) for number, row in enumerate(found)]

    def _before(self, anchor: _Anchor | None, start: int, stop: int | None = None) -> list[_Anchor]:
        """Return the rows from ``start`` up to ``stop``, or up to the anchor, read backwards.

        Reading begins at the anchor or, without one, at the end of the list.
        """
        end = anchor.place if anchor else self.count()
        stop = end if stop is None else stop
        found = self._read(anchor, end - stop, stop - start, not self._descending)
        return [_Anchor(stop - 1 - number, *row) for number, row in enumerate(found)][::-1]

    def _read(
        self, anchor: _Anchor | None, skip: int, limit: int, descending: bool
    ) -> list[tuple[Any, int, int]]:
        if limit <= 0:
            return []
        found = Select((self._walked,), (self._key, self._tie, self._id)).where(self._condition)
        if anchor:
            found = found.where(self._beyond(anchor.key, anchor.tie, descending))
        in_order = found.order_by(*self._order(descending=descending))
        return [
            (key, int(tie), int(row_id))
            for key, tie, row_id in stored(in_order.limit(limit).offset(skip))
        ]

    def _beyond(self, key: Any, tie: int, descending: bool) -> Any:
        """Return the condition for the rows beyond a position.

        It contains a comparison of the key alone, because there may be an index on the key where
        there is none on key and tie.
        """
        known = Value(key, converter=False)
        place, at = Tuple(self._key, self._tie), Tuple(known, Value(tie, converter=False))
        if descending:
            return (self._key <= known) & (place < at)
        return (self._key >= known) & (place > at)

    def _remember(self, found: Sequence[_Anchor]) -> None:
        if not found or len(self._anchors) >= _MAX_ANCHORS:
            return
        at = bisect_left(self._anchors, found[0].place, key=_place)
        if at == len(self._anchors) or self._anchors[at].place != found[0].place:
            insort(self._anchors, found[0], key=_place)


def _number(query: Any) -> int:
    ((number,),) = stored(query)
    return int(number)


def _place(anchor: _Anchor) -> int:
    return anchor.place
