"""How many connections are used: fewer where the server allows no more (N13)."""

import asyncio
from datetime import timedelta


class Crew:
    """Counts the connections that send, and lets one go where the server has no room for it.

    Whether there is no room for one more, or for none at all, is known once another one carries
    mail or all have failed. Times are those of the loop.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._numbers = list(range(size))
        """Connections in the order in which they are used: what was let go comes last."""
        self.limit = size
        """How many connections are used at most."""
        self._reduced_at = float("-inf")
        self._is_said = True
        self._said = size
        self._opening: set[int] = set()
        self._open: set[int] = set()
        self._changed = asyncio.Event()

    def gather(self, now: float, more_after: timedelta) -> list[int]:
        """The connections that begin; one more than before, long after the last was let go."""
        if self.limit < self._size and now - self._reduced_at > more_after.total_seconds():
            self.limit, self._reduced_at = self.limit + 1, now
        begins = self._numbers[: self.limit]
        self._opening = set(begins)
        self._open = set()
        return begins

    def carried(self, number: int) -> None:
        """The server dealt with a mail over this connection."""
        self._opening.discard(number)
        self._open.add(number)
        self._tell()

    def news(self, begun: float) -> int | None:
        """How many connections there are from now on, once a mail that was begun since then is
        taken; None where that was said before."""
        if self._is_said or begun < self._reduced_at:
            return None
        self._is_said = True
        is_news = self.limit < self._said
        self._said = min(self._said, self.limit)
        return self.limit if is_news else None

    async def is_one_too_many(self, number: int, *, was_open: bool) -> bool:
        """Whether others carry mail while this connection is turned away.

        One that ``was_open`` is turned away because there are several.
        """
        self._opening.discard(number)
        self._open.discard(number)
        self._tell()
        while not was_open and not self._open and self._opening:
            self._changed.clear()
            await self._changed.wait()
        return self.limit > 1 if was_open else bool(self._open)

    def lets_go(self, number: int, begun: float) -> bool:
        """Whether this connection is given up, and not only its try: one at a time."""
        if begun < self._reduced_at or self.limit == 1:
            self._opening.add(number)
            return False
        self.limit -= 1
        self._numbers.remove(number)
        self._numbers.append(number)
        # Until `is_gone`, it may be this one that others are refused for.
        self._reduced_at, self._is_said = float("inf"), False
        return True

    def is_gone(self, now: float) -> None:
        """The server knows that the connection that was let go is over: what is refused from here
        on is refused with one less."""
        self._reduced_at = now

    def leaves(self, number: int) -> None:
        """A connection has nothing more to send."""
        self._opening.discard(number)
        self._tell()

    def start_again(self) -> None:
        """The server was gone altogether: what it allowed before says nothing."""
        self.limit, self._is_said = self._size, True

    def _tell(self) -> None:
        self._changed.set()
