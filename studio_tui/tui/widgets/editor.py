"""An editor for long text: wrapped, with undo, and safe against control characters (A5)."""

from collections.abc import Iterator
from dataclasses import field
from typing import Any

from textual import events
from textual.document._history import EditHistory
from textual.geometry import Offset
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import clean_text

_CHECKPOINT = 100
"""Maximum number of typed characters that undo reverts in one step."""


LONGEST_LINE = 10_000
"""Maximum length of a line in characters. A text area wraps and draws a line as a whole, so that
longer lines would slow down every key."""


def in_lines(text: str) -> str:
    """Return ``text`` with lines beyond `LONGEST_LINE` broken, at a space if possible."""
    if len(text) <= LONGEST_LINE:
        return text
    return "\n".join(part for line in text.split("\n") for part in _parts(line))


def _parts(line: str) -> Iterator[str]:
    start = 0
    while len(line) - start > LONGEST_LINE:
        space = line.rfind(" ", start + 1, start + LONGEST_LINE)
        stop = space if space > 0 else start + LONGEST_LINE
        yield line[start:stop]
        start = stop + (space > 0)
    yield line[start:]


def _history() -> EditHistory:
    return EditHistory(
        max_checkpoints=50, checkpoint_timer=2.0, checkpoint_max_characters=_CHECKPOINT
    )


@dataclass
class EditorState:
    """A text with its cursor, scroll position and undo history."""

    text: str = ""
    selection: Selection = field(default_factory=Selection)
    scroll: Offset = field(default_factory=lambda: Offset(0, 0))
    history: EditHistory = field(default_factory=_history)


class Editor(TextArea):
    """A text area with a steady cursor, whose pasted text is cleaned of control characters.

    One editor shows many texts, one at a time; each keeps its cursor and its undo history.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(
            soft_wrap=True, compact=True, highlight_cursor_line=False, show_cursor=True, **arguments
        )
        self.cursor_blink = False

    def state(self) -> EditorState:
        """Return the current state, which `restore` accepts."""
        return EditorState(self.text, self.selection, self.scroll_offset, self.history)

    def restore(self, page: EditorState) -> None:
        """Show the text of ``page`` with its cursor and history."""
        # Loading clears the current history object, which belongs to the previous text: replace it
        # first.
        self.history = _history()
        self.load_text(page.text)
        self.history = page.history
        self.selection = page.selection
        self.scroll_to(page.scroll.x, page.scroll.y, animate=False)

    def write(self, text: str) -> None:
        """Replace the whole text by ``text``; undo reverts that."""
        if text != self.text:
            self.replace(text, self.document.start, self.document.end)

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        await super()._on_paste(events.Paste(in_lines(clean_text(event.text))))
