"""Detection of servers that expect TLS from the first byte, and therefore send no greeting."""

import asyncio
import ssl

_PLAIN = frozenset(
    {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL"}
)
"""The reasons of OpenSSL for a reply that is not TLS."""


async def speaks_tls(host: str, port: int, seconds: float) -> bool:
    """Return whether a TLS handshake succeeds within ``seconds``. No data is sent."""
    context = ssl.create_default_context()
    # The identity of the server does not matter here: only the protocol is tested.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except (OSError, ValueError):
        return False
    writer.transport.abort()
    return True


def is_plain(error: BaseException | None) -> bool:
    """Return whether a handshake failed because the server replied without TLS."""
    return isinstance(error, ssl.SSLError) and error.reason in _PLAIN
