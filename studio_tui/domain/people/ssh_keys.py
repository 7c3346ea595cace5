"""Public keys of OpenSSH, as people hand them in: what they are, and which are taken (A1)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from datetime import datetime

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import MAX_NAME, clean_line

MAX_BYTES = 16_384
"""Largest file that is read as a key; that of the largest RSA key has a sixth of it."""
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
"""What OpenSSH calls a key: SHA-256 in base64, without padding."""

_LEAST_RSA, _MOST_RSA = 3072, 16_384
_POINT_SIZES = {"nistp256": 65, "nistp384": 97, "nistp521": 133}
_ED25519_SIZE = 32
_UNCOMPRESSED = 4


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that is what it says, and strong enough."""

    kind: str
    """As OpenSSH names it, such as ``ssh-ed25519``."""
    body: str
    """The key itself, in base64."""
    comment: str
    fingerprint: str
    bits: int

    @property
    def text(self) -> str:
        """The key as a line of ``authorized_keys``, without options and comment."""
        return f"{self.kind} {self.body}"


@dataclass(frozen=True, slots=True)
class UserKey:
    """A key with which somebody comes in."""

    login: str
    name: str
    active: bool
    """Whether they are still here: who has left does not come in."""
    fingerprint: str
    kind: str
    comment: str
    added_at: datetime


def parse_public_key(text: str) -> PublicKey:
    """The key in ``text``, the one line of an ``id_….pub``.

    Raises `Refused` for several lines, options before the key, a kind that is none of Ed25519,
    ECDSA, RSA from 3072 bits on or a security key, and for a key that is not whole.
    """
    if "PRIVATE KEY" in text:
        raise Refused("This is a private key: show it to nobody. Give the file that ends in .pub.")
    lines = text.removeprefix("\ufeff").strip("\r\n").splitlines()
    if len(lines) != 1:
        raise Refused("A key is one line, as in id_ed25519.pub: give one key at a time.")
    kind, _, rest = lines[0].strip().partition(" ")
    body, _, comment = rest.strip().partition(" ")
    if kind not in _READERS:
        raise Refused(_unknown(kind))
    blob = _decoded(body)
    bits = _Blob(blob).bits(kind)
    if kind == "ssh-rsa" and not _LEAST_RSA <= bits <= _MOST_RSA:
        raise Refused(f"This RSA key has {bits} bits: it takes {_LEAST_RSA} to {_MOST_RSA}.")
    return PublicKey(kind, body, clean_line(comment)[:MAX_NAME], fingerprint_of(blob), bits)


def fingerprint_of(blob: bytes) -> str:
    """What OpenSSH calls the key with these bytes."""
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode()
    return f"SHA256:{digest.rstrip('=')}"


def _unknown(kind: str) -> str:
    known = "ssh-ed25519, ecdsa-sha2-nistp…, ssh-rsa, sk-ssh-ed25519 or sk-ecdsa"
    shown = clean_line(kind)[:40]
    if shown == "ssh-dss":
        return f"DSA keys are too weak. Use {known}."
    return f"“{shown}” is no kind of key: a line begins with {known}, without options before it."


def _decoded(body: str) -> bytes:
    try:
        blob = base64.b64decode(body.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        blob = b""
    # Only one way to write a key: the same key cannot come twice.
    if not blob or base64.b64encode(blob).decode() != body:
        raise Refused(_BROKEN)
    return blob


_BROKEN = "This key is not whole: copy all of the line in the file that ends in .pub."


class _Blob:
    """The bytes of a key, read field by field (RFC 4253, section 6.6)."""

    def __init__(self, blob: bytes) -> None:
        self._rest = blob

    def bits(self, kind: str) -> int:
        """The size of a key of ``kind``; raises `Refused` where it is not one to the last byte."""
        if self.field() != kind.encode():
            raise Refused(_BROKEN)
        bits = _READERS[kind](self)
        if self._rest:
            raise Refused(_BROKEN)
        return bits

    def field(self) -> bytes:
        """The next field."""
        size = int.from_bytes(self._rest[:4])
        field, self._rest = self._rest[4 : 4 + size], self._rest[4 + size :]
        if len(field) != size or not size:
            raise Refused(_BROKEN)
        return field

    def number(self) -> int:
        """The next field, as a positive number in the one way to write it."""
        field = self.field()
        number = int.from_bytes(field, signed=True)
        if number <= 0 or len(field) != number.bit_length() // 8 + 1:
            raise Refused(_BROKEN)
        return number


def _ed25519(blob: _Blob) -> int:
    if len(blob.field()) != _ED25519_SIZE:
        raise Refused(_BROKEN)
    return 8 * _ED25519_SIZE


def _ecdsa(curve: str) -> Callable[[_Blob], int]:
    def read(blob: _Blob) -> int:
        named, point = blob.field(), blob.field()
        uncompressed = point[0] == _UNCOMPRESSED and len(point) == _POINT_SIZES[curve]
        if named != curve.encode() or not uncompressed:
            raise Refused(_BROKEN)
        return int(curve.removeprefix("nistp"))

    return read


def _rsa(blob: _Blob) -> int:
    exponent, modulus = blob.number(), blob.number()
    if exponent < 3 or not exponent % 2 or not modulus % 2:
        raise Refused(_BROKEN)
    return modulus.bit_length()


def _on_security_key(read: Callable[[_Blob], int]) -> Callable[[_Blob], int]:
    def read_both(blob: _Blob) -> int:
        bits = read(blob)
        if not blob.field().startswith(b"ssh:"):
            raise Refused(_BROKEN)
        return bits

    return read_both


_READERS: dict[str, Callable[[_Blob], int]] = {
    "ssh-ed25519": _ed25519,
    "ssh-rsa": _rsa,
    **{f"ecdsa-sha2-{curve}": _ecdsa(curve) for curve in _POINT_SIZES},
    "sk-ssh-ed25519@openssh.com": _on_security_key(_ed25519),
    "sk-ecdsa-sha2-nistp256@openssh.com": _on_security_key(_ecdsa("nistp256")),
}
