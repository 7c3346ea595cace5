"""A mail server that fails according to a plan and records accepted messages.

It runs in a process of its own. Each accepted message is written as a line to a file before it is
answered: its Message-ID, its sender, whether it is answered, and the time.
"""

import asyncio
import os
import random
import re
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

_MESSAGE_ID = re.compile(rb"^Message-ID: (<[^>]+>)\r$", re.MULTILINE)
_END = b"\r\n.\r\n"


@dataclass(frozen=True, slots=True)
class Plan:
    """Probabilities of failures, from 0 to 1."""

    later: float = 0.05
    """A recipient is answered with 451."""
    cut_before: float = 0.005
    """The connection is cut before the final dot."""
    cut_after: float = 0.005
    """The message is accepted, but the connection is cut instead of answering."""
    per_connection: int = 200
    """Number of messages after which a connection is closed with 421."""


@dataclass(frozen=True, slots=True)
class AcceptedMessage:
    """A message that the server accepted."""

    message_id: str
    login: str
    """Identifies the worker that sent the message."""
    answered: bool
    at: float
    """Seconds of the monotonic clock that all processes share (`time.monotonic`)."""


def serve(port_to: Connection, journal: Path, plan: Plan, seed: int) -> None:
    """Serve on a free port until killed, and report the port through ``port_to``."""
    asyncio.run(_serve(port_to, journal, plan, seed))


def read_journal(journal: Path) -> list[AcceptedMessage]:
    """Return all accepted messages so far, in order."""
    lines = (line.split(" ") for line in journal.read_text().splitlines())
    return [
        AcceptedMessage(name, login, answered == "1", float(at))
        for name, login, answered, at in lines
    ]


async def _serve(port_to: Connection, journal: Path, plan: Plan, seed: int) -> None:
    chance = random.Random(seed)
    written = os.open(journal, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def keep(message: bytes, login: str, answered: bool) -> None:
        found = _MESSAGE_ID.search(message)
        name = found[1].decode() if found else "<none>"
        os.write(written, f"{name} {login} {int(answered)} {time.monotonic()}\n".encode())

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Dialogue(plan, chance, keep), "127.0.0.1", 0)
    port_to.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


class _Dialogue(asyncio.Protocol):
    """An SMTP connection."""

    def __init__(
        self, plan: Plan, chance: random.Random, keep: Callable[[bytes, str, bool], None]
    ) -> None:
        self._plan = plan
        self._chance = chance
        self._keep = keep
        self._buffer = bytearray()
        self._for_somebody = False
        self._content = False
        self._taken = 0
        self._login = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say("220 crash test")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while not self._transport.is_closing() and (self._message() or self._command()):
            pass

    def _message(self) -> bool:
        if not self._content:
            return False
        if self._chance_of(self._plan.cut_before):
            self._transport.abort()
            return False
        end = self._buffer.find(_END)
        if end < 0:
            return False
        message = bytes(self._buffer[:end])
        del self._buffer[: end + len(_END)]
        self._content = False
        self._take(message)
        return True

    def _take(self, message: bytes) -> None:
        self._taken += 1
        answered = not self._chance_of(self._plan.cut_after)
        self._keep(message, self._login, answered)
        if answered:
            self._say("250 2.0.0 kept")
        else:
            self._transport.abort()

    def _command(self) -> bool:
        end = self._buffer.find(b"\r\n")
        if self._content or end < 0:
            return False
        verb, _, rest = bytes(self._buffer[:end]).partition(b" ")
        del self._buffer[: end + 2]
        self._answer(verb.upper(), rest)
        return True

    def _answer(self, verb: bytes, rest: bytes) -> None:
        if verb == b"EHLO":
            self._say("250-crash test\r\n250-PIPELINING\r\n250 AUTH PLAIN XOAUTH2")
        elif rest.startswith(b"XOAUTH2"):
            self._by_token(b64decode(rest.split()[1]).decode())
        elif not verb:
            self._say("535 5.7.8 that token has ended")
        elif verb == b"AUTH":
            self._login = b64decode(rest.split()[1]).split(b"\0")[1].decode()
            self._say("235 welcome")
        elif verb == b"MAIL" and self._taken >= self._plan.per_connection:
            self._say("421 4.7.0 too many messages in one session")
            self._transport.close()
        elif verb == b"RCPT":
            self._for_somebody = not self._chance_of(self._plan.later)
            self._say("250 ok" if self._for_somebody else "451 4.3.0 later")
        elif verb == b"DATA":
            self._content = self._for_somebody
            self._say("354 go on" if self._for_somebody else "554 5.5.1 no valid recipients")
        elif verb == b"QUIT":
            self._say("221 bye")
            self._transport.close()
        else:
            self._say("250 ok")

    def _by_token(self, said: str) -> None:
        """Check a token, which consists of the login and its expiry in seconds since 1970."""
        token = said.split("auth=Bearer ")[1].rstrip("\1")
        self._login, _, ends_at = token.rpartition(".")
        if time.time() < float(ends_at):
            self._say("235 welcome")
        else:
            self._say("334 " + b64encode(b'{"status":"401"}').decode())

    def _chance_of(self, share: float) -> bool:
        return self._chance.random() < share

    def _say(self, reply: str) -> None:
        self._transport.write(f"{reply}\r\n".encode())
