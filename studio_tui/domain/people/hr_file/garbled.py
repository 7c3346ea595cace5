"""Text that lost letters on its way: encoded twice, or with a mark where one was lost."""

import re

LOST = "\ufffd"
"""What stands where a character could not be read."""

_TWICE = re.compile(
    "[\u00c2-\u00f4]"
    "[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    "\u2013\u2014\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]{1,3}"
)
"""A byte that begins a character of UTF-8, and those that may follow, as Windows-1252 has them."""

SUSPECT = re.compile(f"{LOST}|{_TWICE.pattern}")
"""What makes a text worth a closer look."""


def mended(text: str) -> str:
    """``text`` with what was encoded twice as it was before: ``ZoÃ«`` is Zoë."""
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
