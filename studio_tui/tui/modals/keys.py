"""The keys: what every one of them does, where one is."""

import sys
from collections.abc import Sequence
from textwrap import wrap
from typing import Any, Self

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from studio_tui.tui.commands import Command, offers
from studio_tui.tui.modals.dialog import Dialog

_KEY_WIDTH = 14
_LEAST = 20
"""Cells that a row has for what a key does, however narrow the dialog is."""


class KeysHelp(Dialog[None]):
    """A row per command: its keys and what it does."""

    OWN_COMMANDS = (Command("close", "enter,q,question_mark", "Close", "Close the keys"),)

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self._commands = commands

    @property
    def rows(self) -> Content:
        """A line for each of them, however long."""
        return _rows(self._commands)

    @classmethod
    def of(cls, screen: Screen[Any]) -> Self:
        """The help for what can be done on ``screen`` now."""
        return cls([offer.command for offer in offers(screen) if offer.command.keys])

    def compose(self) -> ComposeResult:
        """The rows."""
        with Vertical(classes="dialog wide"):
            yield Static("Keys", classes="question")
            with VerticalScroll():
                yield _Rows(self._commands)

    def action_close(self) -> None:
        """Close it."""
        self.dismiss(None)


class _Rows(Static):
    """The rows, broken so that what a key does hangs beside the key."""

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__(_rows(commands))
        self._commands = commands

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        self.update(_rows(self._commands, event.size.width))


def _rows(commands: Sequence[Command], width: int = sys.maxsize) -> Content:
    return Content("\n").join(_row(command, width) for command in commands)


def _row(command: Command, width: int) -> Content:
    keys = f"{command.shown_keys:<{_KEY_WIDTH}}  "
    hanging = f"\n{'':{len(keys)}}"
    room = max(width - len(keys), _LEAST)
    return Content.assemble((keys, "$key"), hanging.join(wrap(command.help, room)))
