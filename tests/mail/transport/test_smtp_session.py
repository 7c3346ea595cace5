"""The start of a session: the name in EHLO, the extensions of the server, and implicit TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from studio_tui.config.settings import Security, Smtp
from studio_tui.mail.transport.outcomes import Delivered, Rejected
from studio_tui.mail.transport.smtp import SmtpConnection
from studio_tui.mail.transport.tls_probe import is_plain, speaks_tls
from tests.smtp_server import smtp_server

FROM, ANN = "studio@example.org", "ann@example.org"


class Answering:
    """A small server that records the lines it receives."""

    def __init__(self, ehlo: str) -> None:
        self._ehlo = ehlo
        self.told: list[str] = []
        self.port = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        content = False
        while raw := await reader.readline():
            line = raw.decode().rstrip("\r\n")
            self.told.append(line)
            verb = line.partition(" ")[0].upper()
            if content:
                content = line != "."
                reply = "" if content else "250 kept"
            elif verb == "DATA":
                content, reply = True, "354 go on"
            else:
                reply = self._ehlo if verb == "EHLO" else "221 bye" if verb == "QUIT" else "250 ok"
            writer.write(f"{reply}\r\n".encode() if reply else b"")
            if verb == "QUIT" and not content:
                break
        writer.close()

    def settings(self, **changes: object) -> Smtp:
        """Return settings for a connection to this server."""
        known = {"host": "127.0.0.1", "port": self.port, "security": Security.NONE}
        return Smtp(**{**known, "timeout": 10, **changes})  # type: ignore[arg-type]


@asynccontextmanager
async def answering(ehlo: str) -> AsyncIterator[Answering]:
    """Yield a server that answers EHLO with ``ehlo``."""
    one = Answering(ehlo)
    server = await asyncio.start_server(one.talk, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    async with server:
        yield one


async def send(server: Answering, message: bytes, **changes: object) -> object:
    connection = SmtpConnection(server.settings(**changes), None)
    try:
        return await connection.send(FROM, ANN, message)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"helo": "studio.example.com", "sender": FROM}, "studio.example.com"),
        ({"sender": "HR Studio <studio@example.org>"}, "example.org"),
        ({"sender": "studio@exämple.org"}, "xn--exmple-cua.org"),
    ],
)
@pytest.mark.parametrize("ehlo", ["250 ok", "502 what?"], ids=["EHLO", "only HELO"])
async def test_the_name_in_ehlo(settings: dict[str, object], name: str, ehlo: str) -> None:
    """The name is ``smtp.helo`` or the domain of the sender.

    An old server gets it with HELO as well.
    """
    async with answering(ehlo) as server:
        assert isinstance(await send(server, b"Subject: x\r\n\r\nx\r\n", **settings), Delivered)
        greeted = [line for line in server.told if line[:4] in ("EHLO", "HELO")]
    assert greeted == [f"EHLO {name}", *([f"HELO {name}"] if ehlo.startswith("502") else [])]


async def test_a_mail_larger_than_the_limit_of_the_server_is_not_sent() -> None:
    """With SIZE in the reply to EHLO, neither the envelope nor the content is sent."""
    async with answering("250-ok\r\n250 SIZE 1000") as server:
        outcome = await send(server, b"Subject: x\r\n\r\n" + b"x" * 1000 + b"\r\n")
        assert isinstance(outcome, Rejected)
        assert "1,000" in str(outcome) or "1000" in str(outcome)
        assert not [line for line in server.told if line[:4] in ("MAIL", "RCPT", "DATA")]
        assert isinstance(await send(server, b"Subject: x\r\n\r\nsmall\r\n"), Delivered)


@pytest.mark.parametrize("size", ["SIZE", "SIZE 0", "SIZE lots"])
async def test_an_invalid_size_limit_is_ignored(size: str) -> None:
    async with answering(f"250-ok\r\n250 {size}") as server:
        assert isinstance(await send(server, b"Subject: x\r\n\r\n" + b"x" * 2000), Delivered)


async def test_a_port_is_probed_for_tls() -> None:
    with smtp_server(security=Security.TLS) as tls, smtp_server() as plain:
        assert await speaks_tls("127.0.0.1", tls.port, 10)
        assert not await speaks_tls("127.0.0.1", plain.port, 10)
        with pytest.raises(ssl.SSLError) as failed:
            await asyncio.open_connection(
                "127.0.0.1", plain.port, ssl=ssl.create_default_context(), server_hostname="x"
            )
        assert is_plain(failed.value)
    assert not await speaks_tls("127.0.0.1", plain.port, 10)
    assert not is_plain(OSError("gone"))
