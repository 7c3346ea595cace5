"""Finding people by pieces of their names, addresses, teams and groups.

On SQLite an index of FTS5 knows in whose text any three characters stand together, on PostgreSQL
one of pg_trgm does, where that extension can be had. What an index finds is looked at once more:
what is looked for means itself, whatever characters it has.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from peewee import SQL, NodeList, Select, Table

from studio_tui.domain.shared.text import fold_search
from studio_tui.storage.engine.expressions import (
    EVERYBODY,
    NOBODY,
    ONE,
    all_of,
    both,
    like,
    patterns_of,
    stored,
)
from studio_tui.storage.engine.prepared import WrittenOnce, given
from studio_tui.storage.engine.unit import is_sqlite

_GRAM = 3
"""Characters that are looked up together."""
_PIECE = re.compile(r"[^\W_]{3}")
_MOST = 12
"""As many of them of a word: more tell hardly anything more."""
_INDEX = "users_search_trigram"
_PG_CLASS: Any = Table("pg_class", ("relname",))
_INDEXED = SQL("user_search")


def finding(users: Any, text: str) -> Any:
    """The ``users`` in whom all words of ``text`` are found."""
    words = list(dict.fromkeys(fold_search(word) for word in text.split()))
    if not words:
        return EVERYBODY
    if (patterns := patterns_of(words)) is None:
        return NOBODY
    if not is_sqlite():
        # An index that knows nothing of a word takes longer than none: it must not be looked in.
        known = tuple(map(_is_known, words))
        return _in_text(users, known).of(**patterns)
    grams = list(dict.fromkeys(gram for word in words for gram in _grams(word)))
    found = _in_text(users, (True,) * len(words)).of(**patterns)
    if not grams:
        return found
    return both(_in_index(users).of(grams=" AND ".join(map(_quoted, grams))), found)


# Whoever types asks for it with each letter: the builder writes it once for as many words.


@cache
def _in_text(users: Any, known: Sequence[bool]) -> WrittenOnce:
    def build() -> Any:
        texts = (users.search if each else users.search.concat("") for each in known)
        likes = (like(text, given(f"word_{number}")) for number, text in enumerate(texts))
        return all_of(likes)

    return WrittenOnce(build)


@cache
def _in_index(users: Any) -> WrittenOnce:
    # A table of FTS5 is asked by its own name, which is no column to Peewee.
    matches = NodeList((SQL("user_search MATCH"), given("grams")))
    return WrittenOnce(lambda: users.id.in_(Select((_INDEXED,), (SQL("rowid"),)).where(matches)))


def is_indexed() -> bool:
    """Whether there is an index; without it, all users are looked through."""
    if is_sqlite():
        return True
    return bool(stored(_PG_CLASS.select(ONE).where(_PG_CLASS.relname == _INDEX)))


def _grams(word: str) -> Iterable[str]:
    """Some pieces of a word, spread over all of it."""
    places = range(len(word) - _GRAM + 1)
    step = max(1, -(-len(places) // _MOST))
    return (word[place : place + _GRAM] for place in places[::step])


def _is_known(word: str) -> bool:
    """Whether an index of pg_trgm can tell where a word may stand."""
    return _PIECE.search(word) is not None


def _quoted(gram: str) -> str:
    """A piece as FTS5 takes it for what it is."""
    return '"' + gram.replace('"', '""') + '"'
