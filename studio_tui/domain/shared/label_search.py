"""Finding what has a label by words of it: statuses, flags, kinds (S5)."""

from collections.abc import Mapping
from typing import TypeVar

from studio_tui.domain.shared.text import fold_search

T = TypeVar("T")

LEAST = 2
"""Letters of a word before it can mean a label: with one, whoever types a name would find half of
everything first."""


def named_by(word: str, labels: Mapping[T, str]) -> list[T]:
    """What of ``labels`` is meant by a typed ``word``: that in whose label a word begins with it.

    ``over`` means *overdue*, and ``planned`` means *planned* and *not planned*.
    """
    wanted = fold_search(word)
    if len(wanted) < LEAST:
        return []
    return [
        each
        for each, label in labels.items()
        if any(part.startswith(wanted) for part in _parts(label))
    ]


def _parts(label: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in fold_search(label)).split()
