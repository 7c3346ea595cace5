"""How well a name answers what somebody types to find it (S4)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from studio_tui.domain.shared.text import fold_search

_WORD = re.compile(r"\w+")


class Rank(IntEnum):
    """How well; the lowest is the best."""

    EXACT = 0
    """What is typed is the name."""
    START = 1
    """The name begins with it."""
    WORDS = 2
    """Every word that is typed begins a word of the name."""
    WITHIN = 3
    """Every word that is typed is somewhere in the name."""
    ELSEWHERE = 4
    """It is found in something else than the name: a team, a sentence about it."""


class FoundKind(StrEnum):
    """What kind of thing was found; the fewer there are of a kind, the earlier it stands."""

    COMMAND = "command"
    PUSH = "push"
    TEMPLATE = "template"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Found:
    """Something that was found by its name. Its texts come from people."""

    kind: FoundKind
    id: int
    name: str
    about: str
    """What tells it from others of its name."""
    rank: Rank
    over: bool = False
    """Whether it is over and done with: a closed push, an archived template, who has left."""


def rank_of(text: str, names: Iterable[str]) -> Rank | None:
    """How well the best of ``names`` answers ``text``; None where none has all its words.

    Case and accents do not matter. Nothing typed is in every name.
    """
    typed = fold_search(text)
    ranks = [rank for name in names if (rank := _rank(typed, fold_search(name))) is not None]
    return min(ranks, default=None)


def _rank(typed: str, name: str) -> Rank | None:
    words = typed.split()
    if not all(word in name for word in words):
        return None
    if typed == name:
        return Rank.EXACT
    if name.startswith(typed):
        return Rank.START
    begins = [name[match.start() :] for match in _WORD.finditer(name)]
    if all(any(rest.startswith(word) for rest in begins) for word in words):
        return Rank.WORDS
    return Rank.WITHIN
