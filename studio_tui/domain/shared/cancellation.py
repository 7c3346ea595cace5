"""Cancellation of long-running work from another thread. Cancelled work changes nothing."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from studio_tui.domain.shared.errors import Stopped

Progress = Callable[[float], None]
"""Callback that receives the fraction of work done, 0 to 1.

An exception that the callback raises aborts the work, and nothing is written.
"""

_INSIST = 0.1
"""Seconds between two attempts to interrupt. An attempt may come too early to have an effect."""


def ignore_progress(_share: float) -> None:
    """Ignore progress: the `Progress` of a caller that does not need it."""


class _Interruptible:
    """An operation that can be interrupted from another thread until it ends."""

    def __init__(self, break_: Callable[[], None]) -> None:
        self._break = break_
        self._breaking = threading.Lock()
        self._ended = threading.Event()

    def insist(self) -> None:
        """Interrupt the operation from another thread, repeatedly until it ends."""
        threading.Thread(target=self._insist, name="stop", daemon=True).start()

    def end(self) -> None:
        """Mark the operation as ended, so that no interruption hits what the thread does next."""
        with self._breaking:
            self._ended.set()

    def _insist(self) -> None:
        while not self._ended.wait(_INSIST):
            with self._breaking:
                if not self._ended.is_set():
                    self._break()


class CancelToken:
    """A cancellation token."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._under_way: _Interruptible | None = None

    @property
    def asked(self) -> bool:
        """Whether cancellation was requested."""
        return self._asked.is_set()

    def ask(self) -> None:
        """Request cancellation. Safe to call from any thread and from a signal handler."""
        self._asked.set()
        if under_way := self._under_way:
            under_way.insist()

    def check(self) -> None:
        """Raise `Stopped` if cancellation was requested."""
        if self.asked:
            raise Stopped("Stopped. Nothing was changed.")

    @contextmanager
    def breaking(self, break_: Callable[[], None]) -> Iterator[None]:
        """Interrupt the body of the ``with`` statement by ``break_`` if cancellation is requested.

        ``break_`` is called from another thread, repeatedly until the body ends. Contexts of one
        token must not overlap.
        """
        under_way = self._under_way = _Interruptible(break_)
        if self.asked:
            # The request may have come before `_under_way` was set, when `ask` had nothing to
            # interrupt.
            under_way.insist()
        try:
            yield
        finally:
            self._under_way = None
            under_way.end()


_this_thread = threading.local()


def current() -> CancelToken | None:
    """Return the cancellation token of this thread, or None if it has none."""
    return getattr(_this_thread, "stop", None)


@contextmanager
def stoppable(stop: CancelToken) -> Iterator[None]:
    """Let ``stop`` cancel the database queries that this thread makes in the body.

    A cancelled query raises `Stopped`.
    """
    before = current()
    _this_thread.stop = stop
    try:
        yield
    finally:
        _this_thread.stop = before
