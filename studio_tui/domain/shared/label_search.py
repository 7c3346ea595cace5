"""Search of statuses, flags and kinds by words of their labels (S5)."""

from collections.abc import Mapping
from typing import TypeVar

from studio_tui.domain.shared.text import fold_search

T = TypeVar("T")

MIN_LETTERS = 2
"""Minimum number of letters of a word that can match a label.

With a single letter, a user who begins to type a name would match half of all rows first.
"""


def match_labels(word: str, labels: Mapping[T, str]) -> list[T]:
    """Return the keys of ``labels`` whose label has a word that begins with ``word``.

    ``over`` matches *overdue*, and ``planned`` matches *planned* and *not planned*.
    """
    wanted = fold_search(word)
    if len(wanted) < MIN_LETTERS:
        return []
    return [
        each
        for each, label in labels.items()
        if any(part.startswith(wanted) for part in _parts(label))
    ]


def _parts(label: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in fold_search(label)).split()
