"""Why the Studio stays where it is after ``ctrl+z``."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import line


class NoShell(Dialog[None]):
    """Says ``why``, and takes what is typed for a shell: it is no key of the screen below."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self._why = why

    def compose(self) -> ComposeResult:
        """The sentence, and the way back."""
        with Vertical(classes="dialog"):
            yield Static(line("The Studio cannot be suspended here"), classes="question")
            yield Static(line(f"{self._why} esc goes back to the Studio."), classes="detail")
