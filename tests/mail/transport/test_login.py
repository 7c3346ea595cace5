"""Login by token with XOAUTH2, with the replies of real servers (N13, N14)."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from studio_tui.mail.oauth2.answers import NoToken, Token
from studio_tui.mail.oauth2.tokens import Tokens
from studio_tui.mail.secrets import Secret
from studio_tui.mail.transport.outcomes import Delivered, Fault, Outcome, RelayDown
from studio_tui.mail.transport.smtp import SmtpConnection
from studio_tui.worker.advice import in_words
from tests.smtp_server import HANG_UP, Server, smtp_server

MAILBOX = "hr@example.org"


@asynccontextmanager
async def connected(server: Server, *tokens: str) -> AsyncIterator[SmtpConnection]:
    """Yield a connection that logs in with these tokens, one after another.

    It fails without any.
    """
    left = list(tokens)

    async def fetch() -> Token:
        if not left:
            raise NoToken("no more of them")
        return Token(Secret(left.pop(0)), 3600)

    connection = SmtpConnection(server.settings(timeout=10), None, Tokens(fetch))
    try:
        yield connection
    finally:
        await connection.close()


async def sent(connection: SmtpConnection) -> Outcome:
    return await connection.send(MAILBOX, "ann@example.org", b"Subject: x\r\n\r\nx\r\n")


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that accepts the token ``good``."""
    with smtp_server(username=MAILBOX, tokens=["good"]) as running:
        yield running


async def test_a_token_opens_a_connection(server: Server) -> None:
    async with connected(server, "good") as connection:
        assert isinstance(await sent(connection), Delivered)
        assert isinstance(await sent(connection), Delivered)
    assert server.logins == [("XOAUTH2", MAILBOX)]


async def test_a_refused_token_is_replaced_once(server: Server) -> None:
    async with connected(server, "ended", "good") as connection:
        assert isinstance(await sent(connection), Delivered)
    assert server.refused_tokens == ["ended"]


async def test_a_token_that_expires_between_two_connections_is_renewed(server: Server) -> None:
    async with connected(server, "good", "newer") as connection:
        assert isinstance(await sent(connection), Delivered)
        await connection.close()
        server.tokens = ["newer"]
        assert isinstance(await sent(connection), Delivered)
    assert server.refused_tokens == ["good"]


async def test_the_reason_of_a_refusal_is_reported(server: Server) -> None:
    """From the JSON of the 334 reply, after two attempts. No mail fails."""
    async with connected(server, "wrong", "wrong-2", "wrong-3", "wrong-4") as connection:
        down = await sent(connection)
        assert isinstance(down, RelayDown)
        assert (down.fault, down.code) == (Fault.LOGIN, 535)
        assert (
            "5.7.3 Authentication unsuccessful (status 401, schemes bearer, "
            "scope https://mail.example.org/) — in Exchange Online" in down.words
        )
        assert in_words(down).startswith("The mail server refuses the login by token: 535")
        assert server.refused_tokens == ["wrong", "wrong-2"]


@pytest.mark.parametrize(
    ("refusal", "told"),
    [("", ""), ("{", "({)"), ("[1]", "([1])"), ('{"status":{"a":"\\u001b[2J"}}', "(status "),
     ("wrong eyJhdXRo", "(••• eyJhdXRo)")],
)  # fmt: skip
async def test_other_content_of_a_334_reply(server: Server, refusal: str, told: str) -> None:
    server.token_refusal = refusal
    async with connected(server, "x", "wrong") as connection:
        down = await sent(connection)
    assert isinstance(down, RelayDown)
    assert f"unsuccessful {told}".strip() in down.words
    assert "\x1b" not in down.words


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ("454 4.7.0 Temporary authentication failure", Fault.UNREACHABLE),
        (HANG_UP, Fault.UNREACHABLE),
        ("535 5.7.139 SmtpClientAuthentication is disabled", Fault.LOGIN),
    ],
)
async def test_other_answers_to_the_login(server: Server, reply: str, fault: Fault) -> None:
    server.script("login", reply)
    async with connected(server, "good", "good-2") as connection:
        down = await sent(connection)
    assert isinstance(down, RelayDown)
    assert down.fault is fault


async def test_without_a_token_there_is_no_login(server: Server) -> None:
    async with connected(server) as connection:
        assert await sent(connection) == RelayDown(Fault.TOKEN, None, "no more of them")
    assert not server.logins


async def test_a_server_without_xoauth2_is_not_sent_a_token() -> None:
    with smtp_server(username=MAILBOX, password="x") as server:
        async with connected(server, "good") as connection:
            down = await sent(connection)
    assert isinstance(down, RelayDown)
    assert down.words.startswith("OAuth 2: the mail server offers no login by XOAUTH2, but: ")
    assert "PLAIN" in down.words


async def test_a_server_with_only_xoauth2_is_reported_if_a_password_is_set(
    server: Server,
) -> None:
    connection = SmtpConnection(server.settings(timeout=10), Secret("x"))
    down = await sent(connection)
    await connection.close()
    assert isinstance(down, RelayDown)
    assert 'set smtp.auth = "oauth2"' in down.words
