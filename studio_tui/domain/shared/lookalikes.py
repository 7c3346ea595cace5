"""Names that look alike are one name: signs that nobody sees, and letters that pass for others.

After Unicode's UTS #39, cut down to what passes for a letter of the Latin alphabet in the fonts of
terminals and mail programs. Letters and digits of ASCII are never taken for each other.
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
"""Signs, each with the one of ASCII that it passes for."""
_LETTERS = {
    ord(sign): other
    for signs, others in _PASSES_FOR
    for sign, other in zip(signs, others, strict=True)
}
_UNSEEN = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Signs without a picture that are no format signs."""


def appearance(name: str) -> str:
    """What a name looks like, ignoring case: equal for two names that nobody tells apart."""
    wide = unicodedata.normalize("NFKC", name)
    seen = "".join(sign for sign in wide if not _is_unseen(sign))
    return fold(clean_line(seen).translate(_LETTERS))


def like(name: str, names: Iterable[str]) -> str | None:
    """One of ``names`` that is ``name``, ignoring case, or looks like it; None where none does."""
    own = {fold(name), appearance(name)}
    return next((each for each in names if own & {fold(each), appearance(each)}), None)


def taken_by(name: str, noun: str, names: Iterable[str]) -> str | None:
    """Why ``name`` cannot be the name of one more ``noun``, with ``names`` in use; None where it
    can (P1)."""
    other = like(name, names)
    if other is None:
        return None
    if fold(other) == fold(name):
        return f"“{name}” is the name of another {noun}"
    return f"“{name}” looks like “{other}”, the name of another {noun}"


def _is_unseen(sign: str) -> bool:
    # Variation selectors change the picture of the sign before them at most.
    return unicodedata.category(sign) == "Cf" or sign in _UNSEEN or "\ufe00" <= sign <= "\ufe0f"
