"""The outcome of sending a mail, for everything that a server can do (N7)."""

import asyncio
import gc
import logging
import socket
import ssl
import threading
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from studio_tui.config.settings import Security, Smtp
from studio_tui.mail.secrets import Secret
from studio_tui.mail.transport.outcomes import (
    Deferred,
    Delivered,
    Fault,
    Outcome,
    Rejected,
    RelayDown,
)
from studio_tui.mail.transport.smtp import SmtpConnection
from tests.smtp_server import HANG_UP, STALL, Server, smtp_server

FROM = "studio@example.org"
ANN = "ann@example.org"
BOB = "bob@example.org"
MESSAGE = b"Subject: hello\r\n\r\n.a line that begins with a dot\r\n"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True, params=[False, True], ids=["in turns", "at once"])
def pipelining(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether servers accept pipelined commands. All tests run with and without."""
    monkeypatch.setattr("tests.smtp_server.PIPELINING", request.param)
    return bool(request.param)


@asynccontextmanager
async def connected(
    server: Server, password: str | None = None, **changes: object
) -> AsyncIterator[SmtpConnection]:
    """Yield a connection and close it at the end."""
    secret = Secret(password) if password is not None else None
    connection = SmtpConnection(server.settings(**{"timeout": 10} | changes), secret)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> Callable[[Server], None]:
    """Makes this process trust the certificate authority of a server."""

    def trust(server: Server) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))

    return trust


async def test_delivery_reports_are_requested_with_the_message_id() -> None:
    """N15: if the server offers DSN, with the Message-ID and the recipient."""
    message = b"Message-ID: <1-7-assigned-user-1.4c2a@example.org>\r\n" + MESSAGE
    with smtp_server() as server:
        server.dsn = True
        async with connected(server) as connection:
            for each in (message, MESSAGE):
                assert isinstance(await connection.send(FROM, ANN, each), Delivered)
    named = ["RET=HDRS", "ENVID=1-7-assigned-user-1.4c2a@example.org", f"ORCPT=rfc822;{ANN}"]
    assert server.asked == [*named, "RET=HDRS", f"ORCPT=rfc822;{ANN}"]


async def test_a_message_arrives_byte_for_byte() -> None:
    with smtp_server() as server:
        async with connected(server) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
        assert outcome == Delivered(250, "2.0.0 kept")
        (received,) = server.messages
        assert (received.sender, received.recipients) == (FROM, (ANN,))
        assert received.content == MESSAGE


async def test_one_connection_sends_several_mails_and_quits() -> None:
    with smtp_server() as server:
        async with connected(server) as connection:
            for _ in range(5):
                assert isinstance(await connection.send(FROM, ANN, MESSAGE), Delivered)
        server.wait_until_idle()
        assert (len(server.messages), server.connections) == (5, 1)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_mail_and_login_go_over_tls(
    security: Security, trusting: Callable[[Server], None]
) -> None:
    with smtp_server(security=security, username="studio", password=PASSWORD) as server:
        trusting(server)
        async with connected(server, PASSWORD) as connection:
            assert isinstance(await connection.send(FROM, ANN, MESSAGE), Delivered)
        assert server.logins == [("PLAIN", "studio")]


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_with_an_untrusted_certificate_nothing_is_sent(security: Security) -> None:
    with smtp_server(security=security) as server:
        async with connected(server) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
        assert isinstance(outcome, RelayDown)
        assert outcome.fault is Fault.TLS
        assert "certificate" in outcome.words.lower()
        assert not server.messages


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_with_a_certificate_of_another_host_nothing_is_sent(
    security: Security, trusting: Callable[[Server], None]
) -> None:
    with smtp_server(security=security, certificate_for="mail.example.org") as server:
        trusting(server)
        async with connected(server) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
        assert isinstance(outcome, RelayDown)
        assert outcome.fault is Fault.TLS
        assert "localhost" in outcome.words
        assert not server.messages


async def test_without_starttls_nothing_is_sent_unencrypted() -> None:
    with smtp_server(security=Security.STARTTLS, starttls=False) as server:
        async with connected(server) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
        assert isinstance(outcome, RelayDown)
        assert outcome.fault is Fault.TLS
        assert "STARTTLS" in outcome.words
        assert not server.messages


async def test_a_wrong_password_is_tried_once_and_has_its_own_fault() -> None:
    with smtp_server(username="studio", password=PASSWORD) as server:
        async with connected(server, "wrong") as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
        assert isinstance(outcome, RelayDown)
        assert (outcome.fault, outcome.code) == (Fault.LOGIN, 535)
        assert len(server.logins) == 1


async def test_a_missing_password_is_reported_before_the_login() -> None:
    with smtp_server(username="studio", password=PASSWORD) as server:
        async with connected(server) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
        assert isinstance(outcome, RelayDown)
        assert outcome.fault is Fault.LOGIN
        assert "studio-tui mail password" in outcome.words
        assert server.logins == []


async def test_a_server_that_requires_a_login_that_is_not_set_up() -> None:
    with smtp_server(username="studio", password=PASSWORD) as server:
        async with connected(server, username="") as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
        assert isinstance(outcome, RelayDown)
        assert (outcome.fault, outcome.code) == (Fault.LOGIN, 530)


async def test_a_temporary_failure_of_the_login_is_not_a_wrong_password() -> None:
    with smtp_server(username="studio", password=PASSWORD) as server:
        server.script("login", "454 4.7.0 try again later", times=1)
        async with connected(server, PASSWORD) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
            assert outcome == RelayDown(Fault.UNREACHABLE, 454, "4.7.0 try again later")
            assert isinstance(await connection.send(FROM, ANN, MESSAGE), Delivered)


async def test_a_server_that_offers_no_login() -> None:
    with smtp_server() as server:
        async with connected(server, PASSWORD, username="studio") as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
        assert isinstance(outcome, RelayDown)
        assert outcome.fault is Fault.LOGIN


async def test_the_password_is_in_no_outcome_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "asyncio")
    with smtp_server(username="studio", password=PASSWORD) as server:
        # The server repeats the Base64 text that PLAIN sends.
        server.script("login", f"535 no {PASSWORD} AHN0dWRpbwBjb3JyZWN0IGhvcnNlIGJhdHRlcnk=")
        async with connected(server, PASSWORD) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
            told = f"{outcome!r} {connection!r} {vars(connection)!r} {caplog.text}"
    assert outcome == RelayDown(Fault.LOGIN, 535, "no ••• •••")
    assert PASSWORD not in told


async def test_one_refused_recipient_fails_alone() -> None:
    with smtp_server() as server:
        server.script("rcpt", "550 5.1.1 nobody of that name", recipient=BOB)
        async with connected(server) as connection:
            outcome = await connection.send(FROM, BOB, MESSAGE)
            assert outcome == Rejected(550, "5.1.1 nobody of that name")
            assert isinstance(await connection.send(FROM, ANN, MESSAGE), Delivered)
        assert [message.recipients for message in server.messages] == [(ANN,)]
        assert server.connections == 1


@pytest.mark.parametrize("step", ["data", "message"])
async def test_refused_content_fails_and_the_next_mail_is_sent(step: str) -> None:
    with smtp_server() as server:
        server.script(step, "554 5.7.1 looks like spam", times=1)  # type: ignore[arg-type]
        async with connected(server) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
            assert outcome == Rejected(554, "5.7.1 looks like spam")
            assert isinstance(await connection.send(FROM, ANN, MESSAGE), Delivered)


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "message"])
async def test_a_4xx_reply_at_any_step_defers_the_mail(step: str) -> None:
    with smtp_server() as server:
        server.script(step, "451 4.3.0 try again later", times=1)  # type: ignore[arg-type]
        async with connected(server) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
            assert outcome == Deferred(451, "4.3.0 try again later")
            assert isinstance(await connection.send(FROM, ANN, MESSAGE), Delivered)


async def test_greylisting_ends_with_the_second_attempt() -> None:
    with smtp_server() as server:
        server.script("rcpt", "450 4.2.0 greylisted", recipient=ANN, times=1)
        async with connected(server) as connection:
            outcomes = [await connection.send(FROM, to, MESSAGE) for to in (ANN, BOB, ANN)]
    assert [type(outcome) for outcome in outcomes] == [Deferred, Delivered, Delivered]


async def test_a_refused_sender_is_not_a_failure_of_the_mail() -> None:
    with smtp_server() as server:
        server.script("mail", "553 5.7.1 not your address")
        async with connected(server) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
    assert outcome == RelayDown(Fault.SENDER, 553, "5.7.1 not your address")


@pytest.mark.parametrize("step", ["mail", "rcpt", "message"])
async def test_a_server_out_of_sequence_gets_a_new_connection(step: str) -> None:
    with smtp_server() as server:
        server.script(step, "503 5.5.1 bad sequence", times=1)  # type: ignore[arg-type]
        async with connected(server) as connection:
            assert await connection.send(FROM, ANN, MESSAGE) == Deferred(503, "5.5.1 bad sequence")
            assert isinstance(await connection.send(FROM, ANN, MESSAGE), Delivered)
        assert server.connections == 2


@pytest.mark.parametrize("step", ["rcpt", "data", "message"])
async def test_a_421_reply_to_a_mail_defers_it_to_a_new_connection(step: str) -> None:
    with smtp_server() as server:
        server.script(step, "421 4.3.2 going down", times=1)  # type: ignore[arg-type]
        async with connected(server) as connection:
            assert await connection.send(FROM, ANN, MESSAGE) == Deferred(421, "4.3.2 going down")
            assert isinstance(await connection.send(FROM, ANN, MESSAGE), Delivered)
        assert server.connections == 2


async def test_a_421_greeting_is_no_attempt_of_the_mail() -> None:
    with smtp_server() as server:
        server.script("connect", "421 4.3.2 busy", times=1)
        async with connected(server) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
            assert outcome == RelayDown(Fault.UNREACHABLE, 421, "4.3.2 busy")
            assert isinstance(await connection.send(FROM, ANN, MESSAGE), Delivered)


async def test_a_full_session_is_followed_by_a_new_one() -> None:
    with smtp_server() as server:
        server.per_connection = 2
        async with connected(server) as connection:
            outcomes = [await connection.send(FROM, ANN, MESSAGE) for _ in range(5)]
        assert all(isinstance(outcome, Delivered) for outcome in outcomes)
        assert (len(server.messages), server.connections) == (5, 3)


async def test_hanging_up_before_the_envelope_is_no_attempt_of_the_mail() -> None:
    with smtp_server() as server:
        server.script("mail", HANG_UP)
        async with connected(server) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
    assert isinstance(outcome, RelayDown)
    assert outcome.fault is Fault.UNREACHABLE


async def test_hanging_up_at_the_recipient_defers_the_mail_with_certainty() -> None:
    with smtp_server() as server:
        server.script("rcpt", HANG_UP)
        async with connected(server) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
    assert isinstance(outcome, Deferred)
    assert (outcome.code, outcome.uncertain) == (None, False)


@pytest.mark.parametrize(("step", "kept"), [("content", 0), ("message", 0), ("accepted", 1)])
async def test_hanging_up_around_the_final_dot_is_uncertain(step: str, kept: int) -> None:
    with smtp_server() as server:
        server.script(step, HANG_UP, times=1)  # type: ignore[arg-type]
        async with connected(server) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
            assert isinstance(outcome, Deferred)
            assert (outcome.code, outcome.uncertain) == (None, True)
            assert isinstance(await connection.send(FROM, ANN, MESSAGE), Delivered)
        assert len(server.messages) == kept + 1


async def test_a_silent_server_times_out_and_its_connection_is_closed() -> None:
    with smtp_server() as server:
        server.script("message", STALL, times=1)
        async with connected(server, timeout=1) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
            assert isinstance(outcome, Deferred)
            assert outcome.uncertain
            assert isinstance(await connection.send(FROM, ANN, MESSAGE), Delivered)
        assert server.connections == 2


async def test_a_silent_greeting_is_no_attempt_of_the_mail() -> None:
    with smtp_server() as server:
        server.script("connect", STALL)
        async with connected(server, timeout=1) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
    assert isinstance(outcome, RelayDown)
    assert outcome.fault is Fault.UNREACHABLE


async def test_a_cancelled_send_leaves_no_reply_behind_for_the_next_mail() -> None:
    with smtp_server() as server:
        server.script("message", STALL, times=1)
        async with connected(server) as connection:
            sending = asyncio.create_task(connection.send(FROM, ANN, MESSAGE))
            while not server.followed:
                await asyncio.sleep(0.005)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            assert isinstance(await connection.send(FROM, BOB, MESSAGE), Delivered)
        assert [message.recipients for message in server.messages] == [(BOB,)]


@pytest.mark.parametrize(
    ("host", "port"), [("localhost", 1), ("no-such-host.invalid", 25), ("bad..name", 25)]
)
async def test_an_unreachable_server_is_down(host: str, port: int) -> None:
    connection = SmtpConnection(Smtp(host=host, port=port, security=Security.NONE, timeout=10))
    outcome = await connection.send(FROM, ANN, MESSAGE)
    assert isinstance(outcome, RelayDown)
    assert outcome.fault is Fault.UNREACHABLE
    await connection.close()


def test_no_socket_stays_open_if_the_server_does_not_close_the_connection(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As at the end of `mail test`, where the event loop ends as well."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    tls, over = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), threading.Event()
    authority.issue_cert("localhost").configure_cert(tls)

    def serve(listener: socket.socket) -> None:
        with listener.accept()[0] as plain, tls.wrap_socket(plain, server_side=True) as wire:
            for code in (220, 250, 250, 250, 354, 250):
                wire.sendall(b"%d go on\r\n" % code)
                wire.recv(65536)
            wire.sendall(b"221 bye\r\n")
            over.wait()

    async def send_once(port: int) -> Outcome:
        connection = SmtpConnection(Smtp(host="localhost", port=port, security=Security.TLS))
        outcome = await connection.send(FROM, ANN, MESSAGE)
        await connection.close()
        return outcome

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ResourceWarning)
            assert isinstance(asyncio.run(send_once(listener.getsockname()[1])), Delivered)
            gc.collect()
        over.set()
        server.join()
    assert [str(each.message) for each in caught] == []


async def test_a_missing_server_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    outcome = await SmtpConnection(Smtp()).send(FROM, ANN, MESSAGE)
    assert isinstance(outcome, RelayDown)
    assert "[smtp]" in outcome.words


@pytest.mark.parametrize(
    "address",
    ["ann@example.org\r\nRCPT TO:<eve@example.org>", "ann@example.org>", "ann", "a b@c.org", ""],
)
async def test_an_invalid_address_never_reaches_the_server(address: str) -> None:
    with smtp_server() as server:
        async with connected(server) as connection:
            outcome = await connection.send(FROM, address, MESSAGE)
        assert isinstance(outcome, Rejected)
        assert outcome.code is None
        assert server.connections == 0


async def test_an_address_outside_ascii_needs_a_server_with_smtputf8() -> None:
    with smtp_server() as server:
        async with connected(server) as connection:
            assert isinstance(await connection.send(FROM, "josé@exämple.org", MESSAGE), Delivered)
        assert server.messages[0].recipients == ("josé@xn--exmple-cua.org",)
    with smtp_server(smtputf8=False) as server:
        async with connected(server) as connection:
            outcome = await connection.send(FROM, "josé@example.org", MESSAGE)
            assert isinstance(outcome, Rejected)
            assert "SMTPUTF8" in outcome.words
            assert isinstance(await connection.send(FROM, ANN, MESSAGE), Delivered)


async def test_the_reply_of_a_server_is_cleaned_and_shortened() -> None:
    with smtp_server() as server:
        server.script("rcpt", "550-\x1b]52;c;AAAA\x07 no\r\n550 " + "x" * 900)
        async with connected(server) as connection:
            outcome = await connection.send(FROM, ANN, MESSAGE)
    assert isinstance(outcome, Rejected)
    assert len(outcome.words) == 500
    assert outcome.words.isprintable()


async def test_checking_the_connection_sends_nothing() -> None:
    with smtp_server(username="studio", password=PASSWORD) as server:
        async with connected(server, PASSWORD) as connection:
            assert await connection.check() is None
        async with connected(server, "wrong") as connection:
            problem = await connection.check()
        assert problem is not None
        assert problem.fault is Fault.LOGIN
        assert server.messages == []
