"""Commands act on the marked rows, or on the row under the cursor if none is marked (S8)."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from textual.pilot import Pilot

from studio_tui.domain.outbox.notification import (
    Notification,
    NotificationFilter,
    NotificationState,
)
from studio_tui.domain.pushes.push import Assignment, Status
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import outbox
from studio_tui.services.pushes import assign, pushes
from studio_tui.tui.screens.pushes.remind import RemindScreen
from tests.tui import press, running, settled
from tests.tui.screens.looking import listed, rows, shown
from tests.tui.screens.organisation import Example, fill_outbox
from tests.tui.screens.pushing import pushes_in_every_state, put_cursor_on, said

WIDE = (140, 40)
Marked = tuple[str, ...]
CASES: list[tuple[Marked, str, set[str]]] = [
    ((), "Bob Janssens", {"bob"}),
    (("Bob Janssens", "Dina Willems"), "Lou Alone", {"bob", "dina"}),
    (("Dina Willems",), "Dina Willems", {"dina"}),
]
"""The marked rows, the row under the cursor, and the logins that a command then acts on."""


async def choose(pilot: Pilot[Any], marked: Marked, cursor: str) -> None:
    for name in marked:
        await put_cursor_on(pilot, name)
        await press(pilot, "space")
    await put_cursor_on(pilot, cursor)


async def open_late(pilot: Pilot[Any]) -> None:
    await press(pilot, "2")
    await put_cursor_on(pilot, "Late")
    await press(pilot, "enter")
    await settled(pilot)


def offered_first(pilot: Pilot[Any]) -> str:
    row = listed(pilot).current
    assert row is not None
    return str(row.choice.title)


def users(made: Example) -> dict[str, Assignment]:
    late = pushes.find(made.studio, made.admin, "Late")
    return {each.login: each for each in assign.every(made.studio, made.admin, late)}


def held_by(made: Example) -> set[str]:
    """Return the logins of held conversations, except Ann, whose conversation was held before."""
    return {u.login for u in users(made).values() if u.status is Status.DONE} - {"ann"}


def handed_over(made: Example) -> set[str]:
    return {login for login, each in users(made).items() if each.conductor_login == "bob"} - {"ann"}


def unassigned(made: Example) -> set[str]:
    return {"bob", "dina", "lone", "ann"} - users(made).keys()


def reminded(made: Example) -> set[str]:
    return {login for login, each in users(made).items() if each.reminders}


ACTS: dict[str, tuple[tuple[str, ...], Callable[[Example], set[str]]]] = {
    "remind": (("r", "ctrl+s"), reminded),
    "unassign": (("u", "right", "enter"), unassigned),
}


@pytest.mark.parametrize(("marked", "cursor", "about"), CASES)
@pytest.mark.parametrize("act", ACTS)
async def test_a_command_on_users_of_a_push_acts_on_the_marked_or_current_rows(
    made: Example, act: str, marked: Marked, cursor: str, about: set[str]
) -> None:
    pushes_in_every_state(made)
    keys, done_to = ACTS[act]
    async with running(made.app(), WIDE) as pilot:
        await open_late(pilot)
        await choose(pilot, marked, cursor)
        await press(pilot, *keys)
        await settled(pilot)
    assert done_to(made) == about


async def test_reminding_all_listed_users_has_its_own_key(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await open_late(pilot)
        await choose(pilot, ("Dina Willems",), "Dina Willems")
        await press(pilot, "E")
        assert isinstance(pilot.app.screen, RemindScreen)
        assert "Everyone in it" in shown(pilot)
        await press(pilot, "ctrl+s")
    assert reminded(made) == {"bob", "dina", "lone"}


async def test_marked_conversations_are_recorded_each_by_its_own_conductor(made: Example) -> None:
    """Lou has no manager, so only the other conversations are recorded."""
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await open_late(pilot)
        await choose(pilot, ("Dina Willems", "Lou Alone"), "Bob Janssens")
        await press(pilot, "h")
        # Carl planned it.
        assert offered_first(pilot) == "Carl Maes"
        await press(pilot, "enter", "enter", "enter")
        await settled(pilot)
        assert said(pilot) == "Carl Maes talked with Dina Willems: it is recorded as held."
    assert held_by(made) == {"dina"}


async def test_several_conversations_are_recorded_and_handed_over_at_once(made: Example) -> None:
    made.load("zoe,zoe@example.org,Zoe,Aerts,Sales > Belgium,,,Sales,nl,2015-02-01,")
    made.load("yves,yves@example.org,Yves,Aerts,Sales > Belgium,,,Sales,nl,2015-02-01,")
    late = pushes_in_every_state(made)["Late"]
    chosen = assign.users_named(made.studio, made.admin, ["zoe", "yves"])
    assign.assign(made.studio, made.admin, late, chosen)
    async with running(made.app(), WIDE) as pilot:
        await open_late(pilot)
        await choose(pilot, ("Zoe Aerts", "Yves Aerts"), "Lou Alone")
        await press(pilot, "H", "enter")
        await settled(pilot)
        assert "2 conversations handed over to Bob Janssens" in said(pilot)
        assert "not planned with Bob Janssens" in shown(pilot)
        await press(pilot, "h", "enter", "enter", "enter")
        await settled(pilot)
        assert said(pilot) == "2 conversations recorded as held."
    assert handed_over(made) == {"zoe", "yves"}
    assert held_by(made) == {"zoe", "yves"}


async def test_a_new_conductor_is_displayed_at_once_and_offered_first(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await open_late(pilot)
        await put_cursor_on(pilot, "Dina Willems")
        for name in ("Ann Peeters", "Bob Janssens"):
            await press(pilot, "H", *name.lower().split()[0], "enter")
            await settled(pilot)
            assert f"planned 2026-03-12 with {name}" in shown(pilot)
            await press(pilot, "h")
            assert offered_first(pilot) == name
            await press(pilot, "escape")


async def test_an_empty_selection_acts_on_the_row_under_the_cursor(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await open_late(pilot)
        await press(pilot, "a", "a")
        await put_cursor_on(pilot, "Bob Janssens")
        await press(pilot, "space", "k", "space", "k")
        await settled(pilot)
        assert not listed(pilot).selected_count
        await put_cursor_on(pilot, "Lou Alone")
        await press(pilot, "u", "right", "enter")
        await settled(pilot)
    assert unassigned(made) == {"lone"}


def dropped(made: Example) -> set[int]:
    state = NotificationFilter(state=NotificationState.DROPPED)
    return {each.id for each in outbox.every(made.studio, made.admin, state)}


@pytest.mark.parametrize("number", [0, 2])
async def test_a_command_on_mails_acts_on_the_marked_or_current_rows(
    made: Example, number: int
) -> None:
    await fill_outbox(made)
    before = dropped(made)
    waiting = NotificationFilter(state=NotificationState.HELD)
    assert outbox.number_of(made.studio, made.admin, Selection.matching(waiting)) >= 3
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "4")
        await settled(pilot)
        listing = cast(list[Notification], rows(pilot))
        places = [at for at, row in enumerate(listing) if row.state is NotificationState.HELD]
        about = places[:number] or [places[-1]]
        for place in places[:number]:
            listed(pilot).move_to(place)
            await press(pilot, "space")
        listed(pilot).move_to(places[-1])
        await press(pilot, "x", "right", "enter")
        await settled(pilot)
    assert dropped(made) - before == {listing[place].id for place in about}
