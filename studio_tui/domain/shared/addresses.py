"""The validation of e-mail addresses, shared by imports, forms, commands and mail.

`clear_address` extracts an address from text that a person typed. Every address is checked with
`why_no_address` both before it is stored and before mail is sent to it, so that no address is
stored to which mail cannot be sent.
"""

import re
import unicodedata
from functools import lru_cache

from studio_tui.domain.shared.text import clean_line

MAX_ADDRESS = 254
"""Longest address, in bytes of UTF-8 (RFC 5321)."""

_LONGEST_LOCAL_PART = 64
_LONGEST_LABEL = 63
_SHOWN = 60

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP = rf"(?!\d+(?![A-Za-z0-9.-])){_LABEL}"
_PLAIN = re.compile(
    rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)*{_TOP}",
)
"""Matches nearly all addresses: ASCII on both sides of the @.

Rejects a numeric last label, which is not a domain.
"""
_ASCII_ATOM = re.compile(_ATOM)
_ASCII_LABEL = re.compile(_LABEL)
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
"""Matches the full stops that separate the labels of a domain (UTS 46)."""

_LIKE_AT = re.compile(
    "[\uff20\ufe6b\u24d0\u24b6]|\\s*[(\\[{<]\\s*(?:at|arobase|apenstaartje)\\s*[)\\]}>]\\s*"
    "|&#64;|&commat;|%40",
    re.IGNORECASE,
)
"""Matches substitutes for the @-sign: full-width, small and circled signs, ``(at)``, ``%40``."""

_SCHEME = re.compile(r"(?:mailto|smtp|sip|e-?mail):\s*", re.IGNORECASE)
_BRACKETED = (
    re.compile(r"[^<>]*<\s*([^<>\s]+)\s*>"),
    re.compile(r"[^()]*\(\s*([^()\s]+)\s*\)"),
    re.compile(r"[^\[\]]*\[\s*([^\[\]\s]+)\s*\]"),
)
_REMARK = re.compile(r"(\S+)\s*[(\[][^()\[\]@]*[)\]]")
_QUERY = re.compile(r"\?[a-z]+=.*", re.IGNORECASE)

_HYPHEN = "a part after the @-sign begins or ends with a hyphen"
_TOO_LONG = f"a part after the @-sign is longer than {_LONGEST_LABEL} characters"

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks that are rendered as nothing."""
_VARIATIONS = re.compile("[\u180b-\u180f\ufe00-\ufe0f]")

_LETTERS = frozenset({"Ll", "Lu", "Lt", "Lo", "Lm"})
_MARKS = frozenset({"Mn", "Mc"})
_IN_LABELS = frozenset({"Ll", "Lo", "Lm"}) | _MARKS
_NOT_IN_LABELS = frozenset("\u0640\u07fa\u302e\u302f\u3031\u3032\u3033\u3034\u3035\u303b")
"""Letters that RFC 5892 does not allow in domains."""
_MIDDLE_DOT = "\u00b7"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def clear_address(text: str) -> str:
    """Return the only address that ``text`` contains, or ``text`` itself if that is ambiguous.

    Recognises ``Ann <ann@example.org>``, ``Smith, Bob (bob@example.org)``, ``<…>``, the prefixes
    ``mailto:`` and ``SMTP:``, straight quotation marks around the address and a separator after it.
    Invisible characters are removed. The result is not necessarily valid: check it with
    `why_no_address`.
    """
    if is_plain(text):
        return text
    bare = without_invisible(clean_line(text)).strip()
    found = _unwrapped(bare)
    return bare if why_no_address(found) else found


def _unwrapped(text: str) -> str:
    text = text.rstrip(";,").rstrip()
    for mark in "'\"":
        if len(text) > 1 and text[0] == text[-1] == mark and mark not in text[1:-1]:
            return _unwrapped(text[1:-1].strip())
    if scheme := _SCHEME.match(text):
        return _unwrapped(_QUERY.sub("", text[scheme.end() :]))
    if remark := _REMARK.fullmatch(text):
        return _unwrapped(remark[1])
    bracketed = next((found for form in _BRACKETED if (found := form.fullmatch(text))), None)
    if bracketed is None:
        return text
    inner = _unwrapped(bracketed[1])
    outside = text[: bracketed.start(1)]
    # A display name that is itself an address must equal the address in brackets.
    named = "@" not in outside or outside.strip("<([ '\"").lower() == inner.lower()
    return inner if named else text


def is_plain(text: str) -> bool:
    """Return whether ``text`` is an address in ASCII, as nearly all are: a fast check."""
    return len(text) <= MAX_ADDRESS and _PLAIN.fullmatch(text) is not None


def without_invisible(text: str) -> str:
    """Return ``text`` without zero-width characters, soft hyphens, joiners and fillers."""
    if text.isascii():
        return text
    kept = (c for c in text if unicodedata.category(c) != "Cf" and c not in _FILLERS)
    return _VARIATIONS.sub("", "".join(kept))


def why_no_address(text: str) -> str:
    """Return why ``text`` is not a valid e-mail address, or an empty string if it is valid.

    The reason does not end in a full stop. Letters of any script are allowed on both sides of the
    @. Makes no DNS lookup.
    """
    if is_plain(text):
        return ""
    if not text:
        return "There is no e-mail address"
    local, at, domain = text.rpartition("@")
    shown = clean_line(text)
    said = (
        f"“{shown if len(shown) <= _SHOWN else shown[: _SHOWN - 3] + '…'}” is not an e-mail address"
    )
    if not at and (found := _LIKE_AT.search(text)):
        return f"{said}: {_named_at(found[0])} is no @-sign: write @ in its place"
    if not local or not domain:
        return said
    reason = _why_not(text, local, domain)
    return f"{said}: {reason}" if reason else ""


def domain_of(address: str) -> str:
    """Return the part after the @ of an address, in lower case."""
    return address.rpartition("@")[2].lower()


def _why_not(text: str, local: str, domain: str) -> str:
    if "@" in local:
        return "it has more than one @-sign"
    if len(text.encode("utf-8", "surrogatepass")) > MAX_ADDRESS:
        return f"it is longer than {MAX_ADDRESS} bytes"
    return _why_no_local_part(local) or _why_no_domain(domain)


def _why_no_local_part(local: str) -> str:
    if len(local) > _LONGEST_LOCAL_PART:
        return f"more than {_LONGEST_LOCAL_PART} characters stand before the @-sign"
    for atom in local.split("."):
        if not atom:
            return "a dot stands at an end of the part before the @-sign, or two in a row"
        if unicodedata.category(atom[0]) in _MARKS:
            return "a part before the @-sign begins with an accent"
        for character in atom:
            if not _may_be_before_at(character):
                return f"{_named(character)} may not stand before the @-sign"
    return ""


def _may_be_before_at(character: str) -> bool:
    if character.isascii():
        return _ASCII_ATOM.fullmatch(character) is not None
    category = unicodedata.category(character)
    return category in _LETTERS or category in _MARKS or character.isdecimal()


def _why_no_domain(domain: str) -> str:
    labels = _DOTS.split(domain)
    if not all(labels):
        return "a dot stands at an end of the part after the @-sign, or two in a row"
    if labels[-1].isascii() and labels[-1].isdigit():
        return "the part after the @-sign is a number, not the name of a domain"
    right_to_left = any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in domain)
    for label in labels:
        if reason := _why_no_label(label, right_to_left=right_to_left):
            return reason
    return ""


@lru_cache(maxsize=10_000)
def _why_no_label(label: str, *, right_to_left: bool) -> str:
    if label.isascii():
        return "" if _ASCII_LABEL.fullmatch(label) else _why_no_ascii_label(label)
    mapped = unicodedata.normalize("NFKC", _lower(unicodedata.normalize("NFKC", label)))
    for place, character in enumerate(mapped):
        if not _may_be_in_label(mapped, place):
            return f"{_named(character)} may not stand after the @-sign"
    return _why_no_mapped_label(label, mapped, right_to_left=right_to_left)


def _why_no_mapped_label(label: str, mapped: str, *, right_to_left: bool) -> str:
    if unicodedata.category(mapped[0]) in _MARKS or mapped[2:4] == "--":
        return f"“{label}” is no part of a domain"
    if mapped.startswith("-") or mapped.endswith("-"):
        return _HYPHEN
    if len(mapped.encode("punycode")) + len("xn--") > _LONGEST_LABEL and not mapped.isascii():
        return _TOO_LONG
    if right_to_left and not _reads_one_way(mapped):
        return f"“{label}” mixes directions of writing"
    return ""


def _why_no_ascii_label(label: str) -> str:
    if len(label) > _LONGEST_LABEL:
        return _TOO_LONG
    wrong = next((c for c in label if not (c.isalnum() or c == "-")), None)
    if wrong is not None:
        return f"{_named(wrong)} may not stand after the @-sign"
    return _HYPHEN


def _lower(label: str) -> str:
    return "".join(c if c in "ßς" else c.casefold() for c in label)


def _may_be_in_label(label: str, place: int) -> bool:
    """Return whether IDNA 2008 allows the character at ``place`` of a label.

    The rarest characters that IDNA 2008 allows are rejected.
    """
    character = label[place]
    if character.isascii():
        return character.isalnum() or character == "-"
    if character == _MIDDLE_DOT:
        return label[max(place - 1, 0) : place + 2] == f"l{_MIDDLE_DOT}l"
    if character in _NOT_IN_LABELS or "\u1100" <= character <= "\u11ff":
        return False
    return unicodedata.category(character) in _IN_LABELS or character.isdecimal()


def _reads_one_way(label: str) -> bool:
    """Return whether the label has a single writing direction.

    Implements the common part of the rule of RFC 5893.
    """
    kinds = [unicodedata.bidirectional(c) for c in label]
    while kinds and kinds[-1] == "NSM":
        kinds.pop()
    inside = set(kinds)
    if kinds[0] in ("R", "AL"):
        ends = kinds[-1] in ("R", "AL", "EN", "AN")
        return (
            ends and inside <= {"R", "AL", "NSM", "EN", "AN", "ES"} and not inside >= {"EN", "AN"}
        )
    return kinds[0] == "L" and kinds[-1] in ("L", "EN") and inside <= {"L", "EN", "NSM", "ES"}


def _named_at(sign: str) -> str:
    """Return ``sign`` in quotation marks, with its code point if it is a single character.

    A single character may look just like an @-sign.
    """
    sign = sign.strip()
    return f"“{sign}” (U+{ord(sign):04X})" if len(sign) == 1 else f"“{sign}”"


def _named(character: str) -> str:
    if character == " ":
        return "a space"
    if character.isprintable() and not unicodedata.combining(character):
        return f"“{character}”"
    return unicodedata.name(character, f"U+{ord(character):04X}").lower()
