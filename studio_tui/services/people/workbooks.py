"""Conversion of Excel and OpenDocument workbooks to CSV for the parser of HR files (U9).

Requires python-calamine, an optional dependency: `pip install studio-tui[excel]`.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO
from zipfile import ZipFile

from studio_tui.domain.people.hr_file.dates import DAY_ZERO
from studio_tui.domain.people.hr_file.sheets import (
    DAY_ZERO_1904,
    SheetText,
    as_csv,
    cell_text,
    fill_merged_cells,
    lists_people,
)
from studio_tui.domain.shared.cancellation import Progress
from studio_tui.domain.shared.errors import NotFound, Refused, Unavailable
from studio_tui.domain.shared.text import clean_line, fold
from studio_tui.services.people.workbook_parts import (
    DAMAGED,
    SheetFindings,
    WorkbookFindings,
    damaged,
    inspect_workbook,
    locked,
)
from studio_tui.services.people.workbook_trial import survives_reading

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_ZIP = b"PK\x03\x04"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PEEK = 4096
_PROGRESS_EVERY = 5_000


class _Sheet:
    """A sheet of a workbook."""

    def __init__(
        self, book: "CalamineWorkbook", title: str, name: str, parts: WorkbookFindings
    ) -> None:
        import python_calamine as calamine

        self.title = title
        self._about = parts.sheets.get(title, SheetFindings())
        if self._about.uncalculated:
            raise Refused(
                f"{name}, sheet “{title}”: cell {self._about.uncalculated} holds a formula that "
                "nobody has calculated: open the workbook, save it, and import that."
            )
        try:
            self._found = book.get_sheet_by_name(title)
        except (calamine.CalamineError, *DAMAGED) as error:
            raise damaged(name) from error

    def rows(self) -> Iterator[Sequence[str]]:
        """Return all rows as texts, starting with the first row of the sheet."""
        return fill_merged_cells(self._texts(), self._found.merged_cell_ranges or ())

    def _texts(self) -> Iterator[Sequence[str]]:
        first_row, first_column = self._found.start or (0, 0)
        errors = self._about.errors
        yield from ((),) * first_row
        before = [""] * first_column
        for place, row in enumerate(self._found.iter_rows(), first_row):
            cells = [*before, *map(cell_text, row)]
            if errors:
                for column, cell in enumerate(cells):
                    cells[column] = cell or errors.get((place, column), "")
            yield cells


def kind_of(binary: BinaryIO) -> str:
    """Return the kind of a workbook, ``XLSX``, ``XLS`` or ``ODS``; empty for any other file."""
    binary.seek(0)
    start = binary.read(_PEEK)
    binary.seek(0)
    if start.startswith(_OLD):
        return "XLS"
    if not start.startswith(_ZIP):
        return ""
    names = _names_in(binary)
    if "content.xml" in names and "mimetype" in names:
        return "ODS"
    in_workbook = {"xl/workbook.xml", "xl/workbook.bin"} & names or start[30:].startswith(b"xl/")
    return "XLSX" if in_workbook else ""


def _names_in(binary: BinaryIO) -> set[str]:
    """Return the names of the parts of a ZIP file; empty if it is damaged."""
    try:
        with ZipFile(binary) as parts:
            return set(parts.namelist())
    except DAMAGED:
        return set()
    finally:
        binary.seek(0)


def sheet_of(
    binary: BinaryIO, kind: str, name: str, sheet: str, mapping: Mapping[str, str], tell: Progress
) -> SheetText:
    """Return the sheet named ``sheet``, or the first one that lists people if it is empty.

    ``name`` is the file name used in messages. Raises `NotFound` for an unknown sheet, `Refused` if
    the file cannot be read or requires a password, and `Unavailable` if the library is missing.
    """
    shown = clean_line(name) or "The file"
    parts = WorkbookFindings() if kind == "XLS" else inspect_workbook(binary, shown)
    binary.seek(0)
    book = _opened(binary, shown, kind)
    chosen = _chosen(book, shown, sheet, mapping, parts)
    day_zero = DAY_ZERO_1904 if parts.counts_from_1904 else DAY_ZERO
    return SheetText(chosen.title, as_csv(_with_progress(chosen.rows(), tell)), kind, day_zero)


def _opened(binary: BinaryIO, name: str, kind: str) -> "CalamineWorkbook":
    try:
        import python_calamine as calamine
    except ImportError as error:
        raise Unavailable(
            f"{name} is an Excel workbook, which takes an extra to read: install it with “pip "
            "install 'studio-tui[excel]'”, or save the workbook as “CSV UTF-8” and import that."
        ) from error
    if kind == "XLS" and not survives_reading(binary):
        raise damaged(name)
    try:
        return calamine.CalamineWorkbook.from_object(binary)
    except calamine.PasswordError as error:
        raise locked(name) from error
    except (calamine.CalamineError, *DAMAGED) as error:
        if _is_encrypted(binary):
            raise locked(name) from error
        raise damaged(name) from error


def _is_encrypted(binary: BinaryIO) -> bool:
    """Return whether the file is a container in which Office stores an encrypted document."""
    binary.seek(0)
    return "EncryptedPackage".encode("utf-16-le") in binary.read()


def _chosen(
    book: "CalamineWorkbook",
    name: str,
    sheet: str,
    mapping: Mapping[str, str],
    parts: WorkbookFindings,
) -> _Sheet:
    """Return the requested sheet, or the first visible one that lists people or has content."""
    import python_calamine as calamine

    if sheet:
        return _Sheet(book, _named(book, name, sheet), name, parts)
    visible = [
        each.name
        for each in book.sheets_metadata
        if each.visible == calamine.SheetVisibleEnum.Visible
        and each.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    first = None
    for each in visible:
        found = _Sheet(book, each, name, parts)
        if lists_people(found.rows(), mapping):
            return found
        if first is None and any(map(any, found.rows())):
            first = found
    if first is None:
        hidden = [each for each in book.sheet_names if each not in visible]
        there = f", beside what is hidden ({_listed(hidden)})" if hidden else ""
        raise Refused(f"{name} is empty: no sheet of it has anything in it{there}.")
    return first


def _named(book: "CalamineWorkbook", name: str, sheet: str) -> str:
    names = {fold(clean_line(each)): each for each in reversed(book.sheet_names)}
    if (found := names.get(fold(clean_line(sheet)))) is not None:
        return found
    near = difflib.get_close_matches(fold(sheet), names, 1)
    meant = f" Did you mean “{names[near[0]]}”?" if near else ""
    raise NotFound(
        f"{name} has no sheet “{clean_line(sheet)}”.{meant} It has {_listed(book.sheet_names)}."
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{clean_line(each)}”" for each in names)


def _with_progress(rows: Iterator[Sequence[str]], tell: Progress) -> Iterator[Sequence[str]]:
    for number, row in enumerate(rows):
        if not number % _PROGRESS_EVERY:
            tell(0.0)
        yield row
