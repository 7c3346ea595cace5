"""The keys: what every one of them does, where one is."""

from typing import Any, Self

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from studio_tui.tui.commands import Command, Offer, offers
from studio_tui.tui.modals.dialog import Dialog

_KEY_WIDTH = 14


class KeysHelp(Dialog[None]):
    """A row per command: its keys and what it does."""

    OWN_COMMANDS = (Command("close", "enter,q,question_mark", "Close", "Close the keys"),)

    def __init__(self, rows: Content) -> None:
        super().__init__()
        self.rows = rows

    @classmethod
    def of(cls, screen: Screen[Any]) -> Self:
        """The help for what can be done on ``screen`` now."""
        rows = [_row(offer) for offer in offers(screen) if offer.command.keys]
        return cls(Content("\n").join(rows))

    def compose(self) -> ComposeResult:
        """The rows."""
        with Vertical(classes="dialog wide"):
            yield Static("Keys", classes="question")
            with VerticalScroll():
                yield Static(self.rows)

    def action_close(self) -> None:
        """Close it."""
        self.dismiss(None)


def _row(offer: Offer) -> Content:
    command = offer.command
    keys = f"{command.shown_keys:<{_KEY_WIDTH}}  "
    return Content.assemble((keys, "$key"), command.help)
