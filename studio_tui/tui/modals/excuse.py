"""Dialogs that excuse people of a push or give them a later deadline (P18, S8)."""

from collections.abc import Callable
from datetime import date

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from studio_tui.domain.pushes.push import AssignmentFilter, Push
from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.shared.written_dates import parse_day, weekday_and_day
from studio_tui.services.pushes import excuse as excusing
from studio_tui.services.pushes.excuse import ExcuseResult
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import block, line
from studio_tui.tui.widgets.field import Field
from studio_tui.wording.counting import counted

Done = Callable[[], None]
_WHY = "For HR and their managers to read. Nothing: ask them again."
_UNTIL = "Later than {}: +2w, fri, 15/4. Nothing: as long as everybody."


class SingleFieldDialog(Dialog[bool]):
    """Shows ``question`` and one field, and passes the entered text to ``save``.

    The second argument of ``save`` displays an error. On success, ``save`` dismisses the dialog
    with True. ``question`` may contain text entered by people.
    """

    AUTO_FOCUS = "Input"

    def __init__(
        self,
        question: str,
        field: Field,
        save: Callable[[str, Callable[[StudioError], None]], None],
        *,
        detail: str = "",
    ) -> None:
        """Create the dialog; ``detail`` is a text between the question and the field."""
        super().__init__()
        self._question = question
        self._field = field
        self._save = save
        self._detail = detail

    def compose(self) -> ComposeResult:
        """Compose the question, the details and the field."""
        with Vertical(classes="dialog wide"):
            yield Static(line(self._question), classes="question")
            if self._detail:
                yield Static(block(self._detail), classes="detail")
            yield self._field

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._save(self._field.value, self._show_error)

    def _show_error(self, error: StudioError) -> None:
        fields = dict(error.fields) if isinstance(error, Invalid) else {}
        self._field.error = fields.get(self._field.field_name, error.message)
        self._field.focus_entry()


def excuse(
    screen: StudioScreen,
    push: Push,
    chosen: Selection[AssignmentFilter],
    whom: str,
    done: Done = lambda: None,
    *,
    reason: str = "",
) -> None:
    """Ask for the reason for excusing ``chosen``; an empty reason withdraws the excuse.

    ``whom`` names the users in the question.
    """
    studio, actor = screen.studio, screen.actor

    def act(text: str) -> ExcuseResult:
        if text.strip():
            return excusing.excuse(studio, actor, push, chosen, text)
        return excusing.take_back(studio, actor, push, chosen)

    def save(text: str, failed: Callable[[StudioError], None]) -> None:
        words = "excused; L with nothing asks them again" if text.strip() else "asked again"
        screen.write(lambda: act(text), lambda it: _saved(screen, form, it, words, done), failed)

    form = SingleFieldDialog(f"Excuse {whom}?", Field("reason", "Reason", reason, hint=_WHY), save)
    screen.app.push_screen(form)


def give_longer(
    screen: StudioScreen,
    push: Push,
    chosen: Selection[AssignmentFilter],
    whom: str,
    done: Done = lambda: None,
    *,
    until: date | None = None,
) -> None:
    """Ask for a later deadline for ``chosen``; an empty one restores that of the push."""
    studio, actor = screen.studio, screen.actor

    def save(text: str, failed: Callable[[StudioError], None]) -> None:
        try:
            day = parse_day(text, studio.today()) if text.strip() else None
        except ValueError as error:
            failed(Invalid({"deadline": f"{error}"}))
            return
        words = f"given until {weekday_and_day(day)}" if day else "given as long as everybody"
        screen.write(
            lambda: excusing.set_deadline(studio, actor, push, chosen, day),
            lambda it: _saved(screen, form, it, words, done),
            failed,
        )

    written = until.isoformat() if until else ""
    hint = _UNTIL.format(push.deadline)
    field = Field("deadline", "Until", written, hint=hint, is_day=True)
    form = SingleFieldDialog(f"Give {whom} longer?", field, save)
    screen.app.push_screen(form)


def _saved(
    screen: StudioScreen, form: SingleFieldDialog, done: ExcuseResult, words: str, then: Done
) -> None:
    form.dismiss(True)
    screen.show_message(f"{counted(done.changed, 'user')} {words}.")
    then()
