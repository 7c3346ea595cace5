"""The envelope id of a mail, which is sent if the server offers DSN (RFC 3461).

It contains the Message-ID, so that a report can be matched even if it returns no part of the mail.
"""

import re

_LONGEST = 100
"""Maximum number of characters of an envelope id in RFC 3461."""
_HEADER = re.compile(rb"^Message-ID: *(<[!-~]+>)\r?$", re.MULTILINE | re.IGNORECASE)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_ID = re.compile(r"[^<>\s@]+@[^<>\s@]+")


def xtext(text: str) -> str:
    """Encode ``text`` as xtext, for a parameter of SMTP (RFC 3461, 4)."""
    return "".join(
        each if "!" <= each <= "~" and each not in "+=" else f"+{ord(each):02X}" for each in text
    )


def message_id_of(message: bytes) -> str:
    """Return the Message-ID of a message of the Studio, in angle brackets; empty if it has none."""
    found = _HEADER.search(message.partition(b"\r\n\r\n")[0])
    return found[1].decode("ascii") if found else ""


def envelope_id(message: bytes) -> str:
    """Return the encoded envelope id of a message; empty if it has none or it is too long."""
    encoded = xtext(message_id_of(message).removeprefix("<").removesuffix(">"))
    return encoded if len(encoded) <= _LONGEST else ""


def message_id_of_envelope(written: str) -> list[str]:
    """Decode an envelope id into a Message-ID; returns an empty list if it was not made here."""
    text = _XTEXT.sub(lambda found: chr(int(found[1], 16)), written.strip().strip("<>"))
    return [f"<{text}>"] if _ID.fullmatch(text) else []
