"""What is typed above a list: words to look for, or an audience (P13)."""

from collections.abc import Callable, Sequence
from functools import partial

from textual.content import Content

from studio_tui.domain.audiences.audience import Audience, WrongAudience
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.services.audiences import resolving
from studio_tui.services.audiences.completing import Completion, complete
from studio_tui.services.system.context import Studio
from studio_tui.tui.text import line


@dataclass(frozen=True, slots=True)
class Said:
    """What a text that is typed as an audience says."""

    audience: Audience | None
    """None where it is wrong, or not written to its end."""
    wrong: str = ""
    completions: tuple[Completion, ...] = ()


AudienceReader = Callable[[str], Said]


def audiences_of(studio: Studio, actor: Actor) -> AudienceReader | None:
    """What reads the audiences that somebody types; None for who may not see the users."""
    return partial(read, studio, actor) if may(actor, Action.READ_USERS) else None


def read(studio: Studio, actor: Actor, text: str) -> Said:
    """What ``text`` says, off the loop, and how it may go on."""
    completions = complete(studio, actor, text)
    try:
        return Said(resolving.audience_of(studio, actor, text), "", completions)
    except WrongAudience as error:
        return Said(None, str(error), completions)


def said_in_words(said: Said, width: int) -> Content:
    """The lines below what is typed: what is wrong, and in one line of ``width`` cells what may
    follow."""
    follows = _follows(said.completions, width)
    if not said.wrong:
        return follows
    wrong = line(said.wrong, "$warning")
    return Content.assemble(wrong, "\n", follows) if follows else wrong


def _follows(completions: Sequence[Completion], width: int) -> Content:
    """What may follow, as much of it as there is room for; the first always."""
    shown = Content("")
    for number, each in enumerate(completions):
        more = number < len(completions) - 1
        before, way = (" · " if number else "tab "), line(each.shown, "$muted")
        room = width - shown.cell_length - 4 * more
        if number and len(before) + way.cell_length > room:
            return Content.assemble(shown, (" · …", "$muted"))
        shown = Content.assemble(shown, (before, "$muted"), way)
    return shown


class Typed(str):
    """What is typed, and the audience that it says, its names looked up; None where it is words."""

    __slots__ = ("audience",)

    audience: Audience | None

    @classmethod
    def of(cls, text: str, audience: Audience | None = None) -> "Typed":
        """``text`` that says an audience, or words."""
        made = cls(text)
        made.audience = audience
        return made


def typed_words(text: str) -> str:
    """The words to look for."""
    return "" if typed_audience(text) is not None else str(text)


def typed_audience(text: str) -> Audience | None:
    """The audience that is typed; None where words are."""
    return text.audience if isinstance(text, Typed) else None
