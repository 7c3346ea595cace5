"""Opening of HR files; `domain.people.hr_file` parses their content (U6)."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import BinaryIO

from studio_tui.domain.people import hr_file
from studio_tui.domain.people.hr_file import MAX_BYTES, FileHints, HrFile
from studio_tui.domain.people.hr_file.dates import DAY_ZERO
from studio_tui.domain.people.hr_file.html_table import table_of
from studio_tui.domain.people.hr_file.sheets import DELIMITER, SheetText
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.people.gc_pause import gc_paused
from studio_tui.services.people.workbooks import kind_of, sheet_of

_NO_HINTS = FileHints()
_NO_MAPPING: Mapping[str, str] = {}
_WORKBOOK_SUFFIXES = (".xls", ".xlsx", ".html", ".htm")
"""File name suffixes of workbooks. Some HR systems use them for web pages with a table."""
_PAGE = re.compile(rb"<(?:!doctype|html|head|meta|table|div|body)\b", re.IGNORECASE)
_PEEK = 4_096
MAX_PAGE = 64 * 1024 * 1024
"""Maximum number of bytes read of a web page."""


def read(
    source: Path | BinaryIO | bytes,
    mapping: Mapping[str, str] = _NO_MAPPING,
    *,
    name: str = "",
    progress: Progress = ignore_progress,
    form: FileHints = _NO_HINTS,
) -> HrFile:
    """Read an export of an HR system; the parameters are those of `hr_file.read`.

    A workbook is read like a CSV file: the sheet that ``form`` names, or the first one that lists
    people (U9). ``name`` is the name used in messages for a source that has no path. A binary file
    stays open, and its owner closes it. Raises `Unavailable` if the file cannot be read, and
    `Refused` if it is not a list of people.
    """
    with gc_paused(), _opened(source, name, mapping, form, progress) as opened:
        file = hr_file.read(
            opened.binary,
            mapping,
            name=opened.name,
            progress=progress,
            form=opened.form,
            day_zero=opened.sheet.day_zero if opened.sheet else DAY_ZERO,
        )
    if opened.sheet is None:
        return file
    return replace(file, encoding=opened.sheet.kind, delimiter="", sheet=opened.sheet.name)


def headings_in(path: Path, form: FileHints = _NO_HINTS) -> tuple[str, ...]:
    """Return the headings of a file, each once; raises the errors of `read`."""
    with _opened(path, "", _NO_MAPPING, form, ignore_progress) as opened:
        return hr_file.headings_in(opened.binary, name=opened.name, form=opened.form)


@dataclass(frozen=True, slots=True)
class _ReadyFile:
    """An opened file in the form that the parser reads."""

    binary: BinaryIO
    name: str
    """The name used in messages; empty if the source has none."""
    form: FileHints
    sheet: SheetText | None = None
    """The sheet of a workbook, of which `binary` is the CSV text; None for any other file."""


@contextmanager
def _opened(
    source: Path | BinaryIO | bytes,
    name: str,
    mapping: Mapping[str, str],
    form: FileHints,
    progress: Progress,
) -> Iterator[_ReadyFile]:
    if isinstance(source, Path):
        with _open_path(source) as binary:
            yield _as_text(binary, source.name, mapping, form, progress)
    else:
        binary = BytesIO(source) if isinstance(source, bytes) else source
        yield _as_text(binary, name, mapping, form, progress)


def _as_text(
    binary: BinaryIO, name: str, mapping: Mapping[str, str], form: FileHints, progress: Progress
) -> _ReadyFile:
    """Return ``binary`` itself or, for a workbook, the text of one sheet."""
    sheet = _sheet(binary, name, mapping, form, progress)
    if sheet is None:
        if form.sheet:
            raise Refused(f"{clean_line(name) or 'The file'} is no workbook: it has no sheets.")
        return _ReadyFile(binary, name, form)
    called = f"{name or 'The file'}, sheet “{sheet.name}”"
    as_it_is = FileHints("utf-8", DELIMITER, form.dates)
    return _ReadyFile(BytesIO(sheet.data), called, as_it_is, sheet)


def _sheet(
    binary: BinaryIO, name: str, mapping: Mapping[str, str], form: FileHints, progress: Progress
) -> SheetText | None:
    if not binary.seekable():
        return None
    if kind := kind_of(binary):
        if binary.seek(0, SEEK_END) > MAX_BYTES:
            raise Refused(f"{clean_line(name)} is larger than {MAX_BYTES // 1024**2} MB: split it.")
        return sheet_of(binary, kind, name, form.sheet, mapping, progress)
    if not name.casefold().endswith(_WORKBOOK_SUFFIXES):
        return None
    start = binary.read(_PEEK)
    binary.seek(0)
    table = (
        table_of(binary.read(MAX_PAGE), mapping)
        if _PAGE.search(start.replace(b"\0", b""))
        else None
    )
    binary.seek(0)
    return table


def _open_path(path: Path) -> BinaryIO:
    name = clean_line(path.name) or "The file"
    if path.is_dir():
        raise Unavailable(f"{name} is a folder: name the file in it that is to be imported.")
    try:
        return path.open("rb")
    except OSError as error:
        raise Unavailable(f"{name} cannot be read: {error.strerror}.") from error
