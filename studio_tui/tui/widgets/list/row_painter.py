"""Draws the lines of a list: header, rows, placeholders. One strip per line, measured in cells."""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.list_source import Sort
from studio_tui.tui.text import fit, plain
from studio_tui.tui.widgets.list.columns import GAP, Column, Placed, Tone, Toned, place

R = TypeVar("R")
Tones = Mapping[Tone, Style]
"""How tones look; a tone that is missing looks like the rest of its row."""

MARK_WIDTH = 2
"""Cells of the column that shows marks."""
MARK = "●"
_ASCENDING, _DESCENDING = " ↑", " ↓"
_LOADING = "·"


@dataclass(frozen=True, slots=True)
class Painter(Generic[R]):
    """The lines of a list of this width with these columns."""

    columns: tuple[Placed[R], ...]
    width: int
    margin: int
    """Cells before the first column: the marks, or nothing."""

    @classmethod
    def fitting(cls, columns: Sequence[Column[R]], width: int, *, marks: bool) -> "Painter[R]":
        """A painter for ``width`` cells."""
        margin = MARK_WIDTH if marks else 0
        return cls(place(columns, max(width - margin - 1, 1)), width, margin)

    def column_at(self, x: int) -> Column[R] | None:
        """The column that covers cell ``x`` of a line."""
        inner = x - self.margin
        hits = (p.column for p in self.columns if p.x <= inner < p.x + p.width + GAP)
        return next(hits, None)

    def header(self, sort: Sort | None, style: Style) -> Strip:
        """The titles, with the order they are in."""
        cells = [fit(_title(p, sort), p.width, right=p.column.right) for p in self.columns]
        return self._one_style(" " * self.margin + (" " * GAP).join(cells), style)

    def row(self, row: R, style: Style, tones: Tones, *, marked: bool) -> Strip:
        """A row in ``style``, with cells in the style of their tone where ``tones`` has it."""
        line = _Line(style)
        if self.margin:
            line.add(fit(MARK if marked else "", self.margin), tones.get(Tone.MARK))
        for number, placed in enumerate(self.columns):
            line.add(" " * GAP if number else "")
            cell = placed.column.cell(row)
            if isinstance(cell, tuple):
                _add_parts(line, cell, placed.width, tones)
                continue
            text, tone = (cell.text, cell.tone) if isinstance(cell, Toned) else (cell, None)
            shown = fit(text, placed.width, right=placed.column.right)
            line.add(shown, tones.get(tone) if tone else None)
        return line.strip(self.width)

    def loading(self, style: Style) -> Strip:
        """A row that is not loaded yet."""
        return self._one_style(" " * self.margin + _LOADING, style)

    def blank(self, style: Style) -> Strip:
        """A line without a row."""
        return Strip.blank(self.width, style)

    def sentence(self, text: str, style: Style) -> Strip:
        """A line of a sentence, where there are no rows."""
        return self._one_style(" " * MARK_WIDTH + fit(text, max(self.width - MARK_WIDTH, 1)), style)

    def _one_style(self, text: str, style: Style) -> Strip:
        return Strip([Segment(text, style)]).adjust_cell_length(self.width, style)


class _Line:
    """Cells of one style are joined into one segment: fewer bytes on the wire."""

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


def _add_parts(line: _Line, parts: Sequence[Toned], width: int, tones: Tones) -> None:
    """``parts`` side by side in exactly ``width`` cells."""
    for part in parts:
        shown = fit(part.text, min(cell_len(plain(part.text)), width))
        line.add(shown, tones.get(part.tone))
        width -= cell_len(shown)
    line.add(" " * width)


def _title(placed: Placed[R], sort: Sort | None) -> str:
    title = placed.column.title
    if sort is None or sort.column != placed.column.key:
        return title
    return title + (_DESCENDING if sort.descending else _ASCENDING)
