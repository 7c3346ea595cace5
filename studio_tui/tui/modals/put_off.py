"""A dialog for the day until which a case is put off."""

from datetime import date

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.written_dates import parse_day, weekday_and_day
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field

_HINT = "Nothing: until it changes. Else a day: tomorrow, fri, +1w, 31/3"


@dataclass(frozen=True, slots=True)
class Until:
    """The end of a delay; None: until the case changes."""

    day: date | None


class SnoozeDialog(Dialog[Until]):
    """Asks ``question`` and a day; returns `Until`, or None. An empty day is valid.

    ``question`` may contain text entered by people.
    """

    AUTO_FOCUS = "Input"

    def __init__(self, question: str, today: date) -> None:
        super().__init__()
        self._question = question
        self._today = today

    def compose(self) -> ComposeResult:
        """Compose the question and the field for the day."""
        with Vertical(classes="dialog wide"):
            yield Static(line(self._question), classes="question")
            yield Field("until", "Until", hint=_HINT)

    @on(Input.Changed)
    def _say_what_is_meant(self) -> None:
        field = self.query_one(Field)
        day = self._day(field.value)
        field.hint = weekday_and_day(day) if day else _HINT

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        field = self.query_one(Field)
        if not field.value.strip():
            self.dismiss(Until(None))
        elif (day := self._day(field.value)) is None:
            field.error = "Write a day as fri, +1w or 31/3, or nothing."
        elif day <= self._today:
            field.error = f"{weekday_and_day(day)} does not lie ahead."
        else:
            self.dismiss(Until(day))

    def _day(self, text: str) -> date | None:
        try:
            return parse_day(text, self._today) if text.strip() else None
        except ValueError:
            return None
