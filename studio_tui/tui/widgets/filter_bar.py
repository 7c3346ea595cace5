"""The line above a list: what it is filtered by, and how many there are."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.widgets.field import Entry

PAUSE = 0.08
"""Seconds without a key before the list is filtered."""


class FilterInput(Commands, Entry):
    """What is typed after ``/``."""

    BINDINGS: ClassVar[list[BindingType]] = []
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("leave", "enter,down", "To the list", "Go to the list"),
        Command("clear", "escape", "Clear", "Clear the filter; once more: go to the list"),
    )

    @dataclass
    class Left(Message):
        """Done with typing."""

    def action_leave(self) -> None:
        """Go to the list."""
        self.post_message(self.Left())

    def action_clear(self) -> None:
        """Clear it, or leave it when it is clear."""
        if self.value:
            self.value = ""
        else:
            self.action_leave()


class FilterBar(Horizontal):
    """A filter as one types, debounced, and at the right a summary of what is listed."""

    @dataclass
    class Changed(Message):
        """The list shall be filtered by ``text``."""

        bar: "FilterBar"
        text: str

        @property
        def control(self) -> "FilterBar":
            """The bar."""
            return self.bar

    @dataclass
    class Left(Message):
        """The focus shall go to the list."""

        bar: "FilterBar"

    def __init__(self, placeholder: str = "filter", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._input = FilterInput(placeholder=placeholder)
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

    @text.setter
    def text(self, text: str) -> None:
        self._input.value = text

    def focus_input(self) -> None:
        """Start typing."""
        self._input.focus()

    def clear(self) -> None:
        """Take the filter away."""
        self._input.value = ""

    def summarise(self, summary: Content) -> None:
        """What is listed: ``42 of 250 · 3 selected``."""
        shown = self.query_one(".summary", Static)
        if shown.content != summary:
            shown.update(summary)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._settle)

    @on(FilterInput.Left)
    def _leave(self, event: FilterInput.Left) -> None:
        event.stop()
        self._settle()
        self.post_message(self.Left(self))

    def _settle(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.text != self._said:
            self._said = self.text
            self.post_message(self.Changed(self, self.text))
