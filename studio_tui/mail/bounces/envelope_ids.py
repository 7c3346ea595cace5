"""The envelope id that a mail is given where the server offers DSN (RFC 3461).

It is the Message-ID: a report that returns nothing of the mail names it all the same.
"""

import re

_LONGEST = 100
"""Characters that RFC 3461 allows."""
_HEADER = re.compile(rb"^Message-ID: *(<[!-~]+>)\r?$", re.MULTILINE | re.IGNORECASE)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_ID = re.compile(r"[^<>\s@]+@[^<>\s@]+")


def xtext(text: str) -> str:
    """``text`` as it stands in a parameter of SMTP (RFC 3461, 4)."""
    return "".join(
        each if "!" <= each <= "~" and each not in "+=" else f"+{ord(each):02X}" for each in text
    )


def message_id_of(message: bytes) -> str:
    """The Message-ID of a message of ours, in angle brackets; empty where it has none."""
    found = _HEADER.search(message.partition(b"\r\n\r\n")[0])
    return found[1].decode("ascii") if found else ""


def envelope_id(message: bytes) -> str:
    """The envelope id of a message, as a parameter; empty where it has none that fits."""
    encoded = xtext(message_id_of(message).removeprefix("<").removesuffix(">"))
    return encoded if len(encoded) <= _LONGEST else ""


def message_id_of_envelope(written: str) -> list[str]:
    """The Message-ID that an envelope id was made of; nothing where it is not ours."""
    text = _XTEXT.sub(lambda found: chr(int(found[1], 16)), written.strip().strip("<>"))
    return [f"<{text}>"] if _ID.fullmatch(text) else []
