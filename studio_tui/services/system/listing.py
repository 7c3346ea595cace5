"""Sources of lists (`domain.shared.list_source`): backed by the database or held in memory."""

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Generic, TypeVar

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.list_source import Row
from studio_tui.domain.shared.selection import Selection
from studio_tui.storage.engine.store import Store
from studio_tui.storage.lists.grouped import GroupedListing
from studio_tui.storage.lists.keyset import Listing

R = TypeVar("R", bound=Row)
F = TypeVar("F")


@dataclass(frozen=True)
class StoredSource(Generic[R, F]):
    """Rows of the database, read one window at a time."""

    store: Store
    listed: Callable[[], Listing | GroupedListing]
    """Return the ordered ids; called inside `Store.reading`."""
    read: Callable[[list[int]], list[R]]
    """Return the rows of these ids, in the same order."""
    match: Callable[[F, list[int]], frozenset[int]]
    count_of: Callable[[Selection[F]], int]

    def count(self) -> int:
        """Return the number of rows."""
        with self.store.reading():
            return self._listing.count()

    def rows(self, start: int, stop: int) -> Sequence[R]:
        """Return the rows from index ``start`` up to ``stop``, exclusive."""
        with self.store.reading():
            return self.read(self._listing.ids(start, stop))

    def position(self, row_id: int, about: int | None = None) -> int | None:
        """Return the index of a row, None if it is not in the list.

        ``about`` is its last known index, a hint that saves counting from the start.
        """
        with self.store.reading():
            return self._listing.position(row_id, about)

    def matching(self, filter_: F, ids: Collection[int]) -> frozenset[int]:
        """Return those of ``ids`` that match ``filter_``."""
        with self.store.reading():
            return self.match(filter_, list(ids))

    def selected(self, selection: Selection[F]) -> int:
        """Return the number of rows in ``selection``."""
        with self.store.reading():
            return self.count_of(selection)

    @cached_property
    def _listing(self) -> Listing | GroupedListing:
        return self.listed()


class InMemorySource(Generic[R, F]):
    """Rows held in memory in the given order; a list shows those that match a filter."""

    def __init__(self, every: tuple[R, ...], matches: Callable[[F, R], bool], filter_: F) -> None:
        self.every = every
        """All rows, matching or not."""
        self.filter = filter_
        self._matches = matches
        self._listed = tuple(row for row in every if matches(filter_, row))

    def count(self) -> int:
        """Return the number of matching rows."""
        return len(self._listed)

    def rows(self, start: int, stop: int) -> Sequence[R]:
        """Return the matching rows from index ``start`` up to ``stop``, exclusive."""
        return self._listed[start:stop]

    def position(self, row_id: int, _: int | None = None) -> int | None:
        """Return the index of a row, None if it is not in the list."""
        places = (place for place, row in enumerate(self._listed) if row.id == row_id)
        return next(places, None)

    def matching(self, filter_: F, ids: Collection[int]) -> frozenset[int]:
        """Return those of ``ids`` that match ``filter_``."""
        wanted = set(ids)
        return frozenset(
            row.id for row in self.every if row.id in wanted and self._matches(filter_, row)
        )

    def selected(self, selection: Selection[F]) -> int:
        """Return the number of rows in ``selection``."""
        return len(self.chosen(selection))

    def chosen(self, selection: Selection[F]) -> list[R]:
        """Return the rows in ``selection``."""
        return [
            row
            for row in self.every
            if selection.contains(row.id, lambda filter_, row=row: self._matches(filter_, row))  # type: ignore[misc]
        ]
