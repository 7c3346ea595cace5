"""Words of a filter that match other columns of a list than names, such as a status (S5).

They may also match a flag or a manager. Any other word is searched in the index of names.
"""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from studio_tui.storage.engine import expressions
from studio_tui.storage.engine.expressions import EVERYBODY, U, among, both

_MOST = 20
"""Maximum number of words of a filter that may match anything else than names."""


class FilterWords(NamedTuple):
    """The condition for the words of a filter."""

    condition: Any
    beyond_users: bool
    """Whether the condition refers to more than the users ``U``."""


def words_condition(
    text: str,
    finding: Callable[[str], Any],
    meaning: Callable[[str], Any | None],
    people: Callable[[str], Collection[int]],
) -> FilterWords:
    """Return the condition that every word of ``text`` matches.

    A word matches if ``finding`` finds it in the user ``U``, if the user is one of ``people``, or
    if the condition of ``meaning`` is true. ``meaning`` returns None for a word that has no other
    meaning.
    """
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
    """Combine conditions with OR and ignore those that are None; None if all are."""
    said = [condition for condition in conditions if condition is not None]
    return expressions.any_of(said) if said else None
