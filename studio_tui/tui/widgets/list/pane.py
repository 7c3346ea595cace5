"""`ListWithPane`: a list with a detail pane for the row under the cursor, if there is room (S6).

    yield ListWithPane(people, lambda user: partial(read_person, studio, actor, user.id))

The function returned for a row is called off the event loop. It reads the data and returns a
`Drawing` for them. The pane never has the focus: keys go to the list.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from time import monotonic
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget

from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.list_source import Row
from studio_tui.tui.commands import Command, Commands, shown_key
from studio_tui.tui.runtime.coalesced_query import CoalescedQuery
from studio_tui.tui.shell import shell_of
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.list.record_list import RecordList

R = TypeVar("R", bound=Row)
RowReader = Callable[[R], Callable[[], Drawing]]
"""Returns a function that reads the data of a row and returns their drawing."""

FROM = 110
"""Minimum width of the terminal in cells for the pane to be shown."""
PAUSE = 0.12
"""Seconds that the cursor must rest on a row before it is read, so that holding a key reads
nothing."""


class Pane(Widget, Generic[R]):
    """The summary of one row; it keeps its contents until those of the next row are read."""

    ALLOW_SELECT = False

    def __init__(self, look: RowReader[R]) -> None:
        super().__init__()
        self.display = False
        self._look = look
        self._row: R | None = None
        self._drawing: Drawing | None = None
        self._error: StudioError | None = None
        self._reading: CoalescedQuery[Drawing] = CoalescedQuery(self, self._read, self._failed)
        self._moved_at = 0.0
        self._waits = False
        """Whether the timer for a resting cursor runs."""
        self._begins = True
        """Whether no row was requested since the pane was shown."""

    def show(self, row: R | None) -> None:
        """Show ``row``: the cursor has moved to it, or its contents have changed."""
        same = row is not None and self._row is not None and row.id == self._row.id
        self._row = row
        if not self.display or same:
            self.again()
            return
        self._reading.drop()
        if row is None:
            self._error = None
            self._draw(None)
        elif self._begins:
            self.again()
        else:
            self._moved_at = monotonic()
            self._wait(PAUSE)

    def again(self) -> None:
        """Read the row again, unless that is already scheduled."""
        row = self._row
        if self.display and row is not None and not self._waits:
            self._begins = False
            self._reading.ask(self._look(row), row.id)

    def hide(self) -> None:
        """Hide the pane and cancel its query."""
        self.display = False
        self._reading.drop()
        self._drawing, self._error, self._begins = None, None, True

    def render(self) -> Content:
        """Return the lines that fit."""
        width, height = self.size
        lines = list(islice(self._lines(width, height), height + 1))
        if len(lines) > height:
            lines[height - 1 :] = [Content.styled(f"… {shown_key('enter')} all of it", "$muted")]
        return Content("\n").join(lines)

    def _lines(self, width: int, height: int) -> Iterator[Content]:
        parts: Iterable[Content] = ()
        if self._error is not None:
            parts = [line(str(self._error), "$error")]
        elif self._drawing is not None and width and height:
            parts = self._drawing(width, height)
        for part in parts:
            yield from part.wrap(width) or [Content("")]

    def _wait(self, seconds: float) -> None:
        # One timer for all keys: starting one per key takes longer than moving the cursor.
        if not self._waits:
            self._waits = True
            self.set_timer(seconds, self._rested)

    def _rested(self) -> None:
        self._waits = False
        rest = self._moved_at + PAUSE - monotonic()
        if rest > 0:
            self._wait(rest)
        else:
            self.again()

    def _read(self, drawing: Drawing) -> None:
        self._error = None
        self._draw(drawing)

    def _failed(self, error: StudioError) -> None:
        self._error = error
        self._draw(None)

    def _draw(self, drawing: Drawing | None) -> None:
        self._drawing = drawing
        self.refresh()


class ListWithPane(Commands, Horizontal, Generic[R]):
    """``listed`` with a pane; alone in a narrow terminal or if the pane is switched off."""

    REACH = "this list"
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("beside", "P", "Beside", "Show the row in full beside the list, or hide it", False),
    )

    def __init__(self, listed: RecordList[R, Any], look: RowReader[R]) -> None:
        super().__init__()
        self._list = listed
        self._pane = Pane(look)

    def compose(self) -> ComposeResult:
        """Compose the list and the pane, which is shown if there is room."""
        yield self._list
        yield self._pane

    def on_mount(self) -> None:
        """Follow the setting, which another screen may change."""
        self.watch(self.app, "shows_details", self._fit)

    def on_resize(self) -> None:
        """Show or hide the pane according to the width."""
        self._fit()

    def reload(self) -> None:
        """Read the row again after a change."""
        self._pane.again()

    def may_do(self, command: Command) -> bool:
        """Offer the command only if there is room for the pane."""
        return self._has_room and super().may_do(command)

    def action_beside(self) -> None:
        """Show or hide the pane on all screens."""
        shell = shell_of(self)
        shell.shows_details = not shell.shows_details

    @on(RecordList.CursorMoved)
    def _follow(self, event: RecordList.CursorMoved) -> None:
        self._pane.show(event.row)

    @property
    def _has_room(self) -> bool:
        return self.app.size.width >= FROM

    def _fit(self) -> None:
        shown = self._has_room and shell_of(self).shows_details
        if shown == self.has_class("-with-details"):
            return
        self.set_class(shown, "-with-details")
        if shown:
            self._pane.display = True
            self._pane.again()
        else:
            self._pane.hide()
