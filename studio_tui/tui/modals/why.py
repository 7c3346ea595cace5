"""A dialog that explains why a user matches a filter or not, condition by condition (P13)."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from studio_tui.domain.audiences.reason import Reason
from studio_tui.domain.shared.errors import StudioError
from studio_tui.services.audiences.explaining import why
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.shell import bridge_of, shell_of
from studio_tui.tui.text import block, line
from studio_tui.tui.widgets.field import Field
from studio_tui.wording.audiences import reason_lines

_HINT = 'As team under "Sales" and hired within 90 days'


class AudienceExplanation(Dialog[None]):
    """Asks for a filter and shows for each of its conditions whether it holds for a user.

    A filter given as ``where`` is evaluated at once.
    """

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("tell", "ctrl+s", "Tell", "Tell whether the filter holds, and why"),
    )
    AUTO_FOCUS = "Input"

    def __init__(self, user_id: int, name: str, where: str = "") -> None:
        super().__init__()
        self._user_id = user_id
        self._user_name = name
        self._field = Field("where", "Filter", where, hint=_HINT)

    def compose(self) -> ComposeResult:
        """Compose the name of the user, the filter and the result."""
        with Vertical(classes="dialog wide"):
            yield Static(line(f"Why is {self._user_name} in a filter, or not?"), classes="question")
            yield self._field
            with VerticalScroll(can_focus=False):
                yield Static(classes="told")

    def on_mount(self) -> None:
        """Evaluate the initial filter, if any."""
        if self._field.value:
            self.action_tell()

    def action_tell(self) -> None:
        """Evaluate the filter; an error is shown below the field."""
        text, shell = self._field.value, shell_of(self)
        studio, actor, user_id = shell.studio, shell.actor, self._user_id
        if actor is None:
            return

        def ask() -> Reason:
            return why(studio, actor, user_id, audience_of(studio, actor, text))

        bridge_of(self).read(self, "why", ask, self._tell, self._show_error)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_tell()

    def _tell(self, reason: Reason) -> None:
        self._field.error = ""
        found = "in" if reason.holds else "not in"
        lines = (f"{self._user_name} is {found}:", *reason_lines(reason))
        self.query_one(".told", Static).update(block("\n".join(lines)))

    def _show_error(self, error: StudioError) -> None:
        self._field.error = error.message
        self.query_one(".told", Static).update("")
