"""Write only the changed cells to the terminal: over SSH, bytes are latency.

Textual writes every region that was drawn again, changed or not. `DiffRenderer` keeps a copy of the
cells on the terminal and writes the difference. After anything else that may change the terminal
(a resize, a shell in between, a message of the system), `DiffRenderer.forget` clears the copy, and
the next frame is written in full.

The module depends on the two update classes of Textual's compositor, and so on the pinned version.
"""

import curses
import os
import signal
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple, cast

from rich.cells import split_graphemes
from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.strip import Strip

from studio_tui.tui.runtime.console import PLAIN_SIGNS
from studio_tui.tui.runtime.terminal import on_console

_MAX_GAP = 5
"""Maximum number of unchanged cells that are written again instead of jumped over."""
_MIN_ERASED = 12
"""Minimum number of consecutive blank cells that are erased instead of written."""
_VISIBLE_ON_BLANKS = frozenset({"4", "7", "9", "21", "53"})
"""SGR attributes that are visible on a blank: underline, reverse, strike through, overline."""


class Pen(NamedTuple):
    """The style of cells, as SGR codes.

    A ``color`` of None means any colour: a blank shows none.
    """

    attributes: frozenset[str]
    color: str | None
    background: str


_NONE = frozenset[str]()
PLAIN = Pen(_NONE, "39", "49")
_UNKNOWN = "", PLAIN
Cell = tuple[str, Pen]
"""A character with its combining characters and its style. Empty: the second half of a wide one."""
Line = list[Cell | None]
"""The cells of a line; None for a cell with unknown contents."""


class DiffRenderer:
    """The cells that the terminal shows, as far as this app has written them.

    ``erases``: whether the terminal erases to the current background colour. ``plain``: whether it
    is a Linux console with a small character set.
    """

    def __init__(self, *, erases: bool, plain: bool = False) -> None:
        self._erases = erases
        self._plain = plain
        self._lines: dict[int, Line] = {}
        self._width = 0

    def forget(self) -> None:
        """Discard the known cells: the terminal may show anything."""
        self._lines.clear()

    def difference(self, update: LayoutUpdate | ChopsUpdate, colors: ColorSystem) -> str:
        """Return the output that makes the terminal show ``update``, and record its cells."""
        if isinstance(update, LayoutUpdate) and update.region.width != self._width:
            self.forget()
            self._width = update.region.width
        out = _Writer(self._width, erases=self._erases)
        for y, line in self._drawn(update, colors).items():
            out.change(y, self._lines.get(y, []), line)
            self._lines[y] = line
        return out.finished()

    def _drawn(self, update: LayoutUpdate | ChopsUpdate, colors: ColorSystem) -> dict[int, Line]:
        lines: dict[int, Line] = {}
        for y, x, strip in _pieces(update):
            if y not in lines:
                lines[y] = list(self._lines.get(y, ()))
            line = lines[y]
            cells = [
                cell
                for text, style, _ in strip
                for cell in _cells(self._signs(text), style, colors)
            ]
            line.extend([None] * (x - len(line)))
            line[x : x + len(cells)] = cells
        return lines

    def _signs(self, text: str) -> str:
        return text.translate(PLAIN_SIGNS) if self._plain and not text.isascii() else text


class TerminalOutput:
    """The terminal of ``app``, and operations that only Textual's driver can perform."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._renderer = DiffRenderer(erases=erases_to_background(), plain=on_console())

    def forget(self) -> None:
        """Write the next frame in full: the terminal may show anything."""
        self._renderer.forget()

    def compared(self, renderable: RenderableType | None) -> RenderableType | None:
        """Return ``renderable`` in a form that writes only the changed cells."""
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            compared: Any = _Difference(self._renderer, renderable)
            return cast(RenderableType, compared)
        return renderable

    def stop_process(self) -> None:
        """Restore the terminal and stop the process until the shell continues it."""
        driver = self._app._driver  # noqa: SLF001 - Textual has no other way to ask
        if driver is None or not driver.can_suspend:
            return
        with self._app.suspend():
            # Stop the whole process group, as the terminal would: a script may have started the
            # app.
            handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.killpg(os.getpgrp(), signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, handler)

    def ask_for_mouse(self) -> None:
        """Enable mouse events: clicks and the wheel."""
        driver = self._app._driver  # noqa: SLF001
        if driver is not None and not self._app.is_headless and not driver._mouse:  # noqa: SLF001
            driver._mouse = True  # noqa: SLF001 - what Textual takes when it starts only
            cast(Any, driver)._enable_mouse_support()  # noqa: SLF001


class _Difference(CompositorUpdate):
    """An update that is compared when it is written: a skipped one must not be recorded."""

    def __init__(self, renderer: DiffRenderer, update: LayoutUpdate | ChopsUpdate) -> None:
        self._renderer = renderer
        self._update = update

    def render_segments(self, console: Console) -> str:
        colors = console._color_system or ColorSystem.TRUECOLOR  # noqa: SLF001 - as Textual does
        return self._renderer.difference(self._update, colors)


class _Writer:
    """Builds the shortest sequence of escape sequences and text."""

    def __init__(self, width: int, *, erases: bool) -> None:
        self._width = width
        self._erases = erases
        self._out: list[str] = []
        self._pen = PLAIN
        self._place: tuple[int, int] | None = None

    def change(self, y: int, old: Line, new: Line) -> None:
        """Write the cells in which ``new`` differs from ``old``."""
        if old == new:
            return
        for start, stop in _runs(old, new):
            self._write(y, start, new[start:stop])

    def finished(self) -> str:
        """Return the complete output, which ends with the default style."""
        self._switch(PLAIN)
        return "".join(self._out)

    def _write(self, y: int, x: int, cells: Line) -> None:
        at = 0
        while at < len(cells):
            cell = cells[at] or _UNKNOWN
            blanks = self._blanks(cells, at, cell)
            if blanks >= _MIN_ERASED:
                self._erase(y, x + at, blanks, cell[1])
                at += blanks
                continue
            if cell[0]:
                self._put(y, x + at, cell, wide=at + 1 < len(cells) and _is_second(cells[at + 1]))
            at += 1

    def _put(self, y: int, x: int, cell: Cell, *, wide: bool) -> None:
        text, pen = cell
        self._move(y, x)
        self._switch(pen)
        self._out.append(text)
        end = x + 1 + wide
        self._place = None if _is_fragile(cell) or end >= self._width else (y, end)

    def _erase(self, y: int, x: int, count: int, pen: Pen) -> None:
        self._move(y, x)
        self._switch(pen)
        to_the_end = x + count >= self._width
        self._out.append("\x1b[K" if to_the_end else f"\x1b[{count}X")

    def _blanks(self, cells: Line, start: int, first: Cell) -> int:
        if not self._erases or first[0] != " " or first[1].color is not None:
            return 0
        stop = start
        while stop < len(cells) and cells[stop] == first:
            stop += 1
        return stop - start

    def _move(self, y: int, x: int) -> None:
        if self._place == (y, x):
            return
        if self._place is not None and self._place[0] == y and self._place[1] < x:
            self._out.append(f"\x1b[{x - self._place[1]}C")
        else:
            self._out.append(f"\x1b[{y + 1};{x + 1}H")
        self._place = (y, x)

    def _switch(self, pen: Pen) -> None:
        now = self._pen
        if pen.color is None:
            kept = now.attributes if not now.attributes & _VISIBLE_ON_BLANKS else _NONE
            pen = Pen(kept, now.color, pen.background)
        if pen == now:
            return
        if pen == PLAIN or now.attributes - pen.attributes:
            self._out.append("\x1b[m" if pen == PLAIN else f"\x1b[0;{_codes(PLAIN, pen)}m")
        else:
            self._out.append(f"\x1b[{_codes(now, pen)}m")
        self._pen = pen


def erases_to_background() -> bool:
    """Return whether terminfo reports that erasing uses the current background (bce)."""
    try:
        curses.setupterm()
        return curses.tigetflag("bce") == 1
    except (curses.error, OSError, ValueError):
        return False


def _pieces(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    if isinstance(update, ChopsUpdate):
        yield from _chopped(update)
        return
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in strips:
            yield y, x, strip
            x += strip.cell_length


def _chopped(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x <= x2 and end > x1:
                yield y, x, strip if end <= x2 else strip.crop(0, min(end, x2) - x)


def _cells(text: str, style: Style | None, colors: ColorSystem) -> Iterator[Cell]:
    pen = _pen(style, colors) if style else PLAIN
    blank = (" ", pen if pen.attributes & _VISIBLE_ON_BLANKS else Pen(_NONE, None, pen.background))
    if text.isascii():
        yield from (blank if character == " " else (character, pen) for character in text)
        return
    spans, _ = split_graphemes(text)
    for start, stop, width in spans:
        if width == 0:
            # A combining character without a base takes no cell and would alter the previous one.
            continue
        shown = text[start:stop]
        yield blank if shown == " " else (shown, pen)
        yield from [("", pen)] * (width - 1)


@lru_cache(maxsize=1024)
def _pen(style: Style, colors: ColorSystem) -> Pen:
    codes = Strip.render_ansi(style.without_color, colors) if style.without_color else ""
    color, background = style.color, style.bgcolor
    return Pen(
        frozenset(codes.split(";")) if codes else _NONE,
        ";".join(color.downgrade(colors).get_ansi_codes()) if color else "39",
        ";".join(background.downgrade(colors).get_ansi_codes(False)) if background else "49",
    )


@lru_cache(maxsize=1024)
def _codes(now: Pen, pen: Pen) -> str:
    codes = sorted(pen.attributes - now.attributes, key=int)
    codes += [pen.color] if pen.color and pen.color != now.color else []
    codes += [pen.background] if pen.background != now.background else []
    return ";".join(codes)


def _runs(old: Line, new: Line) -> Iterator[tuple[int, int]]:
    """Yield the ranges of cells to write; short unchanged gaps are included."""
    if any(map(_is_fragile, new)) or any(map(_is_fragile, old)):
        yield 0, len(new)
        return
    known = len(old)
    start = stop = -1
    for x, cell in enumerate(new):
        if cell is None or (x < known and cell == old[x]):
            continue
        if start >= 0 and x - stop > _MAX_GAP:
            yield _whole(new, start, stop)
            start = -1
        start = x if start < 0 else start
        stop = x + 1
    if start >= 0:
        yield _whole(new, start, stop)


def _whole(line: Line, start: int, stop: int) -> tuple[int, int]:
    """Extend a range so that it splits no wide character."""
    while start and _is_second(line[start]):
        start -= 1
    while stop < len(line) and _is_second(line[stop]):
        stop += 1
    return start, stop


def _is_second(cell: Cell | None) -> bool:
    return cell is not None and not cell[0]


def _is_fragile(cell: Cell | None) -> bool:
    """Return whether terminals disagree about the width of a cell.

    The position of everything after it is undefined.
    """
    return cell is not None and (len(cell[0]) > 1 or cell[0] >= "\U0001f000")
