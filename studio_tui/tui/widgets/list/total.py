"""The number of rows of a list without the filter text."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from textual.widget import Widget

from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.list_source import Source
from studio_tui.tui.runtime.coalesced_query import CoalescedQuery

F = TypeVar("F")


class Total(Generic[F]):
    """The number of rows without the filter text; ``told`` is called when it is known.

    It is queried once, off the event loop, after the visible rows, and cached until `forget`.
    """

    def __init__(self, owner: Widget, told: Callable[[], None]) -> None:
        self._told = told
        self._filter: F | None = None
        self._number: int | None = None
        self._fresh = False
        self._counting: CoalescedQuery[tuple[F, int]] = CoalescedQuery(
            owner, self._counted, self._not_counted
        )

    def of(self, filter_: F) -> int | None:
        """Return the number for ``filter_``; None if it is not known yet."""
        return self._number if filter_ == self._filter else None

    def learn(self, filter_: F, number: int) -> None:
        """Store a number that was counted otherwise."""
        self._filter, self._number, self._fresh = filter_, number, True

    def forget(self) -> None:
        """Invalidate the number after a change; it is still returned until it is counted again."""
        self._fresh = False

    def ask(self, filter_: F, source: Callable[[], Source[Any, F]]) -> None:
        """Count the rows of ``source`` unless the number is cached."""
        if self._fresh and filter_ == self._filter:
            return
        self._fresh = True
        if filter_ != self._filter:
            self._filter, self._number = filter_, None
        self._counting.ask(lambda: (filter_, source().count()), filter_)

    def _counted(self, answer: tuple[F, int]) -> None:
        filter_, number = answer
        if filter_ == self._filter:
            self._number = number
            self._told()

    def _not_counted(self, _: StudioError) -> None:
        # The list itself reports the error.
        self._fresh = False
