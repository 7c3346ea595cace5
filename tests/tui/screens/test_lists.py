"""Common behaviour of all lists: the cursor, the viewport, and clearing a filter."""

from datetime import date

import pytest

from studio_tui.services.pushes import pushes
from studio_tui.tui.screens.people.users import UsersScreen
from studio_tui.tui.screens.pushes.new_pushes import NewPushes
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.tui.widgets.list.filter_bar import FilterInput
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from tests.tui import press, running, settled
from tests.tui.screens.looking import listed, rows, shown
from tests.tui.screens.organisation import PEOPLE, Example, fill_outbox
from tests.tui.screens.pushing import pushes_in_every_state, put_cursor_on

SIZES = ((80, 24), (120, 40))


async def test_the_cursor_moves_to_a_new_template_despite_a_filter(made: Example) -> None:
    async with running(made.app()) as pilot:
        await press(pilot, "slash", *"quick", "enter")
        await press(pilot, "n", "e", *"Ours", "escape", "ctrl+s", "escape")
        await settled(pilot)
        assert listed(pilot).current.name == "Ours"  # type: ignore[union-attr]
        await press(pilot, "d")
        await settled(pilot)
        copy = listed(pilot).current
        assert copy is not None
        assert copy.name != "Ours"
        assert "Ours" in copy.name


async def test_the_cursor_moves_to_a_new_topic_of_the_library(made: Example) -> None:
    async with running(made.app()) as pilot:
        await press(pilot, "l", "n", "e", *"Travel", "escape", "a", *"Where", "escape")
        await press(pilot, "ctrl+s", "escape")
        await settled(pilot)
        assert listed(pilot).current.name == "Travel"  # type: ignore[union-attr]


@pytest.mark.parametrize("place", ["4", "5"])
async def test_the_newest_row_is_visible_on_return(made: Example, place: str) -> None:
    """The cursor stays on its row, so that keys keep acting on the same row."""
    await fill_outbox(made)
    async with running(made.app()) as pilot:
        await press(pilot, place)
        await settled(pilot)
        before, stays_on = listed(pilot).length, listed(pilot).current_id
        await press(pilot, "1")
        made.clock.move(minutes=5)
        made.push("Later", "ann", "bob", "dina")
        made.check_for_changes(pilot)
        await settled(pilot)
        await press(pilot, place)
        await settled(pilot)
        shown_now = listed(pilot)
        assert shown_now.length > before
        assert shown_now.current_id == stays_on
        assert shown_now.scroll_offset.y == 0
        assert "Later" in shown(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_the_sort_key_cycles_through_visible_columns_only(
    made: Example, size: tuple[int, int]
) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), size) as pilot:
        for keys in (("3",), ("2", "enter"), ("4",), ("6", "t")):
            await press(pilot, *keys)
            await settled(pilot)
            in_sight = {column.key for column in listed(pilot).shown_columns}
            for _ in range(8):
                await press(pilot, "o")
                sort = listed(pilot).sort
                assert sort is not None
                assert sort.column in in_sight, keys
            await press(pilot, "escape")


async def test_escape_clears_a_filter_before_it_leaves_the_screen(made: Example) -> None:
    """S5: both while the filter has the focus and while the list has it."""
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await press(pilot, "2")
        await put_cursor_on(pilot, "Late")
        await press(pilot, "enter", "slash", *"dina", "enter")
        assert listed(pilot).length == 1
        await press(pilot, "escape")
        await settled(pilot)
        assert isinstance(pilot.app.screen, PushScreen)
        assert listed(pilot).length == 4
        assert listed(pilot).current.login == "dina"  # type: ignore[union-attr]
        await press(pilot, "slash", *"bob", "escape")
        await settled(pilot)
        assert isinstance(pilot.app.focused, FilterInput)
        assert listed(pilot).length == 4
        await press(pilot, "escape", "escape")
        assert not isinstance(pilot.app.screen, PushScreen)


async def test_escape_clears_the_filter_of_a_place(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await press(pilot, "3", "slash", *"bob", "enter", "escape")
        await settled(pilot)
        assert isinstance(pilot.app.screen, UsersScreen)
        assert pilot.app.screen.query_one(RecordBrowser).text == ""
        assert len(rows(pilot)) > 1


async def test_dates_of_a_push_accept_the_usual_notations(made: Example) -> None:
    """D1: today is Monday 2026-03-02."""
    async with running(made.app()) as pilot:
        await put_cursor_on(pilot, "Regular")
        await press(pilot, "p", *"North", "enter", *["backspace"] * 10, *"+1w", "enter")
        await press(pilot, *["backspace"] * 10, *"18 dec")
        assert "Monday 2026-03-09 to Friday 2026-12-18" in shown(pilot)
        await press(pilot, "ctrl+s")
        await settled(pilot)
        assert not isinstance(pilot.app.screen, NewPushes)
    push = pushes.find(made.studio, made.admin, "North")
    assert (push.available_from, push.deadline) == (date(2026, 3, 9), date(2026, 12, 18))
