"""A dialog that selects one item of a list, which typing filters."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from studio_tui.domain.people.users import Manager
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import fold_search
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import LineInput
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.lazy_source import LazySource
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_list import HeadedList, RecordList

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One of the items to choose from. Its texts may be entered by people."""

    value: T
    title: str
    hint: str = ""
    """A text next to the title, in a muted colour."""
    key: str = ""
    """The key that has the same effect; empty if there is none."""
    possible: bool = True
    """Whether the item can be chosen; if not, ``hint`` says why."""
    kind: str = ""
    """The kind of the item, if the list contains several kinds."""
    group: str = ""
    """The heading of the item; items of a group are adjacent."""

    def matches(self, words: Iterable[str]) -> bool:
        """Return whether title and hint contain all of ``words``."""
        text = fold_search(f"{self.title} {self.hint}")
        return all(word in text for word in words)


def manager_choice(manager: Manager) -> Choice[str]:
    """Return a choice for a manager: the login as value, the reason as hint (U4)."""
    return Choice(manager.login, manager.name, manager.reason)


@dataclass(frozen=True, slots=True)
class _ChoiceRow(Generic[T]):
    """A row of the list: a choice, the heading of a group, or an empty line."""

    id: int
    choice: Choice[T] | None = None
    heading: str = ""

    @property
    def takes_cursor(self) -> bool:
        """Whether the row can be chosen."""
        return self.choice is not None


def _rows(choices: Iterable[Choice[T]]) -> list[_ChoiceRow[T]]:
    """Return the rows of ``choices``: each group under its heading, separated by an empty line."""
    rows: list[_ChoiceRow[T]] = []
    group = ""
    for choice in choices:
        if choice.group != group:
            group = choice.group
            if rows:
                rows.append(_ChoiceRow(len(rows)))
            rows.append(_ChoiceRow(len(rows), heading=group))
        rows.append(_ChoiceRow(len(rows), choice))
    return rows


def _cell(
    of: Callable[[Choice[Any]], str | StyledText],
) -> Callable[[_ChoiceRow[Any]], str | StyledText]:
    return lambda row: of(row.choice) if row.choice else ""


def _first_cell(
    of: Callable[[Choice[Any]], str | StyledText],
) -> Callable[[_ChoiceRow[Any]], str | StyledText]:
    return lambda row: of(row.choice) if row.choice else StyledText(row.heading, Tone.MUTED)


def _title(choice: Choice[Any]) -> str | StyledText:
    return choice.title if choice.possible else StyledText(f"({choice.title})", Tone.MUTED)


def _hint(choice: Choice[Any]) -> StyledText:
    return StyledText(choice.hint, Tone.MUTED)


def _kind(choice: Choice[Any]) -> StyledText:
    return StyledText(choice.kind, Tone.MUTED)


def _key(choice: Choice[Any]) -> str:
    return choice.key


def _bright_key(choice: Choice[Any]) -> StyledText:
    return StyledText(choice.key, Tone.MARK)


class ChoiceLayout(Enum):
    """The columns of the list."""

    USUAL = (
        Column("title", "", _first_cell(_title), width=18, flex=1),
        Column("hint", "", _cell(_hint), width=30, flex=2),
        Column("key", "", _cell(_key), width=5, right=True),
    )
    LONG_TITLES = (
        Column("title", "", _first_cell(_title), width=30, flex=3),
        Column("hint", "", _cell(_hint), width=17),
    )
    KINDS = (
        Column("kind", "", _first_cell(_kind), width=8),
        Column("title", "", _cell(_title), width=18, flex=3),
        Column("hint", "", _cell(_hint), width=20, flex=2),
        Column("key", "", _cell(_key), width=5, right=True),
    )
    KEYS = (
        Column("key", "", _first_cell(_bright_key), width=14),
        Column("title", "", _cell(_title), width=30, flex=1),
    )


class Choose(Dialog[T]):
    """Asks for one of ``choices``; returns its value.

    The cursor is on the first match of the filter, so that typing and enter suffice. With
    ``long_titles`` the titles get most of the width, and keys are not shown.
    """

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("choose", "enter", "Choose", "Take the one under the cursor"),
        Command("sent", "ctrl+t", "What is sent", "See what taking it would send, and to whom"),
        Command.moving("up", "up", "Go up"),
        Command.moving("down", "down", "Go down"),
        Command.moving("page_up", "pageup", "Go up a page"),
        Command.moving("page_down", "pagedown", "Go down a page"),
    )
    AUTO_FOCUS = "Input"
    DETAIL: ClassVar[bool] = False
    """Whether the `detail` of the choice under the cursor is shown below the list."""

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice[T]],
        *,
        empty: str = "Nothing matches.",
        placeholder: str = "Type to find",
        long_titles: bool = False,
        layout: ChoiceLayout = ChoiceLayout.USUAL,
        preview: Callable[[T], None] | None = None,
    ) -> None:
        """Create the dialog; ``preview`` shows the mail that a choice would send."""
        super().__init__()
        self._preview = preview
        self._title = title
        self._placeholder = placeholder
        self._choices = choices
        columns: tuple[Column[_ChoiceRow[T]], ...] = (
            ChoiceLayout.LONG_TITLES if long_titles else layout
        ).value
        self._list: HeadedList[_ChoiceRow[T], str] = HeadedList(
            *columns, heading=False, empty=empty
        )

    def compose(self) -> ComposeResult:
        """Compose the title, the filter and the matches."""
        with Vertical(classes=f"dialog wide {'taller' if self.DETAIL else 'tall'}"):
            yield Static(line(self._title), classes="question")
            yield LineInput(placeholder=self._placeholder)
            yield self._list
            if self.DETAIL:
                yield Static(classes="under")

    def on_mount(self) -> None:
        """Show all choices. The input has the focus, although the list looks focused."""
        self._list.can_focus = False
        self._list.add_class("-awake")
        self._find("")

    def action_choose(self) -> None:
        """Return the choice under the cursor."""
        if (choice := self._current) is not None:
            self.dismiss(choice.value)

    def may_do(self, command: Command) -> bool:
        """Offer the preview only if one was given."""
        if command.id == "sent" and self._preview is None:
            return False
        return super().may_do(command)

    def action_sent(self) -> None:
        """Show the mail that the choice under the cursor would send."""
        if (choice := self._current) is not None and self._preview is not None:
            self._preview(choice.value)

    def action_up(self) -> None:
        """Move the cursor up."""
        self._list.action_cursor_up()

    def action_down(self) -> None:
        """Move the cursor down."""
        self._list.action_cursor_down()

    def action_page_up(self) -> None:
        """Move the cursor a page up."""
        self._list.action_page_up()

    def action_page_down(self) -> None:
        """Move the cursor a page down."""
        self._list.action_page_down()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._find(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_choose()

    @on(RecordList.Opened)
    def _clicked(self, event: RecordList.Opened) -> None:
        event.stop()
        self.action_choose()

    @on(RecordList.CursorMoved)
    def _moved(self, event: RecordList.CursorMoved) -> None:
        event.stop()
        if self.DETAIL:
            choice = self._current
            self.query_one(".under", Static).update(self.detail(choice) if choice else "")

    def show_again(self) -> None:
        """Redraw changed choices; the cursor stays on its row."""
        self._find(self.query_one(Input).value, keep=self._list.current_id)

    def matching(self, text: str) -> Sequence[Choice[T]]:
        """Return the choices that match ``text``, the best first. Called off the event loop."""
        words = fold_search(text).split()
        return [choice for choice in self._choices if choice.matches(words)]

    def detail(self, choice: Choice[T]) -> Content:
        """Return the text below the list for a choice, as its row may be cut."""
        return line(choice.hint, "$muted")

    @property
    def _current(self) -> Choice[T] | None:
        row = self._list.current
        return row.choice if row else None

    def _find(self, text: str, keep: int | None = None) -> None:
        source: LazySource[_ChoiceRow[T], str] = LazySource(
            lambda: MemorySource(_rows(self.matching(text)))
        )
        self._list.set_source(source, text, keep=keep)
