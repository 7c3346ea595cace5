"""The rows of delimited text, each with the physical line it begins on."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from studio_tui.domain.errors import Refused
from studio_tui.domain.hr_file.headings import count_known
from studio_tui.domain.hr_file.source import Source

MAX_ROWS = 2_000_000
"""Most rows that one file may have, blank ones too."""
MAX_ROW = 1_000_000
"""Most characters that one row may have."""

DELIMITERS = (",", ";", "\t")


class Row(NamedTuple):
    """The cells of a row, and the physical lines it begins and ends on, from 1."""

    line: int
    last_line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Form:
    """How the rows are written: their delimiter, and whether a line ``sep=;`` goes before."""

    delimiter: str
    announced: bool


class _Lines:
    """Physical lines, none so long, nor so many to a row, that memory runs out."""

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        self._readline = text.readline
        self._name = name
        self.row_size = 0
        """Characters of the row being read: set to 0 where a row is done."""

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._readline(MAX_ROW + 1)
        if not line:
            raise StopIteration
        self.row_size += len(line)
        if self.row_size > MAX_ROW:
            raise Refused(
                f"{self._name} has a row of more than {MAX_ROW:,} characters: it is not a list of "
                "people as CSV."
            )
        return line


def rows(source: Source, form: Form) -> Iterator[Row]:
    """The rows that are not blank, the headings first.

    Raises `Refused` for wrong quoting, with the line where the quote opens, and for rows that
    are too long or too many.
    """
    with source.text() as text:
        skipped = 1 if form.announced else 0
        for _ in range(skipped):
            text.readline(MAX_ROW)
        yield from _each_row(_Lines(text, source.name), skipped, source, form)


def _each_row(lines: _Lines, skipped: int, source: Source, form: Form) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=form.delimiter, strict=True)
    count = 0
    while True:
        line = skipped + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            last = skipped + reader.line_num
            raise Refused(_wrong_quoting(source, form, line, last)) from error
        if cells is None:
            return
        lines.row_size = 0
        count += 1
        if count > MAX_ROWS:
            raise Refused(f"{source.name} has more than {MAX_ROWS:,} rows: split it.")
        if any(cells):
            yield Row(line, skipped + reader.line_num, cells)


def find_form(source: Source, mapping: Mapping[str, str]) -> Form:
    """The form under which most headings are known and, of such, the one with most columns."""
    with source.text() as text:
        first = text.readline(20).strip().strip('"')
    if first[:4].casefold() == "sep=" and len(first) in (4, 5):
        return Form(first[4:] or "\t", announced=True)
    forms = [Form(delimiter, announced=False) for delimiter in DELIMITERS]
    return max(forms, key=lambda form: _fitness(_headings(source, form), mapping))


def _fitness(headings: Sequence[str], mapping: Mapping[str, str]) -> tuple[int, int]:
    return count_known(headings, mapping), len(headings)


def _headings(source: Source, form: Form) -> Sequence[str]:
    try:
        return next((row.cells for row in rows(source, form)), [])
    except Refused:
        return []


def _wrong_quoting(source: Source, form: Form, first: int, last: int) -> str:
    opened = _last_quote(source, form.delimiter, first, last)
    if opened is None:
        return (
            f"{source.name}, line {last}: a cell has more than {csv.field_size_limit():,} "
            "characters."
        )
    return (
        f"{source.name}, line {opened}: a quotation mark opens here and is not closed as it should "
        'be. Close it, and write a quotation mark within a cell twice: "".'
    )


def _last_quote(source: Source, delimiter: str, first: int, last: int) -> int | None:
    """The line, of those from ``first`` to ``last``, on which a quoted cell began last."""
    with source.text() as text:
        for _ in range(first - 1):
            text.readline()
        scan = _QuoteScan(delimiter)
        for line in range(first, last + 1):
            if not scan.feed(text.readline(MAX_ROW), line):
                break
        return scan.opened


class _QuoteScan:
    """Follows quoted cells as the csv module does, to tell where one began."""

    def __init__(self, delimiter: str) -> None:
        self._ends = (delimiter, "\r", "\n")
        self._inside = False
        self._at_start = True
        self._closed = False
        self.opened: int | None = None

    def feed(self, text: str, line: int) -> bool:
        """Follow one line; False where a closed quote is followed by what may not be there."""
        for character in text:
            if self._inside:
                self._inside = character != '"'
                self._closed = not self._inside
            elif character == '"' and (self._at_start or self._closed):
                self.opened = line if self._at_start else self.opened
                self._inside = True
            elif self._closed and character not in self._ends:
                return False
            else:
                self._closed = False
            self._at_start = not self._inside and not self._closed and character in self._ends
        return True
