"""Excusing users from a push and extending their deadline, each with a key (P18, S8)."""

from datetime import date

from studio_tui.domain.pushes.push import Push, Status
from studio_tui.services.pushes import assign, pushes
from studio_tui.tui.modals.excuse import SingleFieldDialog
from studio_tui.tui.screens.people.user import UserScreen
from tests.tui import WIDE, press, running
from tests.tui.screens.looking import listed, rows, shown
from tests.tui.screens.organisation import Example
from tests.tui.screens.pushing import pushes_in_every_state, put_cursor_on, said


def _late(made: Example) -> Push:
    return pushes.find(made.studio, made.admin, "Late")


def _statuses(made: Example) -> dict[str, Status]:
    people = assign.every(made.studio, made.admin, _late(made))
    return {each.login: each.status for each in people}


async def test_marked_users_are_excused_and_asked_again(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "2")
        await put_cursor_on(pilot, "Late")
        await press(pilot, "enter")
        await put_cursor_on(pilot, "Bob Janssens")
        await press(pilot, "space")
        await put_cursor_on(pilot, "Dina Willems")
        await press(pilot, "space", "L")
        assert "Excuse 2 users?" in shown(pilot)
        await press(pilot, *"on leave", "enter")
        assert "2 users excused" in said(pilot)
        assert listed(pilot).selection.empty
        assert "excused: on leave" in shown(pilot)
        # Excused users are a hatched part of the bar, without colour.
        assert "/ excused 2" in shown(pilot)
        assert "////" in shown(pilot)
        assert _statuses(made)["bob"] is Status.EXCUSED
        await put_cursor_on(pilot, "Bob Janssens")
        # The dialog starts with the stored reason. Clearing the reason reverts the excuse.
        await press(pilot, "L", "ctrl+u", "enter")
        assert "1 user asked again" in said(pilot)
        assert _statuses(made)["bob"] is Status.NOT_PLANNED


async def test_the_deadline_of_a_user_is_extended_to_a_valid_date(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3")
        await put_cursor_on(pilot, "Dina Willems")
        await press(pilot, "enter", "l", *"20/2/2026", "enter")
        assert isinstance(pilot.app.screen, SingleFieldDialog)
        assert "2026-02-20 is past" in shown(pilot)
        await press(pilot, "ctrl+u", *"2026-03-20", "enter")
        assert isinstance(pilot.app.screen, UserScreen)
        assert "1 user given until" in said(pilot)
        (row,) = rows(pilot, "#pushes")
        assert (row.assignment.deadline, row.assignment.has_longer) == (date(2026, 3, 20), True)
        assert "until 2026-03-20" in shown(pilot)
