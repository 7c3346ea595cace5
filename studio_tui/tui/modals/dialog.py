"""`Dialog`: the base of everything that asks something over a screen."""

from typing import ClassVar, TypeVar

from textual.screen import ModalScreen

from studio_tui.tui.commands import Command, Commands

T = TypeVar("T")


class Dialog(Commands, ModalScreen[T | None]):
    """A modal that always ends by ``dismiss(value)``: None where it was cancelled."""

    HORIZONTAL_BREAKPOINTS = [(0, "-tight"), (90, "-roomy")]

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("cancel", "escape", "Cancel", "Leave without doing anything"),
    )

    def action_cancel(self) -> None:
        """Leave; whoever asked gets None."""
        self.dismiss(None)
