"""Completion of the text of an audience while it is typed (P13)."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from studio_tui.domain.audiences.audience import WrongAudience, quoted
from studio_tui.domain.audiences.words import WORDS, ValueKind
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.shared.text import fold_search
from studio_tui.services.system.context import Studio
from studio_tui.storage.audiences import names as stored
from studio_tui.storage.audiences import segments
from studio_tui.storage.people.teams import every_team
from studio_tui.storage.people.user_search import users_found
from studio_tui.storage.pushes.push_search import named_pushes

if TYPE_CHECKING:
    from studio_tui.services.audiences.parsing import Continuations

MOST = 6
_WORDS = re.compile(r'"(?:[^"\\]|\\.)*"?|“[^”]*”?|[()=,]|[^\s()=,"“]+')
_MOST_WORDS = 4
"""Number of words of the longest condition."""
_MOST_USERS = 50


@dataclass(frozen=True, slots=True)
class Completion:
    """A possible completion of a text."""

    shown: str
    """The text that replaces the last word, for display."""
    text: str
    """The whole text with the completion."""


def complete(studio: Studio, actor: Actor, text: str) -> tuple[Completion, ...]:
    """Return the completions of the last word of ``text``, or of what follows it, best first."""
    from studio_tui.services.audiences.parsing import continuations_of

    require(actor, Action.READ_USERS)
    words = [word.start() for word in _WORDS.finditer(text)]
    at_end = [] if text[-1:].isspace() or text.endswith(("(", ",", "=")) else words[-1:]
    begins = [*(at_end or [len(text)]), *reversed(words[-_MOST_WORDS : len(words) - len(at_end)])]
    if text[begins[0] :].startswith(('"', "“")):
        # An opening quote starts a value: complete nothing else.
        del begins[1:]
    with studio.store.reading():
        for begin in begins:
            before, typed = text[:begin], text[begin:]
            try:
                follows = continuations_of(before)
            except WrongAudience:
                continue
            if completions := _completions(follows, typed):
                return tuple(Completion(each, f"{before}{each}") for each in completions[:MOST])
    return ()


def _completions(follows: "Continuations", typed: str) -> list[str]:
    """Return the completions of ``typed``, those that begin with it first."""
    written = typed.strip()
    words = () if written.startswith(('"', "“")) else follows.words
    every = [*words, *_values(follows.names_of, written.strip('"“'))]
    wanted = fold_search(written.strip('"“'))
    ended = typed != written and not typed.startswith(('"', "“"))
    if ended and wanted and not any(each.startswith(written) for each in follows.words):
        return []
    best = [each for each in every if fold_search(each.strip('"')).startswith(wanted)]
    # A word that is followed by a space is complete, and not part of another one.
    within = [] if ended else [each for each in every if wanted in fold_search(each)]
    return [each for each in dict.fromkeys((*best, *within)) if each != written]


def _values(word: str, typed: str) -> Iterator[str]:
    """Yield the names that can follow a condition, quoted if required."""
    if not word:
        return
    names = WORDS[word].names
    yield from map(quoted, _known(word, names, typed))


def _known(word: str, names: ValueKind | None, typed: str) -> Sequence[str]:
    if names is None:
        return []
    return _KNOWN[names](word, typed)


def _values_of_fact(word: str, _: str) -> Sequence[str]:
    fact = WORDS[word].fact
    return sorted(stored.values_of(fact).values()) if fact is not None else []


def _people(_: str, typed: str) -> Sequence[str]:
    return [user.login for user in users_found(typed, _MOST_USERS)] if typed else []


_KNOWN: DefaultTable[ValueKind, Callable[[str, str], Sequence[str]]] = DefaultTable(
    {
        ValueKind.TEAM: lambda *_: [team.path for team in every_team()],
        ValueKind.PUSH: lambda *_: [push.name for push in named_pushes()],
        ValueKind.SEGMENT: lambda *_: [segment.name for segment in segments.segments()],
        ValueKind.GROUP: lambda *_: stored.groups(),
        ValueKind.ROLE: lambda *_: list(Role),
        ValueKind.USER: _people,
        ValueKind.KNOWN_TEXT: _values_of_fact,
    },
    otherwise=lambda *_: [],
)
