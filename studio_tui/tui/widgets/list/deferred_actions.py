"""Keys that were pressed before what they are about is there."""

from collections import deque
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Protocol, TypeVar


class Waiting:
    """Actions in the order they were asked for: each is done as soon as it can be, and none before
    the one ahead of it."""

    def __init__(self) -> None:
        self._actions: deque[tuple[Callable[[], bool], Callable[[], None]]] = deque()

    def add(self, ready: Callable[[], bool], action: Callable[[], None]) -> None:
        """Do ``action`` now, or once it is ``ready``."""
        self._actions.append((ready, action))
        self.go_on()

    def go_on(self) -> None:
        """Do what can be done by now."""
        while self._actions and self._actions[0][0]():
            self._actions.popleft()[1]()

    def forget(self) -> None:
        """What they were about does not come."""
        self._actions.clear()


class Waits(Protocol):
    """Somebody with actions that wait."""

    waiting: Waiting


W = TypeVar("W", bound=Waits)


def once(ready: str) -> Callable[[Callable[[W], None]], Any]:
    """An action that waits until the method ``ready`` says so."""

    def waits(action: Callable[[W], None]) -> Callable[[W], None]:
        @wraps(action)
        def wait(self: W) -> None:
            self.waiting.add(getattr(self, ready), partial(action, self))

        return wait

    return waits
