"""Several mail servers in order: each is used while those before it are down (N14)."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from studio_tui.mail.transport.failover import FailoverConnection, RelayStates
from studio_tui.mail.transport.outcomes import Delivered, Fault, Outcome, Rejected, RelayDown
from studio_tui.mail.transport.smtp import SmtpConnection
from tests.smtp_server import Server, smtp_server

FROM, ANN = "studio@example.org", "ann@example.org"


class Seconds:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def connected(*servers: Server) -> AsyncIterator[tuple[FailoverConnection, Seconds]]:
    """Yield a connection that fails over from each server to the next."""
    seconds = Seconds()
    connections = [SmtpConnection(each.settings(timeout=5)) for each in servers]
    connection = FailoverConnection(connections, RelayStates(len(servers), seconds))
    try:
        yield connection, seconds
    finally:
        await connection.close()


async def sent(connection: FailoverConnection) -> Outcome:
    return await connection.send(FROM, ANN, b"Subject: x\r\n\r\nx\r\n")


@contextmanager
def two() -> Iterator[tuple[Server, Server]]:
    with smtp_server() as first, smtp_server() as second:
        yield first, second


async def test_the_next_server_is_used_until_the_first_is_up_again() -> None:
    with two() as (first, second):
        first.script("connect", "421 4.3.2 down")
        async with connected(first, second) as (connection, seconds):
            assert isinstance(await sent(connection), Delivered)
            assert isinstance(await sent(connection), Delivered)
            assert (len(second.messages), first.followed) == (2, 1)
            assert connection.place.endswith(f":{second.port}")
            seconds.now = 61
            assert isinstance(await sent(connection), Delivered)
            assert (len(second.messages), first.followed) == (3, 2)
            first.clear_script()
            seconds.now = 122
            assert isinstance(await sent(connection), Delivered)
            assert (len(first.messages), len(second.messages)) == (1, 3)
            second.wait_until_idle()


async def test_if_all_servers_are_down_the_first_is_reported_and_all_are_tried() -> None:
    with two() as (first, second):
        first.script("connect", "421 4.3.2 the first", times=1)
        second.script("connect", "421 4.3.2 the second", times=2)
        async with connected(first, second) as (connection, _):
            down = await sent(connection)
            assert isinstance(down, RelayDown)
            assert "the first" in down.words
            assert isinstance(await sent(connection), Delivered)
            assert len(first.messages) == 1


async def test_refused_mail_is_not_sent_to_another_server() -> None:
    with two() as (first, second):
        async with connected(first, second) as (connection, _):
            first.script("mail", "550 5.7.60 not allowed to send as this sender", times=1)
            down = await sent(connection)
            assert isinstance(down, RelayDown)
            assert down.fault is Fault.SENDER
            first.script("rcpt", "550 5.1.1 no such user", times=1)
            assert isinstance(await sent(connection), Rejected)
            assert second.connections == 0


async def test_too_many_connections_do_not_mark_a_server_as_down() -> None:
    with two() as (first, second):
        relays = RelayStates(2, Seconds())
        one, other = (
            FailoverConnection(
                [SmtpConnection(each.settings(timeout=5)) for each in (first, second)], relays
            )
            for _ in range(2)
        )
        assert isinstance(await sent(one), Delivered)
        first.script("connect", "421 4.7.0 too many connections")
        crowded = await sent(other)
        assert isinstance(crowded, RelayDown)
        assert crowded.crowded
        assert second.connections == 0
        await one.close()
        assert isinstance(await sent(other), Delivered)
        assert len(second.messages) == 1
        await other.close()
