"""Commands and replies over an SMTP connection that is open and logged in.

aiosmtplib opens connections, and waits for each reply before it writes the next command. Here
several commands can be written at once (PIPELINING, RFC 2920); replies are read one by one, in the
order of their commands.
"""

import asyncio
import re
from collections import deque

from studio_tui.domain.shared.dataclass import dataclass

_LINE = re.compile(rb"(\d{3})(?:([ -])(.*))?")
_LONGEST = 32_768
"""Maximum number of bytes of one reply."""
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")


class ConnectionBroken(Exception):
    """The connection is unusable: it is closed, timed out, or sent an invalid reply."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The server's reply to one command."""

    code: int
    text: str


class Dialogue(asyncio.Protocol):
    """A protocol that takes over an open connection."""

    def __init__(self, transport: asyncio.Transport, timeout: float) -> None:
        """``timeout`` is in seconds, for each reply."""
        self._transport = transport
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._rest = b""
        self._lines: list[bytes] = []
        self._replies: deque[Reply] = deque()
        self._unanswered = 0
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._fault = ""
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Whether commands can still be written, as far as is known without writing."""
        return not self._fault and not self._transport.is_closing()

    def write_commands(self, *commands: bytes) -> None:
        """Write ``commands`` at once. Each gets its own `reply`. Raises `ConnectionBroken`."""
        self._write(b"\r\n".join((*commands, b"")), len(commands))

    def write_message(self, message: bytes) -> None:
        """Write a message and the final dot. It gets one `reply`. Raises `ConnectionBroken`."""
        self._write(_dot_stuffed(message), 1)

    async def reply(self) -> Reply:
        """Return the next reply. Raises `ConnectionBroken`."""
        if not self._replies:
            await self._wait_for_reply()
        return self._replies.popleft()

    async def quit(self) -> None:
        """Send QUIT and close the connection after the reply. Raises `ConnectionBroken`."""
        self.write_commands(b"QUIT")
        await self.reply()
        # Abort instead of closing: with TLS, a graceful close would wait for the server.
        self.drop("The connection was closed.")

    def drop(self, fault: str = "The connection was given up.") -> None:
        """Abort the connection. Data that is not written yet is lost."""
        if not self._fault:
            self._fault = fault
            if self._timer is not None:
                self._timer.cancel()
            self._transport.abort()
            self._wake_waiter()

    def data_received(self, data: bytes) -> None:
        """Parse the received data into replies."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if not self._fault:
                self._parse_line(line.rstrip())
        if len(self._rest) + sum(map(len, self._lines)) > _LONGEST:
            self.drop("The mail server does not come to an end.")
        elif self._replies:
            self._wake_waiter()

    def connection_lost(self, error: Exception | None) -> None:
        """Handle the end of the connection, by the server or by a network error."""
        self.drop(str(error) if error else "The mail server closed the connection.")

    def _parse_line(self, line: bytes) -> None:
        found = _LINE.fullmatch(line)
        if found is None or not self._unanswered:
            # Reading on would assign this line to the next command.
            self.drop(f"The mail server says what is no answer: {line.decode(errors='replace')}")
            return
        code, separator, text = found.groups()
        self._lines.append(text or b"")
        if separator != b"-":
            words = b"\n".join(self._lines).decode("utf-8", "surrogateescape")
            self._lines.clear()
            self._unanswered -= 1
            self._replies.append(Reply(int(code), words))

    def _write(self, data: bytes, replies: int) -> None:
        if not self.is_open:
            raise ConnectionBroken(self._fault or "The connection is closed.")
        self._unanswered += replies
        self._transport.write(data)

    async def _wait_for_reply(self) -> None:
        if not self._fault:
            self._waiter = self._loop.create_future()
            self._deadline = self._loop.time() + self._timeout
            # Use one timer for all replies: most arrive at once, and a timer for each costs as
            # much.
            if self._timer is None:
                self._start_timer()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if not self._replies:
            raise ConnectionBroken(self._fault)

    def _start_timer(self) -> None:
        self._timer = self._loop.call_at(self._deadline, self._check_timeout)

    def _check_timeout(self) -> None:
        self._timer = None
        if self._waiter is None:
            return
        if self._loop.time() < self._deadline:
            self._start_timer()
        else:
            self.drop("The mail server did not answer in time.")

    def _wake_waiter(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _dot_stuffed(message: bytes) -> bytes:
    """Return ``message`` with CRLF line endings, doubled leading dots, and the terminating dot."""
    ends = message.count(b"\r\n")
    if not message.count(b"\n") == message.count(b"\r") == ends or not message.endswith(b"\r\n"):
        message = _LINE_ENDS.sub(b"\r\n", message)
        message += b"" if message.endswith(b"\r\n") else b"\r\n"
    if message.startswith(b"."):
        message = b"." + message
    return message.replace(b"\r\n.", b"\r\n..") + b".\r\n"
