"""What a token is, how it is read, and what is said where there is none."""

import json
import re
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.secrets import HIDDEN, Secret

MOST_BYTES = 64_000
"""No answer with a token in it is longer."""
USUAL_SECONDS = 300
"""How long a token is good whose end is not told."""
_LONGEST_SECONDS = 86_400
_LONGEST_WORDS = 300
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_LONG_WORD = re.compile(r"[A-Za-z0-9+/=_.~%-]{24,}")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\.?")


@dataclass(frozen=True, slots=True)
class Token:
    """A token to log in with."""

    secret: Secret
    seconds: float
    """How long it is good from when it was fetched."""


class NoToken(Exception):
    """There is no token; the message says why, without a secret in it."""


def token_in(answer: Mapping[str, Any], what: str) -> Token:
    """The token of a JSON answer (RFC 6749, 5.1); ``what`` names who gave it. Raises `NoToken`."""
    text, kind = answer.get("access_token"), answer.get("token_type", "Bearer")
    if not isinstance(text, str) or not _TOKEN.fullmatch(text):
        raise NoToken(f"{what} answers without a token (access_token).")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise NoToken(f"{what} gives a token of a kind that is no Bearer token.")
    return Token(Secret(text), _seconds(answer.get("expires_in")))


def bare_token(text: str, what: str) -> Token:
    """The token that a text is, or that is in it as JSON; raises `NoToken`."""
    if text.startswith("{"):
        return token_in(json_object(text.encode(), what), what)
    if text.startswith("[") or not _TOKEN.fullmatch(text):
        raise NoToken(f"{what} prints no token: one line without blanks, or JSON, is wanted.")
    return Token(Secret(text), USUAL_SECONDS)


def json_object(content: bytes, what: str) -> dict[str, Any]:
    """The JSON object that an answer is; raises `NoToken`."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        # What came is not repeated: there may be a secret in it.
        raise NoToken(f"{what} answers with something other than JSON.")
    return found


def claims(token: Secret) -> dict[str, Any]:
    """What a token says of itself where it is a JWT, unverified: to be told, not to be trusted."""
    parts = token.reveal().split(".")
    if len(parts) != 3:
        return {}
    try:
        found = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, NotBase64, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def shown(text: str, *secrets: Secret) -> str:
    """What somebody else said, on one line, without these secrets or what looks like one."""
    words = clean_line(text)
    for secret in secrets:
        words = words.replace(secret.reveal(), HIDDEN)
    words = _LONG_WORD.sub(lambda found: HIDDEN if _is_token_like(found[0]) else found[0], words)
    return words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}…"


def _is_token_like(word: str) -> bool:
    """Whether it may be a token, or a piece of one: letters of both cases and digits, or hex."""
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
