"""Inspection of the ZIP archive of a workbook before a library reads it (U9).

The library loads a sheet into memory as a rectangle, so its size is checked first. It also returns
an empty value for a cell with an error and for a formula that was never calculated, so these cells
are located here.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import field
from html import unescape
from lzma import LZMAError
from typing import BinaryIO
from xml.etree import ElementTree as Xml
from zipfile import BadZipFile, ZipFile, ZipInfo

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused

MAX_CELLS = 30_000_000
"""Maximum number of cells in the rectangle of a sheet: a million people with thirty columns."""
MAX_UNPACKED = 1024 * 1024 * 1024
"""Maximum unpacked size of a workbook, in bytes."""

DAMAGED = (
    *(BadZipFile, zlib.error, LZMAError, struct.error, Xml.ParseError),
    *(ValueError, LookupError, ArithmeticError, RuntimeError, EOFError, OSError),
)
"""Errors raised for a damaged archive. The standard library validates few bytes up front."""

_CHUNK = 4 * 1024 * 1024
_LONGEST_ROW = 16 * 1024 * 1024
_SMALL_PART = 16 * 1024 * 1024
_ITEM = re.compile(
    rb"<(?:\w+:)?row\b([^>]*)>"
    rb"|<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)",
    re.DOTALL,
)
_REF = re.compile(rb'\br="([A-Z]*)(\d+)"')
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]+)</")
_INLINE = re.compile(rb"<(?:\w+:)?is\b")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_ODS_ITEM = re.compile(
    rb"<table:table(?P<table>(?:\s[^>]*)?)>|<table:table-row\b(?P<row>[^>]*)>"
    rb"|<table:(?:covered-)?table-cell\b(?P<cell>[^>]*?)(?P<empty>/?)>"
)
_ODS_NAME = re.compile(rb'\btable:name="([^"]*)"')
_ODS_ERROR = re.compile(rb'\bvalue-type="error"')
_ODS_WORDS = re.compile(rb"\s*<text:p[^>]*>([^<]*)<")
_ODS_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d+)"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FLAG_ENCRYPTED = 1


@dataclass(slots=True)
class SheetFindings:
    """Findings about a sheet."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    """The text of each cell with an error, such as ``#N/A``, by row and column from 0."""
    uncalculated: str = ""
    """The first cell with a formula and no value, such as ``C2``; empty if there is none."""


@dataclass(slots=True)
class WorkbookFindings:
    """Findings about a workbook."""

    sheets: dict[str, SheetFindings] = field(default_factory=dict)
    """Findings by name of the sheet."""
    counts_from_1904: bool = False


def inspect_workbook(binary: BinaryIO, name: str) -> WorkbookFindings:
    """Inspect the ZIP archive of an ``.xlsx`` or ``.ods`` file.

    Raises `Refused` if it is damaged, protected by a password, or too large when unpacked.
    """
    try:
        with ZipFile(binary) as parts:
            _check_sizes(parts, name)
            if "content.xml" in parts.namelist():
                return _inspect_ods(parts, name)
            if "xl/workbook.bin" in parts.namelist():
                raise Refused(f"{name} is a binary workbook (.xlsb): save it as .xlsx.")
            return _inspect_xlsx(parts, name)
    except DAMAGED as error:
        raise damaged(name) from error


def damaged(name: str) -> Refused:
    """Return the error for a workbook that cannot be read."""
    return Refused(
        f"{name} is an Excel workbook that cannot be read, damaged or of an unknown kind: open it, "
        "save it as .xlsx or as “CSV UTF-8”, and import that."
    )


def locked(name: str) -> Refused:
    """Return the error for a workbook that requires a password."""
    return Refused(
        f"{name} is protected by a password: open it, save it without one, and import that."
    )


def _check_sizes(parts: ZipFile, name: str) -> None:
    if any(part.flag_bits & _FLAG_ENCRYPTED for part in parts.infolist()):
        raise locked(name)
    if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
        raise Refused(
            f"{name} unpacks to more than {MAX_UNPACKED // 1024**2:,} MB, the most that one import "
            "reads: save the list alone as “CSV UTF-8”, and import that."
        )
    # Reading stops at the declared size, so a part that understates its size raises here.
    for part in parts.infolist():
        if not part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
            for _ in _chunks(parts, part):
                pass


def _chunks(parts: ZipFile, part: ZipInfo) -> Iterator[bytes]:
    with parts.open(part) as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk


def _small(parts: ZipFile, path: str) -> Xml.Element:
    """Parse a small XML part; one with a document type or entities is rejected."""
    with parts.open(path) as opened:
        text = opened.read(_SMALL_PART)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Xml.ParseError("a document type in a workbook")
    return Xml.fromstring(text)  # noqa: S314 - without entities there is nothing to expand


def _inspect_xlsx(parts: ZipFile, name: str) -> WorkbookFindings:
    book = _small(parts, "xl/workbook.xml")
    targets = {
        each.get("Id"): each.get("Target", "")
        for each in _small(parts, "xl/_rels/workbook.xml.rels")
    }
    found = WorkbookFindings()
    for element in book.iter():
        kind = element.tag.rpartition("}")[2]
        if kind == "workbookPr":
            found.counts_from_1904 = element.get("date1904") in ("1", "true", "on")
        elif kind == "sheet":
            target = targets.get(element.get(_RELATION), "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path.startswith("xl/worksheets/"):
                title = element.get("name", "")
                found.sheets[title] = _inspect_sheet(parts, path, name, title)
    return found


def _inspect_sheet(parts: ZipFile, path: str, name: str, title: str) -> SheetFindings:
    found = SheetFindings()
    extent = _Extent(name, title)
    row = column = -1
    for text in _rows_of(parts, path, name):
        for of_row, of_cell, content in _ITEM.findall(text):
            if not of_cell and not content:
                ref = _REF.search(of_row)
                row, column = (int(ref[2]) - 1 if ref else row + 1), -1
                continue
            ref = _REF.search(of_cell)
            column = _column(ref[1]) if ref and ref[1] else column + 1
            row = int(ref[2]) - 1 if ref else row
            if content:
                extent.reach(row, column)
                _note(found, row, column, of_cell, content)
    return found


def _note(found: SheetFindings, row: int, column: int, attributes: bytes, content: bytes) -> None:
    """Record an error or an uncalculated formula in a cell."""
    if b't="e"' in attributes:
        value = _VALUE.search(content)
        found.errors[row, column] = value[1].decode("ascii", "replace") if value else "#N/A"
    elif not found.uncalculated and _FORMULA.search(content):
        known = _VALUE.search(content) or _INLINE.search(content) or b't="str"' in attributes
        found.uncalculated = "" if known else f"{_letters(column)}{row + 1}"


def _rows_of(parts: ZipFile, path: str, name: str) -> Iterator[bytes]:
    """Yield a sheet in chunks that end with a complete row."""
    rest = b""
    for chunk in _chunks(parts, parts.getinfo(path)):
        rest += chunk
        end = rest.rfind(b"row>") + len(b"row>")
        if end > len(b"row>"):
            yield rest[:end]
            rest = rest[end:]
        if len(rest) > _LONGEST_ROW:
            raise damaged(name)
    yield rest


class _Extent:
    """Tracks the extent of a sheet and refuses one that would use too much memory."""

    def __init__(self, name: str, title: str) -> None:
        self._where = f"{name}, sheet “{title}”" if title else name
        self._rows = self._columns = 0

    def reach(self, row: int, column: int) -> None:
        """Extend the range to a cell with content."""
        if row < self._rows and column < self._columns:
            return
        self._rows, self._columns = max(self._rows, row + 1), max(self._columns, column + 1)
        if self._rows * self._columns > MAX_CELLS:
            last = f"{_letters(self._columns - 1)}{self._rows}"
            raise Refused(
                f"{self._where} reaches to cell {last}, more than {MAX_CELLS:,} cells: delete what "
                "stands far below or beside the list."
            )


def _inspect_ods(parts: ZipFile, name: str) -> WorkbookFindings:
    found, sheet = WorkbookFindings(), SheetFindings()
    extent, row, column, repeated = _Extent(name, ""), 0, 0, 0
    for text in _rows_of(parts, "content.xml", name):
        for item in _ODS_ITEM.finditer(text):
            if item["row"] is not None:
                row, column, repeated = row + repeated, 0, _times(item["row"])
            elif item["cell"] is not None:
                column += _times(item["cell"])
                if not item["empty"] or b"value-type=" in item["cell"]:
                    extent.reach(row + max(repeated, 1) - 1, column - 1)
                if _ODS_ERROR.search(item["cell"]):
                    words = _ODS_WORDS.match(text, item.end())
                    shown = words[1].decode("utf-8", "replace") if words else ""
                    sheet.errors[row, column - 1] = shown or "#N/A"
            else:
                title = _ODS_NAME.search(item["table"])
                extent, row, column, repeated = _Extent(name, ""), 0, 0, 0
                sheet = SheetFindings()
                if title:
                    found.sheets[unescape(title[1].decode("utf-8", "replace"))] = sheet
    return found


def _times(attributes: bytes) -> int:
    found = _ODS_REPEATED.search(attributes)
    return int(found[1]) if found else 1


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:7]:
        number = number * 26 + letter - 64
    return number - 1


def _letters(column: int) -> str:
    text, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text
