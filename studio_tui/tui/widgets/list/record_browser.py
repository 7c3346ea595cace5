"""`RecordBrowser`: a list with its filter, its order and its summary: most screens are one.

    yield RecordBrowser(
        Column("name", "Name", lambda user: user.name, width=20, flex=2, sortable=True),
        find=lambda text, sort: users.find(self.studio, self.actor, UserFilter(text), sort),
        sort=Sort("name"),
        noun=("user", "users"),
        marks=True,
        empty="Nobody yet. Press i to import users.",
    )

``find`` gives the filter and the source for what is typed and an order; it is called on the loop
and must not ask the database itself (sources are asked off the loop).
"""

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from studio_tui.domain.shared.list_source import Row, Sort, Source
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.widgets.list.columns import Column
from studio_tui.tui.widgets.list.filter_bar import FilterBar
from studio_tui.tui.widgets.list.record_list import RecordList

R = TypeVar("R", bound=Row)
F = TypeVar("F")
Find = Callable[[str, Sort], tuple[F, Source[R, F]]]


class RecordBrowser(Commands, Vertical, Generic[R, F]):
    """A `RecordList` under a `FilterBar`. Messages of the list pass through to the screen."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("filter", "slash", "Filter", "Show only what matches what you type"),
        Command("order", "o", "Order", "Sort by the next column", footer=False),
        Command("reverse", "O", "Reverse", "Turn the order round", footer=False),
        Command("clear_filter", "escape", "Clear", "Take the filter away", footer=False),
    )

    def __init__(
        self,
        *columns: Column[R],
        find: Find[F, R],
        sort: Sort,
        noun: tuple[str, str],
        marks: bool = False,
        empty: str = "Nothing here.",
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        self.list: RecordList[R, F] = RecordList(*columns, marks=marks, empty=empty)
        self._bar = FilterBar(self._filter_by, self.list)
        self._find = find
        self._sort = sort
        self._noun = noun
        self._empty = empty

    def compose(self) -> ComposeResult:
        """The filter above the list."""
        yield self._bar
        yield self.list

    def on_mount(self) -> None:
        """Read the first rows, and wait for keys."""
        self._show(None)
        # At once, not in its turn: where nothing has the focus yet, the filter would take it.
        self.screen.set_focus(self.list)

    @property
    def text(self) -> str:
        """What the list is filtered by."""
        return self._bar.text

    @property
    def filter(self) -> F:
        """What the list shows: what an action on "all that match" is about."""
        return self._find(self.text, self._sort)[0]

    def reload(self) -> None:
        """Read the rows again; nothing moves."""
        self.list.reload(self._find(self.text, self._sort)[1])

    def action_filter(self) -> None:
        """Start typing a filter."""
        self._bar.focus_input()

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted over a list is looked for in it."""
        event.stop()
        self._bar.paste(event.text)

    def action_order(self) -> None:
        """Sort by the next column that is shown (S5)."""
        shown = self._sortable
        place = shown.index(self._sort.column) if self._sort.column in shown else -1
        self._order(Sort(shown[(place + 1) % len(shown)]))

    def why_not_order(self) -> str | None:
        """A list may have only one order."""
        if set(self._sortable) - {self._sort.column}:
            return None
        return "This list has only one order; O turns it round."

    def may_do(self, command: Command) -> bool:
        """Escape clears a filter; where there is none, it leaves the screen."""
        return (command.id != "clear_filter" or bool(self.text)) and super().may_do(command)

    def action_clear_filter(self) -> None:
        """Take the filter away; the cursor stays on its row (S5)."""
        self._bar.clear()

    def show_row(self, row_id: int) -> None:
        """Put the cursor on a row that was just made, which no filter hides."""
        self._bar.clear(quietly=True)
        self.list.set_empty(self._empty)
        filter_, source = self._find("", self._sort)
        self.list.set_source(source, filter_, sort=self._sort, keep=row_id)
        self.screen.set_focus(self.list)

    @property
    def _sortable(self) -> list[str]:
        return [column.key for column in self.list.shown_columns if column.sortable]

    def action_reverse(self) -> None:
        """Turn the order round."""
        self._order(Sort(self._sort.column, not self._sort.descending))

    def _filter_by(self, text: str) -> None:
        self.list.set_empty(f"Nothing matches “{text}”." if text else self._empty)
        self._show(self.list.current_id)

    @on(RecordList.SortRequested)
    def _sort_requested(self, event: RecordList.SortRequested) -> None:
        event.stop()
        self._order(event.sort)

    @on(RecordList.LengthChanged)
    @on(RecordList.SelectionChanged)
    def _summarise(self) -> None:
        self._bar.summarise(self._summary())

    def _order(self, sort: Sort) -> None:
        self._sort = sort
        self._show(self.list.current_id)

    def _show(self, keep: int | None) -> None:
        filter_, source = self._find(self.text, self._sort)
        self.list.set_source(source, filter_, sort=self._sort, keep=keep)

    def _summary(self) -> Content:
        one, many = self._noun
        length = self.list.length
        more = "+" if length and self.list.has_more else ""
        listed = f"{length:,}{more} {one if length == 1 else many}"
        selected = self.list.selected_count
        if selected is None or selected:
            count = "…" if selected is None else f"{selected:,}"
            return Content.assemble((f"{count} selected", "$key bold"), f" · {listed}")
        return Content(listed)
