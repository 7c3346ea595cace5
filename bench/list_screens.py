"""The Users screen in a terminal of 80×24, against an empty Textual app.

In a terminal of 120×24 also the pane beside the list, against the same screen without the pane.
"""

import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.list_widget import DOWN, END, HOME, PAGE_DOWN
from bench.organisation import NOW, PUSH
from bench.pty_probe import Probe
from bench.table import Measured

_PROGRAM = Path(sys.executable).with_name("studio-tui")
_READ = 0.3
"""Seconds without output after which all rows that a key press reads have been drawn."""
_PRESSES = 15


def screen_figures(url: str, home: Path, runs: int) -> Iterator[Measured]:
    """Yield medians over ``runs`` starts on the database at ``url``, alternating with the floor."""
    taken: dict[str, list[Measured]] = {}
    for _ in range(runs):
        for each in _measured_once(url, home):
            taken.setdefault(each.name, []).append(each)
    for rounds in taken.values():
        middle = statistics.median(each.value for each in rounds)
        floor = statistics.median(each.floor_value for each in rounds)
        yield rounds[0].replaced(middle, floor)


def pane_figures(url: str, home: Path, runs: int) -> Iterator[Measured]:
    """Yield the cost of the pane beside a list, in a terminal of 120×24.

    Keys with the pane alternate with keys without it in the same program. Figures are medians over
    ``runs`` × `_TURNS` turns.
    """
    with_it: list[_Pressed] = []
    without: list[_Pressed] = []
    settings = {"STUDIO_DATABASE_URL": url, "STUDIO_NOW": NOW.isoformat()}
    for _ in range(runs):
        with _started([str(_PROGRAM)], settings, home, width=120) as probe:
            probe.until(b"Quit")
            probe.settle()
            probe.press(b"3", b"Team ")
            for _ in range(_TURNS):
                with_it.append(_pressed(probe))
                probe.answers(_TOGGLE, 1, _READ)
                without.append(_pressed(probe))
                probe.answers(_TOGGLE, 1, _READ)
    for name, unit, number in (
        ("key down with the pane", "ms", 0),
        ("the same, bytes", "B", 1),
        ("key down and a rest", "ms", 2),
        ("the same, read, bytes", "B", 3),
    ):
        middle, floor = (
            statistics.median(taken[number] for taken in each) for each in (with_it, without)
        )
        yield Measured(name, unit, middle, "key down without the pane", floor)


def _pressed(probe: Probe) -> "_Pressed":
    held = probe.answers(DOWN, _HELD)
    probe.settle()
    rested = probe.answers(DOWN, _RESTS, _READ)
    return (*held, *rested)


_Pressed = tuple[float, float, float, float]
"""Milliseconds and bytes of a repeated key press, then of one after which the cursor rests."""
_TURNS, _HELD, _RESTS = 3, 12, 4
_TOGGLE = b"P"


def _measured_once(url: str, home: Path) -> Iterator[Measured]:
    with _started([sys.executable, "-m", "bench.list_programs", "hello"], {}, home) as hello:
        first, first_bytes = hello.until(b"Peeters")
        key, key_bytes = hello.answers(b"x", _PRESSES)
        idle, memory = hello.idle(1.0), hello.memory()
    settings = {"STUDIO_DATABASE_URL": url, "STUDIO_NOW": NOW.isoformat()}
    with _started([str(_PROGRAM)], settings, home) as probe:

        def timed(name: str, pressed: bytes, times: int = 1, quiet: float = 0.06) -> Measured:
            milliseconds, size = probe.answers(pressed, times, quiet)
            sizes.append(Measured(f"{name}, bytes", "B", size, _KEY, key_bytes))
            return Measured(name, "ms", milliseconds, _KEY, key)

        sizes: list[Measured] = []
        picture, picture_bytes = probe.until(b"Quit")
        yield Measured("first picture", "ms", picture, _HELLO, first)
        yield Measured("first picture, bytes", "B", picture_bytes, _HELLO, first_bytes)
        yield Measured("first rows", "ms", _first_rows(settings, home), _HELLO, first)
        probe.settle()
        probe.press(b"3", b"Team ")
        yield Measured("bytes while idle, 1 s", "B", probe.idle(1.0), _HELLO, idle)
        yield timed("key down", DOWN, _PRESSES)
        yield timed("page down", PAGE_DOWN, _PRESSES)
        yield timed("to the end", END, quiet=_READ)
        yield timed("to the top", HOME, quiet=_READ)
        probe.answers(b"/", 1)
        yield timed("filter: a first letter", b"a", quiet=_READ)
        probe.answers(b"n", 1, _READ)
        yield timed("filter: the third letter", b"n", quiet=_READ)
        probe.answers(b"\x1b\x1b", 1, _READ)
        yield timed("mark all", b"a", quiet=_READ)
        yield timed("sort by the next column", b"o", quiet=_READ)
        yield Measured("memory", "MB", probe.memory(), _HELLO, memory)
        yield from sizes[:2]


def _first_rows(settings: dict[str, str], home: Path) -> float:
    """Milliseconds from the start of another program to the first row of the first place."""
    with _started([str(_PROGRAM)], settings, home) as probe:
        milliseconds, _ = probe.until(PUSH.encode())
    return milliseconds


_HELLO = "an empty Textual app"
_KEY = "a key in an empty Textual app"


@contextmanager
def _started(
    command: list[str], settings: dict[str, str], home: Path, width: int = 80
) -> Iterator[Probe]:
    environment = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    environment |= {"PATH": os.environ["PATH"], "HOME": str(home)}
    probe = Probe(command, environment | settings, width=width, height=24)
    try:
        yield probe
    finally:
        probe.close()
