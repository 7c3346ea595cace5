"""A push by manager, team, department and language, and reminding managers alone (S2)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from textual.pilot import Pilot

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import NotificationFilter
from studio_tui.domain.pushes.push import PushFacts
from studio_tui.services.outbox import outbox
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.tui.screens.pushes.remind_managers import RemindManagersScreen
from studio_tui.tui.screens.pushes.status_bar import StatusBar
from tests.hostile import HOSTILE
from tests.tui import WIDE, press, running, settled
from tests.tui.pictures import EVERY_SIZE, Pictures
from tests.tui.screens.looking import listed, rows, shown
from tests.tui.screens.organisation import Example, hostile_rows
from tests.tui.screens.pushing import (
    assign,
    create,
    footer,
    pushes_in_every_state,
    put_cursor_on,
    said,
)

Fill = Callable[[Example], Any]


async def _open(pilot: Pilot[Any], name: str, *keys: str) -> None:
    await press(pilot, "2")
    await put_cursor_on(pilot, name)
    await press(pilot, "enter")
    for key in keys:
        await press(pilot, key)


def crowded(made: Example) -> PushFacts:
    """Create an overdue push with sixty managers, each of whom leads two users."""
    made.load(
        "".join(
            f"m{n},m{n}@example.org,Mia{n},Lead{n:02},,Team {n:02},,,,,\n"
            f"a{n},a{n}@example.org,Ann{n},Of{n:02},Team {n:02},,,,,,\n"
            f"b{n},b{n}@example.org,Bob{n},Of{n:02},Team {n:02},,,,,,\n"
            for n in range(60)
        )
    )
    push = create(made, "Late", date(2026, 1, 5), date(2026, 2, 20))
    return assign(made, push, *(f"{sign}{n}" for n in range(60) for sign in "ab"))


def hostile(made: Example) -> PushFacts:
    """Create an overdue push with one manager per hostile name, each with one user."""
    people = range(len(HOSTILE))
    theirs = "".join(f"p{n},p{n}@example.org,Pia,P{n},,,h{n},,,,\n" for n in people)
    made.load(hostile_rows() + theirs)
    push = create(made, "Late", date(2026, 1, 5), date(2026, 2, 20))
    return assign(made, push, *(f"p{n}" for n in people))


async def test_goes_from_managers_to_their_people_and_back(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await _open(pilot, "Late", "m")
        assert [group.name for group in rows(pilot, ":focus")] == [
            None,
            "Ann Peeters",
            "Bob Janssens",
            "Carl Maes",
        ]
        lines = {line[3:12].strip(): line for line in shown(pilot).splitlines()}
        assert "██" not in lines["no manage"]
        assert "█░" in lines["Bob Janss"]
        assert "1/2  ▁▂▁▁▁  1, 10 days late" in lines["Bob Janss"]
        await press(pilot, "G", "enter")
        assert {row.login for row in rows(pilot)} == {"ann", "dina"}
        assert "Only: of Carl Maes" in shown(pilot)
        await press(pilot, "escape")
        assert "r Remind" in footer(pilot)
        assert getattr(listed(pilot, ":focus").current, "login", "") == "carl"
        await press(pilot, "escape")
        assert len(rows(pilot, ":focus")) == 4
        assert isinstance(pilot.app.screen, PushScreen)


async def test_groups_by_something_else_and_filters(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await _open(pilot, "Late", "B", *"depart", "enter")
        assert "By department" in shown(pilot)
        assert {group.name for group in rows(pilot, ":focus")} == {"Finance", "Legal", "Sales"}
        await press(pilot, "slash", *"leg", "enter", "enter")
        assert [row.login for row in rows(pilot)] == ["lone"]


async def test_keys_that_are_typed_ahead_are_for_the_groups(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await _open(pilot, "Late")
        await press(pilot, "m", "G", "enter")
        assert {row.login for row in rows(pilot)} == {"ann", "dina"}


async def test_reminds_managers_alone(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await _open(pilot, "Late", "m", "r")
        assert "these people have no manager" in said(pilot)
        await press(pilot, "a", "r")
        assert isinstance(pilot.app.screen, RemindManagersScreen)
        assert "Only Ann Peeters, Bob Janssens, Carl Maes; not their people" in shown(pilot)
        assert "1 manager gets mail" in shown(pilot)
        assert "2 asked for nothing more" in shown(pilot)
        await press(pilot, "ctrl+s")
        assert "1 manager reminded (z undo), nobody else told" in said(pilot)
        assert listed(pilot, ":focus").selection.empty
        reminded = [
            mail
            for mail in outbox.every(made.studio, made.admin, NotificationFilter())
            if mail.kind is Kind.REMINDER
        ]
        assert [(mail.recipient, mail.capacity) for mail in reminded] == [
            ("carl", Capacity.MANAGER)
        ]


@pytest.mark.parametrize("filled", [None, pushes_in_every_state, crowded, hostile])
def test_by_manager(
    made: Example,
    pictures: Pictures,
    filled: Fill | None,
) -> None:
    (filled or pushes_in_every_state)(made)

    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await _open(pilot, "Late" if filled else "Draft", "m", "j", "space")

    pictures(made.app(), before, EVERY_SIZE)


async def test_a_part_of_the_bar_is_picked_by_key_and_by_mouse(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Late")
        assert "█ held 1  ░ planned 1  · not planned 2" in shown(pilot)
        pilot.app.screen.query_one(StatusBar).focus()
        await press(pilot, "right", "enter")
        assert [row.login for row in rows(pilot)] == ["dina"]
        assert "Only: planned" in shown(pilot)
        await pilot.click(StatusBar, offset=(75, 0))
        await settled(pilot)
        assert {row.login for row in rows(pilot)} == {"bob", "lone"}
        await pilot.click(StatusBar, offset=(30, 1))
        await settled(pilot)
        assert len(rows(pilot)) == 4
