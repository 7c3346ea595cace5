"""The cost of the list in a terminal of 80×24, at 1,000 and 1,000,000 rows, against its peers.

    python -m bench.list_widget [--runs 5]

Each program runs in a pty of its own. Times are medians in milliseconds, from the key press to the
last byte of the response. The ratios of one run, printed at the end, are the relevant figures.
"""

import argparse
import os
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.pty_probe import Probe

DOWN, PAGE_DOWN, END, HOME = b"\x1b[B", b"\x1b[6~", b"\x1b[F", b"\x1b[H"
SIZES = (1_000, 1_000_000)


@dataclass
class Figures:
    """Medians of one program."""

    first_screen: float
    first_bytes: float
    down: float = 0.0
    down_bytes: float = 0.0
    scroll: float = 0.0
    scroll_bytes: float = 0.0
    page: float = 0.0
    page_bytes: float = 0.0
    end: float = 0.0
    mark: float = 0.0
    idle_bytes: float = 0.0
    memory: float = 0.0


def main() -> None:
    """Run the measurements and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often each program is started")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        databases = {size: str(make_database(Path(folder), size)) for size in SIZES}
        programs = {
            "hello": ["hello"],
            **{f"list {size:,}": ["list", databases[size]] for size in SIZES},
            "DataTable 1,000": ["table", databases[1_000]],
        }
        report(measure(programs, runs))


def make_database(folder: Path, size: int) -> Path:
    """Create a database of ``size`` people with consecutive ids, the fastest possible source."""
    path = folder / f"{size}.db"
    if not path.exists():
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, team TEXT)")
            people = ((n, f"Ann Peeters {n}", f"Team {n % 97}") for n in range(1, size + 1))
            db.executemany("INSERT INTO person VALUES (?, ?, ?)", people)
        db.close()
    return path


def measure(programs: dict[str, list[str]], runs: int) -> dict[str, Figures]:
    """Return medians over ``runs`` starts of each program of `bench.list_programs`.

    The programs alternate, so that other load on the machine affects all of them.
    """
    taken: dict[str, list[Figures]] = {name: [] for name in programs}
    for _ in range(runs):
        for name, arguments in programs.items():
            taken[name].append(_measure_once(arguments, keys=name != "hello"))
    return {name: _medians(figures) for name, figures in taken.items()}


def _medians(taken: list[Figures]) -> Figures:
    names = vars(taken[0])
    return Figures(**{name: statistics.median(vars(t)[name] for t in taken) for name in names})


def _measure_once(arguments: list[str], *, keys: bool) -> Figures:
    with _started(arguments) as probe:
        milliseconds, size = probe.until(b"Peeters")
        figures = Figures(milliseconds, size)
        if keys:
            _press_keys(probe, figures)
        figures.memory = probe.memory()
        return figures


def _press_keys(probe: Probe, figures: Figures) -> None:
    figures.idle_bytes = probe.idle(1.0)
    figures.down, figures.down_bytes = probe.answers(DOWN, 15)
    figures.mark, _ = probe.answers(b" ", 1)
    probe.answers(DOWN, 10)
    figures.scroll, figures.scroll_bytes = probe.answers(DOWN, 15)
    figures.page, figures.page_bytes = probe.answers(PAGE_DOWN, 15)
    ends = [(probe.answers(END, 1)[0], probe.answers(HOME, 1)[0]) for _ in range(3)]
    figures.end = statistics.median(end for end, _ in ends)


@contextmanager
def _started(arguments: list[str]) -> Iterator[Probe]:
    command = [sys.executable, "-m", "bench.list_programs", *arguments]
    environment = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    probe = Probe(command, kept | environment, width=80, height=24)
    try:
        yield probe
    finally:
        probe.close()


def report(figures: dict[str, Figures]) -> None:
    """Print a table of the figures, and the ratios that have targets."""
    columns = list(vars(next(iter(figures.values()))))
    print(f"{'':18}" + "".join(f"{column.replace('_', ' '):>14}" for column in columns))
    for name, row in figures.items():
        print(f"{name:18}" + "".join(f"{value:14,.1f}" for value in vars(row).values()))
    small, large = (figures[f"list {size:,}"] for size in SIZES)
    hello, table = figures["hello"], figures["DataTable 1,000"]
    print()
    for label, value, target in (
        ("first screen, 1,000 rows / hello", small.first_screen / hello.first_screen, 1.15),
        ("first screen, 1,000,000 rows / hello", large.first_screen / hello.first_screen, 1.15),
        ("key down, 1,000,000 / 1,000 rows", large.down / small.down, 1.3),
        ("page, 1,000,000 / 1,000 rows", large.page / small.page, 1.3),
        ("memory, 1,000,000 / 1,000 rows", large.memory / small.memory, 1.3),
        ("key down / DataTable's", large.down / table.down, 1.0),
        ("page / DataTable's", large.page / table.page, 1.0),
        ("bytes of a key down / 350", large.down_bytes / 350, 1.0),
        ("bytes of a page / 3,300", large.page_bytes / 3300, 1.0),
    ):
        print(f"{label:40}{value:6.2f}   target ≤ {target}")
    print(f"{'bytes while idle':40}{large.idle_bytes:6.0f}   target 0")


if __name__ == "__main__":
    main()
