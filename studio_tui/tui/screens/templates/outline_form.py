"""Forms for the items of a template: settings, step, topic and question (T1 to T4)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.templates.outline import OutlineNode
from studio_tui.domain.templates.template import (
    AdminsRead,
    Definition,
    Permissions,
    Question,
    QuestionKind,
    QuestionPolicy,
    Step,
    StepKind,
    Topic,
    Viewing,
)
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.shell import TargetHandle, shell_of
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field
from studio_tui.tui.widgets.multiline_field import LinesField
from studio_tui.tui.widgets.radio_line import RadioLine
from studio_tui.tui.widgets.toggle import Toggle

_STEPS = [(kind, kind.capitalize()) for kind in StepKind]
_KINDS = [
    (QuestionKind.TEXT, "text"),
    (QuestionKind.RATING, "rating"),
    (QuestionKind.CHOICE, "choice"),
    (QuestionKind.YES_NO, "yes/no"),
]
_POLICIES = [(policy, policy.value) for policy in QuestionPolicy]
_READ = [
    (AdminsRead.NOTHING, "nothing"),
    (AdminsRead.SUMMARY, "the summary"),
    (AdminsRead.ALL, "all"),
]
_LABEL = 15
"""Width of the labels in cells; must match ``editor.tcss``."""
_OPTIONS = DefaultTable(
    {
        QuestionKind.RATING: "The labels of the scale from low to high, one on each line",
        QuestionKind.CHOICE: "What one chooses from, one on each line",
    },
    otherwise="",
)
"""The hint for the options of a question; empty if the kind has no options."""


class ItemForm(Commands, VerticalScroll, can_focus=False):
    """The fields of one ``thing``. Posts `Changed` while the user types, and `Done` at the end."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("done", "escape", "Outline", "Go back to the outline; what is typed stays"),
    )

    @dataclass
    class Changed(Message):
        """A message that the fields of ``form`` now describe ``thing``."""

        form: "ItemForm"
        thing: OutlineNode

    class Done(Message):
        """A message that the user finished typing."""

    def __init__(self, thing: OutlineNode) -> None:
        super().__init__(classes=f"of-{type(thing).__name__.lower()}")
        self._thing = thing
        self._problems: dict[str, str] = {}
        self._ready = False
        self._target: TargetHandle | None = None

    def compose(self) -> ComposeResult:
        """Compose the error of the item as a whole, and the fields."""
        yield Static(classes="wrong")
        yield from _fields(self._thing)

    def on_mount(self) -> None:
        """Show the fields and focus the first one after the next refresh."""
        self._ready = True
        self._offer_options()
        self._show_errors()
        # The side pane is displayed by the next refresh and takes no focus until then.
        self._target = shell_of(self).keys.expect(self)
        self.call_after_refresh(self._focus_first)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Show errors next to their fields. ``problems`` are keyed by the names of fields."""
        self._problems = dict(problems)
        if self._ready:
            self._show_errors()

    def _show_errors(self) -> None:
        rest = dict(self._problems)
        for field in self.query(Field):
            field.error = rest.pop(field.field_name, "")
        for lines in self.query(LinesField):
            lines.error = _of_lines(lines.field_name, rest)
        wrong = self.query_one(".wrong", Static)
        wrong.update(line(" ".join(rest.values())))
        wrong.display = bool(rest)

    def action_done(self) -> None:
        """Go back to the outline."""
        self.post_message(self.Done())

    def _focus_first(self) -> None:
        first = self.query("Input, TextArea, RadioLine, Toggle").first(Widget)
        self.screen.set_focus(first)
        if isinstance(first, Input):
            first.cursor_position = len(first.value)
        if self._target is not None:
            self._target.ready()

    def _offer_options(self) -> None:
        kinds = self.query(RadioLine).filter("#kind")
        if kinds and isinstance(self._thing, Question):
            hint = _OPTIONS[QuestionKind(kinds.first().value)]
            options = self.query_one(LinesField)
            options.display = bool(hint)
            options.hint = hint

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(RadioLine.Changed)
    @on(Toggle.Changed)
    def _typed(self, event: Message) -> None:
        event.stop()
        self._offer_options()
        typed = self.read()
        if typed != self._thing:
            self._thing = typed
            self.post_message(self.Changed(self, typed))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        inputs: list[Any] = list(self.query("Input, TextArea, RadioLine, Toggle").results(Widget))
        if len([each for each in inputs if each.parent.display]) == 1:
            self.action_done()
        else:
            self.screen.focus_next()

    def read(self) -> OutlineNode:
        """Return the item that the fields describe."""
        thing = self._thing
        match thing:
            case Definition():
                return self._settings(thing)
            case Step():
                return replace(thing, kind=StepKind(self._chosen("kind")))
            case Topic():
                return replace(thing, name=self._field("name"))
            case Question():
                return self._question(thing)

    def _question(self, question: Question) -> Question:
        kind = QuestionKind(self._chosen("kind"))
        lines = self.query_one(LinesField).lines
        options = tuple(lines) if _OPTIONS[kind] else ()
        return replace(question, text=self._field("text"), kind=kind, options=options)

    def _settings(self, definition: Definition) -> Definition:
        return replace(
            definition,
            name=self._field("name"),
            description=self.query_one(LinesField).value,
            planning=self._on("planning"),
            questions=QuestionPolicy(self._chosen("questions")),
            permissions=Permissions(
                through_push=self._on("through_push"),
                by_managers=self._on("by_managers"),
                by_users=self._on("by_users"),
            ),
            viewing=Viewing(admins=AdminsRead(self._chosen("admins")), leaders=self._on("leaders")),
        )

    def _field(self, name: str) -> str:
        return next(field.value for field in self.query(Field) if field.field_name == name)

    def _chosen(self, name: str) -> str:
        return self.query_one(f"#{name}", RadioLine).value

    def _on(self, name: str) -> bool:
        return self.query_one(f"#{name}", Toggle).on


def _fields(thing: OutlineNode) -> Iterator[Widget]:
    match thing:
        case Definition():
            yield from _setting_fields(thing)
        case Step():
            yield RadioLine("kind", "This step is", _STEPS, thing.kind, label_width=_LABEL)
        case Topic():
            yield Field("name", "Topic", thing.name)
        case Question():
            yield Field("text", "Question", thing.text)
            yield RadioLine("kind", "Answered by", _KINDS, thing.kind, label_width=_LABEL)
            yield LinesField("options", "Options", "\n".join(thing.options))


def _setting_fields(of: Definition) -> Iterator[Widget]:
    permissions, viewing = of.permissions, of.viewing
    yield Field("name", "Name", of.name)
    yield LinesField("description", "What for", of.description)
    yield Static("How it goes", classes="heading")
    yield Toggle("Planned and prepared before the talk", on=of.planning, id="planning")
    yield RadioLine("questions", "Questions are", _POLICIES, of.questions, label_width=_LABEL)
    yield Static("Who may start a conversation by it", classes="heading")
    yield Toggle("Admins, through a push", on=permissions.through_push, id="through_push")
    yield Toggle("Leaders and coaches", on=permissions.by_managers, id="by_managers")
    yield Toggle("Users themselves", on=permissions.by_users, id="by_users")
    yield Static("Who reads along, besides the two who talk", classes="heading")
    yield RadioLine("admins", "Admins read", _READ, viewing.admins, label_width=_LABEL)
    yield Toggle("All the user's leaders read all", on=viewing.leaders, id="leaders")


def _of_lines(name: str, problems: dict[str, str]) -> str:
    """Return the error of a field of lines, and remove its errors from ``problems``.

    The error of a single line is prefixed with the line number.
    """
    found = [key for key in problems if key == name or key.startswith(f"{name}[")]
    reasons = [(key, problems.pop(key)) for key in found]
    for key, reason in reasons:
        number = key.removeprefix(f"{name}[").removesuffix("]")
        return f"line {int(number) + 1}: {reason}" if number.isdigit() else reason
    return ""
