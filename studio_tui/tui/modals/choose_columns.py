"""A dialog for the columns of a list."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.list_views import StoredViews
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.system import list_views
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.views import ListWithViews

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

_HOW = "space shows or hides a column · ⏎ done · ^n the usual ones"
_ONE_STAYS = "At least one column stays."


@dataclass(frozen=True, slots=True)
class _ColumnRow:
    id: int
    column: Column[Any]
    in_sight: bool
    """Whether the list has room for the column at the moment."""


def _note(row: _ColumnRow) -> StyledText:
    return StyledText("" if row.in_sight else "no room for it", Tone.MUTED)


class ChooseColumns(Dialog[tuple[str, ...]]):
    """Asks which of ``columns`` to show; returns their keys in the order of ``columns``.

    ``shown`` are the keys of the current columns. ``in_sight`` are the keys of those that have
    room; for the others a note says that they do not.
    """

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("take", "ctrl+s", "Done", "Show the marked columns"),
        Command("usual", "ctrl+n", "The usual ones", "Mark the columns that are shown usually"),
    )

    def __init__(
        self, columns: Sequence[Column[Any]], shown: Collection[str], in_sight: Collection[str]
    ) -> None:
        super().__init__()
        self._rows = [
            _ColumnRow(number, column, column.key in in_sight or column.key not in shown)
            for number, column in enumerate(columns, start=1)
        ]
        self._shown = shown
        self._list: RecordList[_ColumnRow, str] = RecordList(
            Column("name", "", lambda row: row.column.label, width=20, flex=1),
            Column("note", "", _note, width=14),
            heading=False,
            marks=True,
        )

    def compose(self) -> ComposeResult:
        """Compose the list of columns; those that are shown are marked."""
        with Vertical(classes="dialog wide tall"):
            yield Static(line("Columns"), classes="question")
            yield self._list
            yield Static(line(_HOW, "$muted"), classes="said")

    def on_mount(self) -> None:
        """Mark the columns that are shown."""
        self._list.set_source(MemorySource(self._rows), "")
        self._mark(self._shown)
        self.set_focus(self._list)

    def why_not_take(self) -> str | None:
        """Require at least one column."""
        return None if self._chosen else _ONE_STAYS

    def action_take(self) -> None:
        """Return the marked columns."""
        self.dismiss(self._chosen)

    def action_usual(self) -> None:
        """Mark the default columns."""
        self._mark([row.column.key for row in self._rows if row.column.usual])

    @on(RecordList.Opened)
    def _entered(self, event: RecordList.Opened) -> None:
        event.stop()
        if self._chosen:
            self.dismiss(self._chosen)
        else:
            self._say(_ONE_STAYS, "$error")

    @on(RecordList.SelectionChanged)
    def _marked(self, event: RecordList.SelectionChanged) -> None:
        event.stop()
        self._say(*((_HOW, "$muted") if self._chosen else (_ONE_STAYS, "$error")))

    @on(RecordList.CursorMoved)
    @on(RecordList.LengthChanged)
    def _moved(self, event: RecordList.CursorMoved | RecordList.LengthChanged) -> None:
        event.stop()

    @property
    def _chosen(self) -> tuple[str, ...]:
        selection = self._list.selection
        return tuple(
            row.column.key for row in self._rows if selection.contains(row.id, lambda _: True)
        )

    def _mark(self, keys: Collection[str]) -> None:
        self._list.selection = Selection.of(row.id for row in self._rows if row.column.key in keys)

    def _say(self, words: str, style: str) -> None:
        self.query_one(".said", Static).update(line(words, style))


def choose_columns(listed: ListWithViews) -> None:
    """Ask which columns ``listed`` is to show, and save the answer."""

    def chosen(keys: tuple[str, ...] | None) -> None:
        if keys is None:
            return
        listed.columns = listed.views.columns_of(keys)
        usual = tuple(column.key for column in listed.every_column if column.usual)
        write_views(
            listed,
            lambda studio, actor, name: list_views.choose_columns(
                studio, actor, name, () if keys == usual else keys
            ),
            "",
        )

    shown, in_sight = (
        {column.key for column in columns} for columns in (listed.columns, listed.columns_in_sight)
    )
    listed.screen.app.push_screen(ChooseColumns(listed.every_column, shown, in_sight), chosen)


def write_views(
    listed: ListWithViews,
    call: "Callable[[Studio, Actor, str], Mapping[str, StoredViews]]",
    said: str,
    then: Callable[[], Any] | None = None,
    failed: Callable[[StudioError], None] | None = None,
) -> None:
    """Run ``call``, which changes the saved views of ``listed``; do nothing if it has no name.

    On success, call ``then`` and show ``said``.
    """
    if not listed.views.views_key:
        return
    home, name = cast(StudioScreen, listed.screen), listed.views.views_key
    studio, actor = home.studio, home.actor

    def kept(views: "Mapping[str, StoredViews]") -> None:
        home.shell.saved_views = views
        if then is not None:
            then()
        if said:
            home.show_message(said)

    home.write(lambda: call(studio, actor, name), kept, failed)
