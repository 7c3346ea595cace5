"""How wide text is in a terminal, and cutting it to a width.

A rough rule that needs no tables: marks and joiners take no cell, East Asian wide characters and
emoji take two. Where terminals disagree (families of joined emoji), what is counted is the most
that any of them takes, so that nothing runs into the next column.
"""

from unicodedata import category, east_asian_width

ELLIPSIS = "…"
_NO_CELL = frozenset({"Mn", "Me", "Cf"})


def width_of(text: str) -> int:
    """How many cells ``text`` takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def fit(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells: filled up with spaces, or cut with an ellipsis."""
    shown = cut(text, width)
    return shown + " " * (width - width_of(shown))


def cut(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells."""
    if width_of(text) <= width:
        return text
    taken = used = 0
    for character in text:
        used += _width(character)
        if used > width - 1:
            break
        taken += 1
    return text[:taken] + ELLIPSIS if width > 0 else ""


def _width(character: str) -> int:
    if category(character) in _NO_CELL:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
