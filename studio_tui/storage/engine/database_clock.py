"""The clock of the database server, shared by all processes that use a database (D2, N4, N8)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

from studio_tui.domain.shared.clock import SteadyTime

_ASK_EVERY = 60.0
"""Seconds between two queries of the server's time; in between, the host's clock advances it."""
_JUMP = 2.0
"""Difference in seconds between two answers above which the server's clock was set in between."""


class DatabaseClock:
    """A `Clock` and a `SteadyClock` that follow the clock of the database server.

    Between two queries the time advances by a clock of this host that cannot be set. A host whose
    clock is wrong, or is set, therefore reads the same time as the others.
    """

    def __init__(self, elapsed: Callable[[], float]) -> None:
        """Create the clock. ``elapsed`` returns seconds that also count while the host sleeps."""
        self._elapsed = elapsed
        self._lock = Lock()
        self._ahead: float | None = None
        self._asked_at = float("-inf")
        self._jumped_at = float("-inf")

    def is_due(self) -> bool:
        """Return whether the server's time should be queried again."""
        return self._elapsed() - self._asked_at > _ASK_EVERY

    def set_by(self, ask: Callable[[], datetime]) -> None:
        """Synchronize with the server's time, which ``ask`` queries.

        Half of the round trip is assumed to have passed when the server reads its clock.
        """
        before = self._elapsed()
        answer = ask().timestamp()
        after = self._elapsed()
        ahead = answer - (before + after) / 2
        with self._lock:
            known, self._ahead, self._asked_at = self._ahead, ahead, after
            if known is not None and abs(ahead - known) > _JUMP + (after - before):
                self._jumped_at = after

    def now(self) -> datetime:
        """Return the server's current instant in UTC. Raises `RuntimeError` if not yet queried."""
        return datetime.fromtimestamp(self._seconds(), UTC)

    def time(self) -> SteadyTime:
        """Return the server's time in seconds, for leases."""
        return SteadyTime(self._seconds(), "database")

    def jumped_within(self, seconds: float) -> bool:
        """Return whether the server's clock was found to be set within the last ``seconds``."""
        return self._elapsed() - self._jumped_at < seconds

    def ahead_of_server(self, here: datetime) -> timedelta:
        """Return how far ``here``, a reading of this host's clock, is ahead of the server's."""
        return here - self.now()

    def _seconds(self) -> float:
        if self._ahead is None:
            raise RuntimeError("the database server was not asked for its time")
        return self._elapsed() + self._ahead
