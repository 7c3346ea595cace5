"""Marking ranges of rows, and copying or exporting rows (S5, S7)."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.system.files import FileAlreadyExists, require_place
from studio_tui.tui.widgets.list.bulk_reading import MOST_COPIED, as_csv, ids_between, rows_of
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.to_file import write_csv
from tests.hostile import HOSTILE, SIGNS
from tests.tui import press, running
from tests.tui.demo import COLUMNS, studio_app
from tests.tui.people import Crowd, person
from tests.tui.screens.pushing import said


def browser(pilot: Any) -> RecordBrowser[Any, Any]:
    found: RecordBrowser[Any, Any] = pilot.app.screen.query_one(RecordBrowser)
    return found


def test_a_range_can_be_given_in_either_direction() -> None:
    crowd = Crowd(1_000_000, sort=Sort("name", descending=True))
    assert ids_between(crowd, 7, 5) == [7, 6, 5]
    assert ids_between(crowd, 5, 7) == [7, 6, 5]
    assert ids_between(crowd, 5, 5) == [5]


@pytest.mark.parametrize(("first", "last"), [(1, 999_999), (1, 4), (2_000_000, 4)])
def test_a_range_with_a_missing_end_or_too_many_rows_is_refused(first: int, last: int) -> None:
    with pytest.raises(Refused):
        ids_between(Crowd(1_000_000, 1 if last > 4 else 2), first, last)


def test_the_rows_of_a_selection_are_in_the_order_of_the_list() -> None:
    crowd = Crowd(1_000_000)
    assert [row.id for row in rows_of(crowd, Selection.of([9, 2, 500_000]))] == [2, 9, 500_000]
    some = Selection.matching(300_000).unmark([600_000])
    assert [row.id for row in rows_of(Crowd(1_000_000, 100), some)] == [300_000, 900_000]


@pytest.mark.parametrize(
    "selection", [Selection.matching(1), Selection.of(range(1, MOST_COPIED + 2))]
)
def test_too_many_rows_are_refused(selection: Selection[int]) -> None:
    with pytest.raises(Refused, match="1,000"):
        rows_of(Crowd(1_000_000), selection)


def test_copied_text_contains_no_control_characters_and_no_formulas() -> None:
    people = [replace(person(1), name=text) for text in (*HOSTILE, "=1+1", "a\nb")]
    text = as_csv(people, COLUMNS)
    assert not (SIGNS - {"\n"}) & set(text)
    heading, *lines = csv.reader(text.splitlines())
    assert heading == ["Name", "Login", "Team", "Status", "Number"]
    assert len(lines) == len(people)
    assert lines[-2][0] == "'=1+1"
    assert as_csv(people[:1], COLUMNS).startswith("[/x],")


def test_copying_more_than_the_terminal_clipboard_accepts_is_refused() -> None:
    with pytest.raises(Refused, match="clipboard"):
        as_csv([replace(person(1), name="x" * 80_000)], COLUMNS)


class Told(Exception):
    """Raised by a progress callback to stop the export."""


def test_a_list_is_exported_to_a_file_completely_or_not_at_all(tmp_path: Path) -> None:
    path, shares = tmp_path / "users.csv", list[float]()

    def write(selection: Selection[int] | None, tell: Any = shares.append) -> list[list[str]]:
        size = 1_200 if selection is None or selection.filters else 1_000_000
        write_csv(path, Crowd(size), selection, COLUMNS, replacing=True, tell=tell)
        with path.open(newline="") as file:
            return list(csv.reader(file))

    heading, *lines = write(None)
    assert heading == ["Name", "Login", "Team", "Status", "Number"]
    assert [line[-1] for line in lines] == [str(number) for number in range(1, 1_201)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert shares == sorted(shares)
    assert [line[-1] for line in write(Selection.of([900_000, 3]))[1:]] == ["3", "900000"]
    assert len(write(Selection.matching(2).unmark([4]))) == 1 + 599

    def stop(share: float) -> None:
        raise Told

    before = path.read_bytes()
    with pytest.raises(Told):
        write(None, stop)
    assert path.read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} <= {"users.csv", "home"}


def test_an_existing_file_is_replaced_only_on_request(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("mine")
    with pytest.raises(FileAlreadyExists):
        require_place(path, replacing=False)
    with pytest.raises(Refused):
        write_csv(path, Crowd(3), None, COLUMNS, replacing=False, tell=lambda _: None)
    assert path.read_text() == "mine"
    require_place(path, replacing=True)
    for wrong in (tmp_path, tmp_path / "no" / "x.csv", tmp_path / ("x" * 300)):
        with pytest.raises(Refused):
            require_place(wrong, replacing=True)


async def test_a_range_is_marked_by_its_two_ends_and_copied() -> None:
    async with running(studio_app()) as pilot:
        await press(pilot, "V")
        assert "Mark the first row" in said(pilot)
        assert browser(pilot).list.selection.empty
        await press(pilot, "j", "space", *["j"] * 4, "V")
        assert browser(pilot).list.selected_count == 6
        await press(pilot, "Y")
        assert "6 rows copied" in said(pilot)
        copied = list(csv.reader(pilot.app.clipboard.splitlines()))
        assert [line[-1] for line in copied] == ["Number", *map(str, range(2, 8))]


async def test_the_row_under_the_cursor_is_copied_if_no_row_is_marked() -> None:
    async with running(studio_app()) as pilot:
        await press(pilot, "j", "Y")
        assert "1 row copied" in said(pilot)
        assert pilot.app.clipboard.strip().endswith(",2")


async def test_a_range_in_a_filtered_list_keeps_marks_outside_of_the_filter() -> None:
    async with running(studio_app()) as pilot:
        await press(pilot, "space", "slash", "2", "enter", "g", "space", "G", "V")
        assert browser(pilot).list.selected_count == 126
        assert browser(pilot).list.selection.contains(1, lambda _: False)
