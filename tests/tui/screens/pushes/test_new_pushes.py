"""The dialog in which pushes are created (P1, P2, S10)."""

from datetime import date
from typing import Any, cast

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from studio_tui.domain.pushes.push import PushState
from studio_tui.domain.shared.written_dates import months_later
from studio_tui.services.pushes import audiences, pushes
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screens.pushes.new_pushes import NewPushes
from studio_tui.tui.screens.pushes.new_pushes_row import (
    EnteredPush,
    PushRow,
    length_in_words,
    period_in_words,
    resolved_days,
)
from studio_tui.tui.screens.pushes.pushes import PushesScreen
from studio_tui.tui.screens.templates.templates import TemplatesScreen
from tests.hostile import HOSTILE
from tests.tui import press, running, settled
from tests.tui.screens.looking import listed, shown
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushing import assign, create, put_cursor_on, said

TODAY = date(2026, 3, 1)


async def _open(pilot: Pilot[Any]) -> None:
    await put_cursor_on(pilot, "Regular")
    await press(pilot, "p")


def _rows(pilot: Pilot[Any]) -> list[PushRow]:
    return list(pilot.app.screen.query(PushRow))


def _enter(row: PushRow, name: str, first: str = "2026-03-02", last: str = "2026-04-02") -> None:
    for entry, value in zip(row.query(Input), (name, first, last), strict=True):
        entry.value = value


async def test_the_default_period_begins_today_and_lasts_a_month(made: Example) -> None:
    async with running(made.app()) as pilot:
        await _open(pilot)
        (row,) = _rows(pilot)
        assert row.entered == EnteredPush("", "2026-03-02", "2026-04-02")
        assert "32 days, to Thu" in shown(pilot)


async def test_several_pushes_are_created_and_the_list_of_pushes_opens(made: Example) -> None:
    create(made, "Older", date(2026, 1, 1), date(2026, 2, 1))
    async with running(made.app()) as pilot:
        await _open(pilot)
        await press(pilot, *"North", "ctrl+n", *"South")
        assert [row.entered.deadline for row in _rows(pilot)] == ["2026-04-02"] * 2
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, PushesScreen)
        current: Any = listed(pilot).current
        assert current.name == "North"
        assert "2 pushes created. Press A to assign users" in said(pilot)
        lines = {line.split()[1]: line for line in shown(pilot).splitlines() if " draft" in line}
        assert lines["North"].split()[0] == "new"
        assert lines["South"].split()[0] == "new"
        assert not any(line.split()[0] == "new" for name, line in lines.items() if name == "Older")
    every = pushes.every(made.studio, made.admin)
    assert {push.name: push.state for push in every if push.name != "Older"} == {
        "North": PushState.DRAFT,
        "South": PushState.DRAFT,
    }


async def test_the_cursor_moves_to_the_new_push_in_a_list_that_was_loaded_before(
    made: Example,
) -> None:
    create(made, "Older", date(2026, 1, 1), date(2026, 2, 1))
    async with running(made.app()) as pilot:
        await press(pilot, "2")
        older: Any = listed(pilot).current
        assert older.name == "Older"
        await press(pilot, "1")
        await _open(pilot)
        await press(pilot, *"North", "ctrl+s", "a")
        assert "Assign users to North" in shown(pilot)


async def test_refusals_stand_beside_their_fields(made: Example) -> None:
    create(made, "Taken", date(2026, 1, 1), date(2026, 2, 1))
    async with running(made.app()) as pilot:
        await _open(pilot)
        await press(pilot, "ctrl+n", "ctrl+n", "ctrl+n")
        first, second, third, fourth = _rows(pilot)
        _enter(second, "One", last="2026-02-30")
        _enter(third, "One", last="2026-01-01")
        _enter(fourth, "Taken")
        await press(pilot, "ctrl+s")
        assert set(first.errors) == {"name"}
        assert set(second.errors) == {"deadline"}
        assert set(third.errors) == {"name", "deadline"}
        assert first.has_focus_within
        assert "“2026-02-30” is not a date" in shown(pilot)
        _enter(first, "Zero")
        _enter(second, "One")
        _enter(third, "Two")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, NewPushes)
        assert set(fourth.errors) == {"name"}
        assert fourth.entered.name == "Taken"
    assert len(pushes.every(made.studio, made.admin)) == 1


async def test_a_single_push_is_created_after_its_errors_are_corrected(made: Example) -> None:
    async with running(made.app()) as pilot:
        await _open(pilot)
        await press(pilot, "ctrl+s")
        (row,) = _rows(pilot)
        assert set(row.errors) == {"name"}
        await press(pilot, "x")
        assert not row.errors
        await press(pilot, "tab", "tab", "enter", "enter")
        assert isinstance(pilot.app.screen, PushesScreen)


async def test_the_row_with_the_focus_is_removed(made: Example) -> None:
    async with running(made.app()) as pilot:
        await _open(pilot)
        await press(pilot, "ctrl+r")
        assert len(_rows(pilot)) == 1
        await press(pilot, *"A", "ctrl+n", *"B", "ctrl+n", *"C", "ctrl+r")
        assert [row.entered.name for row in _rows(pilot)] == ["A", "B"]
        assert _rows(pilot)[1].has_focus_within


async def test_leaving_asks_for_confirmation_only_after_input(made: Example) -> None:
    async with running(made.app()) as pilot:
        await _open(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, TemplatesScreen)
        await press(pilot, "p", "x", "escape")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, NewPushes)


async def test_enter_moves_through_the_inputs_to_the_button(made: Example) -> None:
    async with running(made.app()) as pilot:
        await _open(pilot)
        await press(pilot, "ctrl+n")
        _enter(_rows(pilot)[0], "North")
        _rows(pilot)[0].focus_entry()
        await press(pilot, "enter", "enter", "enter")
        assert _rows(pilot)[1].has_focus_within
        await press(pilot, "enter", "enter", "enter")
        focused = pilot.app.focused
        assert focused is not None
        assert focused.id == "create"
        assert not pushes.every(made.studio, made.admin)
        await press(pilot, "shift+tab", "enter")
        assert isinstance(pilot.app.screen, Confirm)


async def test_after_assigning_the_cursor_moves_to_the_next_new_push_without_users(
    made: Example,
) -> None:
    """P2: with the keyboard only."""
    made.load(PEOPLE)
    create(made, "Older", date(2026, 1, 1), date(2026, 2, 1))
    async with running(made.app()) as pilot:
        await _open(pilot)
        await press(pilot, *"A1", "ctrl+n", *"B2", "ctrl+n", *"C3", "ctrl+s")
        for name, following in (("A1", "B2"), ("B2", "C3")):
            current: Any = listed(pilot).current
            assert current.name == name
            await press(pilot, "a", "space", "ctrl+s", "escape")
            assert isinstance(pilot.app.screen, PushesScreen)
            current = listed(pilot).current
            assert current.name == following
            assert f"Press A to assign users to “{following}”" in said(pilot)
        await press(pilot, "a", "space", "ctrl+s", "escape")
        current = listed(pilot).current
        assert current.name == "C3"
        assert "Press A" not in said(pilot)


async def test_a_reload_keeps_the_cursor_where_the_user_moved_it(made: Example) -> None:
    made.load(PEOPLE)
    older = create(made, "Older", date(2026, 1, 1), date(2026, 2, 1))
    async with running(made.app()) as pilot:
        await _open(pilot)
        await press(pilot, *"A1", "ctrl+n", *"B2", "ctrl+s")
        await put_cursor_on(pilot, "Older")
        assign(made, pushes.find(made.studio, made.admin, "A1"), "ann")
        cast(PushesScreen, pilot.app.screen).reload()
        await settled(pilot)
        assert listed(pilot).current_id == older.id


async def test_hostile_names_stay_text(made: Example) -> None:
    async with running(made.app()) as pilot:
        await _open(pilot)
        for name in HOSTILE[:8]:
            _enter(_rows(pilot)[-1], name.replace("\n", " "))
            await press(pilot, "ctrl+n")
        await press(pilot, "ctrl+r", "ctrl+s")
        assert isinstance(pilot.app.screen, PushesScreen)
        assert "[/x]" in shown(pilot)
        assert "\x1b" not in shown(pilot)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 3, 2), date(2026, 4, 2)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2027, 12, 31), date(2028, 1, 31)),
    ],
)
def test_months_later_is_limited_to_the_last_day_of_the_month(first: date, last: date) -> None:
    assert months_later(first, 1) == last


def test_the_length_of_a_push_is_described_briefly() -> None:
    assert length_in_words(EnteredPush("", "2026-03-02", "2026-05-31"), TODAY) == "91 days, to Sun"
    assert (
        length_in_words(EnteredPush("", "2026-03-02", "2126-03-01"), TODAY) == "36,524 days, to Fri"
    )
    assert length_in_words(EnteredPush("", "2026-01-02", "2026-02-28"), TODAY) == "deadline is past"
    assert length_in_words(EnteredPush("", "2026-03-02", "soon"), TODAY) == ""


def test_dates_that_were_not_entered_in_full_are_written_out() -> None:
    assert resolved_days(EnteredPush("", "2026-03-02", "2026-05-31"), TODAY) == ""
    assert resolved_days(EnteredPush("", "2026-03-02", "+1w"), TODAY).startswith(
        "Monday 2026-03-02 to"
    )


def test_an_invalid_period_has_no_description() -> None:
    assert period_in_words(EnteredPush("", "2026-03-02", "2026-03-01"), TODAY) == ""
    assert period_in_words(EnteredPush("", "soon", "2026-03-01"), TODAY) == ""
    assert period_in_words(EnteredPush("", "2026-03-02", "2026-03-02"), TODAY).endswith("1 day")


def test_a_deadline_in_the_past_is_reported() -> None:
    past = EnteredPush("", "2026-02-02", "2026-02-28")
    assert period_in_words(past, TODAY).endswith("27 days: the deadline is past")
    assert "past" not in period_in_words(EnteredPush("", "2026-02-02", "2026-03-01"), TODAY)


@pytest.mark.parametrize("once", [False, True])
async def test_a_push_is_created_for_an_audience(made: Example, once: bool) -> None:
    """P13: matching users are assigned at once. Later matches are added unless ``once`` is set."""
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await _open(pilot)
        await press(pilot, *"North", "tab", "tab", "tab", *'department "Fin')
        assert "no second one" in shown(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, NewPushes)
        await press(pilot, *'ance"')
        assert "2 users match today." in shown(pilot)
        await press(pilot, *(("tab", "space") if once else ()), "ctrl+s")
        assert isinstance(pilot.app.screen, PushesScreen)
        assert "1 push created, with 2 users" in said(pilot)
    north = pushes.find(made.studio, made.admin, "North")
    kept = audiences.of_push(made.studio, made.admin, north)
    assert str(kept) == ("None" if once else 'department "Finance"')
