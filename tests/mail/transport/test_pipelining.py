"""Commands and replies on the wire: fragmented, combined, out of sync or missing.

The server follows a script, byte by byte, so that it can do what no server library does.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from studio_tui.config.settings import Security, Smtp
from studio_tui.mail.transport.outcomes import Deferred, Delivered, Fault, Rejected, RelayDown
from studio_tui.mail.transport.pipelining import ConnectionBroken, Dialogue, Reply
from studio_tui.mail.transport.smtp import SmtpConnection

FROM, ANN, BOB = "studio@example.org", "ann@example.org", "bob@example.org"
MESSAGE = b"Subject: hello\r\n\r\nhello\r\n"
CUT = b""
"""In place of an answer: close the connection."""
OFFER = b"MAIL FROM:<studio@example.org>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n"
TAKEN = b"250 kept\r\n"

Turn = tuple[bytes, bytes]
"""The bytes that the server waits for, and its answer."""
GREETING: Sequence[Turn] = (
    (b"", b"220 hello\r\n"),
    (b"EHLO", b"250-hello\r\n250-PIPELINING\r\n250 SMTPUTF8\r\n"),
)
SEND: Sequence[Turn] = (
    (OFFER, b"250 ok\r\n250 ok\r\n354 go on\r\n"),
    (MESSAGE + b".\r\n", TAKEN),
)


class Script:
    """A server that follows a list of turns for each connection."""

    def __init__(self, connections: Sequence[Sequence[Turn]]) -> None:
        self._connections = list(connections)
        self.heard: list[bytes] = []
        """The bytes received on each connection."""
        self.serving: set[asyncio.Task[None]] = set()
        """Tasks to wait for at the end."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Follow the script of the next connection, then read until it is closed."""
        task = asyncio.current_task()
        assert task
        self.serving.add(task)
        number = len(self.heard)
        self.heard.append(b"")
        for awaited, answer in self._connections[number]:
            said = b""
            while awaited not in said or (awaited and not said.endswith(b"\r\n")):
                more = await reader.read(65536)
                if not more:
                    break
                said += more
                self.heard[number] += more
            if answer == CUT:
                break
            writer.write(answer)
        else:
            with suppress(ConnectionError):
                self.heard[number] += await reader.read()
        writer.close()


@asynccontextmanager
async def listening(script: Script) -> AsyncIterator[int]:
    """Yield the port of a server that follows ``script``. Wait until all connections are closed."""
    async with await asyncio.start_server(script.serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*script.serving)


@asynccontextmanager
async def scripted(*connections: Sequence[Turn]) -> AsyncIterator[tuple[SmtpConnection, Script]]:
    """Yield a connection to a server that follows a script, and drop it at the end."""
    script = Script(connections)
    async with listening(script) as port:
        smtp = Smtp(host="127.0.0.1", port=port, security=Security.NONE, timeout=1)
        connection = SmtpConnection(smtp)
        try:
            yield connection, script
        finally:
            connection._drop()


async def test_all_commands_of_a_mail_are_sent_at_once() -> None:
    async with scripted([*GREETING, *SEND]) as (connection, script):
        assert await connection.send(FROM, ANN, MESSAGE) == Delivered(250, "kept")
    assert script.heard[0].partition(b"\r\n")[2] == OFFER + MESSAGE + b".\r\n"


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        (b"250 ok\r\n550 5.1.1 nobody\r\n503 no recipient\r\n", Rejected(550, "5.1.1 nobody")),
        (b"250 ok\r\n451 4.7.1 grey\r\n554 no recipient\r\n", Deferred(451, "4.7.1 grey")),
        (b"451 later\r\n503 no sender\r\n503 no sender\r\n", Deferred(451, "later")),
        (b"250 ok\r\n250 ok\r\n452 4.3.1 full\r\n", Deferred(452, "4.3.1 full")),
    ],
)
async def test_replies_after_a_refusal_are_not_taken_for_those_of_the_next_mail(
    answers: bytes, outcome: object
) -> None:
    turns = [*GREETING, (OFFER, answers), (b"RSET\r\n", b"250 ok\r\n"), *SEND]
    async with scripted(turns) as (connection, _):
        assert await connection.send(FROM, ANN, MESSAGE) == outcome
        assert await connection.send(FROM, ANN, MESSAGE) == Delivered(250, "kept")


async def test_data_without_a_recipient_is_ended_with_an_empty_message() -> None:
    """RFC 2920, 3.1: DATA may be accepted although every recipient was refused."""
    refused = (OFFER, b"250 ok\r\n550 5.1.1 nobody\r\n354 go on\r\n")
    ended = [(b".\r\n", b"554 no recipients\r\n"), (b"RSET\r\n", b"250 ok\r\n")]
    async with scripted([*GREETING, refused, *ended, *SEND]) as (connection, script):
        assert await connection.send(FROM, ANN, MESSAGE) == Rejected(550, "5.1.1 nobody")
        assert await connection.send(FROM, ANN, MESSAGE) == Delivered(250, "kept")
    said = script.heard[0].partition(b"\r\n")[2]
    assert said == OFFER + b".\r\nRSET\r\n" + OFFER + MESSAGE + b".\r\n"


async def test_no_empty_message_is_sent_if_there_may_be_a_recipient() -> None:
    """The sender is refused and the rest accepted, so an empty message could be delivered."""
    odd = (OFFER, b"451 later\r\n250 ok\r\n354 go on\r\n")
    async with scripted([*GREETING, odd], [*GREETING, *SEND]) as (connection, script):
        assert await connection.send(FROM, ANN, MESSAGE) == Deferred(451, "later")
        assert await connection.send(FROM, ANN, MESSAGE) == Delivered(250, "kept")
    assert script.heard[0].endswith(OFFER)


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        (b"250 ok\r\n550 5.1.1 nobody\r\n", Rejected(550, "5.1.1 nobody")),
        (b"250 ok\r\n", Deferred(None, "The mail server did not answer in time.")),
        (b"250 ok\r\n250 ok\r\n", Deferred(None, "The mail server did not answer in time.")),
    ],
)
async def test_a_missing_reply_ends_the_connection(answers: bytes, outcome: object) -> None:
    async with scripted([*GREETING, (OFFER, answers)], [*GREETING, *SEND]) as (connection, _):
        assert await connection.send(FROM, ANN, MESSAGE) == outcome
        assert await connection.send(FROM, ANN, MESSAGE) == Delivered(250, "kept")


async def test_a_server_that_hangs_up_without_a_reply_is_tried_again_without_pipelining() -> None:
    """The server hangs up at the recipient. Its reply about the sender is lost as well."""
    named = (b"MAIL FROM:<studio@example.org>\r\n", b"250 ok\r\n")
    in_turns = [*GREETING, named, (b"RCPT TO:<ann@example.org>\r\n", CUT)]
    async with scripted([*GREETING, (OFFER, CUT)], in_turns, [*GREETING, *SEND]) as (
        connection,
        _,
    ):
        outcome = await connection.send(FROM, ANN, MESSAGE)
        assert isinstance(outcome, Deferred)
        assert not outcome.uncertain
        assert await connection.send(FROM, ANN, MESSAGE) == Delivered(250, "kept")


async def test_a_server_that_hangs_up_twice_without_a_reply_is_down() -> None:
    async with scripted([*GREETING, (OFFER, CUT)], [*GREETING, (b"MAIL", CUT)]) as (connection, _):
        outcome = await connection.send(FROM, ANN, MESSAGE)
    assert isinstance(outcome, RelayDown)
    assert outcome.fault is Fault.UNREACHABLE


async def test_an_unexpected_reply_ends_the_connection() -> None:
    """Otherwise it would be read as a reply to the next mail."""
    late = [*SEND[:-1], (SEND[-1][0], TAKEN + b"250 once more\r\n")]
    async with scripted([*GREETING, *late], [*GREETING, *SEND]) as (connection, script):
        assert await connection.send(FROM, ANN, MESSAGE) == Delivered(250, "kept")
        assert await connection.send(FROM, ANN, MESSAGE) == Delivered(250, "kept")
    assert len(script.heard) == 2


@pytest.mark.parametrize("nonsense", [b"hello\r\n", b"2x0 ok\r\n", b"\r\n", b"250ok\r\n"])
async def test_an_invalid_reply_ends_the_connection(nonsense: bytes) -> None:
    turns = [*GREETING, SEND[0], (SEND[1][0], nonsense)]
    async with scripted(turns, [*GREETING, *SEND]) as (connection, _):
        outcome = await connection.send(FROM, ANN, MESSAGE)
        assert isinstance(outcome, Deferred)
        assert (outcome.code, outcome.uncertain) == (None, True)
        assert await connection.send(FROM, ANN, MESSAGE) == Delivered(250, "kept")


async def test_an_endless_reply_ends_the_connection() -> None:
    turns = [*GREETING, SEND[0], (SEND[1][0], b"250-and so on\r\n" * 4_000)]
    async with scripted(turns) as (connection, _):
        outcome = await connection.send(FROM, ANN, MESSAGE)
    assert isinstance(outcome, Deferred)
    assert outcome.words == "The mail server does not come to an end."


@asynccontextmanager
async def open_dialogue() -> AsyncIterator[Dialogue]:
    """Yield a dialogue that has sent three commands to a server that sends nothing."""
    async with listening(Script([[]])) as port:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(asyncio.Protocol, "127.0.0.1", port)
        dialogue = Dialogue(transport, timeout=5)
        dialogue.write_commands(b"ONE", b"TWO", b"THREE")
        try:
            yield dialogue
        finally:
            dialogue.drop()


async def test_replies_are_read_one_by_one_however_they_are_fragmented() -> None:
    whole = b"250 one\r\n250-two\r\n250-and a half\r\n250\r\n354 three\n"
    expected = [Reply(250, "one"), Reply(250, "two\nand a half\n"), Reply(354, "three")]
    for cut in range(len(whole)):
        async with open_dialogue() as dialogue:
            dialogue.data_received(whole[:cut])
            dialogue.data_received(whole[cut:])
            assert [await dialogue.reply() for _ in range(3)] == expected


async def test_replies_before_an_invalid_one_are_still_read() -> None:
    async with open_dialogue() as dialogue:
        dialogue.data_received(b"250 one\r\n421 closing\r\nnonsense\r\n250 ok\r\n")
        assert (await dialogue.reply()).code == 250
        assert (await dialogue.reply()).code == 421
        with pytest.raises(ConnectionBroken, match="no answer: nonsense"):
            await dialogue.reply()
        with pytest.raises(ConnectionBroken):
            dialogue.write_commands(b"FOUR")


@pytest.mark.parametrize(
    ("message", "wire"),
    [
        (b"a\r\nb\r\n", b"a\r\nb\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b"a\nb\rc\r\n", b"a\r\nb\r\nc\r\n.\r\n"),
        (b".\r\n..\r\na.\r\n", b"..\r\n...\r\na.\r\n.\r\n"),
        # A dot alone on what some servers treat as a line.
        (b"a\n.\nRSET\r\n", b"a\r\n..\r\nRSET\r\n.\r\n"),
        (b"a\r.\r\n", b"a\r\n..\r\n.\r\n"),
        (b"a\r\n\r", b"a\r\n\r\n.\r\n"),
    ],
)
async def test_the_end_of_a_message_is_unambiguous(message: bytes, wire: bytes) -> None:
    async with scripted([*GREETING, SEND[0], (b"\r\n.\r\n", TAKEN)]) as (connection, script):
        assert await connection.send(FROM, ANN, message) == Delivered(250, "kept")
    assert script.heard[0].partition(OFFER)[2] == wire
