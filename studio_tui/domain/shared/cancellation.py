"""Stopping what takes long, from another thread: all of it is done, or nothing."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from studio_tui.domain.shared.errors import Stopped

Progress = Callable[[float], None]
"""Told how much is done, from 0 to 1; what it raises stops the act, and nothing is written."""

_INSIST = 0.1
"""Seconds between two breaks: one may come too early."""


def unwatched(_share: float) -> None:
    """The `Progress` of who does not ask."""


class _UnderWay:
    """Something that may be broken until it has ended."""

    def __init__(self, break_: Callable[[], None]) -> None:
        self._break = break_
        self._breaking = threading.Lock()
        self._ended = threading.Event()

    def insist(self) -> None:
        """Break it from another thread, again and again until it has ended."""
        threading.Thread(target=self._insist, name="stop", daemon=True).start()

    def end(self) -> None:
        """It has ended: nothing is broken that comes after."""
        with self._breaking:
            self._ended.set()

    def _insist(self) -> None:
        while not self._ended.wait(_INSIST):
            with self._breaking:
                if not self._ended.is_set():
                    self._break()


class Stop:
    """Whether something is to end."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._under_way: _UnderWay | None = None

    @property
    def asked(self) -> bool:
        """Whether it is to end."""
        return self._asked.is_set()

    def ask(self) -> None:
        """Let it end; may be called from any thread and from the handler of a signal."""
        self._asked.set()
        if under_way := self._under_way:
            under_way.insist()

    def check(self) -> None:
        """Raises `Stopped` once it is to end."""
        if self.asked:
            raise Stopped("Stopped. Nothing was changed.")

    @contextmanager
    def breaking(self, break_: Callable[[], None]) -> Iterator[None]:
        """Once it is to end, ``break_`` is called from another thread, again and again until what
        is done inside has ended; one thing at a time."""
        under_way = self._under_way = _UnderWay(break_)
        if self.asked:
            # Between the last look and now: who asked may have seen nothing under way.
            under_way.insist()
        try:
            yield
        finally:
            self._under_way = None
            under_way.end()


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
