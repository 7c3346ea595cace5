"""Rows that are held in memory, found and sorted by what their columns show (S5)."""

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
    """The rows of ``every`` in which all words of ``text`` are found: in any of ``columns``, or in
    what ``also`` says of a row. ``every`` lists them in the ``usual`` order. Rows that another
    order does not tell apart stay in that one.

    It is for lists without marks, and is called off the loop: it reads all of ``every``.
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
