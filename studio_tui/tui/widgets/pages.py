"""A scrollable container for long text."""

from textual.containers import VerticalScroll


class Pages(VerticalScroll, can_focus=True):
    """A container scrolled by keys: ``j`` and ``k`` by lines, ``g`` and ``G`` to the ends."""

    BINDINGS = [("k", "scroll_up"), ("j", "scroll_down"), ("g", "scroll_home"), ("G", "scroll_end")]
