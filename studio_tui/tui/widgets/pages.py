"""Text of more than a screen, to scroll by the keys of a list."""

from textual.containers import VerticalScroll


class Pages(VerticalScroll, can_focus=True):
    """What is in it is read by scrolling: ``j`` and ``k`` by lines, ``g`` and ``G`` to the ends."""

    BINDINGS = [("k", "scroll_up"), ("j", "scroll_down"), ("g", "scroll_home"), ("G", "scroll_end")]
