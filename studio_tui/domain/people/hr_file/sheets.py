"""Conversion of a workbook sheet or an HTML table to CSV for the parser of HR files (U9).

Each row, even a blank one, becomes one line, so that line numbers of the CSV are row numbers of the
sheet.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice

from studio_tui.domain.people.hr_file.dates import DAY_ZERO
from studio_tui.domain.people.hr_file.headings import count_known, recognised_fields
from studio_tui.domain.people.hr_file.records import ImportField
from studio_tui.domain.people.hr_file.rows import LOOKED_THROUGH
from studio_tui.domain.shared.dataclass import dataclass

CellValue = str | int | float | bool | date | datetime | time | timedelta | None
"""Value of a workbook cell."""
DELIMITER = ","
DAY_ZERO_1904 = date(1904, 1, 1)
"""Day 0 of workbooks with the 1904 date system."""
_WHOLE = 1e15
"""Limit above which floating-point numbers are not exact integers."""
_ENOUGH = 2
"""Minimum number of known headings of a list of people."""


@dataclass(frozen=True, slots=True)
class SheetText:
    """A sheet as CSV in UTF-8."""

    name: str
    data: bytes
    kind: str
    """Format of the file, for display: ``XLSX``."""
    day_zero: date = DAY_ZERO


def cell_text(value: CellValue) -> str:
    """Return the text of a cell as in CSV: plain numbers, days as ``2020-03-31``."""
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
    # Day 0 of a workbook is not a date but an empty cell with a date format.
    return value.isoformat() if value.year >= DAY_ZERO.year + 1 else ""


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return the rows as CSV, one line each."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=DELIMITER, lineterminator="\n")
    for row in rows:
        # Write an empty row as a blank line.
        writer.writerow(row if any(row) else ())
    return text.getvalue().encode("utf-8", "replace")


def lists_people(rows: Iterable[Sequence[str]], mapping: Mapping[str, str]) -> bool:
    """Return whether one of the first rows has known headings."""
    return any(
        count_known(cells, mapping) >= _ENOUGH
        and recognised_fields(cells, mapping) & {ImportField.EMAIL, ImportField.PRINCIPAL}
        for cells in islice(rows, LOOKED_THROUGH)
    )


def fill_merged_cells(
    rows: Iterable[Sequence[str]], merged: Iterable[tuple[tuple[int, int], tuple[int, int]]]
) -> Iterator[Sequence[str]]:
    """Yield the rows with the value of a vertically merged cell in each row that it spans.

    The value fills only rows that are otherwise not blank. ``merged`` lists the first and the last
    cell of each range, rows and columns from 0. Additional columns of a range stay empty, because a
    horizontally merged cell is a heading above several columns.
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
