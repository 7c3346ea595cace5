"""What is typed above a list: words to look for, or an audience (P13)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Generic, TypeVar

from textual.content import Content

from studio_tui.domain.audiences.audience import Audience, WrongAudience
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.shared.list_source import Row, Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.audiences import resolving
from studio_tui.services.audiences.completing import Completion, complete
from studio_tui.services.system.context import Studio
from studio_tui.tui.text import line

R = TypeVar("R", bound=Row)
F = TypeVar("F")


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


class SourceOfAudience(Generic[R, F]):
    """What ``find`` lists of a text that says an audience, which is read when it is first asked,
    off the loop; nothing where it is wrong by now."""

    def __init__(
        self, reads: AudienceReader, text: str, find: Callable[[str], Source[R, F]]
    ) -> None:
        self._reads = reads
        self._text = text
        self._found = find

    @cached_property
    def _source(self) -> Source[R, F] | None:
        said = self._reads(self._text)
        if said.audience is None:
            return None
        return self._found(Typed.of(self._text, said.audience))

    def count(self) -> int:
        """How many rows there are."""
        return self._source.count() if self._source else 0

    def rows(self, start: int, stop: int) -> Sequence[R]:
        """The rows from place ``start`` up to ``stop``."""
        return self._source.rows(start, stop) if self._source else ()

    def position(self, row_id: int, about: int | None = None) -> int | None:
        """The place of a row, None where it is not in the list."""
        return self._source.position(row_id, about) if self._source else None

    def matching(self, filter_: F, ids: Collection[int]) -> frozenset[int]:
        """Those of ``ids`` that ``filter_`` matches."""
        return self._source.matching(filter_, ids) if self._source else frozenset()

    def selected(self, selection: Selection[F]) -> int:
        """How many rows ``selection`` holds."""
        return self._source.selected(selection) if self._source else 0
