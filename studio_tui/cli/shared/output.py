"""Printing: sentences and tables for people, JSON and CSV for programs.

No control character of any text reaches the terminal (A5). Nothing has colours. Lines are cut to
the width of the terminal; into a file or a pipe they go whole.
"""

import csv
import io
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from studio_tui.cli.shared.cell_width import cut, fit, width_of
from studio_tui.domain.shared.errors import NothingToDo
from studio_tui.domain.shared.spreadsheet_safety import escape_cell
from studio_tui.domain.shared.text import clean_line, clean_text

C = TypeVar("C", bound=Callable[..., Any])

_GAP = "  "
_LEAST = 6
"""A column is not made narrower than this many cells."""
_TO_ESCAPE = re.compile(
    "[\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff\ufff9-\ufffb\ufeff]"
)


def json_option(command: C) -> C:
    """``--json``, as the argument ``as_json``."""
    option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
    return option(command)


def say(sentence: str) -> None:
    """Print one line."""
    click.echo(clean_line(sentence))


def complain(sentence: str) -> None:
    """Print one line on stderr."""
    click.echo(clean_line(sentence), err=True)


def write_text(text: str) -> None:
    """Print several lines, ended by one newline."""
    click.echo(clean_text(text).rstrip("\n"))


def write_bytes(content: bytes) -> None:
    """Print what is no text."""
    click.echo(content, nl=False)


def write_json(value: Any) -> None:
    """Print ``value`` as JSON: readable, and with control characters escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    click.echo(_TO_ESCAPE.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print CSV in which no cell is a formula to a spreadsheet."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow([escape_cell(clean_line(cell)) for cell in row])
    click.echo(lines.getvalue(), nl=False)


def write_table(headings: Sequence[str], rows: Iterable[Sequence[str]], empty: str) -> None:
    """Print aligned columns, or the sentence ``empty`` on stderr where there are no rows."""
    cells = [[clean_line(cell) for cell in row] for row in rows]
    if not cells:
        complain(empty)
        return
    table = [list(headings), *cells]
    widths = [max(map(width_of, column)) for column in zip(*table, strict=True)]
    if sys.stdout.isatty():
        widths = _narrowed(widths, shutil.get_terminal_size().columns)
    lines = (_GAP.join(map(fit, line, widths)).rstrip() for line in table)
    click.echo("\n".join(lines))


def write_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values below each other, leaving out what is empty."""
    known = [(name, clean_line(value)) for name, value in facts if value]
    width = max((width_of(name) for name, _ in known), default=0)
    for name, value in known:
        click.echo(f"{fit(name, width)}{_GAP}{_to_terminal(value, width + len(_GAP))}")


@contextmanager
def shape_of_nothing(as_json: bool, shape: Callable[[], object]) -> Iterator[None]:
    """Where there turns out to be nothing to do, print the usual JSON with nothing in it.

    `session.with_studio` says beside it why.
    """
    try:
        yield
    except NothingToDo:
        if as_json:
            write_json(shape())
        raise


def _to_terminal(text: str, taken: int) -> str:
    if not sys.stdout.isatty():
        return text
    return cut(text, max(shutil.get_terminal_size().columns - taken, _LEAST))


def _narrowed(widths: Sequence[int], available: int) -> list[int]:
    """``widths`` that fit beside each other: the widest give way first."""
    narrowed = list(widths)
    excess = sum(narrowed) + len(_GAP) * (len(narrowed) - 1) - available
    while excess > 0 and max(narrowed) > _LEAST:
        narrowed[narrowed.index(max(narrowed))] -= 1
        excess -= 1
    return narrowed
