"""A question that may take seconds, about what others change all the time."""

from collections.abc import Callable
from typing import Generic, TypeVar

from studio_tui.domain.errors import StudioError
from studio_tui.tui.screen import StudioScreen

T = TypeVar("T")


class Counting(Generic[T]):
    """Makes ``call`` off the loop for ``screen`` and hands every answer to ``then``.

    Asked for again while it is under way, it begins once more after its answer: who reads what is
    a moment old is better off than who never reads anything.
    """

    def __init__(
        self, screen: StudioScreen, call: Callable[[], T], then: Callable[[T], None]
    ) -> None:
        self._screen = screen
        self._call = call
        self._then = then
        self._under_way = False
        self._again = False

    def ask(self) -> None:
        """Something may have changed."""
        self._again = self._under_way
        if not self._under_way:
            self._under_way = True
            self._screen.read(self, self._call, self._answered, self._failed)

    def _answered(self, answer: T) -> None:
        self._under_way = False
        self._then(answer)
        if self._again:
            self.ask()

    def _failed(self, error: StudioError) -> None:
        self._under_way = self._again = False
        self._screen.shell.bridge.report(error)
