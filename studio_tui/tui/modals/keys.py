"""The keys help: what each key does on the current screen, and the equivalent shell command."""

from collections.abc import Iterable, Sequence
from typing import Any

from textual.content import Content
from textual.screen import Screen

from studio_tui.domain.shared.text import has_words
from studio_tui.tui.commands import Offer, offers
from studio_tui.tui.modals.choose import Choice, ChoiceLayout, Choose
from studio_tui.tui.text import line

_PROGRAM = "studio-tui"


class KeysHelp(Choose[Offer]):
    """Lists every command that has a key, grouped by scope; returns the one to run.

    The filter searches all texts of a command. A filter that is a key lists the commands of that
    key first.
    """

    DETAIL = True

    def __init__(self, offered: Iterable[Offer]) -> None:
        keyed = [_choice(offer) for offer in offered if offer.command.keys]
        groups = list(dict.fromkeys(choice.group for choice in keyed))
        super().__init__(
            "Keys",
            sorted(keyed, key=lambda choice: groups.index(choice.group)),
            empty="No key does that here.",
            placeholder="Type to find a key, enter does it",
            layout=ChoiceLayout.KEYS,
        )

    @classmethod
    def open(cls, screen: Screen[Any]) -> None:
        """Show the commands that ``screen`` offers, and run the chosen one there."""

        def start(offer: Offer | None) -> None:
            if offer is not None:
                offer.start()

        # From the focused widget outwards, which is the order in which keys are looked up.
        outer: tuple[object, ...] = (screen, screen.app)
        here = sorted(offers(screen), key=lambda offer: offer.node in outer)
        screen.app.push_screen(cls(here), start)

    def matching(self, text: str) -> Sequence[Choice[Offer]]:
        """Return the commands with this key, then those that contain all words."""
        key = text.strip()
        exact = [
            Choice(each.value, each.title, each.hint, each.key, each.possible, group=f"KEY {key}")
            for each in self._choices
            if key in each.key.split()
        ]
        exact_offers = {choice.value for choice in exact}
        found = [
            c
            for c in self._choices
            if c.value not in exact_offers and has_words(_searched_text(c), text)
        ]
        return [*exact, *found]

    def detail(self, choice: Choice[Offer]) -> Content:
        """Return the help, or why the command is impossible, and the shell command."""
        command, why_not = choice.value.command, choice.value.why_not
        said = f"{command.help}. Not now: {why_not}" if why_not else command.help
        shell = f"{_PROGRAM} {command.verb}" if command.verb else ""
        return Content("\n").join([line(said), line(shell, "$key")])


def _choice(offer: Offer) -> Choice[Offer]:
    command = offer.command
    return Choice(
        offer,
        command.help,
        key=command.shown_keys,
        possible=not offer.why_not,
        group=offer.node.REACH.upper(),
    )


def _searched_text(choice: Choice[Offer]) -> str:
    command = choice.value.command
    return f"{command.label} {command.help} {command.shown_keys} {command.verb}"
