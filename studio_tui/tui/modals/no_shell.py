"""The dialog that explains why ``ctrl+z`` cannot suspend the Studio."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import line


class NoShell(Dialog[None]):
    """Shows ``why``, and absorbs keys meant for a shell, which the screen below would run."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self._why = why

    def compose(self) -> ComposeResult:
        """Compose the reason and the key that goes back."""
        with Vertical(classes="dialog"):
            yield Static(line("The Studio cannot be suspended here"), classes="question")
            yield Static(line(f"{self._why} esc goes back to the Studio."), classes="detail")
