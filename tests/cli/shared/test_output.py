"""Tables and text, at a terminal and in a file."""

import json
import os
import pty
import re
import subprocess

import pytest

from studio_tui.cli.shared.cell_width import cut, fit, width_of
from studio_tui.cli.shared.output import write_csv, write_facts, write_json, write_table, write_text
from studio_tui.domain.shared.spreadsheet_safety import escape_cell, unescape_cell
from tests.cli.conftest import COMMAND, Cli
from tests.hostile import HOSTILE


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("Ann", 3),
        ("Éléonore", 8),
        ("E\u0301le\u0301", 3),
        ("山田 太郎", 9),
        ("한국어", 6),
        ("👍🏽", 2),
        ("\u200b\u0301", 0),
        ("ﾊﾝｶｸ", 4),
    ],
)
def test_the_width_of_text_in_cells(text: str, width: int) -> None:
    assert width_of(text) == width


@pytest.mark.parametrize("width", [0, 1, 2, 3, 7, 40])
def test_fitted_text_has_exactly_the_width(width: int) -> None:
    for name in HOSTILE:
        assert width_of(fit(name, width)) == width
        assert width_of(cut(name, width)) <= width


def test_cut_text_ends_with_an_ellipsis() -> None:
    assert cut("Peeters", 7) == "Peeters"
    assert cut("Peeters", 6) == "Peete…"
    assert cut("山田太郎", 6) == "山田…"


def test_columns_are_aligned_by_cells(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(("Name", "Login"), [("山田", "yam"), ("Ann", "ann")], "")
    assert capsys.readouterr().out == "Name  Login\n山田  yam\nAnn   ann\n"


def test_nothing_is_cut_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(("Name", "X"), [("x" * 500, "y")], "")
    write_facts([("Name", "x" * 500)])
    assert capsys.readouterr().out.count("x" * 500) == 2


def test_control_characters_are_escaped_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    value = ["\x1b]0;x\x07 \x9b31m \u202e \ud800 é 山"]
    write_json(value)
    printed = capsys.readouterr().out
    assert json.loads(printed) == value
    assert "é 山" in printed
    assert all(sign not in printed for sign in "\x1b\x07\x9b\u202e\ud800")


def test_no_cell_is_a_formula(capsys: pytest.CaptureFixture[str]) -> None:
    write_csv(("a",), [("=1+1",), ("-2",), ("two\nlines",), ("\x1b[31mred",)])
    assert capsys.readouterr().out == "a\n'=1+1\n'-2\ntwo lines\n[31mred\n"


def test_text_keeps_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    write_text("one\r\n\ttwo\x1b[2J\n\n")
    assert capsys.readouterr().out == "one\n\ttwo[2J\n"


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_table_fits_the_terminal(organisation: Cli, columns: int) -> None:
    lines = at_terminal(columns, "users", "list")
    assert max(map(width_of, lines)) <= columns
    assert "Béatrice Moreau" in "\n".join(lines) or columns == 40
    assert ("cor@example.org" in "\n".join(lines)) == (columns > 40)
    assert any("…" in line for line in lines) == (columns < 200)


def test_facts_fit_the_terminal(organisation: Cli) -> None:
    assert max(map(width_of, at_terminal(40, "templates", "show", "Regular")[:9])) <= 40


def at_terminal(columns: int, *arguments: str) -> list[str]:
    """Return the lines that a command prints on a terminal of this width."""
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=theirs,
        stdout=theirs,
        env={**os.environ, "COLUMNS": str(columns)},
    )
    os.close(theirs)
    content = b""
    while chunk := read(ours):
        content += chunk
    os.close(ours)
    assert done.wait(20) == 0
    return content.decode().splitlines()


def read(terminal: int) -> bytes:
    """Return the next output of a terminal; empty once it is closed."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_a_separator_within_a_cell_does_not_start_a_formula() -> None:
    for text in ("X;=1+1", "=1;-2", "a|@b", "a\n+1", "O'Brien; =x", "'=1;'=2", ";=1;"):
        assert not re.search(r"(^|[;|\n])[=+\-@]", escape_cell(text)), text
        assert unescape_cell(escape_cell(text)) == text
