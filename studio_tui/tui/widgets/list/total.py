"""How many rows a list has without what is typed into its filter."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from textual.widget import Widget

from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.list_source import Source
from studio_tui.tui.runtime.coalesced_query import CoalescedQuery

F = TypeVar("F")


class Total(Generic[F]):
    """The number of rows that a filter without words matches; ``told`` hears when it is known.

    It is asked for once, off the loop, and after the rows that are looked at. It is kept until
    `forget`.
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
        """The number for ``filter_``; None as long as it is not known."""
        return self._number if filter_ == self._filter else None

    def learn(self, filter_: F, number: int) -> None:
        """The list without words was counted."""
        self._filter, self._number, self._fresh = filter_, number, True

    def forget(self) -> None:
        """The data changed: it is counted again, and what it was is shown until then."""
        self._fresh = False

    def ask(self, filter_: F, source: Callable[[], Source[Any, F]]) -> None:
        """Count what ``source`` lists, unless that is known."""
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
        # The list itself says what is wrong with its database.
        self._fresh = False
