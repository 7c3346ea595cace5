"""A real mail server for tests: it records the messages that it accepts, and follows a script.

    with smtp_server(security=Security.STARTTLS, username="studio", password="…") as server:
        server.script("rcpt", "550 5.1.1 no such user", recipient="bob@example.org")
        server.script("accepted", HANG_UP, times=1)
        …
        server.wait_for(3)
        assert server.messages[0].parsed["Subject"] == "…"

The server runs in a thread of its own, so that tests with and without an event loop and other
processes can use it. ``server.environ`` has the variables that a process needs to find and trust
it.
"""

import asyncio
import contextlib
import ssl
import tempfile
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import Any, AnyStr, Literal

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from studio_tui.config.settings import Security, Smtp
from studio_tui.mail.compose.flowed import unflow

Step = Literal["connect", "ehlo", "login", "mail", "rcpt", "data", "content", "message", "accepted"]
"""Points at which the script can set the reply.

At the greeting, at a command, while the content arrives (content), after the final dot (message),
and after the message is stored (accepted).
"""

PIPELINING = False
"""Whether servers offer PIPELINING unless `smtp_server` is given a value."""

_DSN = ("RET=", "ENVID=", "ORCPT=", "NOTIFY=")
"""Parameters of DSN."""
HANG_UP = "hang up"
"""Scripted in place of a reply: the server cuts the connection."""
STALL = "stall"
"""Scripted in place of a reply: the server never replies and leaves the connection open."""
HOLD = "hold"
"""Scripted in place of a reply: the server waits for `Server.release`, then replies as usual."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message as received over the wire."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def parsed(self) -> EmailMessage:
        """The parsed message; the parser records every defect."""
        return _parsed(self.content)

    def text(self, subtype: Literal["plain", "html"]) -> str:
        """Return the plain or the HTML part as a mail program displays it, with bare newlines."""
        part = self.parsed.get_body((subtype,))
        assert part is not None
        text = str(part.get_content()).replace("\r\n", "\n")
        return unflow(text) if part.get_param("format") == "flowed" else text


@lru_cache(1024)
def _parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@dataclass(slots=True)
class _Rule:
    step: Step
    reply: str
    recipient: str | None
    left: float


@dataclass
class Server:
    """A running server and a record of its sessions."""

    host: str
    security: Security
    username: str
    password: str
    port: int = 0
    messages: list[Received] = field(default_factory=list)
    refused_tokens: list[str] = field(default_factory=list)
    connections: int = 0
    """Number of connections since the start."""
    open: int = 0
    """Number of open connections."""
    logins: list[tuple[str, str]] = field(default_factory=list)
    """Method and user name of every login attempt."""
    followed: int = 0
    """Number of scripted replies given or withheld."""
    per_connection: int | None = None
    """Number of messages after which a connection is closed with 421; None for no limit."""
    tokens: list[str] | None = None
    """The tokens that XOAUTH2 accepts; None disables login by token."""
    token_refusal: str = '{"status":"401","schemes":"bearer","scope":"https://mail.example.org/"}'
    """The challenge sent for a token that is not accepted, before the login is refused."""
    dsn: bool = False
    """Whether the server offers DSN (RFC 3461)."""
    asked: list[str] = field(default_factory=list)
    """The DSN parameters sent with each sender and recipient."""
    authority: Path | None = None
    """The certificate to trust; None without TLS."""
    client: Path | None = None
    """A client certificate with its key that the server accepts; None if it requests none."""
    peers: list[str] = field(default_factory=list)
    """The client address of each connection."""
    held: threading.Event = field(default_factory=threading.Event)
    """Set by `release`; replies scripted as `HOLD` wait for it."""
    _rules: list[_Rule] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def script(
        self, step: Step, reply: str, *, recipient: str | None = None, times: float = float("inf")
    ) -> None:
        """Reply ``reply`` (``"451 4.3.0 later"``, `HANG_UP`, `STALL` or `HOLD`) at ``step``.

        With ``recipient``, only for that recipient; with ``times``, only that many times. If
        several rules match a step, the first applies.
        """
        with self._changed:
            self._rules.append(_Rule(step, reply, recipient, times))

    def clear_script(self) -> None:
        """Remove all scripted replies."""
        with self._changed:
            self._rules.clear()

    def release(self) -> None:
        """Release all replies scripted as `HOLD`, including those that come later."""
        self.held.set()

    def release_held(self) -> None:
        """Release the replies that are held at the moment, and hold those that come later."""
        self.held.set()
        self.held.clear()

    def wait_until_followed(self, count: int = 1, seconds: float = 20) -> None:
        """Wait until ``count`` scripted replies were given or withheld; fail after ``seconds``."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.followed >= count, seconds), "not followed"

    def wait_for(self, count: int, seconds: float = 20) -> list[Received]:
        """Wait for at least ``count`` messages and return them; fail after ``seconds``."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.messages) >= count, seconds)
            assert arrived, f"{len(self.messages)} messages after {seconds} s, not {count}"
            return list(self.messages)

    def wait_until_idle(self, seconds: float = 20) -> None:
        """Wait until no client is connected; fail after ``seconds``."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.open == 0, seconds), "still connected"

    def settings(self, **changes: Any) -> Smtp:
        """Return settings that connect to this server."""
        values: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "security": self.security,
            "username": self.username,
            "sender": "HR Studio <studio@example.org>",
        }
        return Smtp(**values | changes)

    @property
    def environ(self) -> dict[str, str]:
        """The same settings as environment variables, with the password and trusted certificate."""
        settings = self.settings()
        environ = {
            "STUDIO_SMTP_HOST": settings.host,
            "STUDIO_SMTP_PORT": str(settings.port),
            "STUDIO_SMTP_SECURITY": str(settings.security),
            "STUDIO_SMTP_USERNAME": settings.username,
            "STUDIO_SMTP_SENDER": settings.sender,
        }
        if self.password:
            environ["STUDIO_SMTP_PASSWORD"] = self.password
        if self.authority:
            environ["SSL_CERT_FILE"] = str(self.authority)
        return environ

    def rule(self, step: Step, recipients: list[str] | None = None) -> str | None:
        """Return the reply scripted for ``step`` and count it as used; None if there is no rule."""
        with self._changed:
            for rule in self._rules:
                wanted = rule.recipient is None or rule.recipient in (recipients or [])
                if rule.step == step and wanted and rule.left > 0:
                    rule.left -= 1
                    self.followed += 1
                    self._changed.notify_all()
                    return rule.reply
        return None

    def keep(self, envelope: Envelope) -> None:
        """Store a message."""
        assert isinstance(envelope.original_content, bytes)
        received = Received(
            str(envelope.mail_from), tuple(envelope.rcpt_tos), envelope.original_content
        )
        with self._changed:
            self.messages.append(received)
            self._changed.notify_all()

    def count(self, change: int) -> None:
        """Count a connection that was opened (1) or closed (-1)."""
        with self._changed:
            self.connections += max(change, 0)
            self.open += change
            self._changed.notify_all()


class _Connection(SMTP):
    """A connection that follows the script of its server."""

    def __init__(self, server: Server, pipelining: bool, **options: Any) -> None:
        self._server = server
        self._pipelining = pipelining
        self._greeted = False
        self._taken = 0
        super().__init__(self, hostname="mail.example.org", ident="Test", timeout=60, **options)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._original_transport is None:
            self._server.count(1)
            self._server.peers.append(transport.get_extra_info("peername")[0])
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._server.count(-1)
        super().connection_lost(error)

    async def push(self, status: AnyStr) -> None:
        if not self._greeted:
            self._greeted = True
            if await self._scripted("connect"):
                return
        text = status if isinstance(status, str) else status.decode()
        if text.startswith("354") and (reply := self._server.rule("content", self._to())):
            await super().push(status)
            await self._follow(reply)
            return
        await self._answer(text)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        if not await self._scripted("ehlo"):
            await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        if not await self._scripted("login"):
            await super().smtp_AUTH(arg)

    async def auth_XOAUTH2(self, _: SMTP, args: list[str]) -> Any:  # noqa: N802
        said = b64decode(args[1]).decode()
        user, bearer = said.split("\x01")[:2]
        login, token = user.removeprefix("user="), bearer.removeprefix("auth=Bearer ")
        self._server.logins.append(("XOAUTH2", login))
        if login == self._server.username and token in (self._server.tokens or []):
            return AuthResult(success=True)
        self._server.refused_tokens.append(token)
        refusal = b64encode(self._server.token_refusal.encode()).decode()
        await self.push(f"334 {refusal}")
        answer = await self._reader.readline()
        assert answer == b"\r\n", answer
        await self.push("535 5.7.3 Authentication unsuccessful")
        return AuthResult(success=False, handled=True)

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802
        await super().smtp_MAIL(self._noted(arg))

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802
        await super().smtp_RCPT(self._noted(arg))

    def _noted(self, arg: str) -> str:
        """Record the DSN parameters of a command and return its arguments without them."""
        if not self._server.dsn:
            return arg
        address, *parameters = arg.split()
        self._server.asked += [each for each in parameters if each.startswith(_DSN)]
        return " ".join((address, *(each for each in parameters if not each.startswith(_DSN))))

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if not await self._scripted("data"):
            await super().smtp_DATA(arg)

    async def handle_EHLO(  # noqa: N802
        self, _: SMTP, session: Session, __: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        offered = ["250-PIPELINING"] if self._pipelining else []
        offered += ["250-DSN"] if self._server.dsn else []
        return [*responses[:-1], *offered, responses[-1]]

    async def handle_MAIL(  # noqa: N802
        self, _: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._taken == self._server.per_connection:
            return "421 4.7.0 too many messages in one session"
        if self._server.username and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return await self._unless_scripted("mail", "250 2.1.0 sender ok")

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        reply = await self._unless_scripted("rcpt", "250 2.1.5 recipient ok")
        if not reply.startswith("250"):
            envelope.rcpt_tos.remove(address)
        return reply

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        self._taken += 1
        reply = await self._unless_scripted("message", "")
        if reply:
            return reply
        self._server.keep(envelope)
        return await self._unless_scripted("accepted", "250 2.0.0 kept")

    def _to(self) -> list[str]:
        return list(self.envelope.rcpt_tos) if self.envelope else []

    async def _unless_scripted(self, step: Step, usual: str) -> str:
        reply = self._server.rule(step, self._to())
        if reply in (HANG_UP, STALL, HOLD):
            await self._follow(reply)
        return reply if reply and reply != HOLD else usual

    async def _scripted(self, step: Step) -> bool:
        reply = self._server.rule(step, self._to())
        if reply is None:
            return False
        await self._follow(reply)
        return reply != HOLD

    async def _follow(self, reply: str) -> None:
        if reply == HOLD:
            await asyncio.to_thread(self._server.held.wait)
            return
        if reply == STALL:
            await asyncio.Event().wait()
        if reply == HANG_UP:
            self._cut()
            await asyncio.Event().wait()
        await self._answer(reply)

    async def _answer(self, reply: str) -> None:
        await super().push(reply)
        if reply.startswith("421") and self.transport is not None:
            self.transport.close()

    def _cut(self) -> None:
        transport = self._original_transport or self.transport
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


@contextlib.contextmanager
def smtp_server(
    *,
    security: Security = Security.NONE,
    username: str = "",
    password: str = "",
    certificate_for: str = "localhost",
    smtputf8: bool = True,
    starttls: bool = True,
    pipelining: bool | None = None,
    tokens: list[str] | None = None,
    asks_clients: bool = False,
) -> Iterator[Server]:
    """Run a server until the block ends.

    - ``certificate_for``: the name in the certificate; ``localhost`` matches.
    - ``starttls``: whether STARTTLS is offered if ``security`` asks for it.
    - ``pipelining``: whether PIPELINING is offered; None for the value of `PIPELINING`.
    - ``tokens``: the tokens accepted by XOAUTH2, which without a ``password`` is the only login.
    - ``asks_clients``: whether clients need a certificate (`Server.client`).
    """
    server = Server("localhost", security, username, password, tokens=tokens)
    with tempfile.TemporaryDirectory() as folder:
        context = None
        if security is not Security.NONE:
            context = _certified(server, Path(folder), certificate_for, asks_clients=asks_clients)
        options: dict[str, Any] = {
            "pipelining": PIPELINING if pipelining is None else pipelining,
            "enable_SMTPUTF8": smtputf8,
            "auth_require_tls": False,
            "authenticator": _authenticator(server),
            "auth_exclude_mechanism": _excluded(server),
            "tls_context": context if security is Security.STARTTLS and starttls else None,
        }
        with _running(server, options, context if security is Security.TLS else None):
            yield server


def _excluded(server: Server) -> list[str]:
    by_password = server.username and (server.password or server.tokens is None)
    return [
        *([] if by_password else ["LOGIN", "PLAIN"]),
        *([] if server.tokens is not None else ["XOAUTH2"]),
    ]


def _certified(server: Server, folder: Path, name: str, *, asks_clients: bool) -> ssl.SSLContext:
    authority = trustme.CA()
    server.authority = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(server.authority))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    if asks_clients:
        server.client = folder / "client.pem"
        issued = authority.issue_cert("studio@example.org")
        issued.private_key_and_cert_chain_pem.write_to_path(str(server.client))
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _authenticator(server: Server) -> Any:
    def authenticate(_: SMTP, __: Session, ___: Envelope, method: str, data: Any) -> AuthResult:
        login, password = data.login.decode(), data.password.decode()
        server.logins.append((method, login))
        right = (login, password) == (server.username, server.password)
        return AuthResult(success=right, handled=False)

    return authenticate


@contextlib.contextmanager
def _running(
    server: Server, options: dict[str, Any], context: ssl.SSLContext | None
) -> Iterator[None]:
    loop = asyncio.new_event_loop()
    listening, stop = threading.Event(), asyncio.Event()
    open_connections: list[_Connection] = []

    def connection() -> _Connection:
        open_connections.append(_Connection(server, loop=loop, **options))
        return open_connections[-1]

    async def serve() -> None:
        listener = await loop.create_server(connection, "127.0.0.1", server.port, ssl=context)
        server.port = listener.sockets[0].getsockname()[1]
        listening.set()
        await stop.wait()
        listener.close()
        for each in open_connections:
            each._cut()
        while server.open:
            await asyncio.sleep(0)

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run, name="smtp-server", daemon=True)
    thread.start()
    assert listening.wait(10), "the server does not listen"
    try:
        yield
    finally:
        server.release()
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        assert not thread.is_alive(), "the server does not stop"
