"""Sources of lists (`domain.shared.list_source`): of the database, and of what is small enough to
hold."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from studio_tui.domain.shared.list_source import Row
from studio_tui.domain.shared.selection import Selection
from studio_tui.storage.engine.store import Store
from studio_tui.storage.lists.grouped import GroupedListing
from studio_tui.storage.lists.keyset import Listing

R = TypeVar("R", bound=Row)
F = TypeVar("F")


@dataclass(frozen=True)
class StoredSource(Generic[R, F]):
    """Rows of the database, read a window at a time."""

    store: Store
    listed: Callable[[], Listing | GroupedListing]
    """The ids, in their order; asked for inside of `Store.reading`."""
    read: Callable[[list[int]], list[R]]
    """The rows of these ids, in that order."""
    match: Callable[[F, list[int]], frozenset[int]]
    count_of: Callable[[Selection[F]], int]

    def count(self) -> int:
        """How many rows there are."""
        with self.store.reading():
            return self._listing.count()

    def rows(self, start: int, stop: int) -> Sequence[R]:
        """The rows from place ``start`` up to ``stop``."""
        with self.store.reading():
            return self.read(self._listing.ids(start, stop))

    def position(self, row_id: int, about: int | None = None) -> int | None:
        """The place of a row, None where it is not in the list; ``about``, where it was a moment
        ago, if to count up to it would take long."""
        with self.store.reading():
            return self._listing.position(row_id, about)

    def matching(self, filter_: F, ids: Collection[int]) -> frozenset[int]:
        """Those of ``ids`` that ``filter_`` matches."""
        with self.store.reading():
            return self.match(filter_, list(ids))

    def selected(self, selection: Selection[F]) -> int:
        """How many rows ``selection`` holds."""
        with self.store.reading():
            return self.count_of(selection)

    @cached_property
    def _listing(self) -> Listing | GroupedListing:
        return self.listed()


class HeldSource(Generic[R, F]):
    """Rows held in memory, in the order given; a list shows those that a filter matches."""

    def __init__(self, every: tuple[R, ...], matches: Callable[[F, R], bool], filter_: F) -> None:
        self.every = every
        """All rows, matched or not."""
        self.filter = filter_
        self._matches = matches
        self._listed = tuple(row for row in every if matches(filter_, row))

    def count(self) -> int:
        """How many rows there are."""
        return len(self._listed)

    def rows(self, start: int, stop: int) -> Sequence[R]:
        """The rows from place ``start`` up to ``stop``."""
        return self._listed[start:stop]

    def position(self, row_id: int, _: int | None = None) -> int | None:
        """The place of a row, None where it is not in the list."""
        places = (place for place, row in enumerate(self._listed) if row.id == row_id)
        return next(places, None)

    def matching(self, filter_: F, ids: Collection[int]) -> frozenset[int]:
        """Those of ``ids`` that ``filter_`` matches."""
        wanted = set(ids)
        return frozenset(
            row.id for row in self.every if row.id in wanted and self._matches(filter_, row)
        )

    def selected(self, selection: Selection[F]) -> int:
        """How many rows ``selection`` holds."""
        return len(self.chosen(selection))

    def chosen(self, selection: Selection[F]) -> list[R]:
        """The rows that ``selection`` holds."""
        return [
            row
            for row in self.every
            if selection.contains(row.id, lambda filter_, row=row: self._matches(filter_, row))  # type: ignore[misc]
        ]
