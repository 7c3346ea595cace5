"""Cells of a CSV that a spreadsheet may open (A5).

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return is a formula to a
spreadsheet; an apostrophe in front makes it text. `bare` takes off what `inert` put there, and no
apostrophe of anybody's name.
"""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def inert(text: str) -> str:
    """``text`` as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _is_formula(text) else text


def bare(cell: str) -> str:
    """The text that `inert` made ``cell`` of; any other cell as it is."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _is_formula(text: str) -> bool:
    """Whether ``text`` is one, behind any apostrophes: so that `bare` is exact."""
    return text.lstrip("'").startswith(_FORMULA)
