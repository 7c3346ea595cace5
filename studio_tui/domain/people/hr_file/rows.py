"""The rows of delimited text, with their physical line numbers."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from studio_tui.domain.people.hr_file.headings import count_known, recognise, recognised_fields
from studio_tui.domain.people.hr_file.records import ImportField
from studio_tui.domain.people.hr_file.source import SourceFile
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import clean_line

MAX_ROWS = 2_000_000
"""Maximum number of rows of a file, including blank ones."""
MAX_ROW = 1_000_000
"""Maximum length of a row, in characters."""

DELIMITERS = (",", ";", "\t", "|")
_NAMED_DELIMITERS = {
    "comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|", "bar": "|",
    "space": " ", "colon": ":",
}  # fmt: skip
LOOKED_THROUGH = 30
"""Number of leading rows that may be the headings.

Reports put a title, a date and a filter above them.
"""
_LOOKED_INTO = 1_000_000
"""Number of leading characters that are searched for spaces before quotation marks."""
_SURE = 3
"""Minimum number of known headings that makes a row a repetition of the headings."""


class FileRow(NamedTuple):
    """The cells of a row, and its first and last physical line, from 1."""

    line: int
    last_line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class RowFormat:
    """The format of the rows.

    ``announced`` tells whether a line ``sep=;`` precedes them.
    """

    delimiter: str
    announced: bool
    above: int = 0
    """Number of rows above the headings: titles, ``#TYPE``."""
    repeated: bool = False
    """Whether the row below the headings repeats them, as SuccessFactors writes it."""
    spaced: bool = False
    """Whether spaces may stand between a delimiter and a quotation mark."""


class _Lines:
    """An iterator over physical lines that limits the length of a row, to bound memory use."""

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        self._readline = text.readline
        self._name = name
        self.row_size = 0
        """Number of characters of the current row. The reader resets it to 0 after each row."""

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


def rows(source: SourceFile, form: RowFormat) -> Iterator[FileRow]:
    """Yield the rows that are not blank, starting with the headings.

    Raises `Refused` for wrong quoting, with the line of the opening quote, and for rows that are
    too long or too many.
    """
    with source.text() as text:
        skipped = 1 if form.announced else 0
        for _ in range(skipped):
            text.readline(MAX_ROW)
        every = _each_row(_Lines(text, source.name), skipped, source, form)
        for _ in range(form.above):
            next(every, None)
        if (headings := next(every, None)) is not None:
            yield headings
        if form.repeated:
            next(every, None)
        yield from every


def _each_row(
    lines: _Lines, skipped: int, source: SourceFile, form: RowFormat
) -> Iterator[FileRow]:
    reader = csv.reader(lines, delimiter=form.delimiter, strict=True, skipinitialspace=form.spaced)
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
        if any(cells) and not (cells[0].startswith("#") and _is_comment(cells)):
            yield FileRow(line, skipped + reader.line_num, cells)


def _is_comment(cells: Sequence[str]) -> bool:
    return not any(cells[1:]) and recognise(cells[0]) is None


def parse_delimiter(text: str) -> str:
    """Return the delimiter that the user specified: itself, or ``tab``, ``pipe``.

    Raises `Refused`.
    """
    found = _NAMED_DELIMITERS.get(text.strip().casefold(), text)
    if len(found) != 1 or found.isalnum() or found in "\"'\r\n@":
        raise Refused(
            f"“{clean_line(text)}” is no delimiter: it is one character, or one of "
            f"{', '.join(name for name in _NAMED_DELIMITERS if name.isalpha())}."
        )
    return found


def find_form(source: SourceFile, mapping: Mapping[str, str], delimiter: str = "") -> RowFormat:
    """Return the format with the most known headings, and of those, the one with the most columns.

    The headings are the first row, or a row below it (`LOOKED_THROUGH`) that has more known
    headings.
    """
    with source.text() as text:
        first = text.readline(20).strip().strip('"')
    announced = first[:4].casefold() == "sep=" and len(first) in (4, 5)
    if announced and not delimiter:
        return _formed(source, first[4:] or "\t", mapping, announced=True)[1]
    tried = [delimiter] if delimiter else DELIMITERS
    forms = [_formed(source, one, mapping, announced=announced) for one in tried]
    return max(forms, key=lambda fitness_and_form: fitness_and_form[0])[1]


def _formed(
    source: SourceFile, delimiter: str, mapping: Mapping[str, str], *, announced: bool
) -> tuple[tuple[int, int], RowFormat]:
    """Return the format with this delimiter, preceded by its fitness."""
    with source.text() as text:
        spaced = re.search(rf'(?:^|{re.escape(delimiter)}) +"', text.read(_LOOKED_INTO)) is not None
    form = RowFormat(delimiter, announced, spaced=spaced)
    top = _top(source, form)
    if not top:
        return (0, 0), form
    known = [count_known(cells, mapping) for cells in top]
    above = _headings_among(top, known, mapping)
    below = above + 1
    repeated = below < len(top) and _repeats(top[below], known[below], known[above])
    return (known[above], len(top[above])), replace(form, above=above, repeated=repeated)


def _headings_among(
    top: Sequence[Sequence[str]], known: Sequence[int], mapping: Mapping[str, str]
) -> int:
    for place in sorted(range(1, len(top)), key=lambda place: -known[place]):
        if known[place] <= max(known[0], 1):
            break
        told = recognised_fields(top[place], mapping)
        if told & {ImportField.EMAIL, ImportField.PRINCIPAL} and not any(
            "@" in cell for cell in top[place]
        ):
            return place
    return 0


def _repeats(cells: Sequence[str], known: int, of_headings: int) -> bool:
    """Return whether a row repeats the headings."""
    enough = known >= _SURE and 2 * known >= of_headings
    return enough and not any("@" in cell for cell in cells)


def _top(source: SourceFile, form: RowFormat) -> list[Sequence[str]]:
    found: list[Sequence[str]] = []
    try:
        for row in rows(source, form):
            found.append(row.cells)
            if len(found) == LOOKED_THROUGH:
                break
    except Refused:
        pass
    return found


def _wrong_quoting(source: SourceFile, form: RowFormat, first: int, last: int) -> str:
    opened = _last_quote(source, form, first, last)
    if opened is None:
        return (
            f"{source.name}, line {last}: a cell has more than {csv.field_size_limit():,} "
            "characters."
        )
    return (
        f"{source.name}, line {opened}: a quotation mark opens here and is not closed as it should "
        'be. Close it, and write a quotation mark within a cell twice: "".'
    )


def _last_quote(source: SourceFile, form: RowFormat, first: int, last: int) -> int | None:
    """Return the line, between ``first`` and ``last``, of the last opening quote."""
    with source.text() as text:
        for _ in range(first - 1):
            text.readline()
        scan = _QuoteScan(form.delimiter, spaced=form.spaced)
        for line in range(first, last + 1):
            if not scan.feed(text.readline(MAX_ROW), line):
                break
        return scan.opened


class _QuoteScan:
    """A scanner that tracks quoted cells like the csv module, to locate opening quotes."""

    def __init__(self, delimiter: str, *, spaced: bool) -> None:
        self._ends = (delimiter, "\r", "\n")
        self._spaced = spaced
        self._inside = False
        self._at_start = True
        self._closed = False
        self.opened: int | None = None

    def feed(self, text: str, line: int) -> bool:
        """Scan one line; return False if an invalid character follows a closing quote."""
        for character in text:
            if self._inside:
                self._inside = character != '"'
                self._closed = not self._inside
            elif character == '"' and (self._at_start or self._closed):
                self.opened = line if self._at_start else self.opened
                self._inside = True
            elif self._closed and character not in self._ends:
                return False
            elif self._at_start and character == " " and self._spaced:
                continue
            else:
                self._closed = False
            self._at_start = not self._inside and not self._closed and character in self._ends
        return True
