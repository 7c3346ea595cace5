"""A dialog that closes a push, with or without mail to those who have not held it (P9, P14)."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import block, line
from studio_tui.tui.widgets.toggle import Toggle


@dataclass(frozen=True, slots=True)
class Closing:
    """The options for closing a push."""

    tell: bool
    """Whether to notify the users who have not held their conversation."""
    cancel_planned: bool
    """Whether to cancel planned conversations that have not begun."""


class ClosePush(Dialog[Closing]):
    """Asks whether to close the push called ``name``; returns the options, or None.

    ``detail`` says what closing does. ``planned`` labels the option to cancel planned
    conversations; empty if there are none. ``preview`` shows the mail that would be sent; None if
    nobody would be notified.
    """

    AUTO_FOCUS = "#cancel"
    OWN_COMMANDS = (
        Command.moving("next", "right,down", "Go to the next button"),
        Command.moving("previous", "left,up", "Go to the button before"),
        Command("sent", "v", "What is sent", "See what telling them would send, and to whom"),
    )

    def __init__(
        self, name: str, detail: str, planned: str, preview: Callable[[bool], None] | None
    ) -> None:
        super().__init__()
        self._name_of_push = name
        self._detail = detail
        self._planned = planned
        self._preview = preview

    def compose(self) -> ComposeResult:
        """Compose the question, the details and the buttons; the safe button has the focus."""
        with Vertical(classes="dialog"):
            yield Static(line(f"Close “{self._name_of_push}”?"), classes="question")
            yield Static(block(self._detail), classes="detail")
            if self._planned:
                yield Toggle(self._planned)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Close", id="quietly", compact=True)
                if self._preview is not None:
                    yield Button("Close and tell them", id="tell", compact=True)

    def may_do(self, command: Command) -> bool:
        """Offer the preview only if somebody would be notified."""
        if command.id == "sent" and self._preview is None:
            return False
        return super().may_do(command)

    def action_next(self) -> None:
        """Move the focus to the next button."""
        self.focus_next()

    def action_previous(self) -> None:
        """Move the focus to the previous button."""
        self.focus_previous()

    def action_sent(self) -> None:
        """Show the mail that closing would send."""
        if self._preview is not None:
            self._preview(self._cancels)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        event.stop()
        tell = {"quietly": False, "tell": True}.get(event.button.id or "")
        self.dismiss(None if tell is None else Closing(tell, self._cancels))

    @property
    def _cancels(self) -> bool:
        return any(toggle.on for toggle in self.query(Toggle))
