"""The palette: people, pushes, templates and every command that can be done now, found by a few
letters (S4)."""

from collections.abc import Callable, Sequence
from typing import Any

from textual.content import Content
from textual.screen import Screen

from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.ranking import Found, FoundKind, Rank, rank_of
from studio_tui.services.system import finding
from studio_tui.services.templates import templates
from studio_tui.tui.commands import Offer, offers
from studio_tui.tui.modals.choose import Choice, ChoiceLayout, Choose
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.shell import shell_of
from studio_tui.tui.text import line

_KINDS = tuple(FoundKind)


class Palette(Choose[Offer | Found]):
    """Asks for one of the commands, or for what they are about.

    ``find`` says what else goes by what is typed; it is called off the loop.
    """

    DETAIL = True

    def __init__(
        self, choices: Sequence[Choice[Offer | Found]], find: Callable[[str], Sequence[Found]]
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
        """Ask over ``screen``; do the command there, or say why it cannot be done, or go to what
        was found."""
        choices = [_of_command(offer) for offer in offers(screen) if offer.command.in_palette]
        shell = shell_of(screen)

        def find(text: str) -> Sequence[Found]:
            return finding.find(shell.studio, shell.actor, text) if shell.actor else ()

        def take(chosen: Offer | Found | None) -> None:
            if isinstance(chosen, Offer):
                chosen.start()
            elif chosen is not None and isinstance(screen, StudioScreen):
                _go_to(screen, chosen)

        screen.app.push_screen(cls(choices, find), take)

    def detail(self, choice: Choice[Offer | Found]) -> Content:
        """All of the name, and what is said of it."""
        about = f" · {choice.hint}" if choice.hint else ""
        return line(f"{choice.title}{about}", "$muted")

    def matching(self, text: str) -> Sequence[Choice[Offer | Found]]:
        """The best of all kinds first; of what is as good, that of which there are few."""
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
            # Commands are there without a database, and quitting is one of them.
            if not ranked:
                raise
            others = ()
        ranked += [(found.rank, found.over, found.kind, _of_found(found)) for found in others]
        ranked.sort(key=lambda each: (each[0], each[1], _KINDS.index(each[2])))
        return [choice for *_, choice in ranked]


def _go_to(screen: StudioScreen, found: Found) -> None:
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


def _of_command(offer: Offer) -> Choice[Offer | Found]:
    command = offer.command
    return Choice(
        offer,
        command.label,
        offer.why_not or command.help,
        command.shown_key,
        possible=not offer.why_not,
        kind=FoundKind.COMMAND,
    )


def _of_found(found: Found) -> Choice[Offer | Found]:
    return Choice(found, found.name, found.about, kind=found.kind)
