"""A scrollable text: a mail, or the result of a dry run."""

from textual.containers import VerticalScroll


class MailText(VerticalScroll, can_focus=True):
    """A container that is scrolled by keys."""

    BINDINGS = [("k", "scroll_up"), ("j", "scroll_down"), ("g", "scroll_home"), ("G", "scroll_end")]
