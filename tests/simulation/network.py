"""Connections with latency that deliver data in pieces and can be cut at any byte."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from tests.simulation.event_loop import Process, SimulatedLoop, current_process

_INSTANT = 1e-6
"""Seconds between two consecutive arrivals."""


class Session(Protocol):
    """The server's end of a connection."""

    def begin(self) -> None:
        """Handle a new connection."""

    def receive(self, data: bytes) -> None:
        """Handle received bytes."""

    def end(self) -> None:
        """Handle the end of the connection."""


class Connection(asyncio.Transport):
    """A TCP connection that delivers in order, in both directions, until it is closed or cut."""

    def __init__(
        self, loop: SimulatedLoop, random: Random, protocol: asyncio.BaseProtocol, seconds: float
    ) -> None:
        """Open a connection; ``seconds`` is the maximum latency of a piece."""
        super().__init__()
        self._loop = loop
        self._random = random
        self._protocol = protocol
        self._seconds = seconds
        self.process: Process | None = current_process()
        self.session: Session
        self.watch: Callable[[Connection, bytes], None] = lambda connection, data: None
        """Called with the data when the client writes."""
        self.is_open = True
        """Whether the client still reads."""
        self._is_broken = False
        """Whether data to the client is lost."""
        self._is_heard = True
        """Whether the server still reads."""
        self.cut_there: int | None = None
        """Number of bytes to the server after which the connection is cut; None for never."""
        self.cut_back: int | None = None
        """Number of bytes to the client after which the connection is cut; None for never."""
        self._there_at = self._back_at = 0.0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send data from the client."""
        if not self.is_open:
            return
        self.watch(self, bytes(data))
        for piece in self._pieces(bytes(data)):
            self._there_at = self._arrival(self._there_at)
            self._loop.outside(self._there_at - self._loop.time(), self._arrive_there, piece)

    def reply(self, data: bytes, seconds: float, heard: Callable[[], None] | None = None) -> None:
        """Send data from the server after ``seconds``; call ``heard`` when the client has it."""
        at = max(self._back_at, self._loop.time() + seconds)
        pieces = self._pieces(data)
        for number, piece in enumerate(pieces, 1):
            at = self._back_at = self._arrival(at)
            told = heard if number == len(pieces) else None
            self._loop.within(self.process, at - self._loop.time(), self._arrive_back, piece, told)

    def hang_up(self, seconds: float) -> None:
        """Close the connection from the server, after all data that was written."""
        at = self._arrival(max(self._back_at, self._loop.time() + seconds))
        self._loop.within(self.process, at - self._loop.time(), self._lose, None)
        self._is_heard = False

    def cut(self) -> None:
        """Break the connection: nothing more arrives at either end."""
        if not self._is_broken:
            self._is_broken = True
            reset = ConnectionResetError("Connection reset by peer")
            self._loop.within(self.process, 0, self._lose, reset)
            self._end_there()

    def client_ends(self) -> None:
        """Close the connection as the system does for a dead client. Written data still arrives."""
        if self.is_open:
            self.is_open = False
            self._there_at = self._arrival(self._there_at)
            self._loop.outside(self._there_at - self._loop.time(), self._end_there)

    def abort(self) -> None:
        """Close the connection from the client."""
        if self.is_open:
            self.client_ends()
            self._loop.call_soon(self._protocol.connection_lost, None)

    def close(self) -> None:
        """Close the connection from the client; written data still arrives."""
        self.abort()

    def is_closing(self) -> bool:
        """Return whether the client has closed the connection or knows that it is lost."""
        return not self.is_open

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Set the protocol that receives data."""
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol that receives data."""
        return self._protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return ``default``: no information is available."""
        return default

    def _arrival(self, after: float) -> float:
        # asyncio does not define the order of timers for the same instant.
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
