"""Export of the visible columns of a list or of its marked rows to a CSV file (S7)."""

import csv
from pathlib import Path
from typing import Any

import pytest

from studio_tui.tui.modals.ask_file import AskFile
from tests.tui import press, running
from tests.tui.pictures import Pictures
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushing import said


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory of the test."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def _read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


async def test_columns_and_rows_that_are_shown_go_into_a_file(made: Example, folder: Path) -> None:
    made.load(PEOPLE + 'eve,eve@example.org,"=1+1",Evil,,,,"@Sales",en,2024-11-01,\n')
    async with running(made.app(), (120, 40)) as pilot:
        await press(pilot, "3", "vertical_line", "j", "space", "enter", "slash", *"sales", "enter")
        await press(pilot, "X", "enter")
        assert "3 rows written" in said(pilot)
        heading, *lines = _read(folder / "users.csv")
        assert heading == ["Name", "E-mail", "Department", "Teams", "Managers", "Role"]
        assert [line[0] for line in lines] == ["'=1+1 Evil", "Bob Janssens", "Ann Peeters"]
        assert lines[0][2] == "'@Sales"


async def test_marked_rows_go_into_a_file_that_is_replaced_only_when_asked(
    made: Example, folder: Path
) -> None:
    made.load(PEOPLE)
    path = folder / "users.csv"
    path.write_text("mine")
    async with running(made.app()) as pilot:
        await press(pilot, "3", "space", "space", "slash", *"sales", "enter", "X", "enter")
        assert isinstance(pilot.app.screen, AskFile)
        assert "is there already" in " ".join(shown(pilot).split())
        assert path.read_text() == "mine"
        await press(pilot, "enter")
        assert "2 rows written" in said(pilot)
    assert len(_read(path)) == 3


async def test_a_place_that_is_none_is_said_beside_the_field(made: Example, folder: Path) -> None:
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await press(pilot, "3", "X", "ctrl+u", *"no/such.csv", "enter")
        assert "There is no folder no." in shown(pilot)
        await press(pilot, "ctrl+u", "enter")
        assert "Enter the path" in shown(pilot)
    assert not list(folder.iterdir())


def test_pictures(made: Example, pictures: Pictures, folder: Path) -> None:
    made.load(PEOPLE)
    (folder / "users.csv").write_text("mine")

    async def before(pilot: Any) -> None:
        await press(pilot, "3", "X", "ctrl+u", *"users.csv", "enter")

    pictures(made.app(), before)
