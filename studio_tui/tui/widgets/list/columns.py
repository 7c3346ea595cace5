"""The columns of a list and the distribution of its width."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Generic, TypeVar

from studio_tui.domain.shared.dataclass import dataclass

R = TypeVar("R")

GAP = 2
"""Cells between two columns."""


class Tone(StrEnum):
    """The emphasis of a cell: a colour of the theme.

    A colour is never the only sign of a meaning.
    """

    MUTED = "muted"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    STRONG = "strong"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class StyledText:
    """The text of a cell, with a tone."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column: its contents, width and behaviour."""

    key: str
    """The identifier of the column in a `Sort`."""
    title: str
    cell: Callable[[R], str | StyledText | tuple[StyledText, ...]]
    """Returns the contents for a row; several parts if they differ in tone (a bar). Text entered by
    people is made inert by the list."""
    width: int = 10
    """Minimum width in cells."""
    flex: int = 0
    """The share of the remaining cells; 0: the width is fixed."""
    max_width: int | None = None
    """Maximum width in cells."""
    right: bool = False
    """Whether it is aligned to the right (numbers)."""
    hide_order: int = 0
    """In a narrow list, columns with the highest number are hidden first; 0: never."""
    sortable: bool = False
    order: Callable[[R], Any] | None = None
    """The sort key of rows that are held in memory; None: the displayed text."""
    name: str = ""
    """The name in the column dialog and in files, if ``title`` is empty or no name."""
    drawn: bool = False
    """Whether the contents are a drawing, which is left out of copied text."""
    usual: bool = True
    """Whether the column is shown by default."""

    @property
    def label(self) -> str:
        """The name; empty if the column has none."""
        return self.name or self.title


@dataclass(frozen=True, slots=True)
class PlacedColumn(Generic[R]):
    """A column with its position: from cell ``x``, ``width`` cells wide."""

    column: Column[R]
    x: int
    width: int


def text_of(column: Column[R], row: R) -> str:
    """Return the text of a cell, not made inert."""
    shown = column.cell(row)
    if isinstance(shown, str):
        return shown
    parts = (shown,) if isinstance(shown, StyledText) else shown
    return "".join(part.text for part in parts).strip()


def place(columns: Sequence[Column[R]], room: int) -> tuple[PlacedColumn[R], ...]:
    """Return the columns that fit into ``room`` cells, with their positions."""
    kept = _that_fit(columns, room)
    widths = _widths(kept, room - GAP * (len(kept) - 1))
    placed = []
    x = 0
    for column, width in zip(kept, widths, strict=True):
        placed.append(PlacedColumn(column, x, min(width, max(room - x, 0))))
        x += width + GAP
    return tuple(placed)


def _that_fit(columns: Sequence[Column[R]], room: int) -> list[Column[R]]:
    kept = list(columns)
    leaving = sorted((c for c in kept if c.hide_order), key=lambda c: c.hide_order)
    while leaving and sum(c.width for c in kept) + GAP * (len(kept) - 1) > room:
        kept.remove(leaving.pop())
    return kept


def _widths(columns: Sequence[Column[R]], room: int) -> list[int]:
    widths = [column.width for column in columns]
    spare = room - sum(widths)
    growing = [index for index, column in enumerate(columns) if column.flex]
    while spare > 0 and growing:
        index = min(growing, key=lambda i: (widths[i] - columns[i].width) / columns[i].flex)
        limit = columns[index].max_width
        if limit is not None and widths[index] >= limit:
            growing.remove(index)
            continue
        widths[index] += 1
        spare -= 1
    return widths
