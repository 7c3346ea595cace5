"""Rows of a list taken together: from one to another, or those marked, as text (S5, S7).

All of it asks the source, and is called off the loop with a source that nobody else asks.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.list_source import Row, Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.shared.spreadsheet_safety import escape_cell
from studio_tui.tui.text import plain
from studio_tui.tui.widgets.list.columns import Column, text_of

R = TypeVar("R", bound=Row)
F = TypeVar("F")

MOST_MARKED = 10_000
"""Rows that are marked at once by a range; for more there is a filter and all that it shows."""
MOST_COPIED = 1_000
"""Rows that go to the clipboard at once."""
_MOST_BYTES = 70_000
"""What terminals take at once, in base64 a third more."""
_CHUNK = 500


def ids_between(source: Source[R, F], first: int, last: int) -> list[int]:
    """The ids of the rows from ``first`` to ``last``, both by id and included, whichever of them is
    above. Raises `Refused` where one is not in the list, or they are too many."""
    places = [source.position(first), source.position(last)]
    if places[0] is None or places[1] is None:
        raise Refused("The row that was marked last is not in this list: mark one here first.")
    start, stop = sorted((places[0], places[1]))
    if stop - start >= MOST_MARKED:
        raise Refused(f"More than {MOST_MARKED:,} rows: filter them, and mark all that match.")
    return [row.id for row in source.rows(start, stop + 1)]


def rows_of(source: Source[R, F], selection: Selection[F]) -> list[R]:
    """The rows of the list that ``selection`` holds, in its order. Raises `Refused` where they are
    too many for the clipboard."""
    found: list[R] = []
    for page in () if _is_long(selection) else pages(source, selection):
        found += page
        if len(found) > MOST_COPIED:
            break
    else:
        if not _is_long(selection):
            return found
    raise Refused(f"At most {MOST_COPIED:,} rows go to the clipboard: mark fewer.")


def pages(
    source: Source[R, F],
    selection: Selection[F] | None,
    tell: Callable[[float], None] = lambda _: None,
) -> Iterator[Sequence[R]]:
    """The rows of ``source`` in its order, of these only what ``selection`` holds where that is not
    None, some at a time. ``tell`` hears of the share that is done."""
    if selection is not None and not selection.filters and not _is_long(selection):
        places = (source.position(each) for each in _marked(selection))
        for place in sorted(place for place in places if place is not None):
            yield source.rows(place, place + 1)
        return
    length, start = max(source.count(), 1), 0
    while rows := source.rows(start, start + _CHUNK):
        tell(min(start / length, 1.0))
        start += len(rows)
        yield rows if selection is None else _held_of(rows, source, selection)


def _marked(selection: Selection[F]) -> set[int]:
    return {each for term in selection.terms for each in term.marked}


def _is_long(selection: Selection[F]) -> bool:
    """Whether it holds more marked rows than are looked for one by one."""
    return not selection.filters and len(_marked(selection)) > MOST_COPIED


def as_csv(rows: Sequence[R], columns: Sequence[Column[R]]) -> str:
    """``rows`` as comma-separated lines of one line each, below the headings where there are
    several; nothing in it is obeyed by a terminal or a spreadsheet (A5). Raises `Refused` where
    that is more than a terminal takes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if len(rows) > 1:
        writer.writerow(headings(columns))
    writer.writerows(cells(row, columns) for row in rows)
    if len(text.getvalue().encode()) > _MOST_BYTES:
        raise Refused("That is more than terminals put into a clipboard at once: mark fewer.")
    return text.getvalue()


def headings(columns: Sequence[Column[R]]) -> list[str]:
    """The line of headings of a CSV: of the columns that have a name."""
    return [escape_cell(column.label) for column in _named(columns)]


def cells(row: R, columns: Sequence[Column[R]]) -> list[str]:
    """The line of a row: what each of these columns shows of it (A5)."""
    return [escape_cell(plain(text_of(column, row))) for column in _named(columns)]


def _named(columns: Sequence[Column[R]]) -> list[Column[R]]:
    return [column for column in columns if column.label and not column.drawn]


def _held_of(rows: Sequence[R], source: Source[R, F], selection: Selection[F]) -> list[R]:
    ids = {row.id for row in rows}
    matching = {filter_: source.matching(filter_, ids) for filter_ in selection.filters}
    return [row for row in rows if selection.contains(row.id, partial(_is_in, matching, row.id))]


def _is_in(matching: Mapping[F, frozenset[int]], row_id: int, filter_: F) -> bool:
    return row_id in matching[filter_]
