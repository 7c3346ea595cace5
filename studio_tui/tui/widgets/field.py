"""Entry of text: a label, an input, and what is wrong with it on the line below.

    form = Form(
        Field("name", "Name", hint="How people will see it"),
        Field("deadline", "Deadline", placeholder="2026-03-31"),
    )
    …
    self.write(lambda: pushes.edit(studio, actor, push.id, **form.values()), self.done,
               failed=form.show_error)

The line below a field is always there, so that nothing moves when an error appears.
"""

from datetime import date, timedelta
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.domain.shared.text import clean_text
from studio_tui.domain.shared.written_dates import parse_day
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.moments import day
from studio_tui.tui.shell import shell_of
from studio_tui.tui.text import line


class LineInput(Input):
    """An input of one line, that does not blink: a blink is bytes on the wire."""

    def __init__(self, value: str = "", *, placeholder: str = "", password: bool = False) -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            password=password,
            compact=True,
            select_on_focus=False,
        )
        self.cursor_blink = False

    def paste(self, text: str) -> None:
        """Put ``text`` where the cursor is: all of it, as one line that nothing obeys (A5)."""
        lines = clean_text(text).strip("\n").split("\n")
        pasted = " ".join(line.strip() for line in lines) if len(lines) > 1 else lines[0]
        if self.selection.is_empty:
            self.insert_text_at_cursor(pasted)
        else:
            self.replace(pasted, *self.selection)

    def _on_paste(self, event: events.Paste) -> None:
        # Textual takes the first line, which is empty where a line break was copied before it.
        event.prevent_default()
        event.stop()
        self.paste(event.text)


class DayInput(Commands, LineInput):
    """An input of a day, which the arrows move as a calendar does: by a week."""

    REACH = "this field"
    OWN_COMMANDS = (
        Command.moving("week_later", "down", "A week later"),
        Command.moving("week_earlier", "up", "A week earlier"),
    )

    def action_week_later(self) -> None:
        """A week after the day that is written."""
        self._move(timedelta(weeks=1))

    def action_week_earlier(self) -> None:
        """A week before the day that is written."""
        self._move(-timedelta(weeks=1))

    def why_not_week_later(self) -> str | None:
        """It takes a day."""
        return None if self._written() else "There is no day to move: write one."

    def why_not_week_earlier(self) -> str | None:
        """It takes a day."""
        return self.why_not_week_later()

    def _written(self) -> date | None:
        try:
            return parse_day(self.value, shell_of(self).studio.today())
        except ValueError:
            return None

    def _move(self, by: timedelta) -> None:
        if (written := self._written()) is not None:
            try:
                self.value = day(parse_day(day(written + by), written))
            except (ValueError, OverflowError):
                return
            self.cursor_position = len(self.value)


class Labelled(Vertical):
    """A label, what is entered beside it, and a line below; ``name`` is what `Invalid.fields` calls
    it. All of it can be told what to show before it is mounted."""

    def __init__(self, name: str, label: str, entry: Widget, hint: str = "") -> None:
        super().__init__(name=name)
        self.field_name = name
        self._label = label
        self._hint = hint
        self._error = ""
        self._entry = entry
        self._below = Static(line(hint), classes="below")

    def compose(self) -> ComposeResult:
        """The label beside what is entered, and the line below it."""
        with Horizontal():
            yield Static(line(self._label), classes="label")
            yield self._entry
        yield self._below

    @property
    def hint(self) -> str:
        """What stands below while nothing is wrong."""
        return self._hint

    @hint.setter
    def hint(self, hint: str) -> None:
        if hint != self._hint:
            self._hint = hint
            self._draw_below()

    @property
    def error(self) -> str:
        """What is wrong with it; empty: nothing."""
        return self._error

    @error.setter
    def error(self, error: str) -> None:
        if error == self._error:
            return
        self._error = error
        self.set_class(bool(error), "-wrong")
        self._draw_below()

    def focus_entry(self) -> None:
        """Put the cursor into it."""
        self.screen.set_focus(self._entry)

    def _draw_below(self) -> None:
        self._below.update(line(self._error or self._hint))


class Field(Labelled):
    """One thing to enter in a line."""

    def __init__(
        self,
        name: str,
        label: str,
        value: str = "",
        *,
        hint: str = "",
        placeholder: str = "",
        password: bool = False,
        is_day: bool = False,
    ) -> None:
        kind = DayInput if is_day else LineInput
        self._input = kind(value, placeholder=placeholder, password=password)
        super().__init__(name, label, self._input, hint)

    @property
    def value(self) -> str:
        """What is entered."""
        return self._input.value

    @value.setter
    def value(self, value: str) -> None:
        self._input.value = value

    def allow(self, allowed: bool) -> None:
        """Let it be changed, or only read."""
        self._input.disabled = not allowed

    @on(Input.Changed)
    def _corrected(self) -> None:
        self.error = ""


class Form(VerticalScroll, can_focus=False):
    """Fields under each other. Enter in a field posts `Submitted`."""

    class Submitted(Message):
        """Enter was pressed in the last field."""

        def __init__(self, form: "Form") -> None:
            super().__init__()
            self.form = form

        @property
        def control(self) -> "Form":
            """The form."""
            return self.form

    def __init__(self, *fields: Field, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(*fields, id=id)
        self._fields = fields

    def values(self) -> dict[str, str]:
        """What is entered, by the names of the fields."""
        return {field.field_name: field.value for field in self._fields}

    def field(self, name: str) -> Field:
        """The field of this name."""
        return next(field for field in self._fields if field.field_name == name)

    def allow(self, allowed: bool) -> None:
        """Let what is in the fields be changed, or only read."""
        for field in self._fields:
            field.allow(allowed)

    def show_error(self, error: StudioError) -> None:
        """Show every reason beside its field, and the cursor in the first that is wrong; what
        belongs to no field goes to the status line."""
        reasons = dict(error.fields) if isinstance(error, Invalid) else {"": error.message}
        wrong = []
        for field in self._fields:
            field.error = reasons.pop(field.field_name, "")
            wrong += [field] if field.error else []
        if wrong:
            wrong[0].focus_entry()
        if reasons:
            self.app.notify(" ".join(reasons.values()), severity="error", markup=False)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        last: Any = self._fields[-1].query_one(Input)
        if event.input is last:
            self.post_message(self.Submitted(self))
        else:
            self.screen.focus_next()
