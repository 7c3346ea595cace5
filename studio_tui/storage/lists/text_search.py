"""Search for people by parts of their names, addresses, teams and groups.

SQLite has a trigram index of FTS5; PostgreSQL one of pg_trgm, if that extension can be installed.
The rows that an index finds are compared once more by LIKE, so that every character of the search
text is literal.
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
from studio_tui.storage.engine.prepared import CachedFragment, given
from studio_tui.storage.engine.unit import is_sqlite

_GRAM = 3
"""Length of the substrings in the index."""
_PIECE = re.compile(r"[^\W_]{3}")
_MOST = 12
"""Maximum number of trigrams per word: more hardly narrow the result."""
_INDEX = "users_search_trigram"
_PG_CLASS: Any = Table("pg_class", ("relname",))
_INDEXED = SQL("user_search")


def text_condition(users: Any, text: str) -> Any:
    """Return the condition that all words of ``text`` occur in the ``users``."""
    words = list(dict.fromkeys(fold_search(word) for word in text.split()))
    if not words:
        return EVERYBODY
    if (patterns := patterns_of(words)) is None:
        return NOBODY
    if not is_sqlite():
        # An index that cannot narrow a word is slower than none, so the query must keep it from
        # being used.
        known = tuple(map(_is_known, words))
        return _in_text(users, known).of(**patterns)
    grams = list(dict.fromkeys(gram for word in words for gram in _grams(word)))
    found = _in_text(users, (True,) * len(words)).of(**patterns)
    if not grams:
        return found
    return both(_in_index(users).of(grams=" AND ".join(map(_quoted, grams))), found)


# A query runs with each typed letter, so its SQL is rendered once for each number of words.


@cache
def _in_text(users: Any, known: Sequence[bool]) -> CachedFragment:
    def build() -> Any:
        texts = (users.search if each else users.search.concat("") for each in known)
        likes = (like(text, given(f"word_{number}")) for number, text in enumerate(texts))
        return all_of(likes)

    return CachedFragment(build)


@cache
def _in_index(users: Any) -> CachedFragment:
    # An FTS5 table is matched by its own name, which is not a column for Peewee.
    matches = NodeList((SQL("user_search MATCH"), given("grams")))
    return CachedFragment(lambda: users.id.in_(Select((_INDEXED,), (SQL("rowid"),)).where(matches)))


def is_indexed() -> bool:
    """Return whether the index exists; without it, a search scans all users."""
    if is_sqlite():
        return True
    return bool(stored(_PG_CLASS.select(ONE).where(_PG_CLASS.relname == _INDEX)))


def _grams(word: str) -> Iterable[str]:
    """Return at most `_MOST` trigrams of a word, spread over all of it."""
    places = range(len(word) - _GRAM + 1)
    step = max(1, -(-len(places) // _MOST))
    return (word[place : place + _GRAM] for place in places[::step])


def _is_known(word: str) -> bool:
    """Return whether a pg_trgm index can narrow the search for a word."""
    return _PIECE.search(word) is not None


def _quoted(gram: str) -> str:
    """Quote a trigram, so that FTS5 takes it literally."""
    return '"' + gram.replace('"', '""') + '"'
