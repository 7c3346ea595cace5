"""The number of connections in use: reduced if the server does not allow as many (N13)."""

import asyncio
from datetime import timedelta


class ConnectionLimiter:
    """Counts the sending connections and gives one up if the server has no room for it.

    Whether the server has room for one connection fewer or for none at all is decided once another
    connection carries mail or all have failed. Times are those of the event loop.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._numbers = list(range(size))
        """Connection numbers in the order of use. Those that were given up come last."""
        self.limit = size
        """Maximum number of connections to use."""
        self._reduced_at = float("-inf")
        self._reported = size
        self._opening: set[int] = set()
        self._open: set[int] = set()
        self._changed = asyncio.Event()

    def start(self, now: float, more_after: timedelta) -> list[int]:
        """Return the connections to start.

        The limit grows by one if the last connection was given up longer than ``more_after`` ago.
        """
        if self.limit < self._size and now - self._reduced_at > more_after.total_seconds():
            self.limit, self._reduced_at = self.limit + 1, now
        started = self._numbers[: self.limit]
        self._opening = set(started)
        self._open = set()
        return started

    def mark_working(self, number: int) -> None:
        """Record that the server accepted or refused a mail over this connection."""
        self._opening.discard(number)
        self._open.add(number)
        self._notify()

    def limit_to_report(self, begun: float) -> int | None:
        """Return the new number of connections when a mail begun since the reduction is accepted.

        Returns None if that number or a lower one was reported before.
        """
        if begun < self._reduced_at or self.limit >= self._reported:
            return None
        self._reported = self.limit
        return self.limit

    async def is_surplus(self, number: int, *, was_open: bool) -> bool:
        """Return whether the server turned this connection away because of the others.

        A connection that ``was_open`` was turned away because there are several. A new one waits
        until another connection carries mail or all others have failed.
        """
        self._opening.discard(number)
        self._open.discard(number)
        self._notify()
        while not was_open and not self._open and self._opening:
            self._changed.clear()
            await self._changed.wait()
        return self.limit > 1 if was_open else bool(self._open)

    def give_up(self, number: int, begun: float) -> bool:
        """Give up the connection, one at a time; return False if only its attempt is over."""
        if begun < self._reduced_at or self.limit == 1:
            self._opening.add(number)
            return False
        self.limit -= 1
        self._numbers.remove(number)
        self._numbers.append(number)
        # Until `mark_closed`, the server may still count this connection when it refuses others.
        self._reduced_at = float("inf")
        return True

    def mark_closed(self, now: float) -> None:
        """Record that the server has seen the given-up connection close.

        Refusals from then on apply to the smaller number.
        """
        self._reduced_at = now

    def mark_idle(self, number: int) -> None:
        """Record that a connection has nothing more to send."""
        self._opening.discard(number)
        self._notify()

    def reset(self) -> None:
        """Reset the limit: after an outage of the server, earlier refusals mean nothing."""
        self.limit = self._size

    def _notify(self) -> None:
        self._changed.set()
