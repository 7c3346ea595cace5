"""How wide text is in a terminal, and cutting it to a width: by the rule of Rich, as on screens.

Rich is imported for the first text that is not ASCII: most commands print none.
"""

ELLIPSIS = "…"


def width_of(text: str) -> int:
    """How many cells ``text`` takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fit(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells: filled up with spaces, or cut with an ellipsis."""
    shown = cut(text, width)
    return shown + " " * (width - width_of(shown))


def cut(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells."""
    if width_of(text) <= width:
        return text
    if width < 1:
        return ""
    from rich.cells import set_cell_size

    return set_cell_size(text, width - 1).rstrip(" \u200d") + ELLIPSIS
