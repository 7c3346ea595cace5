"""The form row of one push to create: its name, first day, deadline and validation errors (P1)."""

from collections.abc import Mapping, Sequence
from datetime import date

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from studio_tui.domain.pushes.push import PushDraft, check_drafts
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Invalid
from studio_tui.domain.shared.written_dates import parse_day, weekday_and_day
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import DayInput, LineInput
from studio_tui.wording.counting import counted

FIELDS = {"name": "Name", "available_from": "Available from", "deadline": "Deadline"}
"""Field labels by the field names that `Invalid.fields` uses."""


@dataclass(frozen=True, slots=True)
class EnteredPush:
    """The raw text entered for one push."""

    name: str = ""
    available_from: str = ""
    deadline: str = ""


class PushRow(Vertical):
    """A row with three input fields and the length of the push.

    Below the fields, the row shows the validation errors or, if a day is not written as an ISO
    date, the dates it resolves to. Relative days are resolved from ``today``.
    """

    @dataclass
    class Submitted(Message):
        """Posted when Enter is pressed in the last field of ``row``."""

        row: "PushRow"

    def __init__(self, entered: EnteredPush, today: date) -> None:
        super().__init__()
        self._today = today
        self._entries = {
            "name": LineInput(entered.name, placeholder="how people will see it"),
            "available_from": DayInput(entered.available_from, placeholder="2026-03-02"),
            "deadline": DayInput(entered.deadline, placeholder="2026-03-31"),
        }
        self._errors: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Yield the row number, the fields and the lines for the length and the errors."""
        with Horizontal():
            yield Static(classes="number")
            for name, entry in self._entries.items():
                entry.add_class(name)
                yield entry
            yield Static(classes="note")
        yield Static(classes="below")

    def on_mount(self) -> None:
        """Display the length of the push."""
        self._draw()

    @property
    def entered(self) -> EnteredPush:
        """The raw text of the fields."""
        return EnteredPush(**{name: entry.value for name, entry in self._entries.items()})

    @property
    def errors(self) -> dict[str, str]:
        """Validation messages by field name."""
        return self._errors

    @errors.setter
    def errors(self, errors: dict[str, str]) -> None:
        self._errors = errors
        self._draw()

    def number(self, number: int) -> None:
        """Display the position of this row among several; 0 hides it."""
        self.query_one(".number", Static).update(f"{number}" if number else "")

    def focus_entry(self, name: str = "name") -> None:
        """Focus the field ``name``."""
        self.screen.set_focus(self._entries[name])

    @on(Input.Changed)
    def _corrected(self, event: Input.Changed) -> None:
        event.stop()
        wrong = next((name for name, e in self._entries.items() if e is event.input), "")
        self._errors = {name: why for name, why in self._errors.items() if name != wrong}
        self._draw()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input is self._entries["deadline"]:
            self.post_message(self.Submitted(self))
        else:
            self.screen.focus_next()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        self.set_class(bool(self._errors), "-wrong")
        for name, entry in self._entries.items():
            entry.set_class(name in self._errors, "-wrong")
        wrong = [f"{FIELDS[name]}: {self._errors[name]}" for name in FIELDS if name in self._errors]
        messages = wrong or [resolved_days(self.entered, self._today)]
        self.query_one(".below", Static).update(Content("\n").join(map(line, messages)))
        self.set_class(any(messages), "-says")
        self.query_one(".note", Static).update(length_in_words(self.entered, self._today))


def period_in_words(entered: EnteredPush, today: date) -> str:
    """Return the period of a push in words, and whether its deadline is past.

    Returns an empty string if the entered days are not valid.
    """
    days = _valid_days(entered, today)
    if days is None:
        return ""
    first, last = days
    past = ": the deadline is past" if last < today else ""
    number = counted((last - first).days + 1, "day")
    return f"{weekday_and_day(first)} to {weekday_and_day(last)}, {number}{past}"


def length_in_words(entered: EnteredPush, today: date) -> str:
    """Return the length of a push and the weekday of its deadline: ``91 days, to Tue``.

    The text is at most 20 cells wide. It is empty if the entered days are not valid.
    """
    days = _valid_days(entered, today)
    if days is None:
        return ""
    first, last = days
    if last < today:
        return "deadline is past"
    return f"{counted((last - first).days + 1, 'day')}, to {weekday_and_day(last)[:3]}"


def resolved_days(entered: EnteredPush, today: date) -> str:
    """Return the dates that relative days such as ``fri`` or ``+4w`` resolve to.

    Returns an empty string if both days are written as ISO dates or a day is not valid.
    """
    days = _valid_days(entered, today)
    written = (entered.available_from.strip(), entered.deadline.strip())
    return period_in_words(entered, today) if days and written != tuple(map(str, days)) else ""


def _valid_days(entered: EnteredPush, today: date) -> tuple[date, date] | None:
    """Return the first day and the deadline, or None if either is invalid or they are reversed."""
    try:
        first, last = (
            parse_day(text, today) for text in (entered.available_from, entered.deadline)
        )
    except ValueError:
        return None
    return None if last < first else (first, last)


def drafts_of(entered: Sequence[EnteredPush], today: date) -> list[PushDraft]:
    """Return the entered pushes as drafts, with days resolved from ``today``.

    Raises `Invalid`, with the same field names as `check_drafts`, for all errors that can be
    detected without reading other pushes: a missing name, or a day that does not exist.
    """
    errors: dict[str, str] = {}
    drafts = []
    for number, one in enumerate(entered):
        suffix = f".{number}" if len(entered) > 1 else ""
        first = _day("available_from" + suffix, one.available_from, today, errors)
        last = _day("deadline" + suffix, one.deadline, today, errors)
        drafts.append(PushDraft(one.name, first or last or date.min, last or first or date.min))
    errors = {**_wrong(drafts), **errors}
    if errors:
        raise Invalid(errors)
    return drafts


def _day(field: str, text: str, today: date, errors: dict[str, str]) -> date | None:
    try:
        return parse_day(text, today)
    except ValueError as error:
        errors[field] = str(error)
        return None


def _wrong(drafts: Sequence[PushDraft]) -> Mapping[str, str]:
    try:
        check_drafts(drafts, ())
    except Invalid as error:
        return error.fields
    return {}
