"""A question that may take seconds, about what others change all the time."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from textual.widget import Widget

from studio_tui.domain.shared.errors import StudioError
from studio_tui.tui.shell import bridge_of

T = TypeVar("T")


class CoalescedQuery(Generic[T]):
    """Makes calls off the loop for ``owner`` and hands their answers to ``then``.

    Asked for again while it is under way, it begins once more after its answer: who reads what is
    a moment old is better off than who never reads anything. Asked about something else, it gives
    up what is under way. Errors go to ``failed``, or are reported.
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
        self._about: Hashable = None
        self._under_way = False
        self._next: Callable[[], T] | None = None

    def ask(self, call: Callable[[], T], about: Hashable = None) -> None:
        """Something may have changed: what does ``call`` say of it now?"""
        if self._under_way and about == self._about:
            self._next = call
            return
        self.drop()
        self._about, self._under_way = about, True
        bridge_of(self._owner).read(self._owner, self, call, self._answered, self._not_answered)

    def drop(self) -> None:
        """Nobody wants to know any more."""
        bridge_of(self._owner).drop(self._owner, self)
        self._under_way, self._next = False, None

    def _answered(self, answer: T) -> None:
        following, self._next = self._next, None
        self._under_way = False
        self._then(answer)
        if following is not None and not self._under_way:
            self.ask(following, self._about)

    def _not_answered(self, error: StudioError) -> None:
        self._under_way, self._next = False, None
        (self._failed or bridge_of(self._owner).report)(error)
