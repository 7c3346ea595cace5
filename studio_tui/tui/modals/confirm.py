"""Yes or no, before something that is not taken back with a key."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import block, line


class Confirm(Dialog[bool]):
    """Asks ``question``; ends with True, or with None (false) for no.

        if await self.app.push_screen_wait(Confirm("Close “Q1”?", "Close it", detail="…")):

    The safe button has the focus. ``question`` and ``detail`` may hold text of people.
    """

    OWN_COMMANDS = (
        Command.moving("other", "left,right,up,down", "Go to the other button"),
        Command("sent", "v", "What is sent", "See what it would send, and to whom"),
    )

    def __init__(
        self,
        question: str,
        yes: str,
        *,
        no: str = "Cancel",
        detail: str | Content = "",
        preview: Callable[[], None] | None = None,
    ) -> None:
        """``preview`` shows what would be sent, before anything is done."""
        super().__init__()
        self._preview = preview
        self._question = question
        self._detail = detail if isinstance(detail, Content) else block(detail)
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """The question, what there is to know, and two buttons."""
        with Vertical(classes="dialog"):
            yield Static(line(self._question), classes="question")
            if self._detail:
                yield Static(self._detail, classes="detail")
            with Horizontal(classes="buttons"):
                yield Button(line(self._no), id="no", compact=True)
                yield Button(line(self._yes), id="yes", compact=True)

    def may_do(self, command: Command) -> bool:
        """There may be nothing to see."""
        if command.id == "sent" and self._preview is None:
            return False
        return super().may_do(command)

    def action_sent(self) -> None:
        """Show what would be sent."""
        if self._preview is not None:
            self._preview()

    def action_other(self) -> None:
        """Move the focus to the other button."""
        self.focus_next()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(True if event.button.id == "yes" else None)
