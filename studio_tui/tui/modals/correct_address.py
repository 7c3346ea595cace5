"""A dialog for the e-mail address of a user (U8)."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field

_HINT = "Invitations to what lies ahead go to the new address."


class CorrectAddress(Dialog[bool]):
    """Asks for the address of ``name``, at present ``email``, and passes it to ``save``.

    The second argument of ``save`` displays an error. On success, ``save`` dismisses the dialog
    with True.
    """

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("save", "ctrl+s", "Save", "Save the address"),
    )
    AUTO_FOCUS = "Input"

    def __init__(
        self,
        name: str,
        email: str,
        save: Callable[[str, Callable[[StudioError], None]], None],
    ) -> None:
        super().__init__()
        self._name = name
        self._save = save
        self._field = Field("email", "E-mail", email, hint=_HINT)

    def compose(self) -> ComposeResult:
        """Compose the name of the user and the field."""
        with Vertical(classes="dialog wide"):
            yield Static(line(f"Address of {self._name}"), classes="question")
            yield self._field

    def action_save(self) -> None:
        """Pass the address to ``save``; an error is shown below the field."""
        self._save(self._field.value, self._show_error)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_save()

    def _show_error(self, error: StudioError) -> None:
        fields = dict(error.fields) if isinstance(error, Invalid) else {}
        self._field.error = fields.get("email", error.message)
        self._field.focus_entry()
