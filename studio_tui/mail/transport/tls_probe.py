"""Whether a server speaks TLS from the first byte on, where it says nothing by itself."""

import asyncio
import ssl

_PLAIN = frozenset(
    {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL"}
)
"""What OpenSSL calls an answer that is no TLS."""


async def speaks_tls(host: str, port: int, seconds: float) -> bool:
    """Whether a TLS handshake succeeds within ``seconds``; nothing is sent over it."""
    context = ssl.create_default_context()
    # Whoever it is: it is only asked which language it speaks.
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
    """Whether a handshake failed because the server answered without TLS."""
    return isinstance(error, ssl.SSLError) and error.reason in _PLAIN
