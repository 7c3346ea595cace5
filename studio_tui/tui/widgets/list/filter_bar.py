"""The line above a list: its filter and the number of rows."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.widgets.field import LineInput

PAUSE = 0.08
"""Seconds without a key after which the list is filtered again. The first key filters at once."""


class FilterInput(Commands, LineInput):
    """The input of the filter; ``leave`` is called when the user leaves it for the list."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("leave", "enter,down", "To the list", "Go to the list"),
        Command("clear", "escape", "Clear", "Clear the filter; once more: go to the list"),
        Command("complete", "tab", "Complete", "Write the first of what may follow", footer=False),
    )

    def __init__(self, leave: Callable[[], None], placeholder: str) -> None:
        super().__init__(placeholder=placeholder)
        self._leave = leave
        self.completed = ""
        """The text with its first completion; empty if there is none."""

    def may_do(self, command: Command) -> bool:
        """Without a completion, let tab move the focus as in any widget."""
        return (command.id != "complete" or bool(self.completed)) and super().may_do(command)

    def action_complete(self) -> None:
        """Insert the first completion."""
        self.value, self.completed = self.completed, ""
        self.cursor_position = len(self.value)

    def action_leave(self) -> None:
        """Move to the list."""
        self._leave()

    def action_clear(self) -> None:
        """Clear the filter, or leave it if it is empty."""
        if self.value:
            self.value = ""
        else:
            self._leave()


class FilterBar(Horizontal):
    """The filter, which applies while the user types, and a summary on the right.

    ``changed`` is called with the filter text; ``leads_to`` receives the focus. Both are direct
    calls, not messages, because the next key may be queued already.
    """

    def __init__(
        self, changed: Callable[[str], None], leads_to: Widget, *, placeholder: str = "filter"
    ) -> None:
        super().__init__()
        self._changed = changed
        self._leads_to = leads_to
        self._input = FilterInput(self._leave, placeholder)
        self._timer: Timer | None = None
        self._said = ""

    def compose(self) -> ComposeResult:
        """Compose the key, the input and the summary."""
        yield Static(Content.styled("/", "$key bold"), classes="key")
        yield self._input
        yield Static(classes="summary")

    @property
    def text(self) -> str:
        """The filter text."""
        return self._input.value

    def offer(self, completed: str) -> None:
        """Set the text with its completion, which a key inserts; empty for none."""
        self._input.completed = completed

    def focus_input(self) -> None:
        """Move the focus to the input."""
        self.screen.set_focus(self._input)

    def paste(self, text: str) -> None:
        """Insert ``text`` into the filter at the cursor."""
        self.focus_input()
        self._input.paste(text)

    def clear(self, *, quietly: bool = False) -> None:
        """Clear the filter; ``quietly``: the caller updates the list itself."""
        if quietly:
            self._said = ""
        self._input.value = ""

    def fill(self, text: str) -> None:
        """Set the filter to ``text``; the caller updates the list itself."""
        self._said = text
        self._input.value = text
        # The next key continues after the text.
        self._input.cursor_position = len(text)

    def summarise(self, summary: Content) -> None:
        """Show the summary, such as ``42 of 250 · 3 selected``."""
        shown = self.query_one(".summary", Static)
        if shown.content != summary:
            shown.update(summary)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer is None:
            # Filter at once after a pause; while the user types fast, only once.
            self._settle()
        else:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._settle)

    def _leave(self) -> None:
        self._settle()
        self.screen.set_focus(self._leads_to)

    def _settle(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.text != self._said:
            self._said = self.text
            self._changed(self.text)
