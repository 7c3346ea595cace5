"""The line above a list: what it is filtered by, and how many there are."""

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
"""Seconds without a key before the list is filtered by what was typed after the first."""


class FilterInput(Commands, LineInput):
    """What is typed after ``/``; ``leave`` is called when that is done."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("leave", "enter,down", "To the list", "Go to the list"),
        Command("clear", "escape", "Clear", "Clear the filter; once more: go to the list"),
        Command("complete", "tab", "Complete", "Write the first of what may follow", footer=False),
    )

    def __init__(self, leave: Callable[[], None], placeholder: str) -> None:
        super().__init__(placeholder=placeholder)
        self._leave = leave
        self.completed = ""
        """What is typed, with the first of what may follow; empty where nothing is known to."""

    def may_do(self, command: Command) -> bool:
        """Where nothing may follow, the key goes to the next widget, as anywhere."""
        return (command.id != "complete" or bool(self.completed)) and super().may_do(command)

    def action_complete(self) -> None:
        """Write the first of what may follow."""
        self.value, self.completed = self.completed, ""
        self.cursor_position = len(self.value)

    def action_leave(self) -> None:
        """Go to the list."""
        self._leave()

    def action_clear(self) -> None:
        """Clear it, or leave it when it is clear."""
        if self.value:
            self.value = ""
        else:
            self._leave()


class FilterBar(Horizontal):
    """A filter as one types, and at the right a summary of what is listed.

    ``changed`` is called with what the list shall be filtered by, ``leads_to`` gets the focus. Both
    happen at once, not by messages: the next key may already be on its way.
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
        """The key, what is typed, and the summary."""
        yield Static(Content.styled("/", "$key bold"), classes="key")
        yield self._input
        yield Static(classes="summary")

    @property
    def text(self) -> str:
        """What is typed."""
        return self._input.value

    def offer(self, completed: str) -> None:
        """What is typed, with what may follow: a key writes it."""
        self._input.completed = completed

    def focus_input(self) -> None:
        """Start typing."""
        self.screen.set_focus(self._input)

    def paste(self, text: str) -> None:
        """Look for ``text``, beside what is typed already."""
        self.focus_input()
        self._input.paste(text)

    def clear(self, *, quietly: bool = False) -> None:
        """Take the filter away; ``quietly``: whoever does so lists everything themself."""
        if quietly:
            self._said = ""
        self._input.value = ""

    def fill(self, text: str) -> None:
        """Show ``text`` as what is typed; whoever does so lists what it finds themself."""
        self._said = text
        self._input.value = text
        # What is typed next goes on from there.
        self._input.cursor_position = len(text)

    def summarise(self, summary: Content) -> None:
        """What is listed: ``42 of 250 · 3 selected``."""
        shown = self.query_one(".summary", Static)
        if shown.content != summary:
            shown.update(summary)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer is None:
            # Who types slowly waits for nothing, and who types fast for one filter, not for each.
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
