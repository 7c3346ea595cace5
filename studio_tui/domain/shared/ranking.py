"""Ranking of names by how well they match a search text (S4)."""

import re
from collections.abc import Iterable
from enum import IntEnum, StrEnum

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import fold_search

_WORD = re.compile(r"\w+")


class Rank(IntEnum):
    """The quality of a match; the lowest is the best."""

    EXACT = 0
    """The search text equals the name."""
    START = 1
    """The name starts with the search text."""
    WORDS = 2
    """Every word of the search text is a prefix of a word of the name."""
    WITHIN = 3
    """Every word of the search text occurs somewhere in the name."""
    ELSEWHERE = 4
    """The search text matches another property: a team, a description."""


class FoundKind(StrEnum):
    """The kind of a search result. Kinds with fewer members sort first."""

    COMMAND = "command"
    PUSH = "push"
    TEMPLATE = "template"
    USER = "user"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A search result. Its texts are user input."""

    kind: FoundKind
    id: int
    name: str
    about: str
    """Description that distinguishes results of the same name."""
    rank: Rank
    over: bool = False
    """Whether the result is inactive: a closed push, an archived template, a user who left."""


def rank_of(text: str, names: Iterable[str]) -> Rank | None:
    """Return the rank of the best match of ``text`` among ``names``.

    None if no name contains all words of ``text``. Ignores case and accents. An empty text matches
    every name.
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
