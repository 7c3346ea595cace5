"""Stopping what takes long, from another thread: all of it is done, or nothing."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from studio_tui.domain.errors import Stopped

Progress = Callable[[float], None]
"""Told how much is done, from 0 to 1; what it raises stops the act, and nothing is written."""

_INSIST = 0.1
"""Seconds between two looks whether it is to end: a break may come too early."""


def unwatched(_share: float) -> None:
    """The `Progress` of who does not ask."""


class Stop:
    """Whether something is to end."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    @property
    def asked(self) -> bool:
        """Whether it is to end."""
        return self._asked.is_set()

    def ask(self) -> None:
        """Let it end; may be called from any thread and from the handler of a signal."""
        self._asked.set()

    def check(self) -> None:
        """Raises `Stopped` once it is to end."""
        if self.asked:
            raise Stopped("Stopped. Nothing was changed.")

    @contextmanager
    def breaking(self, break_: Callable[[], None]) -> Iterator[None]:
        """Once it is to end, ``break_`` is called from another thread, again and again until what
        is done inside has ended."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(_INSIST):
                if self.asked:
                    break_()

        watching = threading.Thread(target=watch, name="stop", daemon=True)
        watching.start()
        try:
            yield
        finally:
            done.set()
            # Nothing is broken that comes after.
            watching.join()


_this_thread = threading.local()


def current() -> Stop | None:
    """What tells this thread to stop; None where nobody can."""
    return getattr(_this_thread, "stop", None)


@contextmanager
def stoppable(stop: Stop) -> Iterator[None]:
    """What this thread asks the database inside ends with `Stopped` once ``stop`` is asked."""
    before = current()
    _this_thread.stop = stop
    try:
        yield
    finally:
        _this_thread.stop = before
