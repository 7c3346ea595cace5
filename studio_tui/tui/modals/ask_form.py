"""`AskForm`: a dialog with several fields, and the parsing of days entered there."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.domain.shared.written_dates import parse_day
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field, Form

Save = Callable[[dict[str, str], Callable[[StudioError], None]], None]


class AskForm(Dialog[bool]):
    """Shows ``question`` and ``fields``, and passes the entered values to ``save``.

    The second argument of ``save`` displays an error. On success, ``save`` dismisses the dialog
    with True. ``question`` may contain text entered by people. Each subclass declares its own
    command ``save``, whose help says what saving does.
    """

    AUTO_FOCUS = "Input"

    def __init__(self, question: str, fields: Iterable[Field], save: Save, about: str) -> None:
        """Create the dialog; ``about`` is shown below the fields and names the key that saves."""
        super().__init__()
        self._question = question
        self._form = Form(*fields)
        self._save = save
        self._about = about

    def compose(self) -> ComposeResult:
        """Compose the question, the fields and the note on saving."""
        with Vertical(classes="dialog wide"):
            yield Static(line(self._question), classes="question")
            yield self._form
            yield Static(self._about)

    def show_error(self, error: StudioError) -> None:
        """Show the errors below their fields."""
        self._form.show_error(error)

    def action_save(self) -> None:
        """Pass the entered values to ``save``."""
        self._save(self._form.values(), self.show_error)

    @on(Form.Submitted)
    def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        self.action_save()


def days_in(values: Mapping[str, str], fields: Iterable[str], today: date) -> dict[str, date]:
    """Return the days entered in ``fields``, parsed relative to ``today``.

    Raises `Invalid` with an error for each field that is not a day.
    """
    days, wrong = dict[str, date](), dict[str, str]()
    for field in fields:
        try:
            days[field] = parse_day(values[field], today)
        except ValueError as error:
            wrong[field] = str(error)
    if wrong:
        raise Invalid(wrong)
    return days
