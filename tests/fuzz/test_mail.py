"""Random replies of a mail server and random bounces: every one leads to a defined outcome."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_tui.config.settings import Security, Smtp
from studio_tui.domain.outbox.bounces import MAX_EXPLANATION, ReturnedMail
from studio_tui.mail.bounces.report import read_returned
from studio_tui.mail.transport.outcomes import Deferred, Delivered, Rejected, RelayDown
from studio_tui.mail.transport.smtp import SmtpConnection
from tests.fuzz.damage import damaged, fuzzing

BOUNCES = tuple(
    path.read_bytes()
    for path in sorted((Path(__file__).parents[1] / "files" / "bounces").iterdir())
)
GREETING = b"220 mail.example.org ESMTP\r\n"
EHLO = b"250-mail.example.org\r\n250-PIPELINING\r\n250 SIZE 1000000\r\n"
ANSWERS = (
    b"250 2.1.0 ok\r\n",
    b"250\r\n",
    b"250-one\r\n250-two\r\n250 three\r\n",
    b"250-one\r\n550 two\r\n",
    b"354 go on\r\n",
    b"550 5.1.1 no such user\r\n",
    b"550 \x1b]52;c;aGk=\x07 \xff\xfe\0\r\n",
    b"421 4.3.2 closing\r\n",
    b"999 what\r\n",
    b"000 nothing\r\n",
    b"25\r\n",
    b"-1 minus\r\n",
    b"\r\n\r\n\r\n",
    b"\0" * 50 + b"\r\n",
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"250-" + b"a" * 20_000 + b"\r\n",
    b"250-again\r\n" * 3_000,
    b"",
)
"""The last one hangs up."""


@given(damaged(BOUNCES))
@fuzzing(80)
def test_mail_that_came_back(content: bytes) -> None:
    found = read_returned(content)
    assert isinstance(found, ReturnedMail)
    if found.bounce:
        assert len(found.bounce.words) <= MAX_EXPLANATION
        assert "\x1b" not in found.bounce.words


async def outcome_of(answers: Iterator[bytes]) -> object:
    """Return the outcome of a mail to a server that sends these replies, one per received line."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(next(answers, b""))
            # Hang up on a client that waits for the rest of a reply.
            while line := await asyncio.wait_for(reader.readline(), 0.05):
                if line.startswith(b"QUIT") or not (reply := next(answers, b"")):
                    break
                writer.write(reply)
                await writer.drain()
        except (TimeoutError, RuntimeError, ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        connection = SmtpConnection(
            Smtp(host="127.0.0.1", port=port, security=Security.NONE, timeout=5)
        )
        async with asyncio.timeout(20):
            found = await connection.send(
                "studio@example.org", "ann@example.org", b"Subject: x\r\n\r\nx\r\n"
            )
            await connection.close()
    return found


@given(st.lists(st.sampled_from(ANSWERS), max_size=7), st.booleans())
@fuzzing(30)
def test_what_a_server_answers(answers: list[bytes], begins_well: bool) -> None:
    """The mail is delivered only if the server accepted it after its last line."""
    said = [GREETING, EHLO, *answers] if begins_well else answers
    found = asyncio.run(outcome_of(iter(said)))
    assert isinstance(found, Delivered | Rejected | Deferred | RelayDown)
    words = getattr(found, "words", "")
    assert "\x1b" not in words
    assert "\0" not in words
    if isinstance(found, Delivered):
        assert sum(each.startswith(b"250") for each in answers) >= 2
        assert any(each.startswith(b"354") for each in answers)


@pytest.mark.parametrize("flood", [b"250-again\r\n", b"a", b"\0"])
async def test_a_server_that_does_not_stop_is_left(flood: bytes) -> None:
    """An endless reply exhausts neither memory nor time."""
    piece = flood * (200_000 // len(flood))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(GREETING)
            await reader.readline()
            while True:
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        settings = Smtp(host="127.0.0.1", port=port, security=Security.NONE, timeout=2)
        connection = SmtpConnection(settings)
        async with asyncio.timeout(20):
            found = await connection.send("a@example.org", "b@example.org", b"Subject: x\r\n\r\n")
            await connection.close()
    assert isinstance(found, RelayDown | Deferred)
