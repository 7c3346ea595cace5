"""Text of people on the screen: shown as typed, inert, and measured in cells (A5).

Everything that draws text it did not write itself goes through here. Nothing that comes out of
these functions is parsed as markup, and no control character passes.
"""

import re
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from studio_tui.domain.shared.text import clean_line, clean_text

ELLIPSIS = "…"
_DANGLING_JOINER = re.compile("\u200d+(?=[\x20-\x7e]|$)")
"""Joiners that would swallow the space after them."""


def line(text: str, style: str = "") -> Content:
    """``text`` on one line, inert, in ``style`` (of our own: never text of people)."""
    return Content.styled(plain(text), style) if style else Content(plain(text))


def block(text: str) -> Content:
    """``text`` of several lines, inert; tabs become spaces."""
    return Content(clean_text(text).expandtabs(4))


def filled(template: str, **values: str) -> Content:
    """Our own markup ``template`` with ``$name`` filled in by inert text of people."""
    return Content.from_markup(template, **{name: plain(text) for name, text in values.items()})


def plain(text: str) -> str:
    """``text`` on one line without anything a terminal would obey."""
    return text if text.isascii() and text.isprintable() else clean_line(text)


@lru_cache(maxsize=4096)
def fit(text: str, width: int, *, right: bool = False) -> str:
    """``text`` in exactly ``width`` cells: padded, or cut with an ellipsis."""
    shown = _DANGLING_JOINER.sub("", plain(text))
    room = width - cell_len(shown)
    if room >= 0:
        return " " * room + shown if right else shown + " " * room
    if width < 1:
        return ""
    return set_cell_size(_cut(shown, width - 1) + ELLIPSIS, width)


def _cut(text: str, width: int) -> str:
    # `set_cell_size` fills half a wide character with a space; the ellipsis stands closer.
    return set_cell_size(text, width).rstrip(" \u200d") if width else ""
