"""Parsing and validation of OpenSSH public keys (A1)."""

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
"""Maximum size of a key file. The file of the largest RSA key is a sixth of that."""
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
"""Matches the fingerprint of a key: SHA-256 in base64, without padding."""

_LEAST_RSA, _MOST_RSA = 3072, 16_384
_POINT_SIZES = {"nistp256": 65, "nistp384": 97, "nistp521": 133}
_ED25519_SIZE = 32
_UNCOMPRESSED = 4


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A valid public key of sufficient strength."""

    kind: str
    """Key type of OpenSSH, such as ``ssh-ed25519``."""
    body: str
    """Key data in base64."""
    comment: str
    fingerprint: str
    bits: int

    @property
    def text(self) -> str:
        """Line of ``authorized_keys``, without options and comment."""
        return f"{self.kind} {self.body}"


@dataclass(frozen=True, slots=True)
class UserKey:
    """An SSH key with which a user logs in."""

    login: str
    name: str
    active: bool
    """Whether the user is active. Users who have left cannot log in."""
    fingerprint: str
    kind: str
    comment: str
    added_at: datetime


def parse_public_key(text: str) -> PublicKey:
    """Parse the key in ``text``, the one line of an ``id_….pub``.

    Raises `Refused` for several lines, for options before the key, for types other than Ed25519,
    ECDSA, RSA from 3072 bits on and security keys, and for incomplete keys.
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
    """Return the OpenSSH fingerprint of the key with these bytes."""
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
    # Accept only the canonical encoding, so that the same key cannot be added twice.
    if not blob or base64.b64encode(blob).decode() != body:
        raise Refused(_BROKEN)
    return blob


_BROKEN = "This key is not whole: copy all of the line in the file that ends in .pub."


class _Blob:
    """A reader of the fields of a key (RFC 4253, section 6.6)."""

    def __init__(self, blob: bytes) -> None:
        self._rest = blob

    def bits(self, kind: str) -> int:
        """Return the size of a key of type ``kind``.

        Raises `Refused` if the bytes are not exactly one such key.
        """
        if self.field() != kind.encode():
            raise Refused(_BROKEN)
        bits = _READERS[kind](self)
        if self._rest:
            raise Refused(_BROKEN)
        return bits

    def field(self) -> bytes:
        """Read the next field."""
        size = int.from_bytes(self._rest[:4])
        field, self._rest = self._rest[4 : 4 + size], self._rest[4 + size :]
        if len(field) != size or not size:
            raise Refused(_BROKEN)
        return field

    def number(self) -> int:
        """Read the next field as a positive integer in canonical form."""
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
