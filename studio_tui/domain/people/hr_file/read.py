"""Parsing of a file into records: validates each cell, but does not compare rows (U6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import BinaryIO

from studio_tui.domain.people.hr_file.dates import DAY_ZERO, DayOrder
from studio_tui.domain.people.hr_file.headings import Layout, find_columns, lay_out
from studio_tui.domain.people.hr_file.records import (
    DAYS,
    NOT_STORED,
    HrFile,
    ImportField,
    Record,
    Refusal,
    RowWarning,
)
from studio_tui.domain.people.hr_file.row_reader import RowReader
from studio_tui.domain.people.hr_file.rows import (
    FileRow,
    RowFormat,
    find_form,
    parse_delimiter,
    rows,
)
from studio_tui.domain.people.hr_file.source import SourceFile, parse_encoding, source_file
from studio_tui.domain.people.keys import key
from studio_tui.domain.people.wrong_cell import quoted
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import clean_line

_TOLD_EVERY = 5_000
_REMEMBERED = 50_000
_STATUSES = {"active": True, "left": False, "inactive": False}
"""Meanings of a status word that ``--map`` can specify."""


@dataclass(frozen=True, slots=True)
class FileHints:
    """The format of a file as far as the user specified it. The rest is detected."""

    encoding: str = ""
    delimiter: str = ""
    dates: str = ""
    """``day-first``, ``month-first``, or empty."""
    sheet: str = ""
    """Name of the sheet of a workbook (U9)."""


_NOTHING_TOLD = FileHints()


def read(
    source: bytes | BinaryIO,
    mapping: Mapping[str, str] | None = None,
    *,
    name: str = "",
    progress: Progress = ignore_progress,
    form: FileHints = _NOTHING_TOLD,
    day_zero: date = DAY_ZERO,
) -> HrFile:
    """Parse the export of an HR system.

    ``source`` is the content, or a binary file, which stays open. ``mapping`` is the value of
    ``--map``: heading → field, or status word → ``active`` or ``left``. ``name`` is the name of the
    file in messages, ``form`` the format that the user specified, and ``day_zero`` day 0 of the
    serial dates of a workbook. Raises `Refused` if the file is not a list of people; an invalid row
    is a refusal in the result.
    """
    mapping = mapping or {}
    opened, found = _opened(source, mapping, name, form)
    layout, words = _layout(opened, found, mapping)
    order = replace(_day_order(opened, found, layout, form.dates), day_zero=day_zero)
    reader = RowReader(layout, order, words, guessed=opened.encoding.guessed)
    records: list[Record] = []
    refusals: list[Refusal] = []
    for number, row in enumerate(_people(opened, found)):
        result = reader.read(row)
        if result is None:
            continue
        if isinstance(result, Record):
            records.append(result)
        else:
            refusals.append(result)
        if not number % _TOLD_EVERY:
            progress(opened.share_read())
    progress(1.0)
    return HrFile(
        records=tuple(records),
        refusals=tuple(refusals),
        headings={column.heading: column.field for column in layout.columns},
        ignored=layout.ignored,
        encoding=opened.encoding.name,
        delimiter=found.delimiter,
        present_fields=_present(layout.fields),
        warnings=(
            *_about_days(layout, order),
            *reader.garbled_warnings(opened.encoding.name),
            *_about_words(words, reader.used_words),
            *reader.warnings,
        ),
    )


def headings_in(
    source: bytes | BinaryIO, *, name: str = "", form: FileHints = _NOTHING_TOLD
) -> tuple[str, ...]:
    """Return the distinct headings of a file as written. Raises the same errors as `read`."""
    opened, found = _opened(source, {}, name, form)
    first = next(iter(rows(opened, found)), None)
    cells = map(clean_line, first.cells) if first else ()
    return tuple(dict.fromkeys(cell for cell in cells if cell))


def _opened(
    source: bytes | BinaryIO, mapping: Mapping[str, str], name: str, form: FileHints
) -> tuple[SourceFile, RowFormat]:
    encoding = parse_encoding(form.encoding) if form.encoding else None
    delimiter = parse_delimiter(form.delimiter) if form.delimiter else ""
    opened = source_file(source, name, encoding)
    return opened, find_form(opened, mapping, delimiter)


def _present(told: frozenset[ImportField]) -> frozenset[ImportField]:
    implied = {ImportField.ACTIVE} if told & {ImportField.LEFT, ImportField.LEFT_ON} else set()
    return (
        (told - NOT_STORED)
        | implied
        | {ImportField.EMAIL, ImportField.GIVEN_NAME, ImportField.FAMILY_NAME}
    )


def _layout(
    source: SourceFile, form: RowFormat, mapping: Mapping[str, str]
) -> tuple[Layout, Mapping[str, bool]]:
    """Return the columns, and the meanings of status words by `key`."""
    headings = next(iter(rows(source, form)), None)
    if headings is None:
        raise Refused(f"{source.name} is empty: it has no line of headings.")
    try:
        words = _words(headings.cells, mapping)
        columns = {name: field for name, field in mapping.items() if name not in words}
        layout = lay_out(headings.cells, columns)
        if words and not layout.fields & {ImportField.ACTIVE, ImportField.LEFT}:
            lay_out(headings.cells, mapping)
    except Refused as refused:
        raise Refused(f"{source.name}: {refused}") from refused
    return layout, {key(clean_line(name)): there for name, there in words.items()}


def _words(headings: Sequence[str], mapping: Mapping[str, str]) -> dict[str, bool]:
    """Return the status words that ``--map "A=active"`` explains, if no column is called “A”."""
    return {
        name: _STATUSES[said]
        for name, field in mapping.items()
        if (said := field.strip().casefold()) in _STATUSES and not find_columns(headings, name)
    }


def _people(source: SourceFile, form: RowFormat) -> Iterable[FileRow]:
    """Return the rows below the headings."""
    every = iter(rows(source, form))
    next(every, None)
    return every


def _day_order(source: SourceFile, form: RowFormat, layout: Layout, told: str) -> DayOrder:
    """Return the evidence in the date columns, found in a separate pass before rows are parsed."""
    if told:
        return DayOrder(told="month-first" if told == "month-first" else "day-first")
    order = DayOrder()
    indexes = [c.index for c in layout.columns if c.field in DAYS]
    if not indexes:
        return order
    seen = set[str]()
    for row in _people(source, form):
        for index in indexes:
            cell = row.cells[index] if index < len(row.cells) else ""
            if cell not in seen and len(seen) < _REMEMBERED:
                seen.add(cell)
                order = order.seen(cell, row.line)
    return order


def _about_days(layout: Layout, order: DayOrder) -> list[RowWarning]:
    if not order.is_guess or order.open is None:
        return []
    line, text = order.open
    heading = next(column.heading for column in layout.columns if column.field in DAYS)
    reason = (
        f"{quoted(text)} is read with the day first, as all of its kind here, though nothing in "
        "the file proves it: say --dates day-first, or --dates month-first"
    )
    return [RowWarning(line, heading, reason)]


def _about_words(words: Mapping[str, bool], used: set[str]) -> list[RowWarning]:
    return [
        RowWarning(0, "", f"no cell says {quoted(word)}, which --map explains")
        for word in sorted(words.keys() - used)
    ]
