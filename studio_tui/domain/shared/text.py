"""Text that people typed: what is taken out where it enters, and how it is compared (A5)."""

import re
import unicodedata

MAX_NAME = 200
"""Longest name of anything, in characters."""

_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1
    "\u200e\u200f\u061c"  # direction marks
    "\u202a-\u202e\u2066-\u2069"  # bidirectional embeddings, overrides and isolates
    "\u2028\u2029"  # line and paragraph separators
    "\ud800-\udfff\ufff9-\ufffb\ufeff]"  # lone surrogates, interlinear marks, BOM
)
_SPACES = re.compile(r"\s+")


def clean_line(text: str) -> str:
    """``text`` on one line: controls gone, runs of white space folded to one space, ends trimmed.

    Accents are composed (NFC), so that what looks the same is the same.
    """
    if _is_plain(text):
        return " ".join(text.split())
    words = _CONTROLS.sub("", _SPACES.sub(" ", text)).split()
    return unicodedata.normalize("NFC", " ".join(words))


def clean_text(text: str) -> str:
    """``text`` of several lines: controls gone, newlines and tabs kept, lines ended by ``\\n``."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROLS.sub("", lines))


def fold(text: str) -> str:
    """``text`` as it is compared where case and composition do not matter (logins, names)."""
    if _is_plain(text):
        return " ".join(text.lower().split())
    return unicodedata.normalize("NFC", clean_line(text).casefold())


def fold_search(text: str) -> str:
    """``text`` as it is searched: like `fold`, and without accents, so that ``jose`` finds José."""
    if _is_plain(text):
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", clean_line(text))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    # Decomposing may bring forth capitals (ℌ) and spaces (¸).
    return " ".join(bare.casefold().split())


def has_words(text: str, words: str) -> bool:
    """Whether every one of ``words`` is found in ``text``, both as they are searched."""
    searched = [fold_search(word) for word in words.split()]
    if not searched:
        return True
    found = fold_search(text)
    return all(word in found for word in searched)


def _is_plain(text: str) -> bool:
    """Whether there is nothing to clean or decompose: most text, and then folding is quick."""
    return text.isascii() and text.isprintable()
