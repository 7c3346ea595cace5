"""Parsing of tokens and of the responses that contain them."""

import json
import re
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import Any

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.secrets import HIDDEN, Secret

MOST_BYTES = 64_000
"""Maximum number of bytes of a response with a token."""
USUAL_SECONDS = 300
"""Lifetime of a token if the response does not tell it."""
_LONGEST_SECONDS = 86_400
_LONGEST_WORDS = 300
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_LONG_WORD = re.compile(r"[A-Za-z0-9+/=_.~%-]{24,}")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\.?")


@dataclass(frozen=True, slots=True)
class Token:
    """An access token."""

    secret: Secret
    seconds: float
    """Lifetime, from when the token was fetched."""


class NoToken(Exception):
    """No token could be obtained. The message says why, and contains no secret."""


def token_in(answer: Mapping[str, Any], what: str) -> Token:
    """Return the token of a JSON response (RFC 6749, 5.1).

    ``what`` names its source in errors. Raises `NoToken`.
    """
    text, kind = answer.get("access_token"), answer.get("token_type", "Bearer")
    if not isinstance(text, str) or not _TOKEN.fullmatch(text):
        raise NoToken(f"{what} answers without a token (access_token).")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise NoToken(f"{what} gives a token of a kind that is no Bearer token.")
    return Token(Secret(text), _seconds(answer.get("expires_in")))


def bare_token(text: str, what: str) -> Token:
    """Return the token that ``text`` consists of, or contains as JSON. Raises `NoToken`."""
    if text.startswith("{"):
        return token_in(json_object(text.encode(), what), what)
    if text.startswith("[") or not _TOKEN.fullmatch(text):
        raise NoToken(f"{what} prints no token: one line without blanks, or JSON, is wanted.")
    return Token(Secret(text), USUAL_SECONDS)


def json_object(content: bytes, what: str) -> dict[str, Any]:
    """Parse a response as a JSON object. Raises `NoToken`."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        # Do not quote the response: it may contain a secret.
        raise NoToken(f"{what} answers with something other than JSON.")
    return found


def claims(token: Secret) -> dict[str, Any]:
    """Return the claims of a token if it is a JWT.

    They are not verified: use them for display only.
    """
    parts = token.reveal().split(".")
    if len(parts) != 3:
        return {}
    try:
        found = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, NotBase64, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def masked(text: str, *secrets: Secret) -> str:
    """Return a foreign message on one line, with ``secrets`` and apparent tokens masked."""
    words = clean_line(text)
    for secret in secrets:
        words = words.replace(secret.reveal(), HIDDEN)
    words = _LONG_WORD.sub(lambda found: HIDDEN if _is_token_like(found[0]) else found[0], words)
    return words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}…"


def _is_token_like(word: str) -> bool:
    """Return whether a word may be part of a token: mixed case with digits, or hexadecimal."""
    if _GUID.fullmatch(word) or not any(sign.isdigit() for sign in word):
        return False
    is_mixed = word != word.lower() and word != word.upper()
    return is_mixed or (len(word) >= 32 and not {"/", "."} & set(word))


def _seconds(written: object) -> float:
    if isinstance(written, str) and written.isascii() and written.isdigit():
        written = int(written[:9])
    if isinstance(written, bool) or not isinstance(written, int | float) or written != written:
        return USUAL_SECONDS
    return min(max(float(written), 0), _LONGEST_SECONDS)
