"""Connections that take their time, arrive in pieces, and are cut at any byte."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from tests.simulation.event_loop import Process, SimulatedLoop, current_process

_INSTANT = 1e-6
"""Seconds between two things that arrive one after the other."""


class Session(Protocol):
    """The end of a connection at the server."""

    def begin(self) -> None:
        """Somebody has connected."""

    def receive(self, data: bytes) -> None:
        """Bytes have arrived."""

    def end(self) -> None:
        """The other end is gone."""


class Connection(asyncio.Transport):
    """A TCP connection: in order, both ways, until it is closed or cut."""

    def __init__(
        self, loop: SimulatedLoop, random: Random, protocol: asyncio.BaseProtocol, seconds: float
    ) -> None:
        """``seconds``: how long a piece takes at most."""
        super().__init__()
        self._loop = loop
        self._random = random
        self._protocol = protocol
        self._seconds = seconds
        self.process: Process | None = current_process()
        self.session: Session
        self.watch: Callable[[Connection, bytes], None] = lambda connection, data: None
        """Hears of what the client writes, as it does."""
        self.is_open = True
        """Whether the client still listens."""
        self._is_broken = False
        """Nothing more arrives at the client."""
        self._is_heard = True
        """Whether the server still listens."""
        self.cut_there: int | None = None
        """Bytes to the server after which it is cut; None: never."""
        self.cut_back: int | None = None
        """The same of bytes to the client."""
        self._there_at = self._back_at = 0.0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """The client writes."""
        if not self.is_open:
            return
        self.watch(self, bytes(data))
        for piece in self._pieces(bytes(data)):
            self._there_at = self._arrival(self._there_at)
            self._loop.outside(self._there_at - self._loop.time(), self._arrive_there, piece)

    def reply(self, data: bytes, seconds: float, heard: Callable[[], None] | None = None) -> None:
        """The server writes, after so many seconds; ``heard`` once the client has it."""
        at = max(self._back_at, self._loop.time() + seconds)
        pieces = self._pieces(data)
        for number, piece in enumerate(pieces, 1):
            at = self._back_at = self._arrival(at)
            told = heard if number == len(pieces) else None
            self._loop.within(self.process, at - self._loop.time(), self._arrive_back, piece, told)

    def hang_up(self, seconds: float) -> None:
        """The server closes the connection after all that it has written."""
        at = self._arrival(max(self._back_at, self._loop.time() + seconds))
        self._loop.within(self.process, at - self._loop.time(), self._lose, None)
        self._is_heard = False

    def cut(self) -> None:
        """The network breaks: nothing more arrives, at either end."""
        if not self._is_broken:
            self._is_broken = True
            reset = ConnectionResetError("Connection reset by peer")
            self._loop.within(self.process, 0, self._lose, reset)
            self._end_there()

    def client_ends(self) -> None:
        """The system closes it for a client that is gone: what was written still arrives."""
        if self.is_open:
            self.is_open = False
            self._there_at = self._arrival(self._there_at)
            self._loop.outside(self._there_at - self._loop.time(), self._end_there)

    def abort(self) -> None:
        """The client gives it up."""
        if self.is_open:
            self.client_ends()
            self._loop.call_soon(self._protocol.connection_lost, None)

    def close(self) -> None:
        """The same: what was written leaves by itself."""
        self.abort()

    def is_closing(self) -> bool:
        """Whether the client has closed it, or knows that it is lost."""
        return not self.is_open

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Somebody else listens from here on."""
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who listens."""
        return self._protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Nothing is known of it."""
        return default

    def _arrival(self, after: float) -> float:
        # Of timers of one instant asyncio promises no order.
        at = self._loop.time() + self._random.random() * self._seconds
        return max(after + _INSTANT, at)

    def _pieces(self, data: bytes) -> list[bytes]:
        if len(data) < 2 or self._random.random() > 0.1:
            return [data]
        at = self._random.randrange(1, len(data))
        return [data[:at], data[at:]]

    def _arrive_there(self, data: bytes) -> None:
        if not self._is_heard:
            return
        if self.cut_there is not None:
            self.cut_there -= len(data)
            if self.cut_there < 0:
                self.session.receive(data[: self.cut_there])
                self.cut()
                return
        self.session.receive(data)

    def _arrive_back(self, data: bytes, heard: Callable[[], None] | None) -> None:
        if not self.is_open or self._is_broken:
            return
        if self.cut_back is not None:
            self.cut_back -= len(data)
            if self.cut_back < 0:
                self._listener.data_received(data[: self.cut_back])
                self.cut()
                return
        if heard is not None:
            heard()
        self._listener.data_received(data)

    @property
    def _listener(self) -> asyncio.Protocol:
        assert isinstance(self._protocol, asyncio.Protocol)
        return self._protocol

    def _lose(self, error: Exception | None) -> None:
        if self.is_open:
            self.is_open = False
            self._protocol.connection_lost(error)

    def _end_there(self) -> None:
        if self._is_heard:
            self._is_heard = False
            self.session.end()
