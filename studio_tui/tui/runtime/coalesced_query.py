"""Queries that take seconds and are requested again at every change."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from textual.widget import Widget

from studio_tui.domain.shared.errors import StudioError
from studio_tui.tui.shell import bridge_of

T = TypeVar("T")


class CoalescedQuery(Generic[T]):
    """Runs queries off the event loop for ``owner`` and passes their results to ``then``.

    A request for the same subject while a query runs is deferred: one more query starts after the
    result. The first result is shown although it is slightly outdated; otherwise a steady stream of
    changes would keep any result from being shown. A request for another subject cancels the
    running query. Errors go to ``failed``, or are reported.
    """

    def __init__(
        self,
        owner: Widget,
        then: Callable[[T], None],
        failed: Callable[[StudioError], None] | None = None,
    ) -> None:
        self._owner = owner
        self._then = then
        self._failed = failed
        self._subject: Hashable = None
        self._under_way = False
        self._deferred: Callable[[], T] | None = None

    def ask(self, call: Callable[[], T], about: Hashable = None) -> None:
        """Request the result of ``call``, because the data may have changed.

        ``about`` identifies the subject of the query.
        """
        if self._under_way and about == self._subject:
            self._deferred = call
            return
        self.drop()
        self._subject, self._under_way = about, True
        bridge_of(self._owner).read(self._owner, self, call, self._answered, self._query_failed)

    def drop(self) -> None:
        """Cancel the running query and the deferred one."""
        bridge_of(self._owner).drop(self._owner, self)
        self._under_way, self._deferred = False, None

    def _answered(self, answer: T) -> None:
        following, self._deferred = self._deferred, None
        self._under_way = False
        self._then(answer)
        if following is not None and not self._under_way:
            self.ask(following, self._subject)

    def _query_failed(self, error: StudioError) -> None:
        self._under_way, self._deferred = False, None
        (self._failed or bridge_of(self._owner).report)(error)
