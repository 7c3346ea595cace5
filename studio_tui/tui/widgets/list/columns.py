"""Columns of a list, and how they share its width."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Generic, TypeVar

from studio_tui.domain.shared.dataclass import dataclass

R = TypeVar("R")

GAP = 2
"""Cells between two columns."""


class Tone(StrEnum):
    """How a cell stands out; each is a colour of the theme, and never the only sign of anything."""

    MUTED = "muted"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    STRONG = "strong"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Toned:
    """The text of a cell, with a tone."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: what it shows of a row and how wide it is."""

    key: str
    """What a `Sort` names it by."""
    title: str
    cell: Callable[[R], str | Toned | tuple[Toned, ...]]
    """What it shows, of several tones where it has parts (a bar); text of people as it is, it is
    made inert here."""
    width: int = 10
    """Cells it takes at least."""
    flex: int = 0
    """Its share of the cells left over; 0 keeps it at ``width``."""
    most: int | None = None
    """Cells it takes at most."""
    right: bool = False
    """Whether it is aligned to the right (numbers)."""
    gives_way: int = 0
    """When the list is narrow, columns with the highest number disappear first; 0 never."""
    sortable: bool = False
    order: Callable[[R], Any] | None = None
    """What rows that are held in memory are sorted by; None: by what it shows."""
    called: str = ""
    """Its name where one chooses columns and in a file, if it has no title or that is no name."""
    drawn: bool = False
    """Whether it is a drawing, which is not taken along as text."""
    usual: bool = True
    """Whether it is shown until one chooses columns."""

    @property
    def label(self) -> str:
        """Its name; empty where there is nothing in it to be named."""
        return self.called or self.title


@dataclass(frozen=True, slots=True)
class Placed(Generic[R]):
    """A column with its place: from cell ``x``, ``width`` cells wide."""

    column: Column[R]
    x: int
    width: int


def text_of(column: Column[R], row: R) -> str:
    """What a column shows of a row, as text of people may be."""
    shown = column.cell(row)
    if isinstance(shown, str):
        return shown
    parts = (shown,) if isinstance(shown, Toned) else shown
    return "".join(part.text for part in parts).strip()


def place(columns: Sequence[Column[R]], room: int) -> tuple[Placed[R], ...]:
    """The columns that fit into ``room`` cells, side by side, filling it as they can."""
    kept = _that_fit(columns, room)
    widths = _widths(kept, room - GAP * (len(kept) - 1))
    placed = []
    x = 0
    for column, width in zip(kept, widths, strict=True):
        placed.append(Placed(column, x, min(width, max(room - x, 0))))
        x += width + GAP
    return tuple(placed)


def _that_fit(columns: Sequence[Column[R]], room: int) -> list[Column[R]]:
    kept = list(columns)
    leaving = sorted((c for c in kept if c.gives_way), key=lambda c: c.gives_way)
    while leaving and sum(c.width for c in kept) + GAP * (len(kept) - 1) > room:
        kept.remove(leaving.pop())
    return kept


def _widths(columns: Sequence[Column[R]], room: int) -> list[int]:
    widths = [column.width for column in columns]
    spare = room - sum(widths)
    growing = [index for index, column in enumerate(columns) if column.flex]
    while spare > 0 and growing:
        index = min(growing, key=lambda i: (widths[i] - columns[i].width) / columns[i].flex)
        limit = columns[index].most
        if limit is not None and widths[index] >= limit:
            growing.remove(index)
            continue
        widths[index] += 1
        spare -= 1
    return widths
