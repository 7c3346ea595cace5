"""A dialog for the day on which a conversation was held, before it is recorded and sealed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from studio_tui.domain.conversations.plan_form import default_held_day, parse_held_at
from studio_tui.domain.shared.clock import local_day
from studio_tui.domain.shared.errors import Invalid
from studio_tui.domain.shared.written_dates import Nearest
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import block, line
from studio_tui.tui.widgets.field import Field


class HeldDialog(Dialog[datetime]):
    """Asks ``question`` and the day; returns the instant of the conversation, or None.

    Enter replaces the text by the parsed date and moves to the button: recording takes a second key
    press. ``question`` and ``detail`` may contain text entered by people.
    """

    AUTO_FOCUS = "Input"

    def __init__(
        self,
        question: str,
        detail: str,
        now: datetime,
        zone: ZoneInfo,
        *,
        planned_for: datetime | None = None,
    ) -> None:
        super().__init__()
        self._question = question
        self._detail = detail
        self._now = now
        self._zone = zone
        self._planned_for = planned_for

    def compose(self) -> ComposeResult:
        """Compose the question, the details, the day and two buttons."""
        day = default_held_day(self._planned_for, self._now, self._zone)
        with Vertical(classes="dialog wide"):
            yield Static(line(self._question), classes="question")
            yield Static(block(self._detail), classes="detail")
            yield Field(
                "held_on",
                "Held on",
                day,
                hint="2026-03-31, 31 mar, yesterday, fri, -2d",
                is_day=True,
                nearest=Nearest.LAST,
            )
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button("It was held", id="yes", compact=True)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        if (held_at := self._held_at()) is not None:
            event.input.value = local_day(held_at, self._zone).isoformat()
            self.query_one("#yes").focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "no":
            self.dismiss(None)
        elif (held_at := self._held_at()) is not None:
            self.dismiss(held_at)

    def _held_at(self) -> datetime | None:
        """Return the entered instant; if the text is invalid, show why and return None."""
        field = self.query_one(Field)
        try:
            return parse_held_at(field.value, self._planned_for, self._now, self._zone)
        except Invalid as error:
            field.error = error.fields["held_on"]
            field.focus_entry()
            return None
