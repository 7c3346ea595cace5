"""Actions of keys that were pressed before the rows they act on were loaded."""

from collections import deque
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Protocol, TypeVar


class DeferredActions:
    """A queue of actions: each runs as soon as it is ready and all earlier ones have run."""

    def __init__(self) -> None:
        self._actions: deque[tuple[Callable[[], bool], Callable[[], None]]] = deque()

    def add(self, ready: Callable[[], bool], action: Callable[[], None]) -> None:
        """Run ``action`` as soon as ``ready`` returns True, possibly at once."""
        self._actions.append((ready, action))
        self.go_on()

    def go_on(self) -> None:
        """Run the actions that are ready."""
        while self._actions and self._actions[0][0]():
            self._actions.popleft()[1]()

    def forget(self) -> None:
        """Discard all actions: their rows will not be loaded."""
        self._actions.clear()


class HasDeferredActions(Protocol):
    """An object with deferred actions."""

    waiting: DeferredActions


W = TypeVar("W", bound=HasDeferredActions)


def deferred_until(ready: str) -> Callable[[Callable[[W], None]], Any]:
    """Return a decorator that defers a method until the method called ``ready`` returns True."""

    def waits(action: Callable[[W], None]) -> Callable[[W], None]:
        @wraps(action)
        def wait(self: W) -> None:
            self.waiting.add(getattr(self, ready), partial(action, self))

        return wait

    return waits
