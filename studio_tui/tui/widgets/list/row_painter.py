"""Drawing of the lines of a list: header, rows and placeholders; one strip per line."""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.list_source import Sort
from studio_tui.tui.text import fit, plain
from studio_tui.tui.widgets.list.columns import GAP, Column, PlacedColumn, StyledText, Tone, place

R = TypeVar("R")
Tones = Mapping[Tone, Style]
"""The style of each tone; a cell of a missing tone has the style of its row."""

MARK_WIDTH = 2
"""Width in cells of the column of marks."""
MARK = "●"
_ASCENDING, _DESCENDING = " ↑", " ↓"
_LOADING = "·"


@dataclass(frozen=True, slots=True)
class Painter(Generic[R]):
    """Draws the lines of a list with these columns in this width."""

    columns: tuple[PlacedColumn[R], ...]
    width: int
    margin: int
    """Cells before the first column: those of the marks, or 0."""

    @classmethod
    def fitting(cls, columns: Sequence[Column[R]], width: int, *, marks: bool) -> "Painter[R]":
        """Return a painter for ``width`` cells."""
        margin = MARK_WIDTH if marks else 0
        return cls(place(columns, max(width - margin - 1, 1)), width, margin)

    def column_at(self, x: int) -> Column[R] | None:
        """Return the column at cell ``x`` of a line; None if there is none."""
        inner = x - self.margin
        hits = (p.column for p in self.columns if p.x <= inner < p.x + p.width + GAP)
        return next(hits, None)

    def header(self, sort: Sort | None, style: Style) -> Strip:
        """Return the header with the sort indicator."""
        cells = [fit(_title(p, sort), p.width, right=p.column.right) for p in self.columns]
        return self._one_style(" " * self.margin + (" " * GAP).join(cells), style)

    def row(self, row: R, style: Style, tones: Tones, *, marked: bool) -> Strip:
        """Return a row in ``style``; a cell with a tone has the style that ``tones`` gives it."""
        line = _Line(style)
        if self.margin:
            line.add(fit(MARK if marked else "", self.margin), tones.get(Tone.MARK))
        for number, placed in enumerate(self.columns):
            line.add(" " * GAP if number else "")
            cell = placed.column.cell(row)
            if isinstance(cell, tuple):
                _add_parts(line, cell, placed.width, tones)
                continue
            text, tone = (cell.text, cell.tone) if isinstance(cell, StyledText) else (cell, None)
            shown = fit(text, placed.width, right=placed.column.right)
            line.add(shown, tones.get(tone) if tone else None)
        return line.strip(self.width)

    def loading(self, style: Style) -> Strip:
        """Return the placeholder of a row that is not loaded."""
        return self._one_style(" " * self.margin + _LOADING, style)

    def blank(self, style: Style) -> Strip:
        """Return an empty line."""
        return Strip.blank(self.width, style)

    def sentence(self, text: str, style: Style) -> Strip:
        """Return a line of the text that is shown if there are no rows."""
        return self._one_style(" " * MARK_WIDTH + fit(text, max(self.width - MARK_WIDTH, 1)), style)

    def _one_style(self, text: str, style: Style) -> Strip:
        return Strip([Segment(text, style)]).adjust_cell_length(self.width, style)


class _Line:
    """A line under construction. Adjacent cells of one style form one segment, to save bytes."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._rich = style
        self._text: list[str] = []
        self._segments: list[Segment] = []

    def add(self, text: str, style: Style | None = None) -> None:
        if style is None or text.isspace():
            self._text.append(text)
        else:
            self._flush()
            self._segments.append(Segment(text, style))

    def strip(self, width: int) -> Strip:
        self._flush()
        return Strip(self._segments).adjust_cell_length(width, self._rich)

    def _flush(self) -> None:
        if text := "".join(self._text):
            self._segments.append(Segment(text, self._rich))
        self._text.clear()


def _add_parts(line: _Line, parts: Sequence[StyledText], width: int, tones: Tones) -> None:
    """Add ``parts`` side by side in exactly ``width`` cells."""
    for part in parts:
        shown = fit(part.text, min(cell_len(plain(part.text)), width))
        line.add(shown, tones.get(part.tone))
        width -= cell_len(shown)
    line.add(" " * width)


def _title(placed: PlacedColumn[R], sort: Sort | None) -> str:
    title = placed.column.title
    if sort is None or sort.column != placed.column.key:
        return title
    return title + (_DESCENDING if sort.descending else _ASCENDING)
