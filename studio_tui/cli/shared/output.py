"""Output of commands: sentences and tables for people, JSON and CSV for programs.

Control characters never reach the terminal (A5). Output has no colours. Table rows and facts are
cut to the width of a terminal, but written in full to a file or pipe.
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
_MIN_WIDTH = 6
"""Minimum width of a column, in cells."""
_TO_ESCAPE = re.compile(
    "[\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff\ufff9-\ufffb\ufeff]"
)


def json_option(command: C) -> C:
    """Add the option ``--json``, as the argument ``as_json``."""
    option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
    return option(command)


def say(sentence: str) -> None:
    """Print one line."""
    click.echo(clean_line(sentence))


def complain(sentence: str) -> None:
    """Print one line on stderr."""
    click.echo(clean_line(sentence), err=True)


def write_text(text: str) -> None:
    """Print text of several lines, with exactly one newline at the end."""
    click.echo(clean_text(text).rstrip("\n"))


def write_bytes(content: bytes) -> None:
    """Write binary content to stdout."""
    click.echo(content, nl=False)


def write_json(value: Any) -> None:
    """Print ``value`` as indented JSON, with control characters escaped."""
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
    """Print aligned columns, or the sentence ``empty`` on stderr if there are no rows."""
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
    """Print labelled values below each other, leaving out empty values."""
    known = [(name, clean_line(value)) for name, value in facts if value]
    width = max((width_of(name) for name, _ in known), default=0)
    for name, value in known:
        click.echo(f"{fit(name, width)}{_GAP}{_to_terminal(value, width + len(_GAP))}")


@contextmanager
def json_if_nothing_to_do(as_json: bool, shape: Callable[[], object]) -> Iterator[None]:
    """Print the usual JSON with empty values if the block raises `NothingToDo`.

    The error goes on to `session.with_studio`, which prints the reason on stderr.
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
    return cut(text, max(shutil.get_terminal_size().columns - taken, _MIN_WIDTH))


def _narrowed(widths: Sequence[int], available: int) -> list[int]:
    """Reduce ``widths``, the widest first, until the columns fit into ``available`` cells."""
    narrowed = list(widths)
    excess = sum(narrowed) + len(_GAP) * (len(narrowed) - 1) - available
    while excess > 0 and max(narrowed) > _MIN_WIDTH:
        narrowed[narrowed.index(max(narrowed))] -= 1
        excess -= 1
    return narrowed
