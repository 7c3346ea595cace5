"""The diff renderer writes only changed cells, and the terminal still displays every update."""

from pathlib import Path

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.scrollbar import ScrollBarRender
from textual.strip import Strip

from studio_tui.tui.runtime.console import PLAIN_SIGNS
from studio_tui.tui.runtime.diff_renderer import DiffRenderer

WIDTH, HEIGHT = 30, 4
COLORS = ColorSystem.TRUECOLOR
STYLES = [
    Style.parse(text)
    for text in (
        "#d9dce1 on #15181c",
        "bold #8ab8d8 on #15181c",
        "white on #2d5f8a",
        "reverse",
        "underline #ff0000",
        "",
        "dim italic on #15181c",
    )
]
Piece = tuple[str, int]
TEXT = st.text("ab é漢字   ", max_size=14) | st.just(" " * 20)
LINE = st.lists(st.tuples(TEXT, st.integers(0, len(STYLES) - 1)), max_size=4)
PICTURE = st.lists(LINE, min_size=HEIGHT, max_size=HEIGHT)


def strip(pieces: list[Piece]) -> Strip:
    segments = [Segment(text, STYLES[style]) for text, style in pieces]
    return Strip(segments).adjust_cell_length(WIDTH, STYLES[0])


def layout(picture: list[list[Piece]]) -> LayoutUpdate:
    return LayoutUpdate([[strip(line)] for line in picture], Region(0, 0, WIDTH, HEIGHT))


def part(picture: list[list[Piece]], y: int, x1: int, x2: int) -> ChopsUpdate:
    cut = strip(picture[y]).divide([x1, x2, WIDTH])
    chops: list[dict[int, Strip | None]] = [{} for _ in range(HEIGHT)]
    chops[y] = {0: None, x1: cut[1], x2: None}
    return ChopsUpdate(chops, [(y, x1, x2)], [[x1, x2, WIDTH]] * HEIGHT)


class Terminal:
    def __init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self.screen.reset_mode(pyte.modes.DECAWM)
        self.stream = pyte.Stream(self.screen)

    def shown(self) -> list[list[tuple[object, ...]]]:
        return [[self._cell(y, x) for x in range(WIDTH)] for y in range(HEIGHT)]

    def _cell(self, y: int, x: int) -> tuple[object, ...]:
        cell = self.screen.buffer[y][x]
        marks = cell.reverse, cell.underscore
        color = None if cell.data == " " and not any(marks) else (cell.fg, cell.bold, cell.italics)
        return cell.data, cell.bg, *marks, color


@pytest.mark.parametrize("erases", [True, False])
@given(pictures=st.lists(PICTURE, min_size=1, max_size=4))
def test_a_terminal_displays_the_same_as_with_a_full_redraw(
    erases: bool, pictures: list[list[list[Piece]]]
) -> None:
    renderer, ours, theirs = DiffRenderer(erases=erases), Terminal(), Terminal()
    console = Console(color_system="truecolor", width=WIDTH)
    for picture in pictures:
        ours.stream.feed(renderer.difference(layout(picture), COLORS))
        theirs.stream.feed(layout(picture).render_segments(console))
        assert ours.shown() == theirs.shown()


@given(before=PICTURE, after=PICTURE, y=st.integers(0, HEIGHT - 1), cut=st.integers(1, WIDTH - 1))
def test_a_partial_update_displays_the_same_as_a_full_redraw(
    before: list[list[Piece]], after: list[list[Piece]], y: int, cut: int
) -> None:
    renderer, ours, theirs = DiffRenderer(erases=True), Terminal(), Terminal()
    console = Console(color_system="truecolor", width=WIDTH)
    for update in (layout(before), part(after, y, cut // 2, cut)):
        ours.stream.feed(renderer.difference(update, COLORS))
        theirs.stream.feed(update.render_segments(console))
    half = [x for x in range(WIDTH) if x not in (cut // 2 - 1, cut // 2, cut - 1, cut)]
    for mine, other in zip(ours.shown(), theirs.shown(), strict=True):
        assert [mine[x] for x in half] == [other[x] for x in half]


@given(picture=PICTURE)
def test_nothing_is_written_when_nothing_changed(picture: list[list[Piece]]) -> None:
    renderer = DiffRenderer(erases=True)
    renderer.difference(layout(picture), COLORS)
    assert renderer.difference(layout(picture), COLORS) == ""


def test_after_forget_everything_is_written_again() -> None:
    renderer = DiffRenderer(erases=True)
    picture = [[("Ann", 0)]] * HEIGHT
    first = renderer.difference(layout(picture), COLORS)
    renderer.forget()
    assert renderer.difference(layout(picture), COLORS) == first


def test_one_changed_character_writes_a_few_bytes() -> None:
    renderer = DiffRenderer(erases=True)
    renderer.difference(layout([[("Ann Peeters 1", 5)]] * HEIGHT), COLORS)
    changed = [[("Ann Peeters 1", 5)]] * (HEIGHT - 1) + [[("Ann Peeters 2", 5)]]
    assert renderer.difference(layout(changed), COLORS) == "\x1b[4;13H2"


def test_after_a_character_of_uncertain_width_the_cursor_is_positioned_again() -> None:
    renderer = DiffRenderer(erases=True)
    renderer.difference(layout([[("👩\u200d👧 Ann", 5)]] * HEIGHT), COLORS)
    changed = [[("👩\u200d👧 Eva", 5)]] + [[("👩\u200d👧 Ann", 5)]] * (HEIGHT - 1)
    written = renderer.difference(layout(changed), COLORS)
    assert written.startswith("\x1b[1;1H👩\u200d👧\x1b[1;3H Eva")


def test_a_combining_mark_without_a_base_character_shifts_no_cells() -> None:
    """A combining mark can start a line that was wrapped in front of the mark."""
    renderer, terminal = DiffRenderer(erases=True), Terminal()
    for picture in ([[("漢字" * 8, 0)]] * HEIGHT, [[("\u0301", 0), ("\u0301Ann", 5)]] * HEIGHT):
        terminal.stream.feed(renderer.difference(layout(picture), COLORS))
    assert [line.rstrip() for line in terminal.screen.display] == ["Ann"] * HEIGHT


def test_every_drawn_character_is_in_the_console_font() -> None:
    """``console_font.txt`` holds the non-ASCII characters of Debian's default console font."""
    font = set(Path("tests/files/console_font.txt").read_text(encoding="utf-8"))
    sources = [each for each in Path("studio_tui").rglob("*.py") if not _is_table_of_input(each)]
    drawn = {sign for each in sources for sign in each.read_text(encoding="utf-8")}
    bars = {*ScrollBarRender.VERTICAL_BARS, *ScrollBarRender.HORIZONTAL_BARS}
    plain = {sign.translate(PLAIN_SIGNS) for sign in drawn | bars if not sign.isascii()}
    assert {sign for sign in plain if not sign.isascii()} - font == set()


def _is_table_of_input(source: Path) -> bool:
    """Return whether the module uses its characters only to match input, and never draws them."""
    tables = ("text.py", "lookalikes.py", "addresses.py", "facts.py")
    return source.parent.name == "hr_file" or ("domain" in source.parts and source.name in tables)


def test_the_console_gets_only_characters_of_its_font() -> None:
    renderer = DiffRenderer(erases=False, plain=True)
    strip = Strip([Segment("⏎ ▃▅✓")])
    update = LayoutUpdate([[strip]], Region(0, 0, 5, 1))
    assert "→  █x" in renderer.difference(update, ColorSystem.STANDARD)
