"""An own certificate authority, a client certificate, and a source address (N14)."""

from pathlib import Path

import pytest

from studio_tui.config.settings import Security
from studio_tui.mail.transport.outcomes import Delivered, Fault, Outcome, RelayDown
from studio_tui.mail.transport.smtp import SmtpConnection
from tests.smtp_server import Server, smtp_server


async def sent(server: Server, **settings: object) -> Outcome:
    connection = SmtpConnection(server.settings(timeout=10, **settings))
    try:
        return await connection.send(
            "hr@example.org", "ann@example.org", b"Subject: x\r\n\r\nx\r\n"
        )
    finally:
        await connection.close()


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_an_own_certificate_authority_is_trusted(security: Security) -> None:
    with smtp_server(security=security) as server:
        assert isinstance(await sent(server, ca_file=str(server.authority)), Delivered)
        down = await sent(server)
        assert isinstance(down, RelayDown)
        assert down.fault is Fault.TLS


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_a_client_certificate_is_presented_if_the_server_asks(
    security: Security, tmp_path: Path
) -> None:
    """With its key in the same file or in a separate one."""
    with smtp_server(security=security, asks_clients=True) as server:
        trusted, whole = str(server.authority), server.client
        assert whole is not None
        assert isinstance(await sent(server, ca_file=trusted, client_cert=str(whole)), Delivered)
        key, _, rest = whole.read_text().partition("-----BEGIN CERTIFICATE-----")
        (tmp_path / "key.pem").write_text(key)
        (tmp_path / "cert.pem").write_text(f"-----BEGIN CERTIFICATE-----{rest}")
        apart = {
            "client_cert": str(tmp_path / "cert.pem"),
            "client_key": str(tmp_path / "key.pem"),
        }
        assert isinstance(await sent(server, ca_file=trusted, **apart), Delivered)
        assert isinstance(await sent(server, ca_file=trusted), RelayDown)
        down = await sent(server, ca_file=trusted, client_cert=apart["client_cert"])
        assert isinstance(down, RelayDown)
        assert "the key may be in client_key" in down.words
        with smtp_server(security=security, asks_clients=True) as another:
            assert another.client is not None
            wrong = {"client_cert": apart["client_cert"], "client_key": str(another.client)}
            down = await sent(server, ca_file=trusted, **wrong)
            assert isinstance(down, RelayDown)
            assert "the key is that of another certificate" in down.words
        assert len(server.messages) == 2


async def test_mail_is_sent_from_the_configured_source_address() -> None:
    with smtp_server() as server:
        assert isinstance(await sent(server, source_address="127.0.0.9"), Delivered)
        assert server.peers == ["127.0.0.9"]
        down = await sent(server, source_address="192.0.2.1")
        assert isinstance(down, RelayDown)
        assert down.fault is Fault.UNREACHABLE
        assert "192.0.2.1" in down.words
