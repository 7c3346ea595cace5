"""Protection of CSV cells against formula injection (A5).

Spreadsheets evaluate a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return
as a formula; an apostrophe in front of it makes the cell text. In half of Europe spreadsheets split
cells at ``;``, and some at ``|``, so the text after either is treated as a cell as well.
`unescape_cell` removes exactly the apostrophes that `escape_cell` added, and none that belong to a
name.
"""

import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PART = re.compile(r"[^;|\n]+")
"""Matches text that a spreadsheet may treat as a cell of its own."""


def escape_cell(text: str) -> str:
    """Return ``text`` escaped so that no spreadsheet evaluates any part of it as a formula."""
    return _PART.sub(lambda part: f"'{part[0]}" if _is_formula(part[0]) else part[0], text)


def unescape_cell(cell: str) -> str:
    """Return the text that `escape_cell` escaped to ``cell``, or ``cell`` if it is not escaped."""
    return _PART.sub(lambda part: _bare(part[0]), cell) if "'" in cell else cell


def _bare(part: str) -> str:
    return part[1:] if part.startswith("'") and _is_formula(part) else part


def _is_formula(text: str) -> bool:
    """Return whether ``text`` is a formula, ignoring leading apostrophes.

    Ignoring them makes `unescape_cell` exact.
    """
    return text.lstrip("'").startswith(_FORMULA)
