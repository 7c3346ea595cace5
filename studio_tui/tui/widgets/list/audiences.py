"""The filter text of a list: words to search for, or an audience (P13)."""

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
class ParsedAudience:
    """The result of parsing a text as an audience."""

    audience: Audience | None
    """The audience; None if the text is invalid or incomplete."""
    wrong: str = ""
    completions: tuple[Completion, ...] = ()


AudienceReader = Callable[[str], ParsedAudience]


def audiences_of(studio: Studio, actor: Actor) -> AudienceReader | None:
    """Return the function that parses audiences; None if the actor may not see users."""
    return partial(read, studio, actor) if may(actor, Action.READ_USERS) else None


def read(studio: Studio, actor: Actor, text: str) -> ParsedAudience:
    """Parse ``text`` and return its possible completions. Called off the event loop."""
    completions = complete(studio, actor, text)
    try:
        return ParsedAudience(resolving.audience_of(studio, actor, text), "", completions)
    except WrongAudience as error:
        return ParsedAudience(None, str(error), completions)


def completion_lines(said: ParsedAudience, width: int) -> Content:
    """Return the lines below the filter: the error, and the possible completions.

    The completions take one line of ``width`` cells.
    """
    follows = _follows(said.completions, width)
    if not said.wrong:
        return follows
    wrong = line(said.wrong, "$warning")
    return Content.assemble(wrong, "\n", follows) if follows else wrong


def _follows(completions: Sequence[Completion], width: int) -> Content:
    """Return as many completions as fit; the first one always."""
    shown = Content("")
    for number, each in enumerate(completions):
        more = number < len(completions) - 1
        before, way = (" · " if number else "tab "), line(each.shown, "$muted")
        room = width - shown.cell_length - 4 * more
        if number and len(before) + way.cell_length > room:
            return Content.assemble(shown, (" · …", "$muted"))
        shown = Content.assemble(shown, (before, "$muted"), way)
    return shown


class FilterText(str):
    """A filter text with the audience it stands for; the audience is None if the text is words."""

    __slots__ = ("audience",)

    audience: Audience | None

    @classmethod
    def of(cls, text: str, audience: Audience | None = None) -> "FilterText":
        """Return ``text`` with its audience, or as words if ``audience`` is None."""
        made = cls(text)
        made.audience = audience
        return made


def filter_words(text: str) -> str:
    """Return the words to search for; empty if the text is an audience."""
    return "" if filter_audience(text) is not None else str(text)


def filter_audience(text: str) -> Audience | None:
    """Return the audience of the text; None if it is words."""
    return text.audience if isinstance(text, FilterText) else None
