"""Words of a filter that mean what a list shows beside names: a status, a flag, a manager (S5).

A word that means nothing of the kind is looked for as ever, by the index of names.
"""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from studio_tui.storage.engine import expressions
from studio_tui.storage.engine.expressions import EVERYBODY, U, among, both

_MOST = 20
"""Words of a filter that may mean something else than a piece of a name."""


class FilterWords(NamedTuple):
    """What the words of a filter say."""

    condition: Any
    beyond_users: bool
    """Whether it asks for more than the users ``U``."""


def words_of(
    text: str,
    finding: Callable[[str], Any],
    meaning: Callable[[str], Any | None],
    people: Callable[[str], Collection[int]],
) -> FilterWords:
    """All words of ``text`` hold: each is found by ``finding`` in the users ``U``, or is about one
    of ``people``, or else what it means, by ``meaning``, is true. That is None for a word that
    means nothing."""
    plain, others, beyond = [], EVERYBODY, False
    for number, word in enumerate(dict.fromkeys(text.split())):
        meant, ids = (meaning(word), people(word)) if number < _MOST else (None, ())
        if meant is None and not ids:
            plain.append(word)
            continue
        beyond = beyond or meant is not None
        about = among(U.id, ids) if ids else None
        others = both(others, any_of(finding(word), about, meant))
    return FilterWords(both(finding(" ".join(plain)), others), beyond)


def any_of(*conditions: Any) -> Any | None:
    """One of the conditions holds; those that are None are left out, None where all are."""
    said = [condition for condition in conditions if condition is not None]
    return expressions.any_of(said) if said else None
