"""`ListWithPane`: a list, and beside it the row under its cursor, where there is room (S6).

    yield ListWithPane(people, lambda user: partial(read_person, studio, actor, user.id))

What is given for a row is called off the loop; it reads, and gives what draws the row in the cells
and lines there are. The pane takes no focus: keys are for the list.
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
Look = Callable[[R], Callable[[], Drawing]]
"""What reads all there is to show of a row."""

FROM = 110
"""Cells of a terminal from which on there is room beside a list."""
PAUSE = 0.12
"""Seconds that the cursor rests on a row before it is read: who holds a key reads nothing."""


class Pane(Widget, Generic[R]):
    """One row, in short. It follows `show`, and keeps what it shows until the next is read."""

    ALLOW_SELECT = False

    def __init__(self, look: Look[R]) -> None:
        super().__init__()
        self.display = False
        self._look = look
        self._row: R | None = None
        self._drawing: Drawing | None = None
        self._error: StudioError | None = None
        self._reading: CoalescedQuery[Drawing] = CoalescedQuery(self, self._read, self._failed)
        self._moved_at = 0.0
        self._waits = False
        """Whether it waits for the cursor to rest."""
        self._begins = True
        """Whether nothing was asked for since it is shown."""

    def show(self, row: R | None) -> None:
        """The cursor is on ``row``, or it says something else."""
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
        """Read the row again, unless that is about to be done."""
        row = self._row
        if self.display and row is not None and not self._waits:
            self._begins = False
            self._reading.ask(self._look(row), row.id)

    def hide(self) -> None:
        """Nobody looks."""
        self.display = False
        self._reading.drop()
        self._drawing, self._error, self._begins = None, None, True

    def render(self) -> Content:
        """What there is room for."""
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
        # One timer for all keys: to start one for each takes longer than to move the cursor.
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
    """``listed`` alone in a narrow terminal or where the pane is switched off, else with it."""

    REACH = "this list"
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("beside", "P", "Beside", "Show the row in full beside the list, or hide it", False),
    )

    def __init__(self, listed: RecordList[R, Any], look: Look[R]) -> None:
        super().__init__()
        self._list = listed
        self._pane = Pane(look)

    def compose(self) -> ComposeResult:
        """Both; which of them is seen depends on the room."""
        yield self._list
        yield self._pane

    def on_mount(self) -> None:
        """Follow what is chosen, on this screen or on another."""
        self.watch(self.app, "shows_beside", self._fit)

    def on_resize(self) -> None:
        """It may be narrow, or wide enough."""
        self._fit()

    def reload(self) -> None:
        """Something changed, perhaps of the row."""
        self._pane.again()

    def may_do(self, command: Command) -> bool:
        """There is nothing to switch where there is no room."""
        return self._has_room and super().may_do(command)

    def action_beside(self) -> None:
        """Show the pane, or hide it, here and on the other screens."""
        shell = shell_of(self)
        shell.shows_beside = not shell.shows_beside

    @on(RecordList.CursorMoved)
    def _follow(self, event: RecordList.CursorMoved) -> None:
        self._pane.show(event.row)

    @property
    def _has_room(self) -> bool:
        return self.app.size.width >= FROM

    def _fit(self) -> None:
        shown = self._has_room and shell_of(self).shows_beside
        if shown == self.has_class("-beside"):
            return
        self.set_class(shown, "-beside")
        if shown:
            self._pane.display = True
            self._pane.again()
        else:
            self._pane.hide()
