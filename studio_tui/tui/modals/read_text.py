"""A dialog that shows a long text, such as a received mail or the report of an import."""

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import block, line


class _Text(VerticalScroll, can_focus=True):
    BINDINGS = [("k", "scroll_up"), ("j", "scroll_down"), ("g", "scroll_home"), ("G", "scroll_end")]


class ReadText(Dialog[None]):
    """Shows a scrollable ``text`` under ``title``; escape closes it."""

    OWN_COMMANDS = (Command("close", "enter,q", "Close", "Close the text"),)

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """Compose the title and the text."""
        with Vertical(classes="dialog wide"):
            yield Static(line(self._title), classes="question")
            with _Text():
                yield Static(block(self._text))

    def action_close(self) -> None:
        """Close the dialog."""
        self.dismiss(None)
