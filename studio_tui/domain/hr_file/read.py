"""From bytes to records: each cell checked, no row yet compared with another (U6)."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from studio_tui.domain.errors import Refused
from studio_tui.domain.hr_file.collecting import no_cycles_made
from studio_tui.domain.hr_file.dates import DayOrder
from studio_tui.domain.hr_file.headings import Layout, lay_out
from studio_tui.domain.hr_file.records import NOT_STORED, Field, HrFile, Record, Refusal
from studio_tui.domain.hr_file.row_reader import RowReader
from studio_tui.domain.hr_file.rows import Form, Row, find_form, rows
from studio_tui.domain.hr_file.source import Source, open_source
from studio_tui.domain.stopping import Progress, unwatched

_TOLD_EVERY = 5_000
_REMEMBERED = 50_000


def read(
    source: bytes | Path | BinaryIO,
    mapping: Mapping[str, str] | None = None,
    *,
    name: str = "",
    progress: Progress = unwatched,
) -> HrFile:
    """Read what an HR system exported.

    ``source`` is a path, the bytes, or a binary file; ``mapping`` is what ``--map`` gave, heading
    → field; ``name`` is what messages call the file. Raises `Unavailable` where it cannot be
    read and `Refused` where it is no such list at all; a row that is wrong is a refusal in the
    result.
    """
    with no_cycles_made(), open_source(source, name) as opened:
        form = find_form(opened, mapping or {})
        layout = _layout(opened, form, mapping or {})
        order = _day_order(opened, form, layout)
        reader = RowReader(layout, order)
        records: list[Record] = []
        refusals: list[Refusal] = []
        for number, row in enumerate(_people(opened, form)):
            result = reader.read(row)
            if isinstance(result, Record):
                records.append(result)
            else:
                refusals.append(result)
            if not number % _TOLD_EVERY:
                progress(opened.share_read())
        progress(1.0)
        return _result(opened, form, layout, records, refusals)


def _result(
    source: Source,
    form: Form,
    layout: Layout,
    records: Sequence[Record],
    refusals: Sequence[Refusal],
) -> HrFile:
    return HrFile(
        records=tuple(records),
        refusals=tuple(refusals),
        headings={column.heading: column.field for column in layout.columns},
        ignored=layout.ignored,
        encoding=source.encoding.name,
        delimiter=form.delimiter,
        present_fields=_present(layout.fields),
    )


def _present(told: frozenset[Field]) -> frozenset[Field]:
    return (told - NOT_STORED) | {Field.EMAIL, Field.GIVEN_NAME, Field.FAMILY_NAME}


def _layout(source: Source, form: Form, mapping: Mapping[str, str]) -> Layout:
    headings = next(iter(rows(source, form)), None)
    if headings is None:
        raise Refused(f"{source.name} is empty: it has no line of headings.")
    try:
        return lay_out(headings.cells, mapping)
    except Refused as refused:
        raise Refused(f"{source.name}: {refused}") from refused


def _people(source: Source, form: Form) -> Iterable[Row]:
    """The rows below the headings."""
    every = iter(rows(source, form))
    next(every, None)
    return every


def _day_order(source: Source, form: Form, layout: Layout) -> DayOrder:
    """What the column of dates, if any, proves: read through before any row is."""
    order = DayOrder()
    index = next((c.index for c in layout.columns if c.field is Field.HIRED_ON), None)
    if index is None:
        return order
    seen = set[str]()
    for row in _people(source, form):
        cell = row.cells[index] if index < len(row.cells) else ""
        if cell not in seen and len(seen) < _REMEMBERED:
            seen.add(cell)
            order = order.seen(cell, row.line)
    return order
