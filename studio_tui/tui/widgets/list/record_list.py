"""`RecordList`: a list of any length that draws only what is visible.

The rows come from a `domain.shared.list_source.Source`, which is queried off the event loop for the
visible rows and some around them. Marks are a `domain.shared.selection.Selection`. The cost does
not depend on the number of rows.

    people = RecordList(
        Column("name", "Name", lambda user: user.name, width=20, flex=2, sortable=True),
        Column("login", "Login", lambda user: user.login, width=12, hide_order=1),
        marks=True,
        empty="Nobody yet. Press i to import users.",
    )
    people.set_source(source, filter_, keep=people.current_id)

Messages: `Opened`, `SelectionChanged`, `CursorMoved`, `SortRequested`, `LengthChanged`.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.list_source import Row, Sort, Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.shell import bridge_of, keys_of
from studio_tui.tui.widgets.list.columns import Column, Tone
from studio_tui.tui.widgets.list.data_feed import Feed, ScrollAnchor
from studio_tui.tui.widgets.list.deferred_actions import DeferredActions, deferred_until
from studio_tui.tui.widgets.list.marking import is_marked, toggled, toggled_all
from studio_tui.tui.widgets.list.row_cache import RowWindow
from studio_tui.tui.widgets.list.row_painter import MARK_WIDTH, Painter

R = TypeVar("R", bound=Row)
F = TypeVar("F")


class HeadedRow(Row, Protocol):
    """A row of a list with headings."""

    @property
    def takes_cursor(self) -> bool:
        """Whether the row is neither a heading nor empty."""


H = TypeVar("H", bound=HeadedRow)

_MARKING = {"mark", "mark_all"}


@dataclass
class ListMessage(Message):
    """The base of the messages of a list."""

    list: "RecordList[Any, Any]"

    @property
    def control(self) -> "RecordList[Any, Any]":
        """The list, for ``@on(…, "#its-id")``."""
        return self.list


class RecordList(Commands, ScrollView, Generic[R, F], can_focus=True):
    """A list of records with a cursor, marks and a header. See the docstring of the module."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "list--header",
        "list--row",
        "list--cursor",
        "list--loading",
        "list--empty",
        *(f"list--{tone}" for tone in Tone),
    }
    ALLOW_SELECT = False

    REACH = "this list"
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("open", "enter", "Open", "Open the row under the cursor"),
        Command("mark", "space", "Mark", "Mark or unmark the row and go down"),
        Command("mark_all", "a", "All", "Mark all that match, or unmark them"),
        Command.moving("cursor_up", "up,k", "Go up"),
        Command.moving("cursor_down", "down,j", "Go down"),
        Command.moving("first", "g,home", "Go to the first row"),
        Command.moving("last", "G,end", "Go to the last row"),
        Command.moving("page_up", "pageup,ctrl+u", "Go up a page"),
        Command.moving("page_down", "pagedown,ctrl+d", "Go down a page"),
    )

    @dataclass
    class Opened(ListMessage):
        """Posted on enter or a double click on ``row``."""

        row: Any

    @dataclass
    class CursorMoved(ListMessage):
        """Posted when the cursor is on another row, or its row has changed.

        ``row`` is None if there is no row or it is not loaded.
        """

        row: Any

    @dataclass
    class SelectionChanged(ListMessage):
        """Posted when the marks changed; ``count`` is None until they are counted."""

        selection: Selection[Any]
        count: int | None

    @dataclass
    class LengthChanged(ListMessage):
        """Posted when the number of rows changed; a lower bound unless ``counted``."""

        length: int
        counted: bool

    @dataclass
    class SortRequested(ListMessage):
        """Posted when a heading was clicked."""

        sort: Sort

    def __init__(
        self,
        *columns: Column[R],
        marks: bool = False,
        empty: str = "Nothing here.",
        heading: bool = True,
        newest_first: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's name of the argument
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.sort: Sort | None = None
        self.selected_count: int | None = 0
        self.last_marked: int | None = None
        """The id of the row that was last marked individually: the start of a range (S5)."""
        self._columns = columns
        self._marks = marks
        self._header = 1 if heading else 0
        self._empty = empty
        self._fitted = Size(0, 0)
        self._newest_first = newest_first
        self._feed: Feed[R, F] = Feed(self, self)
        self._cursor = 0
        self._painter: Painter[R] = Painter.fitting(columns, 80, marks=marks)
        self._current_id: int | None = None
        self._current_row: R | None = None
        self._error: StudioError | None = None
        self._said_length: tuple[int, bool] | None = None
        self._to_the_end = False
        self._sees_cursor = True
        self._fresh: Source[R, F] | None = None
        self.waiting = DeferredActions()

    # The interface for screens

    @property
    def current(self) -> R | None:
        """The row under the cursor; None if it is not loaded or there is none."""
        return self._row_at(self._cursor)

    @property
    def current_id(self) -> int | None:
        """The id of the row under the cursor, or of the last row that was loaded there."""
        return self._current_id

    @property
    def cursor(self) -> int:
        """The index of the cursor, from 0."""
        return self._cursor

    @property
    def length(self) -> int:
        """The number of rows, as far as it is known."""
        return len(self._feed.window) if self._feed.window else 0

    @property
    def shown_filter(self) -> F | None:
        """The filter of the displayed rows; None before the first ones."""
        return None if self._feed.window is None else self._feed.window.filter

    @property
    def has_more(self) -> bool:
        """Whether there may be more rows: they are still being counted."""
        return self._feed.window is not None and not self._feed.window.counted

    def is_settled(self) -> bool:
        """Return whether the list shows what was requested.

        Keys that follow a filter act on the rows it finds, and wait until those are shown.
        """
        return not self._feed.awaits and not self._to_the_end

    def reach(self) -> bool:
        """Bring the cursor into view; return whether its row is loaded."""
        if not self.is_settled():
            return False
        self._bring_into_view()
        self._look()
        return self.current is not None or not self.length

    @property
    def selection(self) -> Selection[F]:
        """The marked rows."""
        return self._feed.selection

    @selection.setter
    def selection(self, selection: Selection[F]) -> None:
        if selection != self._feed.selection:
            self._select(selection)

    @property
    def shown_columns(self) -> tuple[Column[R], ...]:
        """The columns that have room."""
        return tuple(placed.column for placed in self._painter.columns)

    def set_columns(self, columns: Sequence[Column[R]]) -> None:
        """Show these columns, as far as there is room."""
        self._columns = tuple(columns)
        self._lay_out()
        self.refresh()

    @property
    def marked(self) -> bool:
        """Whether any row is marked, including those hidden by the filter."""
        return not self.selection.empty and self.selected_count != 0

    @property
    def chosen(self) -> Selection[F]:
        """The rows that an act applies to: the marked ones, or else the one at the cursor (S8).

        Empty if there is no row.
        """
        if self.marked:
            return self.selection
        return Selection.of([] if self.current is None else [self.current.id])

    def set_source(
        self,
        source: Source[R, F],
        filter_: F,
        *,
        sort: Sort | None = None,
        keep: int | None = None,
    ) -> None:
        """Show ``source``, whose rows match ``filter_``, in the order of ``sort``.

        The cursor moves to the row with the id ``keep``, or to the top. The current rows stay until
        the first new ones are loaded.
        """
        self.sort = sort
        self._to_the_end = False
        self._fresh = None
        top = self._cursor - self._rows_above_cursor()
        self._feed.show(source, filter_, ScrollAnchor(keep, self._cursor, 0, top))
        if (keys := keys_of(self)) is not None:
            keys.await_settled(self)

    def reload(self, source: Source[R, F]) -> None:
        """Read the rows again from an equivalent source, without moving anything.

        A running query is finished first. Otherwise, with slow queries and frequent changes by
        others, no result would ever be shown.
        """
        self._fresh = source
        self._read_again()

    @property
    def _shows_newest(self) -> bool:
        """Whether the list is at the top in descending order, so that new rows appear there."""
        descending = self._newest_first if self.sort is None else self.sort.descending
        return descending and not self.scroll_offset.y and self._sees_cursor

    def _read_again(self) -> None:
        if self._fresh is None or self._feed.is_reading:
            return
        top = self.scroll_offset.y
        keep, seen = self._id_at(self._cursor), None
        if not self._sees_cursor:
            # The cursor is where it was last visible, and its row may have been evicted.
            keep, seen = self._current_id, self._id_at(top)
        source, self._fresh = self._fresh, None
        anchor = ScrollAnchor(keep, self._cursor, self._cursor, top, seen, self._shows_newest)
        self._feed.again(source, anchor)

    def set_empty(self, sentence: str) -> None:
        """Set the text that is shown if there are no rows, which suggests what to do next."""
        self._empty = sentence
        self.refresh()

    # Commands

    def may_do(self, command: Command) -> bool:
        """Offer marking only if rows can be marked."""
        return (self._marks or command.id not in _MARKING) and super().may_do(command)

    @deferred_until("is_settled")
    def action_cursor_up(self) -> None:
        """Move up by a row."""
        self.move_to(self._cursor - 1)

    @deferred_until("is_settled")
    def action_cursor_down(self) -> None:
        """Move down by a row."""
        self.move_to(self._cursor + 1)

    @deferred_until("is_settled")
    def action_page_up(self) -> None:
        """Move up by a page."""
        self._move_by_page(-1)

    @deferred_until("is_settled")
    def action_page_down(self) -> None:
        """Move down by a page."""
        self._move_by_page(1)

    @deferred_until("is_settled")
    def action_first(self) -> None:
        """Move to the first row."""
        self.move_to(0)

    @deferred_until("is_settled")
    def action_last(self) -> None:
        """Move to the last row, once the rows are counted."""
        window = self._feed.window
        self._to_the_end = window is not None and not window.counted
        self.move_to(self.length - 1)

    @deferred_until("reach")
    def action_open(self) -> None:
        """Post `Opened` for the row under the cursor."""
        self._open()

    @deferred_until("reach")
    def action_mark(self) -> None:
        """Mark or unmark the row under the cursor and move down."""
        if self._toggle(self._cursor):
            self.move_to(self._cursor + 1)

    @deferred_until("is_settled")
    def action_mark_all(self) -> None:
        """Mark all rows of the filter, or unmark them if all are marked."""
        window = self._feed.window
        if window is not None:
            self._select(toggled_all(self.selection, window))

    def move_to(self, place: int) -> None:
        """Move the cursor to ``place``, limited to existing rows, and bring it into view."""
        place = max(0, min(place, self.length - 1))
        if place != self._cursor:
            earlier, self._cursor = self._cursor, place
            self._refresh_row(earlier)
            self._refresh_row(place)
        self._bring_into_view()
        self._look()
        self._follow_cursor()

    # Callbacks of the feed

    def arrived(self, window: RowWindow[R, F], cursor: int, picture: int, *, again: bool) -> None:
        """Show the first rows of a source at once."""
        follows = not again or self._sees_cursor
        top = self.scroll_offset.y + picture
        self._error = None
        if not again:
            # Another source: report its length even if it is equal.
            self._said_length = None
        self._cursor = max(0, min(self._cursor + cursor, window.length - 1))
        self._set_height()
        self._scroll_rows(top)
        if follows:
            self._bring_into_view()
        self.refresh()
        self._look()
        self.grown()

    def grown(self) -> None:
        """Handle more loaded rows or a better estimate of the length."""
        self._set_height()
        self._tell_length()
        arrives = self._to_the_end and not self.has_more
        if arrives or self._cursor >= self.length > 0:
            self._to_the_end = False
            self.move_to(self.length - 1)
        self._follow_cursor()
        self.waiting.go_on()
        self._let_keys_go_on()
        self._read_again()

    def loaded(self, places: range) -> None:
        """Redraw the visible ones of the rows at ``places``."""
        top = self.scroll_offset.y
        first = max(places.start, top)
        count = min(places.stop, top + self._height) - first
        if count > 0:
            self.refresh(Region(0, first - top + self._header, self._room.width, count))

    def counted(self, selected: int) -> None:
        """Show the number of selected rows."""
        self.selected_count = selected
        self.post_message(self.SelectionChanged(self, self.selection, selected))

    def failed(self, error: StudioError) -> None:
        """Report the error and keep the current rows; an empty list shows the error."""
        self._error = error
        self._to_the_end = False
        self._fresh = None
        self.waiting.forget()
        self._let_keys_go_on()
        bridge_of(self).report(error)
        self.refresh()

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of ``crop``.

        Textual sends no Resize if the size became known otherwise, by the arrival of rows before
        the first layout for example.
        """
        if self._fitted != self._room:
            self._fitted = self._room
            self.call_later(self.on_resize)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Return a line of the list; the header comes first."""
        painter = self._painter
        if y < self._header:
            return painter.header(self.sort, self._style("list--header"))
        place = self.scroll_offset.y + y - self._header
        window = self._feed.window
        if window is None or not len(window):
            return self._render_empty(y)
        if place >= len(window):
            return painter.blank(self.rich_style)
        return self._render_row(window, place)

    def _render_row(self, window: RowWindow[R, F], place: int) -> Strip:
        row = window.row(place)
        at_cursor = place == self._cursor
        style = self._style("list--cursor" if at_cursor else "list--row")
        if row is None:
            return self._painter.loading(style if at_cursor else self._style("list--loading"))
        tones = {} if at_cursor else {tone: self._style(f"list--{tone}") for tone in Tone}
        marked = self._marks and is_marked(self.selection, window, place)
        return self._painter.row(row, style, tones, marked=marked)

    def _render_empty(self, y: int) -> Strip:
        window = self._feed.window
        style = self._style("list--empty")
        lines = self._empty.split("\n")
        if self._error is not None:
            lines = [str(self._error)]
        elif window is None or not window.counted:
            lines = []
        index = y - self._header - 1
        text = lines[index] if 0 <= index < len(lines) else ""
        return self._painter.sentence(text, style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)

    # Places

    def _let_keys_go_on(self) -> None:
        if (keys := keys_of(self)) is not None and self.is_settled():
            keys.settled()

    def _row_at(self, place: int) -> R | None:
        window = self._feed.window
        return window.row(place) if window else None

    def _id_at(self, place: int) -> int | None:
        row = self._row_at(place)
        return row.id if row else None

    @property
    def _room(self) -> Size:
        return self.scrollable_content_region.size

    @property
    def _height(self) -> int:
        return max(self._room.height - self._header, 0)

    def _rows_above_cursor(self) -> int:
        above = self._cursor - self.scroll_offset.y
        return max(0, min(above, self._height - 1))

    def _refresh_row(self, place: int) -> None:
        y = place - self.scroll_offset.y + self._header
        if self._header <= y < self._room.height:
            self.refresh(Region(0, y, self._room.width, 1))

    def _bring_into_view(self) -> None:
        if not self._height:
            return
        top = self.scroll_offset.y
        if self._cursor < top:
            self._scroll_rows(self._cursor)
        elif self._cursor >= top + self._height:
            self._scroll_rows(self._cursor - self._height + 1)
        self._sees_cursor = True

    def _scroll_rows(self, top: int) -> None:
        self.scroll_to(y=top, animate=False, force=True)

    def _set_height(self) -> None:
        size = Size(0, self.length + self._header)
        if size != self.virtual_size:
            self.virtual_size = size

    def _move_by_page(self, direction: int) -> None:
        page = max(self._height - 1, 1)
        top = self.scroll_offset.y + direction * page
        self._scroll_rows(max(0, min(top, self.length - self._height)))
        self.move_to(self._cursor + direction * page)

    # Marks

    def _toggle(self, place: int) -> bool:
        window = self._feed.window
        selection = toggled(self.selection, window, place) if window else None
        if selection is None:
            return False
        self.last_marked = self._id_at(place)
        line = place - self.scroll_offset.y + self._header
        self._select(selection, Region(0, line, self._room.width, 1))
        return True

    def _select(self, selection: Selection[F], changed: Region | None = None) -> None:
        self.selected_count = None
        if not selection.empty:
            self.post_message(self.SelectionChanged(self, selection, None))
        self.refresh(*([changed] if changed else []))
        self._feed.select(selection)

    # Following

    def _look(self) -> None:
        top = self.scroll_offset.y
        self._feed.look(range(top, top + max(self._height, 1)))

    def _follow_cursor(self) -> None:
        row = self.current
        if row != self._current_row and (row or not self.length):
            self._current_row = row
            self._current_id = row.id if row else None
            self.post_message(self.CursorMoved(self, row))

    def _tell_length(self) -> None:
        window = self._feed.window
        told = (self.length, window is not None and window.counted)
        if told != self._said_length:
            self._said_length = told
            self.post_message(self.LengthChanged(self, *told))

    # Textual's events

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Load the rows that came into view."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._sees_cursor = 0 <= self._cursor - self.scroll_offset.y < self._height
            self._look()

    def on_resize(self) -> None:
        """Lay out the columns, and keep the cursor in view if it was."""
        self._fitted = self._room
        self._lay_out()
        if self._sees_cursor:
            self._bring_into_view()
        self._look()
        self.refresh()

    def _lay_out(self) -> None:
        self._painter = Painter.fitting(self._columns, self._room.width, marks=self._marks)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor, mark, open or sort, depending on the position of the click."""
        event.stop()
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < self._header:
            self._click_heading(offset.x)
        else:
            self._click_row(offset.x, self.scroll_offset.y + offset.y - self._header, event.chain)

    def _click_heading(self, x: int) -> None:
        column = self._painter.column_at(x)
        if column is not None and column.sortable:
            descending = self.sort == Sort(column.key)
            self.post_message(self.SortRequested(self, Sort(column.key, descending)))

    def _click_row(self, x: int, place: int, clicks: int) -> None:
        if place >= self.length:
            return
        self.move_to(place)
        if self._marks and x < MARK_WIDTH:
            self._toggle(place)
        elif clicks == 2:
            self._open()

    def _open(self) -> None:
        if (row := self.current) is not None:
            self.post_message(self.Opened(self, row))


class HeadedList(RecordList[H, F]):
    """A list with headings and empty rows, which the cursor skips."""

    def move_to(self, place: int) -> None:
        """Move the cursor to ``place``, or to the next row in that direction that is no heading."""
        found = self._on_from(place, 1 if place >= self.cursor else -1)
        super().move_to(found)
        if not any(self._takes_cursor(above) for above in range(found)):
            # Keep the heading above the first row visible.
            self._scroll_rows(0)

    def _follow_cursor(self) -> None:
        place = self._on_from(self.cursor, 1)
        if place == self.cursor:
            super()._follow_cursor()
        else:
            self.move_to(place)

    def _on_from(self, place: int, step: int) -> int:
        place = max(0, min(place, self.length - 1))
        ahead = range(place, self.length if step > 0 else -1, step)
        back = range(place, -1 if step > 0 else self.length, -step)
        return next((each for each in (*ahead, *back) if self._takes_cursor(each)), place)

    def _takes_cursor(self, place: int) -> bool:
        row = self._row_at(place)
        # A row that is not loaded may be a heading: keep the cursor there until it is loaded.
        return row is None or row.takes_cursor
