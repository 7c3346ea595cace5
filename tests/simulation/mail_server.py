"""A simulated mail server: the SMTP dialogue byte by byte, with random replies and faults."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import NamedTuple, Protocol

from tests.simulation.event_loop import Process, SimulatedLoop
from tests.simulation.network import Connection

_KEY = re.compile(rb"^Message-ID:\s*<([^@>]+)\.[0-9a-f]+@", re.MULTILINE | re.IGNORECASE)
_EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "SIZE 10000000")


class Stage(StrEnum):
    """The points of the dialogue at which the server replies."""

    GREETING = "greeting"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    MESSAGE = "message"


class ReplyFault(StrEnum):
    """A fault in the delivery of a reply."""

    NONE = ""
    LOST = "lost"
    """The reply is not sent, and the dialogue continues."""
    SILENT = "silent"
    """Neither the reply nor anything after it is sent."""
    TWICE = "twice"
    SWAPPED = "swapped"
    """The next reply is sent first."""
    GARBLED = "garbled"
    CUT = "cut"
    """The connection is cut in the middle of the reply."""


class ServerBehaviour(Protocol):
    """Decides how the server behaves at each moment; drawn from the seed (`faults`)."""

    def connects(self) -> str:
        """Return the failure of a new connection: ``refused`` or ``hangs``; empty for none."""

    def refusal(self, stage: Stage, recipient: str) -> str:
        """Return the reply that refuses a stage; empty to accept it."""

    def processing_seconds(self) -> float:
        """Return the seconds until a command is processed."""

    def reply_fault(self, stage: Stage) -> ReplyFault:
        """Return the fault in the delivery of a reply."""

    def cuts(self) -> tuple[int | None, int | None]:
        """Return the number of bytes, to the server and back, after which a connection is cut.

        None means never.
        """

    def pipelines(self) -> bool:
        """Return whether a new connection is offered PIPELINING."""


@dataclass(eq=False, slots=True)
class Taken:
    """A message that the server accepted."""

    at: float
    key: str
    """The key of the notification."""
    recipient: str
    process: Process
    written_at: float
    """When the server read the end of the message."""
    answered_at: float | None = None
    """When the reply arrived at the client; None for never."""


def key_of(message: bytes) -> str:
    """Return the key of the notification in a message; empty for other messages."""
    found = _KEY.search(message)
    return found[1].decode() if found else ""


class RefusedMail(NamedTuple):
    """A permanent refusal of a recipient's mail."""

    recipient: str
    reply: str


@dataclass(eq=False)
class MailServer:
    """Accepts mail and records it."""

    loop: SimulatedLoop
    random: Random
    behaviour: ServerBehaviour
    trace: Callable[[str], None]
    judge: Callable[["MailSession", str], None]
    """Called with session and key before a message is accepted or refused."""
    taken: list[Taken] = field(default_factory=list)
    refused: list[RefusedMail] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)


class MailSession:
    """The server's end of a connection."""

    def __init__(self, server: MailServer, connection: Connection) -> None:
        self._server = server
        self.connection = connection
        self._rest = b""
        self._free_at = 0.0
        self._is_silent = False
        self._recipient = ""
        self._reads_message = False
        self._held_back: bytes | None = None
        self._has_fault = False
        self._is_over = False

    def begin(self) -> None:
        """Send the greeting."""
        refusal = self._server.behaviour.refusal(Stage.GREETING, "")
        self._say(refusal or "220 mail.example.org ESMTP", Stage.GREETING)
        if refusal:
            self._hang_up()

    def receive(self, data: bytes) -> None:
        """Process the commands and messages that are complete."""
        self._rest += data
        while not self._is_over:
            if self._reads_message:
                message, end, rest = self._rest.partition(b"\r\n.\r\n")
                if not end and self._rest.startswith(b".\r\n"):
                    message, end, rest = b"", b".", self._rest[3:]
                if not end:
                    return
                self._rest, self._reads_message = rest, False
                self._message(message)
                continue
            line, end, rest = self._rest.partition(b"\r\n")
            if not end:
                return
            self._rest = rest
            self._command(line.decode())

    def end(self) -> None:
        """Stop the dialogue: the client has disconnected."""
        self._is_over = True

    def _command(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        match verb.upper():
            case "EHLO":
                offered = [
                    each
                    for each in _EXTENSIONS
                    if each != "PIPELINING" or self._server.behaviour.pipelines()
                ]
                lines = ["mail.example.org", *offered]
                said = [f"250-{each}" for each in lines[:-1]] + [f"250 {lines[-1]}"]
                self._say("\r\n".join(said), None)
            case "MAIL":
                self._recipient = ""
                self._answer(Stage.MAIL, "250 2.1.0 sender ok")
            case "RCPT":
                self._recipient = rest.partition("<")[2].partition(">")[0]
                if not self._answer(Stage.RCPT, "250 2.1.5 recipient ok"):
                    self._recipient = ""
            case "DATA":
                if not self._recipient:
                    self._say("503 5.5.1 no valid recipients", None)
                else:
                    self._reads_message = self._answer(Stage.DATA, "354 go on")
            case "RSET" | "NOOP":
                self._say("250 2.0.0 ok", None)
            case "QUIT":
                self._say("221 2.0.0 bye", None)
                self._hang_up()
            case _:
                self._say("500 5.5.2 what?", None)

    def _answer(self, stage: Stage, yes: str) -> bool:
        refusal = self._server.behaviour.refusal(stage, self._recipient)
        if refusal.startswith("5") and self._recipient:
            self._server.refused.append(RefusedMail(self._recipient, refusal))
        self._say(refusal or yes, stage)
        if refusal.startswith("421"):
            self._hang_up()
        return not refusal

    def _message(self, message: bytes) -> None:
        self._pass_time()
        delay = self._free_at - self._server.loop.time()
        self._server.loop.outside(
            delay, self._deal_with, message, self._recipient, self._server.loop.time()
        )

    def _deal_with(self, message: bytes, recipient: str, read_at: float) -> None:
        server, process = self._server, self.connection.process
        if self._is_over and server.random.random() < 0.5:
            # The client has disconnected, so there is no reply. A server may discard the mail.
            return
        key = key_of(message)
        if not key or process is None:
            server.trace(f"{recipient}: what is no mail arrived")
            return
        server.judge(self, key)
        refusal = server.behaviour.refusal(Stage.MESSAGE, recipient)
        if refusal:
            server.trace(f"{process.name}: {key} refused: {refusal}")
            if refusal.startswith("5"):
                server.refused.append(RefusedMail(recipient, refusal))
            self._say(refusal, Stage.MESSAGE, think=False)
            return
        taken = Taken(server.loop.time(), key, recipient, process, read_at)
        server.taken.append(taken)
        server.trace(f"{process.name}: {key} taken")

        def heard() -> None:
            taken.answered_at = server.loop.time()
            server.trace(f"{process.name}: {key} answered")

        self._say("250 2.0.0 queued", Stage.MESSAGE, think=False, heard=heard)

    def _pass_time(self) -> None:
        now = self._server.loop.time()
        self._free_at = max(self._free_at, now) + self._server.behaviour.processing_seconds()

    def _say(
        self,
        words: str,
        stage: Stage | None,
        *,
        think: bool = True,
        heard: Callable[[], None] | None = None,
    ) -> None:
        if self._is_silent or self._is_over:
            return
        if think:
            self._pass_time()
        seconds = max(self._free_at - self._server.loop.time(), 0)
        data, send = f"{words}\r\n".encode(), self.connection.reply
        if self._held_back is not None:
            send(data, seconds, heard)
            send(self._held_back, seconds)
            self._held_back = None
            return
        twist = self._server.behaviour.reply_fault(stage) if stage is not None else ReplyFault.NONE
        if not twist or self._has_fault:
            # Two faults together can look like a reply that was never sent, which no client can
            # detect.
            send(data, seconds, heard)
            return
        self._has_fault = True
        self._server.trace(f"the reply {words[:3]} at {stage} is {twist}")
        self._apply_fault(twist, data, seconds, heard)

    def _apply_fault(
        self, twist: ReplyFault, data: bytes, seconds: float, heard: Callable[[], None] | None
    ) -> None:
        send = self.connection.reply
        match twist:
            case ReplyFault.SILENT:
                self._is_silent = True
            case ReplyFault.TWICE:
                send(data, seconds, heard)
                send(data, seconds)
            case ReplyFault.SWAPPED:
                self._held_back = data
            case ReplyFault.GARBLED:
                send(b"\x00?!\r\n", seconds)
            case ReplyFault.CUT:
                self.connection.cut_back = self._server.random.randrange(len(data))
                send(data, seconds)

    def _hang_up(self) -> None:
        self._is_over = True
        self.connection.hang_up(max(self._free_at - self._server.loop.time(), 0))
