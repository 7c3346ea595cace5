"""A yes-or-no question before an act that no key undoes."""

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
    """Asks ``question``; returns True for yes, or None (false) for no.

        if await self.app.push_screen_wait(Confirm("Close “Q1”?", "Close it", detail="…")):

    The safe button has the focus. ``question`` and ``detail`` may contain text entered by people.
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
        """Create the dialog; ``preview`` shows the mail that the act would send."""
        super().__init__()
        self._preview = preview
        self._question = question
        self._detail = detail if isinstance(detail, Content) else block(detail)
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """Compose the question, the details and two buttons."""
        with Vertical(classes="dialog"):
            yield Static(line(self._question), classes="question")
            if self._detail:
                yield Static(self._detail, classes="detail")
            with Horizontal(classes="buttons"):
                yield Button(line(self._no), id="no", compact=True)
                yield Button(line(self._yes), id="yes", compact=True)

    def may_do(self, command: Command) -> bool:
        """Offer the preview only if one was given."""
        if command.id == "sent" and self._preview is None:
            return False
        return super().may_do(command)

    def action_sent(self) -> None:
        """Show the mail that the act would send."""
        if self._preview is not None:
            self._preview()

    def action_other(self) -> None:
        """Move the focus to the other button."""
        self.focus_next()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(True if event.button.id == "yes" else None)
