"""Detection of confusable names: invisible characters, and letters that look like others.

Follows Unicode's UTS #39, reduced to the characters that look like letters of the Latin alphabet in
the fonts of terminals and mail programs. ASCII letters and digits are never confused with each
other.
"""

import unicodedata
from collections.abc import Iterable

from studio_tui.domain.shared.text import clean_line, fold

_PASSES_FOR = (
    # Cyrillic
    ("АВЕЅІЈКМНОРСТУХԌԚԜҮҺӀ", "ABESIJKMHOPCTYXGQWYhI"),
    ("һеѕіјорсухаԛԝԁӏвкмнтьЬЗз", "hesijopcyxaqwdlBKMHTbb33"),
    # Greek
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυγχ", "ABEZHIKMNOPTYXaikvopuyx"),
    # Armenian, Cherokee, and Latin letters of other alphabets
    ("օոսցհԼՏՕᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃ", "onughLSOABCDEGHJKLMPRSTVWZ"),
    ("ıɑɡʏꓐꓑ", "iagyBP"),
    # Punctuation
    ("‐‑‒–—―−ー", "--------"),
    ("’‘ʼ′`´“”″", "''''''" + '"""'),
)
"""Pairs of strings: characters, and the ASCII character that each of them looks like."""
_LETTERS = {
    ord(sign): other
    for signs, others in _PASSES_FOR
    for sign, other in zip(signs, others, strict=True)
}
_UNSEEN = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Invisible characters that are not format characters (category Cf)."""


def appearance(name: str) -> str:
    """Return a key that is equal for two names that look the same, ignoring case."""
    wide = unicodedata.normalize("NFKC", name)
    seen = "".join(sign for sign in wide if not _is_unseen(sign))
    return fold(clean_line(seen).translate(_LETTERS))


def find_lookalike(name: str, names: Iterable[str]) -> str | None:
    """Return one of ``names`` that equals ``name``, ignoring case, or looks like it; else None."""
    own = {fold(name), appearance(name)}
    return next((each for each in names if own & {fold(each), appearance(each)}), None)


def why_taken(name: str, noun: str, names: Iterable[str]) -> str | None:
    """Return why ``name`` cannot be used for another ``noun``, given the ``names`` in use (P1).

    None if the name is free.
    """
    other = find_lookalike(name, names)
    if other is None:
        return None
    if fold(other) == fold(name):
        return f"“{name}” is the name of another {noun}"
    return f"“{name}” looks like “{other}”, the name of another {noun}"


def _is_unseen(sign: str) -> bool:
    # A variation selector at most changes the glyph of the character before it.
    return unicodedata.category(sign) == "Cf" or sign in _UNSEEN or "\ufe00" <= sign <= "\ufe0f"
