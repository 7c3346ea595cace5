"""Export of a list, or of its marked rows, as a CSV file (S7)."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from studio_tui.domain.shared.list_source import Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.system import files
from studio_tui.tui.widgets.list.bulk_reading import cells, headings, pages
from studio_tui.tui.widgets.list.columns import Column


def write_csv(
    path: Path,
    source: Source[Any, Any],
    selection: Selection[Any] | None,
    columns: Sequence[Column[Any]],
    *,
    replacing: bool,
    tell: Callable[[float], None],
) -> int:
    """Write the rows of ``source``, or only those in ``selection``, and return their number.

    The file is written completely or not at all, and only the account of the writer can read it.
    ``tell`` receives the completed share and may stop the export by raising. Raises `Refused` if
    the file cannot be written. Queries the source: to be called off the event loop.
    """
    number = 0

    def parts() -> Iterator[bytes]:
        nonlocal number
        yield _lines([headings(columns)])
        for page in pages(source, selection, tell):
            number += len(page)
            yield _lines([cells(row, columns) for row in page])

    files.write_private_parts(path, parts(), force=replacing)
    return number


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
