"""The agenda of a conversation: steps, topics and questions in order, with their progress."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from studio_tui.domain.conversations.conversation import Entry
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.screens.conversations.conversation_drafts import Blocker, Draft
from studio_tui.tui.screens.conversations.conversation_words import question_text, step_name
from studio_tui.tui.text import fit, line
from studio_tui.tui.theme import cursor_style

_MARK = 3
"""Width in cells of the mark before a question."""
_MARGIN = 3
"""Number of lines to keep visible above and below the cursor."""


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """A line of the agenda. A line whose ``key`` is None is a heading."""

    key: Hashable
    text: str
    mark: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class AgendaQuestion:
    """A question of the agenda and the reader's draft under it; None if the reader cannot write."""

    key: Hashable
    entry: Entry
    draft: Draft | None


def agenda_lines(agenda: Sequence[AgendaQuestion]) -> Iterator[AgendaLine]:
    """Yield the lines for these questions, with headings for steps and topics."""
    above: tuple[int, str] | None = None
    step: int | None = None
    for each in agenda:
        entry, asked = each.entry, each.entry.asked
        if asked.question.text and asked.step_position != step:
            yield AgendaLine(None, step_name(asked.step), style="bold")
        if asked.topic and (asked.step_position, asked.topic) != above:
            yield AgendaLine(None, asked.topic, style="$key")
        step, above = asked.step_position, (asked.step_position, asked.topic)
        mark, style = _mark(entry, each.draft)
        yield AgendaLine(each.key, question_text(entry), mark, style)


def _mark(entry: Entry, draft: Draft | None) -> tuple[str, str]:
    if draft is not None and draft.blocker not in (None, Blocker.UNAVAILABLE):
        return "!", "$error"
    if entry.asked.removed:
        return "×", "$unavailable"
    if draft is None:
        return " ", "$muted"
    return ("✓", "") if draft.answers else ("·", "")


class Agenda(Commands, VerticalScroll, can_focus=True):
    """A list of agenda lines with a cursor on one question.

    Calls ``moved`` synchronously with the new key, because the next key press may already be
    queued.
    """

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command.moving("up", "up,k", "Go to the question above"),
        Command.moving("down", "down,j", "Go to the question below"),
        Command.moving("first", "home,g", "Go to the first question"),
        Command.moving("last", "end,G", "Go to the last question"),
    )

    def __init__(self, moved: Callable[[Hashable], None]) -> None:
        super().__init__()
        self._moved = moved
        self._items: tuple[AgendaLine, ...] = ()
        self._key: Hashable = None
        self._drawn = Static()

    def compose(self) -> ComposeResult:
        """Compose the static that holds the lines."""
        yield self._drawn

    def show(self, items: Sequence[AgendaLine], key: Hashable) -> None:
        """Show these lines with the cursor on ``key``."""
        if (tuple(items), key) == (self._items, self._key):
            return
        moved = key != self._key
        self._items, self._key = tuple(items), key
        self._draw()
        if moved:
            self._scroll_to_cursor()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Draw the cursor in the style of the focused or unfocused agenda."""
        super().watch_has_focus(has_focus)
        self._draw()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self._draw()
        self._scroll_to_cursor()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the clicked question."""
        offset = event.get_content_offset(self._drawn)
        if offset is not None and 0 <= offset.y < len(self._items):
            self._go(self._items[offset.y].key)

    def action_up(self) -> None:
        """Move the cursor up."""
        self._step(-1)

    def action_down(self) -> None:
        """Move the cursor down."""
        self._step(1)

    def action_first(self) -> None:
        """Move the cursor to the first question."""
        self._step(-len(self._items))

    def action_last(self) -> None:
        """Move the cursor to the last question."""
        self._step(len(self._items))

    def _step(self, by: int) -> None:
        keys = [item.key for item in self._items if item.key is not None]
        if keys:
            place = keys.index(self._key) if self._key in keys else 0
            self._go(keys[max(0, min(place + by, len(keys) - 1))])

    def _go(self, key: Hashable) -> None:
        if key is not None and key != self._key:
            self._key = key
            self._draw()
            self._scroll_to_cursor()
            self._moved(key)

    def _scroll_to_cursor(self) -> None:
        place = next((n for n, item in enumerate(self._items) if item.key == self._key), 0)
        height = self.scrollable_content_region.height
        top = self.scroll_offset.y
        if place - _MARGIN < top:
            top = place - _MARGIN
        elif place + _MARGIN >= top + height:
            top = place + _MARGIN - height + 1
        self.scroll_to(y=max(top, 0), animate=False)

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if width > 0:
            drawn = [self._line(item, width) for item in self._items]
            self._drawn.update(Content("\n").join(drawn))

    def _line(self, item: AgendaLine, width: int) -> Content:
        if item.key is None:
            return line(fit(item.text, width), item.style)
        text = f" {item.mark or ' '} " + fit(item.text, width - _MARK)
        if item.key != self._key:
            return Content.styled(text, item.style)
        return Content.styled(text, cursor_style(self.app.theme, away=not self.has_focus))
