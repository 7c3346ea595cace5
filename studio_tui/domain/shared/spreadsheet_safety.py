"""Cells of a CSV that a spreadsheet may open (A5).

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return is a formula to a
spreadsheet; an apostrophe in front makes it text. Where a spreadsheet takes ``;`` or ``|`` for what
separates cells, as it does in half of Europe, what stands behind one is a cell of its own. `bare`
takes off what `inert` put there, and no apostrophe of anybody's name.
"""

import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PART = re.compile(r"[^;|\n]+")
"""What may be a cell of its own."""


def inert(text: str) -> str:
    """``text`` as a cell that no spreadsheet takes for a formula."""
    return _PART.sub(lambda part: f"'{part[0]}" if _is_formula(part[0]) else part[0], text)


def bare(cell: str) -> str:
    """The text that `inert` made ``cell`` of; any other cell as it is."""
    return _PART.sub(lambda part: _bare(part[0]), cell) if "'" in cell else cell


def _bare(part: str) -> str:
    return part[1:] if part.startswith("'") and _is_formula(part) else part


def _is_formula(text: str) -> bool:
    """Whether ``text`` is one, behind any apostrophes: so that `bare` is exact."""
    return text.lstrip("'").startswith(_FORMULA)
