"""The command palette: every command that can be done now, found by its name."""

from typing import Any

from textual.screen import Screen

from studio_tui.tui.commands import Offer, offers
from studio_tui.tui.modals.choose import Choice, Choose


class Palette(Choose[Offer]):
    """Asks for one of the commands."""

    @classmethod
    def open(cls, screen: Screen[Any]) -> None:
        """Ask for a command of ``screen`` and do it there, or say why it cannot be done."""
        choices = [_choice(offer) for offer in offers(screen) if offer.command.in_palette]
        palette = cls("Commands", choices, empty="No command goes by that name.")
        screen.app.push_screen(palette, _start)


def _start(offer: Offer | None) -> None:
    if offer is not None:
        offer.start()


def _choice(offer: Offer) -> Choice[Offer]:
    command = offer.command
    hint = offer.why_not or command.help
    return Choice(offer, command.label, hint, command.shown_key, possible=not offer.why_not)
