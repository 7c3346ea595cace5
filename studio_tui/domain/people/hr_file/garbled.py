"""Repair and detection of mojibake: text that was encoded twice or has replacement characters."""

import re

LOST = "\ufffd"
"""Replacement character for one that could not be decoded."""

_TWICE = re.compile(
    "[\u00c2-\u00f4]"
    "[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    "\u2013\u2014\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]{1,3}"
)
"""Matches a lead byte of UTF-8 and continuation bytes, all decoded as Windows-1252."""

SUSPECT = re.compile(f"{LOST}|{_TWICE.pattern}")
"""Matches signs of mojibake."""


def repair_mojibake(text: str) -> str:
    """Return ``text`` with doubly encoded characters repaired: ``ZoÃ«`` becomes Zoë."""
    return _TWICE.sub(_once, text)


def _once(found: re.Match[str]) -> str:
    try:
        return b"".join(map(_byte, found[0])).decode("utf-8")
    except UnicodeError:
        return found[0]


def _byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")
