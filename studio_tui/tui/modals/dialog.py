"""`Dialog`: the base of all modal dialogs."""

from typing import ClassVar, TypeVar

from textual.screen import ModalScreen

from studio_tui.tui.commands import Command, Commands

T = TypeVar("T")


class Dialog(Commands, ModalScreen[T | None]):
    """A modal screen that always ends by ``dismiss(value)``; None if it was cancelled."""

    HORIZONTAL_BREAKPOINTS = [(0, "-tight"), (90, "-roomy")]

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("cancel", "escape", "Cancel", "Leave without doing anything"),
    )

    def action_cancel(self) -> None:
        """Cancel the dialog; its result is None."""
        self.dismiss(None)
