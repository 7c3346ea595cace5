"""The palette: finds people, pushes, templates and available commands by a few letters (S4)."""

from collections.abc import Callable, Sequence
from typing import Any

from textual.content import Content
from textual.screen import Screen

from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.ranking import FoundKind, Rank, SearchResult, rank_of
from studio_tui.services.system import search
from studio_tui.services.templates import templates
from studio_tui.tui.commands import Offer, offers
from studio_tui.tui.modals.choose import Choice, ChoiceLayout, Choose
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.shell import shell_of
from studio_tui.tui.text import line

_KINDS = tuple(FoundKind)


class Palette(Choose[Offer | SearchResult]):
    """Asks for a command, a person, a push or a template.

    ``find`` returns the matches that are not commands; it is called off the event loop.
    """

    DETAIL = True

    def __init__(
        self,
        choices: Sequence[Choice[Offer | SearchResult]],
        find: Callable[[str], Sequence[SearchResult]],
    ) -> None:
        super().__init__(
            "Go to, or do",
            choices,
            empty="Nothing goes by that name.",
            placeholder="A few letters of a name or a command",
            layout=ChoiceLayout.KINDS,
        )
        self._find_others = find

    @classmethod
    def open(cls, screen: Screen[Any]) -> None:
        """Ask over ``screen``, then run the chosen command there or go to the chosen item.

        If the command is impossible, the reason is shown.
        """
        choices = [_command_choice(offer) for offer in offers(screen) if offer.command.in_palette]
        shell = shell_of(screen)

        def find(text: str) -> Sequence[SearchResult]:
            return search.find(shell.studio, shell.actor, text) if shell.actor else ()

        def take(chosen: Offer | SearchResult | None) -> None:
            if isinstance(chosen, Offer):
                chosen.start()
            elif chosen is not None and isinstance(screen, StudioScreen):
                _go_to(screen, chosen)

        screen.app.push_screen(cls(choices, find), take)

    def detail(self, choice: Choice[Offer | SearchResult]) -> Content:
        """Return the full title and hint."""
        about = f" · {choice.hint}" if choice.hint else ""
        return line(f"{choice.title}{about}", "$muted")

    def matching(self, text: str) -> Sequence[Choice[Offer | SearchResult]]:
        """Return the matches of all kinds by rank; at equal rank, smaller kinds come first."""
        if not text.split():
            return self._choices
        ranked = [
            (rank, not choice.possible, FoundKind.COMMAND, choice)
            for choice in self._choices
            if (rank := _rank_of_command(text, choice)) is not None
        ]
        try:
            others = self._find_others(text)
        except StudioError:
            # Commands work without the database, and quitting is one of them.
            if not ranked:
                raise
            others = ()
        ranked += [(found.rank, found.over, found.kind, _found_choice(found)) for found in others]
        ranked.sort(key=lambda each: (each[0], each[1], _KINDS.index(each[2])))
        return [choice for *_, choice in ranked]


def _go_to(screen: StudioScreen, found: SearchResult) -> None:
    if found.kind is FoundKind.USER:
        screen.go_to(to.Person(found.id))
    elif found.kind is FoundKind.PUSH:
        screen.go_to(to.Push(found.id))
    else:
        screen.read_to_open(
            "template",
            lambda: templates.show(screen.studio, screen.actor, found.id),
            lambda template: screen.go_to(to.Template(template)),
        )


def _rank_of_command(text: str, choice: Choice[Any]) -> Rank | None:
    rank = rank_of(text, [choice.title])
    if rank is None and rank_of(text, [f"{choice.title} {choice.hint}"]) is not None:
        return Rank.ELSEWHERE
    return rank


def _command_choice(offer: Offer) -> Choice[Offer | SearchResult]:
    command = offer.command
    return Choice(
        offer,
        command.label,
        offer.why_not or command.help,
        command.shown_key,
        possible=not offer.why_not,
        kind=FoundKind.COMMAND,
    )


def _found_choice(found: SearchResult) -> Choice[Offer | SearchResult]:
    return Choice(found, found.name, found.about, kind=found.kind)
