"""The progress of a whole push as one bar of its statuses, of which one can be picked (S2)."""

from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from studio_tui.domain.pushes.push import Progress, Status
from studio_tui.domain.pushes.report import DRAWN, parts_of
from studio_tui.domain.shared.bars import cells_of
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.screens.pushes.status_drawing import SHAPES, STYLES, bar_of
from studio_tui.wording.pushes import STATUS_LABELS

_GAP = 2
_BAR, _WORDS = 0, 1
"""The two lines of the widget."""


class StatusBar(Commands, Widget, can_focus=True):
    """A full-width bar with a legend below it. Posts `Picked`."""

    ALLOW_SELECT = False
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command(
            "pick",
            "enter",
            "Only these",
            "Show only those of this status, or everyone again",
            verb="conversations list --push PUSH --status STATUS",
        ),
        Command.moving("next_part", "right", "Go to the next status"),
        Command.moving("previous_part", "left", "Go to the previous status"),
    )

    @dataclass
    class Picked(Message):
        """Posted to show only users with ``status``; None shows everyone."""

        status: Status | None

    def __init__(self) -> None:
        super().__init__()
        self._progress = Progress()
        self._at: Status | None = None
        self._picked: Status | None = None

    def show(self, progress: Progress) -> None:
        """Draw ``progress``. The bar is hidden if nobody is assigned."""
        self._progress = progress
        self.display = bool(progress.assigned)
        self.refresh()

    def mark(self, status: Status | None) -> None:
        """Highlight the status that the list is filtered by."""
        self._picked = status
        self.refresh()

    def action_next_part(self) -> None:
        """Move to the status to the right."""
        self._step(1)

    def action_previous_part(self) -> None:
        """Move to the status to the left."""
        self._step(-1)

    def action_pick(self) -> None:
        """Show only users with the current status, or everyone again."""
        if (status := self._current) is not None:
            self._pick(status)

    def on_focus(self) -> None:
        """Start at the status that the list is filtered by."""
        self._at = self._picked
        self.refresh()

    def on_blur(self) -> None:
        """Remove the highlight of the current status: keys no longer reach the bar."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Pick the part under the mouse pointer."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for status, start, end in self._bounds(offset.y):
            if start <= offset.x < end:
                self._pick(status)

    def render(self) -> Content:
        """Return the bar and the legend."""
        bar = bar_of(self._progress, self.size.width)
        words = Content(" " * _GAP).join(
            Content.assemble((SHAPES[status], STYLES[status]), " ", (words, self._style_of(status)))
            for status, words in self._words()
        )
        return Content("\n").join((bar, words))

    @property
    def _present(self) -> list[Status]:
        return [status for status in DRAWN if getattr(self._progress, status)]

    @property
    def _current(self) -> Status | None:
        present = self._present
        return self._at if self._at in present else next(iter(present), None)

    def _step(self, by: int) -> None:
        present = self._present
        if (status := self._current) is not None:
            self._at = present[(present.index(status) + by) % len(present)]
            self.refresh()

    def _pick(self, status: Status) -> None:
        self.post_message(self.Picked(None if status is self._picked else status))

    def _style_of(self, status: Status) -> str:
        if self.has_focus and status is self._current:
            return "reverse"
        return "bold underline" if status is self._picked else ""

    def _cells(self) -> list[tuple[Status, int]]:
        cells = cells_of(parts_of(self._progress), self.size.width)
        return [each for each in zip(DRAWN, cells, strict=True) if each[1]]

    def _words(self) -> list[tuple[Status, str]]:
        """Return the legend text of each part.

        It is status and number, or only the number if the line would be too wide.
        """
        numbers = {status: f"{getattr(self._progress, status):,}" for status in self._present}
        full = [(status, f"{STATUS_LABELS[status]} {number}") for status, number in numbers.items()]
        needed = sum(2 + cell_len(words) + _GAP for _, words in full) - _GAP
        return full if needed <= self.size.width else list(numbers.items())

    def _bounds(self, line: int) -> list[tuple[Status, int, int]]:
        """Return each status on a line with its start column and the column after its end."""
        if line == _BAR:
            lengths, gap = self._cells(), 0
        else:
            lengths, gap = [(status, 2 + cell_len(words)) for status, words in self._words()], _GAP
        found, x = [], 0
        for status, length in lengths:
            found.append((status, x, x + length))
            x += length + gap
        return found
