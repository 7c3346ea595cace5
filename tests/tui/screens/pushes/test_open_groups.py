"""All open pushes by manager, team, department and language, from Today (S2)."""

from datetime import date
from typing import Any

import pytest
from textual.pilot import Pilot

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.services.outbox import outbox
from studio_tui.services.pushes import pushes
from studio_tui.tui.screens.people.user import UserScreen
from studio_tui.tui.screens.pushes.open_groups import OpenGroupsScreen
from studio_tui.tui.screens.pushes.open_people import OpenPeopleScreen
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.tui.screens.pushes.remind import RemindScreen
from studio_tui.tui.screens.pushes.remind_managers import RemindManagersScreen
from studio_tui.tui.screens.today.today import TodayScreen
from tests.tui import WIDE, press, running, settled
from tests.tui.pictures import EVERY_SIZE, Pictures
from tests.tui.screens.looking import rows, shown
from tests.tui.screens.organisation import Example
from tests.tui.screens.pushes.test_push_groups import hostile
from tests.tui.screens.pushing import assign, create, pushes_in_every_state, put_cursor_on, said


def late_and_ahead(made: Example) -> None:
    """Create two open pushes: one is overdue, the other ends at the end of March."""
    pushes_in_every_state(made)
    assign(made, create(made, "Q1 review", date(2026, 3, 1), date(2026, 3, 31)), "ann", "dina")


def reminded(made: Example) -> set[tuple[str, str, Capacity]]:
    """Return recipient, push and capacity of each reminder."""
    every = outbox.every(made.studio, made.admin, NotificationFilter())
    return {(m.recipient, m.push, m.capacity) for m in every if m.kind is Kind.REMINDER}


async def test_goes_from_today_to_managers_to_their_people_and_back(made: Example) -> None:
    late_and_ahead(made)
    async with running(made.whole_app(), WIDE) as pilot:
        await press(pilot, "m")
        assert isinstance(pilot.app.screen, OpenGroupsScreen)
        found = rows(pilot)
        names = {None, "Ann Peeters", "Bob Janssens", "Carl Maes"}
        assert {group.name for group in found} == names
        assert [g.overdue for g in found] == sorted((g.overdue for g in found), reverse=True)
        assert "3: 2 in 29 days" in shown(pilot)
        await put_cursor_on(pilot, "Carl Maes")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, OpenPeopleScreen)
        assert "Carl Maes, in all open pushes" in shown(pilot)
        assert {(row.login, row.push) for row in rows(pilot)} == {
            ("ann", "Late"),
            ("ann", "Q1 review"),
            ("dina", "Late"),
            ("dina", "Q1 review"),
        }
        await press(pilot, "slash", *"dina", "enter", "enter")
        assert isinstance(pilot.app.screen, UserScreen)
        await press(pilot, "escape", "e")
        assert isinstance(pilot.app.screen, PushScreen)
        await press(pilot, "escape", "escape", "escape")
        assert isinstance(pilot.app.screen, OpenGroupsScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, TodayScreen)


async def test_groups_by_something_else_and_follows_what_others_do(made: Example) -> None:
    late_and_ahead(made)
    async with running(made.whole_app(), WIDE) as pilot:
        await press(pilot, "B", *"depart", "enter")
        assert "All open pushes, by department" in shown(pilot)
        assert {group.name for group in rows(pilot)} == {"Finance", "Legal", "Sales"}
        await press(pilot, "B", *"lang", "enter")
        assert {group.name for group in rows(pilot)} == {"en", "fr", "nl"}
        await put_cursor_on(pilot, "fr")
        await press(pilot, "enter")
        assert {row.login for row in rows(pilot)} == {"dina"}
        for name in ("Late", "Q1 review"):
            pushes.close(made.studio, made.admin, pushes.find(made.studio, made.admin, name))
        made.check_for_changes(pilot)
        await settled(pilot)
        assert "Nobody of them is in an open push." in shown(pilot)
        await press(pilot, "escape")
        assert "Nobody is in an open push." in shown(pilot)
        await press(pilot, "r")
        assert "There is nobody here." in said(pilot)


async def test_reminds_managers_alone_over_all_open_pushes(made: Example) -> None:
    late_and_ahead(made)
    async with running(made.whole_app(), WIDE) as pilot:
        await press(pilot, "m")
        await put_cursor_on(pilot, "Carl Maes")
        await press(pilot, "r")
        assert isinstance(pilot.app.screen, RemindManagersScreen)
        assert "Remind managers of all open pushes" in shown(pilot)
        assert "1 manager gets 2 mails" in shown(pilot)
        assert not reminded(made)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, OpenGroupsScreen)
        assert "2 mails to managers of 2 pushes (z undo" in said(pilot)
        assert reminded(made) == {
            ("carl", "Late", Capacity.MANAGER),
            ("carl", "Q1 review", Capacity.MANAGER),
        }
        await press(pilot, "z", "z")
        assert "Taken back: 1 user reminded of “Late”" in said(pilot)
        every = outbox.every(made.studio, made.admin, NotificationFilter())
        states = {mail.state for mail in every if mail.kind is Kind.REMINDER}
        assert states == {NotificationState.DROPPED}


async def test_reminds_people_of_a_group_in_each_of_their_pushes(made: Example) -> None:
    late_and_ahead(made)
    async with running(made.whole_app(), WIDE) as pilot:
        await press(pilot, "B", *"lang", "enter")
        await put_cursor_on(pilot, "fr")
        await press(pilot, "r")
        assert isinstance(pilot.app.screen, RemindScreen)
        assert "The people of fr" in shown(pilot)
        await press(pilot, "ctrl+s")
        assert "of 2 pushes (z undo" in said(pilot)
        assert {(who, push) for who, push, as_ in reminded(made) if as_ is Capacity.USER} == {
            ("dina", "Late"),
            ("dina", "Q1 review"),
        }


@pytest.mark.parametrize("filled", [late_and_ahead, hostile])
def test_pictures(made: Example, pictures: Pictures, filled: Any) -> None:
    filled(made)

    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, "m", "j", "space")

    pictures(made.whole_app(), before, EVERY_SIZE)


def test_pictures_of_people(made: Example, pictures: Pictures) -> None:
    late_and_ahead(made)

    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, "m", "j", "enter")

    pictures(made.whole_app(), before, EVERY_SIZE)
