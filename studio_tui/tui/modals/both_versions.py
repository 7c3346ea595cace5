"""A dialog for conflicting edits: it compares the two versions (A4)."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import line
from studio_tui.tui.widgets.pages import Pages

MINE, THEIRS = "mine", "theirs"


class VersionConflict(Dialog[str]):
    """Shows the changes of both sides; returns `MINE`, `THEIRS`, or None to continue editing."""

    OWN_COMMANDS = (Command.moving("other", "left,right", "Go to the next button"),)
    AUTO_FOCUS = "#on"

    def __init__(self, question: str, theirs: Content, mine: Content) -> None:
        super().__init__()
        self._question = question
        self._theirs = theirs
        self._mine = mine

    def compose(self) -> ComposeResult:
        """Compose the changes of the others, those of the user, and three buttons."""
        with Vertical(classes="dialog wide both"):
            yield Static(line(self._question), classes="question")
            with Pages():
                yield Static(Content.styled("What they changed", "bold"))
                yield Static(self._theirs, classes="changes")
                yield Static(Content.styled("What is in yours, beside theirs", "bold"))
                yield Static(self._mine, classes="changes")
            with Horizontal(classes="buttons"):
                yield Button("Go on writing", id="on", compact=True)
                yield Button("Take theirs", id=THEIRS, compact=True)
                yield Button("Save mine over it", id=MINE, compact=True)

    def action_other(self) -> None:
        """Move the focus to the next button."""
        self.focus_next()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id if event.button.id in (MINE, THEIRS) else None)
