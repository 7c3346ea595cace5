"""A sheet of a workbook, or a table of a web page, as CSV for the reader of HR files (U9).

Each row stands on one line, blank ones too, so that a line of the CSV is a row of the sheet.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice

from studio_tui.domain.people.hr_file.dates import DAY_ZERO
from studio_tui.domain.people.hr_file.headings import count_known, telling_columns
from studio_tui.domain.people.hr_file.records import ImportField
from studio_tui.domain.people.hr_file.rows import LOOKED_THROUGH
from studio_tui.domain.shared.dataclass import dataclass

CellValue = str | int | float | bool | date | datetime | time | timedelta | None
"""What a cell of a workbook holds."""
DELIMITER = ","
DAY_ZERO_1904 = date(1904, 1, 1)
"""The day 0 of a workbook that counts from 1904."""
_WHOLE = 1e15
"""Larger numbers are not exact."""
_ENOUGH = 2
"""So many known headings make a list of people."""


@dataclass(frozen=True, slots=True)
class SheetText:
    """A sheet as CSV, in UTF-8."""

    name: str
    data: bytes
    kind: str
    """What it is a sheet of, in words: ``XLSX``."""
    day_zero: date = DAY_ZERO


def cell_text(value: CellValue) -> str:
    """What a cell says, as a CSV would say it: numbers plainly, days as ``2020-03-31``."""
    match value:
        case str():
            text = " ".join(value.splitlines())
        case bool():
            text = "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < _WHOLE:
            text = str(int(value))
        case datetime() if value.time() == time():
            text = _day(value.date())
        case datetime():
            text = value.isoformat(" ")
        case date():
            text = _day(value)
        case _:
            text = "" if value is None else str(value)
    return text


def _day(value: date) -> str:
    # Day 0 of a workbook is no day: an empty cell with the format of a date.
    return value.isoformat() if value.year >= DAY_ZERO.year + 1 else ""


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as CSV, one line each."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=DELIMITER, lineterminator="\n")
    for row in rows:
        # A row with nothing in it is a blank line.
        writer.writerow(row if any(row) else ())
    return text.getvalue().encode("utf-8", "replace")


def lists_people(rows: Iterable[Sequence[str]], mapping: Mapping[str, str]) -> bool:
    """Whether one of the first rows has headings that are known."""
    return any(
        count_known(cells, mapping) >= _ENOUGH
        and telling_columns(cells, mapping) & {ImportField.EMAIL, ImportField.PRINCIPAL}
        for cells in islice(rows, LOOKED_THROUGH)
    )


def filled_down(
    rows: Iterable[Sequence[str]], merged: Iterable[tuple[tuple[int, int], tuple[int, int]]]
) -> Iterator[Sequence[str]]:
    """The rows with the value of a merged cell in each row that it spans, where that has others.

    ``merged`` are the first and the last cell of each, rows and columns from 0. Columns that a cell
    spans beside its first stay empty: there a heading stands above several.
    """
    ends = {(first, column): last for (first, column), (last, _) in merged if last > first}
    columns = sorted({column for _, column in ends})
    spans: dict[int, tuple[int, str]] = {}
    for place, row in enumerate(rows):
        cells = list(row)
        filled = any(cells)
        for column in columns:
            if column >= len(cells):
                continue
            if (end := ends.get((place, column))) is not None:
                spans[column] = end, cells[column]
            elif column in spans and filled and not cells[column]:
                last, text = spans[column]
                cells[column] = text if place <= last else ""
        yield cells
