"""Sanitising and comparison of text that people typed (A5)."""

import re
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

MAX_NAME = 200
"""Maximum length of any name, in characters."""

_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters except tab and newline
    "\u200e\u200f\u061c"  # direction marks
    "\u202a-\u202e\u2066-\u2069"  # bidirectional embeddings, overrides and isolates
    "\u2028\u2029"  # line and paragraph separators
    "\ud800-\udfff\ufff9-\ufffb\ufeff]"  # lone surrogates, interlinear marks, BOM
)
_SPACES = re.compile(r"\s+")


def by_word(words: Mapping[T, str]) -> dict[str, T]:
    """Return the key of each word: ``{"d": "day days"}`` becomes ``{"day": "d", "days": "d"}``."""
    return {word: key for key, several in words.items() for word in several.split()}


def clean_line(text: str) -> str:
    """Return ``text`` as a single line, without control characters and extra white space.

    Each run of white space becomes one space, and both ends are stripped. Accents are composed
    (NFC), so that text that looks the same compares equal.
    """
    if _is_plain(text):
        return " ".join(text.split())
    words = _CONTROLS.sub("", _SPACES.sub(" ", text)).split()
    return unicodedata.normalize("NFC", " ".join(words))


def clean_text(text: str) -> str:
    """Return ``text`` with its lines terminated by ``\\n`` and without control characters.

    Newlines and tabs are preserved.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROLS.sub("", lines))


def fold(text: str) -> str:
    """Return ``text`` normalised for comparison (logins, names): ignores case and composition."""
    if _is_plain(text):
        return " ".join(text.lower().split())
    return unicodedata.normalize("NFC", clean_line(text).casefold())


def fold_search(text: str) -> str:
    """Return ``text`` normalised for search: `fold` without accents, so ``jose`` finds José."""
    if _is_plain(text):
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", clean_line(text))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    # Decomposition can produce capitals (ℌ) and spaces (¸).
    return " ".join(bare.casefold().split())


def has_words(text: str, words: str) -> bool:
    """Return whether ``text`` contains every word of ``words``, both normalised for search."""
    searched = [fold_search(word) for word in words.split()]
    if not searched:
        return True
    found = fold_search(text)
    return all(word in found for word in searched)


def _is_plain(text: str) -> bool:
    """Return whether ``text`` has nothing to clean or decompose.

    True for most text: the fast path.
    """
    return text.isascii() and text.isprintable()
