"""A text to be read, of a mail or of what is sent: the keys scroll it."""

from textual.containers import VerticalScroll


class MailText(VerticalScroll, can_focus=True):
    """What is written in it; scrolls."""

    BINDINGS = [("k", "scroll_up"), ("j", "scroll_down"), ("g", "scroll_home"), ("G", "scroll_end")]
