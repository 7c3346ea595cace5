"""Web pages with a table that are named as workbooks, as some HR systems export them (U9)."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

from studio_tui.domain.people.hr_file.sheets import SheetText, as_csv, lists_people

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_MOST_SPANNED = 1_000
_LOOKED_INTO = 4_096


def table_of(page: bytes, mapping: Mapping[str, str]) -> SheetText | None:
    """Return the first table with known headings, or None."""
    parser = _Tables()
    parser.feed(_text(page))
    parser.close()
    for number, table in enumerate(parser.tables, 1):
        if lists_people(table, mapping):
            return SheetText(f"table {number}", as_csv(table), "HTML")
    return None


def _text(page: bytes) -> str:
    for mark, codec in _MARKS:
        if page.startswith(mark):
            return page.decode(codec, "replace")
    told = _CHARSET.search(page[:_LOOKED_INTO])
    for codec in ([told[1].decode()] if told else []) + ["utf-8"]:
        try:
            return page.decode(codec)
        except (LookupError, UnicodeDecodeError):
            continue
    return page.decode("cp1252", "replace")


class _Tables(HTMLParser):
    """A parser that collects the cells of every table. Nested tables are separate tables."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a table, a row or a cell."""
        if tag == "table":
            self._open.append([])
            self.tables.append(self._open[-1])
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].append([])
        elif tag in ("td", "th") and self._open:
            self._end_cell()
            self._cell, self._span = [], _spanned(dict(attrs).get("colspan"))
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        """End a cell or a table."""
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Add text to the current cell."""
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is None or not self._open:
            return
        if not self._open[-1]:
            self._open[-1].append([])
        text = " ".join("".join(self._cell).split())
        self._open[-1][-1] += [text, *[""] * (self._span - 1)]
        self._cell = None


def _spanned(text: str | None) -> int:
    number = int(text) if text and text.isascii() and text.isdigit() else 1
    return min(max(number, 1), _MOST_SPANNED)
