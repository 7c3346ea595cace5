"""Filtering and sorting of rows in memory by their displayed text (S5)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from studio_tui.domain.shared.list_source import Row, Sort, Source
from studio_tui.domain.shared.text import fold_search
from studio_tui.tui.widgets.list.columns import Column, text_of
from studio_tui.tui.widgets.list.memory_source import MemorySource

R = TypeVar("R", bound=Row)


def shown_rows(
    every: Source[R, Any],
    columns: Sequence[Column[R]],
    text: str,
    sort: Sort,
    usual: Sort,
    also: Callable[[R], str] = lambda _: "",
) -> MemorySource[R, Any]:
    """Return the rows of ``every`` that contain all words of ``text``, sorted by ``sort``.

    A word is searched in the ``columns`` and in the text that ``also`` returns for a row. ``every``
    is in the ``usual`` order, which also decides between rows that are equal in another order. For
    lists without marks. Reads all of ``every``: to be called off the event loop.
    """
    words = [fold_search(word) for word in text.split()]
    rows = [
        row
        for row in every.rows(0, every.count())
        if not words or _has(words, [*(text_of(column, row) for column in columns), also(row)])
    ]
    column = next((each for each in columns if each.key == sort.column), None)
    if sort.column != usual.column and column is not None:
        rows.sort(key=column.order or (lambda row: fold_search(text_of(column, row))))
        ascending = True
    else:
        ascending = not usual.descending
    if sort.descending is ascending:
        rows.reverse()
    return MemorySource(rows)


def _has(words: Sequence[str], texts: Sequence[str]) -> bool:
    found = fold_search(" ".join(texts))
    return all(word in found for word in words)
