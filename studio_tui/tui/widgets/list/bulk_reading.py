"""Reading of many rows of a list: a range, or the marked rows, also as text (S5, S7).

All functions query the source. They are called off the event loop, with a source of their own.
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
"""Maximum number of rows that a range marks; for more, mark all rows of a filter."""
MOST_COPIED = 1_000
"""Maximum number of rows that are copied to the clipboard."""
_MOST_BYTES = 70_000
"""Maximum size of the clipboard in bytes; base64 adds a third."""
_CHUNK = 500


def ids_between(source: Source[R, F], first: int, last: int) -> list[int]:
    """Return the ids of the rows between two ids, both included, in either order.

    Raises `Refused` if one of them is not in the list, or if there are too many.
    """
    places = [source.position(first), source.position(last)]
    if places[0] is None or places[1] is None:
        raise Refused("The row that was marked last is not in this list: mark one here first.")
    start, stop = sorted((places[0], places[1]))
    if stop - start >= MOST_MARKED:
        raise Refused(f"More than {MOST_MARKED:,} rows: filter them, and mark all that match.")
    return [row.id for row in source.rows(start, stop + 1)]


def rows_of(source: Source[R, F], selection: Selection[F]) -> list[R]:
    """Return the rows in ``selection`` in the order of the list.

    Raises `Refused` if there are too many for the clipboard.
    """
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
    """Yield the rows of ``source``, or only those in ``selection``, in batches.

    ``tell`` receives the completed share.
    """
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
    """Return whether there are too many marked rows to look them up one by one."""
    return not selection.filters and len(_marked(selection)) > MOST_COPIED


def as_csv(rows: Sequence[R], columns: Sequence[Column[R]]) -> str:
    """Return ``rows`` as CSV, with headings if there are several rows.

    Each record is on one line, and safe for terminals and spreadsheets (A5). Raises `Refused` if
    the text is too long for the clipboard of a terminal.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if len(rows) > 1:
        writer.writerow(headings(columns))
    writer.writerows(cells(row, columns) for row in rows)
    if len(text.getvalue().encode()) > _MOST_BYTES:
        raise Refused("That is more than terminals put into a clipboard at once: mark fewer.")
    return text.getvalue()


def headings(columns: Sequence[Column[R]]) -> list[str]:
    """Return the CSV headings of the columns that have a name."""
    return [escape_cell(column.label) for column in _named(columns)]


def cells(row: R, columns: Sequence[Column[R]]) -> list[str]:
    """Return the CSV cells of a row (A5)."""
    return [escape_cell(plain(text_of(column, row))) for column in _named(columns)]


def _named(columns: Sequence[Column[R]]) -> list[Column[R]]:
    return [column for column in columns if column.label and not column.drawn]


def _held_of(rows: Sequence[R], source: Source[R, F], selection: Selection[F]) -> list[R]:
    ids = {row.id for row in rows}
    matching = {filter_: source.matching(filter_, ids) for filter_ in selection.filters}
    return [row for row in rows if selection.contains(row.id, partial(_is_in, matching, row.id))]


def _is_in(matching: Mapping[F, frozenset[int]], row_id: int, filter_: F) -> bool:
    return row_id in matching[filter_]
