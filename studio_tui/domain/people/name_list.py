"""Parsing of pasted or exported lists of people: logins or addresses, in any usual form."""

import csv
import re

from studio_tui.domain.people.hr_file.headings import recognise
from studio_tui.domain.people.hr_file.records import ImportField
from studio_tui.domain.people.hr_file.rows import DELIMITERS
from studio_tui.domain.shared.addresses import clear_address, why_no_address
from studio_tui.domain.shared.errors import Refused

_ANGLED = re.compile(r"<\s*([^<>\s]+@[^<>\s]+)\s*>")
_PIECES = re.compile(r"[;\t]")
_TELLING = (ImportField.LOGIN, ImportField.EMAIL, ImportField.PRINCIPAL)
"""Columns of a table that identify a person, the most reliable first."""


def parse_names(text: str) -> list[str]:
    """Return the logins and addresses in ``text``.

    Each line has one, or several separated by ``;``, a tab or a comma; an address may come with a
    name, as ``Ann <ann@example.org>``. If the first line has headings, such as ``email``, the
    column with the login or address is used, and each cell is parsed like a line. Raises `Refused`
    if a quoted cell is not closed.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return []
    try:
        for delimiter in DELIMITERS:
            cells = next(csv.reader([lines[0]], delimiter=delimiter))
            if (index := _telling(cells)) is not None:
                lines = _column(lines[1:], delimiter, index if len(cells) > 1 else None)
                break
    except csv.Error as error:
        raise Refused(f"The list of users cannot be read as CSV: {error}.") from error
    return [name for line in lines for name in _in_line(line)]


def _telling(headings: list[str]) -> int | None:
    fields = [found[0] if (found := recognise(heading)) else None for heading in headings]
    return next((fields.index(field) for field in _TELLING if field in fields), None)


def _column(lines: list[str], delimiter: str, index: int | None) -> list[str]:
    """Return the cells of a column.

    Without ``index``, there is only one column and no delimiter: each line is a cell, unless
    quotation marks are used.
    """
    if index is None and not any(line.startswith('"') for line in lines):
        return lines
    chosen = slice(index, None if index is None else index + 1)
    return [cell for row in csv.reader(lines, delimiter=delimiter) for cell in row[chosen]]


def _in_line(line: str) -> list[str]:
    pieces = [piece.strip() for piece in _PIECES.split(line)]
    return [name for piece in pieces if piece for name in _in_piece(piece)]


def _in_piece(piece: str) -> list[str]:
    found = clear_address(piece)
    if "," not in piece or not why_no_address(found):
        return [found]
    angled: list[str] = _ANGLED.findall(piece)
    if angled and len(angled) == piece.count("@"):
        return angled
    parts = [part.strip() for part in piece.split(",") if part.strip()]
    return [piece] if any(" " in part for part in parts) else parts
