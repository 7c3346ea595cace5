"""`AskForm`: a question that is answered in several fields, and the days that are entered there."""

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
    """Asks ``question``, which may hold text of people, in ``fields``, and hands what is entered to
    ``save``, whose second argument shows what is wrong with it. Whoever saves ends this with True.

    The command ``save`` is of each that derives from it, which says what saving does.
    """

    AUTO_FOCUS = "Input"

    def __init__(self, question: str, fields: Iterable[Field], save: Save, about: str) -> None:
        """``about`` stands below the fields, and names the key that saves."""
        super().__init__()
        self._question = question
        self._form = Form(*fields)
        self._save = save
        self._about = about

    def compose(self) -> ComposeResult:
        """The question, the fields, and what saving does."""
        with Vertical(classes="dialog wide"):
            yield Static(line(self._question), classes="question")
            yield self._form
            yield Static(self._about)

    def show_error(self, error: StudioError) -> None:
        """Say beside the fields what is wrong."""
        self._form.show_error(error)

    def action_save(self) -> None:
        """Hand on what is entered; what is wrong is said below the field."""
        self._save(self._form.values(), self.show_error)

    @on(Form.Submitted)
    def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        self.action_save()


def days_in(values: Mapping[str, str], fields: Iterable[str], today: date) -> dict[str, date]:
    """The days that are entered in ``fields``, seen from ``today``. Raises `Invalid` with all that
    are none, by field."""
    days, wrong = dict[str, date](), dict[str, str]()
    for field in fields:
        try:
            days[field] = parse_day(values[field], today)
        except ValueError as error:
            wrong[field] = str(error)
    if wrong:
        raise Invalid(wrong)
    return days
