"""Finding people by pieces of their names, addresses, teams and groups.

On SQLite an index of FTS5 knows in whose text any three characters stand together, on PostgreSQL
one of pg_trgm does, where that extension can be had. What an index finds is looked at once more:
what is looked for means itself, whatever characters it has.
"""

import re
from collections.abc import Iterable
from itertools import filterfalse
from typing import Any

from peewee import SQL, NodeList, Select, Table, Value

from studio_tui.domain.shared.text import fold_search
from studio_tui.storage.engine.expressions import ONE, both, containing, stored
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
    words = [fold_search(word) for word in text.split()]
    if not is_sqlite():
        # An index that knows nothing of a word takes longer than none: it must not be looked in.
        known = containing(users.search, filter(_is_known, words))
        return both(known, containing(users.search.concat(""), filterfalse(_is_known, words)))
    found = containing(users.search, words)
    grams = list(dict.fromkeys(gram for word in words for gram in _grams(word)))
    if not grams:
        return found
    matched = Select((_INDEXED,), (SQL("rowid"),)).where(
        # A table of FTS5 is asked by its own name, which is no column to Peewee.
        NodeList((SQL("user_search MATCH"), Value(" AND ".join(map(_quoted, grams)))))
    )
    return both(users.id.in_(matched), found)


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
