"""The keys: what each of them does, where one is, and what does the same from a shell."""

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
    """A row per command that has a key, by where it can be done; ends with the one to do.

    What is typed is looked for in all that is said of a command; a key by itself finds what it does
    first.
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
        """Show what can be done on ``screen`` now, and do there what is chosen."""

        def start(offer: Offer | None) -> None:
            if offer is not None:
                offer.start()

        # What has the focus first, then what it is in: as keys are looked for.
        outer: tuple[object, ...] = (screen, screen.app)
        here = sorted(offers(screen), key=lambda offer: offer.node in outer)
        screen.app.push_screen(cls(here), start)

    def matching(self, text: str) -> Sequence[Choice[Offer]]:
        """Those with this key, and those in which all words are found."""
        key = text.strip()
        exact = [
            Choice(each.value, each.title, each.hint, each.key, each.possible, group=f"KEY {key}")
            for each in self._choices
            if key in each.key.split()
        ]
        there = {choice.value for choice in exact}
        found = [c for c in self._choices if c.value not in there and has_words(_said(c), text)]
        return [*exact, *found]

    def detail(self, choice: Choice[Offer]) -> Content:
        """All that it does, or why it cannot be done now, and how from a shell."""
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


def _said(choice: Choice[Offer]) -> str:
    command = choice.value.command
    return f"{command.label} {command.help} {command.shown_keys} {command.verb}"
