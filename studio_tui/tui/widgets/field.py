"""A form of text fields: each has a label, an input, and a line below for the error.

    form = Form(
        Field("name", "Name", hint="How people will see it"),
        Field("deadline", "Deadline", placeholder="2026-03-31"),
    )
    …
    self.write(lambda: pushes.edit(studio, actor, push.id, **form.values()), self.done,
               failed=form.show_error)

The line below a field is always reserved, so that nothing moves when an error appears.
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
from studio_tui.domain.shared.written_dates import Nearest, parse_day
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.moments import day
from studio_tui.tui.shell import shell_of
from studio_tui.tui.text import line


class LineInput(Input):
    """An input of one line without a blinking cursor: each blink would be sent over the network."""

    SELECTS = False
    """Whether the focus selects the text, so that typing replaces it."""

    def __init__(self, value: str = "", *, placeholder: str = "", password: bool = False) -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            password=password,
            compact=True,
            select_on_focus=self.SELECTS,
        )
        self.cursor_blink = False

    def paste(self, text: str) -> None:
        """Insert ``text`` at the cursor as one line without control characters (A5)."""
        lines = clean_text(text).strip("\n").split("\n")
        pasted = " ".join(line.strip() for line in lines) if len(lines) > 1 else lines[0]
        if self.selection.is_empty:
            self.insert_text_at_cursor(pasted)
        else:
            self.replace(pasted, *self.selection)

    def _on_paste(self, event: events.Paste) -> None:
        # Textual inserts the first line only, which is empty if the copied text starts with a
        # newline.
        event.prevent_default()
        event.stop()
        self.paste(event.text)


class DayInput(Commands, LineInput):
    """An input of a day; the up and down arrows move it by a week, as in a calendar.

    A day is not corrected letter by letter: ``fri`` replaces ``2026-03-31``.
    """

    SELECTS = True
    REACH = "this field"
    nearest = Nearest.NEXT
    """Which day of several is meant, as in `parse_day`."""
    OWN_COMMANDS = (
        Command.moving("week_later", "down", "A week later"),
        Command.moving("week_earlier", "up", "A week earlier"),
    )

    def action_week_later(self) -> None:
        """Move the day a week later."""
        self._move(timedelta(weeks=1))

    def action_week_earlier(self) -> None:
        """Move the day a week earlier."""
        self._move(-timedelta(weeks=1))

    def why_not_week_later(self) -> str | None:
        """Require a valid day."""
        return None if self._written() else "There is no day to move: write one."

    def why_not_week_earlier(self) -> str | None:
        """Require a valid day."""
        return self.why_not_week_later()

    def _written(self) -> date | None:
        try:
            return parse_day(self.value, shell_of(self).studio.today(), self.nearest)
        except ValueError:
            return None

    def _move(self, by: timedelta) -> None:
        if (written := self._written()) is not None:
            try:
                self.value = day(parse_day(day(written + by), written))
            except (ValueError, OverflowError):
                return
            self.cursor_position = len(self.value)


class LabelledField(Vertical):
    """A label, an entry widget next to it, and a line below for the hint or the error.

    ``name`` is the key of the field in `Invalid.fields`. Hint and error can be set before mounting.
    """

    def __init__(self, name: str, label: str, entry: Widget, hint: str = "") -> None:
        super().__init__(name=name)
        self.field_name = name
        self._label = label
        self._hint = hint
        self._error = ""
        self._entry = entry
        self._below = Static(line(hint), classes="below")

    def compose(self) -> ComposeResult:
        """Compose the label, the entry widget and the line below."""
        with Horizontal():
            yield Static(line(self._label), classes="label")
            yield self._entry
        yield self._below

    @property
    def hint(self) -> str:
        """The text below the entry while it has no error."""
        return self._hint

    @hint.setter
    def hint(self, hint: str) -> None:
        if hint != self._hint:
            self._hint = hint
            self._draw_below()

    @property
    def error(self) -> str:
        """The error of the entry; empty if none."""
        return self._error

    @error.setter
    def error(self, error: str) -> None:
        if error == self._error:
            return
        self._error = error
        self.set_class(bool(error), "-wrong")
        self._draw_below()

    def focus_entry(self) -> None:
        """Move the focus to the entry."""
        self.screen.set_focus(self._entry)

    def _draw_below(self) -> None:
        self._below.update(line(self._error or self._hint))


class Field(LabelledField):
    """A form field of one line: text, a password or a day."""

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
        nearest: Nearest = Nearest.NEXT,
    ) -> None:
        kind = DayInput if is_day else LineInput
        self._input = kind(value, placeholder=placeholder, password=password)
        if isinstance(self._input, DayInput):
            self._input.nearest = nearest
        super().__init__(name, label, self._input, hint)

    @property
    def value(self) -> str:
        """The entered text."""
        return self._input.value

    @value.setter
    def value(self, value: str) -> None:
        self._input.value = value

    def allow(self, allowed: bool) -> None:
        """Enable or disable the input."""
        self._input.disabled = not allowed

    @on(Input.Changed)
    def _corrected(self) -> None:
        self.error = ""


class Form(VerticalScroll, can_focus=False):
    """Fields below each other. Enter in the last field posts `Submitted`."""

    class Submitted(Message):
        """Posted when enter was pressed in the last field."""

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
        """Return the entered texts by field name."""
        return {field.field_name: field.value for field in self._fields}

    def field(self, name: str) -> Field:
        """Return the field called ``name``."""
        return next(field for field in self._fields if field.field_name == name)

    def allow(self, allowed: bool) -> None:
        """Enable or disable all fields."""
        for field in self._fields:
            field.allow(allowed)

    def show_error(self, error: StudioError) -> None:
        """Show each reason of ``error`` below its field and focus the first wrong field.

        Reasons without a field go to the status line.
        """
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
