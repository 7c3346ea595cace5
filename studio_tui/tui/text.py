"""Text entered by people on the screen: shown as typed, inert, and measured in cells (A5).

All drawing of text that is not part of the program goes through these functions. Their results are
never parsed as markup and contain no control characters.
"""

import re
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from studio_tui.domain.shared.text import clean_line, clean_text

ELLIPSIS = "…"
_DANGLING_JOINER = re.compile("\u200d+(?=[\x20-\x7e]|$)")
"""Zero-width joiners that would swallow the space after them."""


def line(text: str, style: str = "") -> Content:
    """Return ``text`` on one line, inert, in ``style``.

    The style is defined by the program, never by people.
    """
    return Content.styled(plain(text), style) if style else Content(plain(text))


def block(text: str) -> Content:
    """Return ``text`` of several lines, inert; tabs become spaces."""
    return Content(clean_text(text).expandtabs(4))


def filled(template: str, **values: str) -> Content:
    """Return our own markup ``template`` with ``$name`` replaced by inert text of people."""
    return Content.from_markup(template, **{name: plain(text) for name, text in values.items()})


def plain(text: str) -> str:
    """Return ``text`` on one line without control characters."""
    return text if text.isascii() and text.isprintable() else clean_line(text)


@lru_cache(maxsize=4096)
def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return ``text`` in exactly ``width`` cells: padded, or cut with an ellipsis."""
    shown = _DANGLING_JOINER.sub("", plain(text))
    room = width - cell_len(shown)
    if room >= 0:
        return " " * room + shown if right else shown + " " * room
    if width < 1:
        return ""
    return set_cell_size(_cut(shown, width - 1) + ELLIPSIS, width)


def _cut(text: str, width: int) -> str:
    # `set_cell_size` pads half a wide character with a space; put the ellipsis right after the
    # text.
    return set_cell_size(text, width).rstrip(" \u200d") if width else ""
