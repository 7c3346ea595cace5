"""Measuring and cutting text by terminal cells, with the rules of Rich, as on the screens.

Rich is imported only when a text is not ASCII, because most commands print none.
"""

ELLIPSIS = "…"


def width_of(text: str) -> int:
    """Return the number of terminal cells that ``text`` occupies."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fit(text: str, width: int) -> str:
    """Pad ``text`` with spaces, or cut it with an ellipsis, to exactly ``width`` cells."""
    shown = cut(text, width)
    return shown + " " * (width - width_of(shown))


def cut(text: str, width: int) -> str:
    """Cut ``text`` with an ellipsis to at most ``width`` cells."""
    if width_of(text) <= width:
        return text
    if width < 1:
        return ""
    from rich.cells import set_cell_size

    return set_cell_size(text, width - 1).rstrip(" \u200d") + ELLIPSIS
