"""Of how many mails the server may know what the database does not (N3)."""

import asyncio
from collections import deque

_RECENT = 8
"""About so many of the last times count."""
_MUCH_LONGER = 2


class Window:
    """Lets a mail on the wire only while few others are between their first byte and the commit of
    what became of them: at most these are sent twice when a worker is killed.

    One for every two carriers. Where the server takes much longer over a mail than the database
    over its result, most of them wait for the server, and carriers would only stand idle: then it
    is one for each. Where carriers are few, it is up to four, so that none waits for a commit.
    """

    def __init__(self, carriers: int) -> None:
        self.narrow = max(carriers // 2, min(2 * carriers, 4))
        self.wide = max(carriers, self.narrow)
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._server = self._database = 0.0

    @property
    def size(self) -> int:
        """How many there is room for just now."""
        return self.wide if self._server > _MUCH_LONGER * self._database else self.narrow

    async def enter(self) -> None:
        """Wait for room, in turn, and take it."""
        if self._waiting or self._inside >= self.size:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
        else:
            self._inside += 1

    def leave(self, count: int = 1) -> None:
        """So many make room."""
        self._inside -= count
        while self._waiting and self._inside < self.size:
            turn = self._waiting.popleft()
            if not turn.done():
                self._inside += 1
                turn.set_result(None)

    def server_took(self, seconds: float) -> None:
        """The server has answered a mail."""
        self._server += (seconds - self._server) / _RECENT

    def database_took(self, seconds: float) -> None:
        """Results have been written, and the next can be."""
        self._database += (seconds - self._database) / _RECENT
