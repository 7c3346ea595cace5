"""The time of the database server: the one clock of all who share a database (D2, N4, N8)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

from studio_tui.domain.shared.clock import SteadyTime

_ASK_EVERY = 60.0
"""Seconds between two times that the server is asked: in between its time runs as the host's."""
_JUMP = 2.0
"""Seconds by which two answers differ where the server's clock was set in between."""


class DatabaseClock:
    """A `Clock` and a `SteadyClock` that shows what the server's clock shows.

    Between two questions it counts by a clock of this host that nobody can set, so that neither a
    host whose clock is wrong nor one that is set in between tells another time than the others.
    """

    def __init__(self, elapsed: Callable[[], float]) -> None:
        """``elapsed`` tells seconds that run on while the host sleeps."""
        self._elapsed = elapsed
        self._lock = Lock()
        self._ahead: float | None = None
        self._asked_at = float("-inf")
        self._jumped_at = float("-inf")

    def is_due(self) -> bool:
        """Whether the server is to be asked again."""
        return self._elapsed() - self._asked_at > _ASK_EVERY

    def set_by(self, ask: Callable[[], datetime]) -> None:
        """Take over the time that ``ask`` gets from the server: half of what it takes to ask has
        gone by when the server answers."""
        before = self._elapsed()
        answer = ask().timestamp()
        after = self._elapsed()
        ahead = answer - (before + after) / 2
        with self._lock:
            known, self._ahead, self._asked_at = self._ahead, ahead, after
            if known is not None and abs(ahead - known) > _JUMP + (after - before):
                self._jumped_at = after

    def now(self) -> datetime:
        """The current instant of the server, in UTC; raises `RuntimeError` before it was asked."""
        return datetime.fromtimestamp(self._seconds(), UTC)

    def time(self) -> SteadyTime:
        """The same in seconds, to measure leases by."""
        return SteadyTime(self._seconds(), "database")

    def jumped_within(self, seconds: float) -> bool:
        """Whether the server's clock was found to be set within the last ``seconds``."""
        return self._elapsed() - self._jumped_at < seconds

    def ahead_of_server(self, here: datetime) -> timedelta:
        """How far a clock of this host that shows ``here`` is ahead of the server's."""
        return here - self.now()

    def _seconds(self) -> float:
        if self._ahead is None:
            raise RuntimeError("the database server was not asked for its time")
        return self._elapsed() + self._ahead
