"""`OutlineEditor`: an editor for steps, topics and questions (T1, T2)."""

from abc import abstractmethod
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.domain.templates.editing import Editing
from studio_tui.domain.templates.library import LibraryChoice, LibraryTopic
from studio_tui.domain.templates.outline import QUESTION, STEP, TOPIC, OutlineNode, Place, by_place
from studio_tui.domain.templates.template import Question, Step, StepKind, Topic
from studio_tui.services.templates import library
from studio_tui.tui.commands import Command
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.templates.outline_form import ItemForm
from studio_tui.tui.screens.templates.outline_rows import OutlineRow, columns, detail, rows_of
from studio_tui.tui.text import line
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.wording.counting import counted

_NO_HOLDER = "Only a discussion has topics and questions: add one (s), or go into one."
_BLANK: dict[int, OutlineNode] = {
    STEP: Step(StepKind.DISCUSSION),
    TOPIC: Topic(""),
    QUESTION: Question(""),
}


class OutlineEditor(StudioScreen):
    """An outline next to a form for the line under the cursor.

    Subclasses validate and save the outline and decide what happens to unsaved changes.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    AUTO_FOCUS = "RecordList"
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("save", "ctrl+s", "Save", "Save it"),
        Command("edit", "e", "Edit", "Change the line under the cursor; so does enter"),
        Command("add_question", "a", "Question", "Add a question"),
        Command("add_topic", "t", "Topic", "Add a topic"),
        Command("add_step", "s", "Step", "Add a step"),
        Command("from_library", "l", "Library", "Insert out of the question library"),
        Command("up", "K,shift+up", "Up", "Move it up"),
        Command("down", "J,shift+down", "Down", "Move it down", footer=False),
        Command("remove", "x,delete", "Remove", "Remove it; z brings it back"),
        Command("undo", "z", "Undo", "Take the last change back"),
    )

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self.editing = editing
        self._edition = 0
        self._refused: dict[str, str] = {}
        self._form: ItemForm | None = None
        self._list: RecordList[OutlineRow, int] = RecordList(*columns(), heading=False)

    def body(self) -> ComposeResult:
        """Compose the title, the note, the outline, and the side pane."""
        yield Static(classes="title")
        yield Static(classes="note")
        with Container(classes="panes"):
            yield self._list
            with VerticalScroll(classes="side", can_focus=False):
                yield Static(classes="detail")

    def on_mount(self) -> None:
        """Show the outline."""
        self.show()

    # Hooks of subclasses

    @property
    @abstractmethod
    def heading(self) -> str:
        """The title of the outline."""

    @property
    def note(self) -> str:
        """A note below the title; empty for none."""
        return ""

    @abstractmethod
    def problems(self) -> dict[str, str]:
        """Return the errors that prevent saving, by key path."""

    @abstractmethod
    def save(self) -> None:
        """Save the outline. Called only if it has no errors."""

    def changed(self) -> None:
        """React to a change of the outline."""

    # Commands

    def why_not_undo(self) -> str | None:
        """Return why nothing can be undone, or None."""
        return None if self.editing.can_undo else "There is nothing to take back."

    def why_not_add_topic(self) -> str | None:
        """Return why no topic can be added, or None. Only a discussion holds topics."""
        return None if self.editing.where_to_add(TOPIC) else _NO_HOLDER

    def why_not_add_question(self) -> str | None:
        """Return why no question can be added, or None.

        If the discussion has no topic, one is added.
        """
        editing = self.editing
        return None if editing.where_to_add(QUESTION) or editing.where_to_add(TOPIC) else _NO_HOLDER

    why_not_from_library = why_not_add_question

    def may_do(self, command: Command) -> bool:
        """Return whether a command is available.

        An outline of a part of a template offers no command for the levels above. While a form is
        open, only saving is available.
        """
        if self._form is not None and command.id != "save":
            return False
        depth = {"add_step": STEP, "add_topic": TOPIC}.get(command.id)
        return (depth is None or depth > len(self.editing.within)) and super().may_do(command)

    def action_save(self) -> None:
        """Save the outline, or move the cursor to its first error."""
        self._close_form()
        if problems := self.problems():
            self._go_to_first_problem(problems)
        else:
            self.save()

    def action_edit(self) -> None:
        """Open the form for the line under the cursor."""
        if self._form is None:
            self.editing.begin()
            self._open_form()

    def action_add_step(self) -> None:
        """Add a step of the kind discussion, whose kind can then be changed."""
        self._add(STEP)

    def action_add_topic(self) -> None:
        """Add a topic."""
        self._add(TOPIC)

    def action_add_question(self) -> None:
        """Add a question; if there is no topic for it, add a topic."""
        self._add(QUESTION if self.editing.where_to_add(QUESTION) else TOPIC)

    def action_up(self) -> None:
        """Move the item under the cursor up."""
        self._moved(self.editing.move(-1))

    def action_down(self) -> None:
        """Move the item under the cursor down."""
        self._moved(self.editing.move(1))

    def action_remove(self) -> None:
        """Remove the item under the cursor."""
        gone = self.editing.remove()
        if gone is None:
            self.show_error("This is what all the rest lies under: it stays.")
            return
        self._outline_changed()
        self.show_message(f"{_described(gone)} removed. z brings it back.")

    def action_undo(self) -> None:
        """Undo the last change."""
        if self.editing.undo():
            self._outline_changed()

    def action_from_library(self) -> None:
        """Choose a topic or a question from the library."""
        self.read_to_open("library", lambda: library.every(self.studio, self.actor), self._choose)

    def action_back(self) -> None:
        """Leave. Subclasses first ask about unsaved changes."""
        self.dismiss()

    # Display

    def show(self) -> None:
        """Show the outline and keep the cursor in place."""
        self._edition += 1
        wrong = by_place(self._all_problems())
        editing = self.editing
        rows = rows_of(editing.definition, editing.within, wrong.keys(), self._edition)
        at = next((row.id for row in rows if row.item.place == editing.cursor), 0)
        self._list.set_source(MemorySource(rows), self._edition, keep=at)
        self._show_around()

    def _show_around(self) -> None:
        problems = by_place(self._all_problems())
        here = problems.get(self.editing.cursor, {})
        self.query_one(".title", Static).update(self._title(sum(map(len, problems.values()))))
        note = self.query_one(".note", Static)
        note.update(line(self.note))
        note.display = bool(self.note)
        self.query_one(".detail", Static).update(detail(self.editing.thing, here))
        if self._form is not None:
            self._form.show_problems(self._relevant_problems(here))
        self.refresh_bindings()

    def _title(self, wrong: int) -> Content:
        states = [("not saved", "$warning")] * self.editing.unsaved
        if wrong:
            states.append((f"{counted(wrong, 'thing', 'things')} to put right", "$error"))
        shown = [Content.styled(f" · {text}", style) for text, style in states]
        return Content("").join([line(self.heading, "bold"), *shown])

    def _relevant_problems(self, problems: dict[str, str]) -> dict[str, str]:
        """Leave out missing names and texts of a new item, which the user is about to type."""
        if not self.editing.fresh:
            return problems
        return {field: why for field, why in problems.items() if field not in ("name", "text")}

    def _all_problems(self) -> dict[str, str]:
        return self.problems() | self._refused

    # Errors and changes

    def refuse(self, error: StudioError) -> None:
        """Report that saving failed, at the line that caused the error if that is known."""
        if isinstance(error, Invalid):
            self._refused = self.located(error.fields)
            self._go_to_first_problem(self._refused)
        else:
            self.show_error(error.message)

    def located(self, fields: dict[str, str]) -> dict[str, str]:
        """Return the key paths of an error in the form that `problems` uses."""
        return fields

    def _go_to_first_problem(self, problems: dict[str, str]) -> None:
        place, here = next(iter(by_place(problems).items()))
        self.editing.go(place)
        self.show()
        self.show_error(f"Not saved: {next(iter(here.values()))}.")

    def _add(self, depth: int) -> None:
        place = self.editing.where_to_add(depth)
        if place is not None and self._form is None:
            self.editing.add(place, _BLANK[depth])
            self.show()
            self._open_form()

    def _moved(self, moved: bool) -> None:
        if moved:
            self._outline_changed()
        else:
            self.show_error("It cannot go further that way.")

    def _outline_changed(self) -> None:
        self._refused = {}
        self.show()
        self.changed()

    def _choose(self, topics: list[LibraryTopic]) -> None:
        offered = to.TakeFromLibrary(tuple(topics), self.editing.definition, self._accepts_topics)
        self.go_to(offered, self._insert)

    @property
    def _accepts_topics(self) -> bool:
        return self.editing.where_to_add(TOPIC) is not None and len(self.editing.within) < TOPIC

    def _insert(self, chosen: LibraryChoice | None) -> None:
        if chosen is None:
            return
        in_topic = None if chosen.whole else self.editing.where_to_add(QUESTION)
        in_step = self.editing.where_to_add(TOPIC)
        if in_topic is not None:
            self.editing.insert(in_topic, chosen.topic.questions[0])
        elif in_step is not None:
            self.editing.insert(in_step, chosen.topic)
        self._outline_changed()

    def _open_form(self) -> None:
        # While a form is open, the outline takes no focus, so that Tab stays in the form.
        self._list.can_focus = False
        self._form = ItemForm(self.editing.thing)
        self.query_one(".side").mount(self._form)
        self.add_class("-editing")
        self.call_after_refresh(self._show_around)

    def _close_form(self) -> None:
        form, self._form = self._form, None
        if form is None:
            return
        # The last change event may not have been delivered yet.
        self.editing.type(form.read())
        self.editing.finish()
        self.remove_class("-editing")
        self._list.can_focus = True
        self._list.focus()
        form.remove()
        self._outline_changed()

    @on(ItemForm.Changed)
    def _typed(self, event: ItemForm.Changed) -> None:
        event.stop()
        if event.form is self._form:
            self.editing.type(event.thing)
            self._refused = {}
            self.show()
            self.changed()

    @on(ItemForm.Done)
    def _done(self, event: ItemForm.Done) -> None:
        event.stop()
        self._close_form()

    @on(RecordList.Opened)
    def _opened(self, event: RecordList.Opened) -> None:
        event.stop()
        self.action_edit()

    @on(RecordList.CursorMoved)
    def _cursor_moved(self, event: RecordList.CursorMoved) -> None:
        event.stop()
        row: OutlineRow | None = event.row
        if row is not None and row.edition == self._edition and self._form is None:
            place: Place = row.item.place
            if place != self.editing.cursor:
                self.editing.go(place)
                self._show_around()


def _described(thing: OutlineNode) -> str:
    match thing:
        case Step():
            return f"{thing.kind.capitalize()} with all that is in it"
        case Topic():
            asked = counted(len(thing.questions), "question")
            return f"“{thing.name}” with {asked}" if thing.questions else f"“{thing.name}”"
        case Question():
            return f"“{thing.text}”" if len(thing.text) < 30 else f"“{thing.text[:29]}…”"
    return ""
