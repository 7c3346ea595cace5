"""The screen that assigns users to a push (P3, P6, P7, P12, U4)."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import PushState
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import assign, pushes
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.type_number import ConfirmByNumber
from studio_tui.tui.screens.people.user import UserScreen
from studio_tui.tui.screens.pushes.assign import AssignScreen
from studio_tui.tui.screens.pushes.assign_marked import MarkedScreen
from studio_tui.tui.screens.pushes.assign_source import MarkedSource
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.tui.screens.pushes.pushes import PushesScreen
from studio_tui.tui.widgets.field import Field
from tests.tui import press, running, settled
from tests.tui.screens.looking import listed, rows, shown
from tests.tui.screens.organisation import HEADINGS, PEOPLE, Example, hostile_rows
from tests.tui.screens.pushing import create, pushes_in_every_state, put_cursor_on, said, user_id


async def _open(pilot: Pilot[Any], name: str) -> None:
    await press(pilot, "2")
    await put_cursor_on(pilot, name)
    await press(pilot, "a")


def _button(pilot: Pilot[Any]) -> str:
    return str(pilot.app.screen.query_one("#assign", Button).label)


def _logins(made: Example, name: str) -> set[str]:
    push = pushes.find(made.studio, made.admin, name)
    return {row.login for row in assign.every(made.studio, made.admin, push)}


async def test_all_users_are_listed_and_assigned_users_are_flagged(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Ahead")
        assert len(rows(pilot)) == 7
        assert [row.user.login for row in rows(pilot) if row.already] == ["ann"]
        line = next(line for line in shown(pilot).splitlines() if "Ann Peeters" in line)
        assert "in already" in line
        assert _button(pilot) == "Assign users"
        assert pilot.app.screen.query_one("#assign", Button).disabled
        await press(pilot, "ctrl+s")
        assert "Nobody is marked" in said(pilot)


async def test_the_button_displays_the_number_of_added_users(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Ahead")
        await press(pilot, "a")
        assert _button(pilot) == "Assign 6 users"
        text = shown(pilot)
        assert "7 selected" in text
        assert "1 in the push already" in text
        assert "get mail on 2026-04-01 at" in text
        await put_cursor_on(pilot, "Dina Willems")
        await press(pilot, "space")
        assert _button(pilot) == "Assign 5 users"
        await press(pilot, "a", "a")
        assert _button(pilot) == "Assign users"


async def test_users_are_imported_from_a_push_marked_unmarked_and_assigned(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Draft")
        await press(pilot, "i", *"late", "enter")
        assert _button(pilot) == "Assign 4 users"
        await put_cursor_on(pilot, "Bob Janssens")
        await press(pilot, "space")
        await put_cursor_on(pilot, "Carl Maes")
        await press(pilot, "space")
        assert _button(pilot) == "Assign 4 users"
        assert pushes.find(made.studio, made.admin, "Draft").state is PushState.DRAFT
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, PushScreen)
        assert "4 users assigned" in said(pilot)
        assert "mail leaves at 10:02 (Europe/Brussels)" in said(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, PushesScreen)
    assert _logins(made, "Draft") == {"ann", "carl", "dina", "lone"}


async def test_assigning_is_possible_while_changes_of_others_are_counted(
    made: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushes_in_every_state(made)
    preview, gate = assign.preview, threading.Event()

    def later(*arguments: Any) -> Any:
        assert gate.wait(60)
        return preview(*arguments)

    monkeypatch.setattr(assign, "preview", later)
    async with running(made.app()) as pilot:
        await _open(pilot, "Ahead")
        gate.set()
        await press(pilot, "a")
        assert _button(pilot) == "Assign 6 users"
        gate.clear()
        made.load("zed,zed@example.org,Zed,Young,,,,,,,\n")
        made.check_for_changes(pilot)
        while "Zed Young" not in shown(pilot):
            await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, AssignScreen)
        assert (screen.why_not_assign(), _button(pilot)) == (None, "Assign 6 users")
        gate.set()
        await settled(pilot)
        assert _button(pilot) == "Assign 7 users"


async def test_a_selection_survives_filtering(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Draft")
        await press(pilot, "slash", *"finance", "enter", "a", "slash", "escape", *"lou", "enter")
        await press(pilot, "space")
        assert _button(pilot) == "Assign 3 users"
        assert "3 selected" in shown(pilot)


async def test_the_button_is_pressed_by_enter(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Draft")
        await press(pilot, "space")
        pilot.app.screen.query_one("#assign", Button).focus()
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PushScreen)


async def test_marked_users_are_listed_and_can_be_unmarked(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Draft")
        await press(pilot, "i", *"late", "enter", "f")
        assert isinstance(pilot.app.screen, MarkedScreen)
        assert {row.user.login for row in rows(pilot)} == {"ann", "bob", "dina", "lone"}
        await put_cursor_on(pilot, "Dina Willems")
        await press(pilot, "space")
        assert {row.user.login for row in rows(pilot)} == {"ann", "bob", "lone"}
        await press(pilot, "escape")
        assert _button(pilot) == "Assign 3 users"


async def test_marked_users_without_a_manager_are_listed_before_assigning(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Draft")
        await press(pilot, "M")
        assert "Nobody marked is without a manager" in said(pilot)
        await press(pilot, "i", *"late", "enter")
        assert "2 users have no manager (M)" in shown(pilot)
        await press(pilot, "M")
        assert [row.user.login for row in rows(pilot)] == ["lone", "bob"]
        await press(pilot, "x", "x", "escape")
        assert _button(pilot) == "Assign 2 users"
        assert "no manager (M)" not in shown(pilot)


async def test_users_who_left_are_counted_and_not_assigned(made: Example) -> None:
    pushes_in_every_state(made)
    bob = next(line for line in PEOPLE.splitlines() if line.startswith("bob"))
    made.load(f"{bob},no\n", f"{HEADINGS},active")
    async with running(made.app()) as pilot:
        await _open(pilot, "Draft")
        await press(pilot, "i", *"late", "enter")
        assert _button(pilot) == "Assign 3 users"
        assert "1 left, not assigned" in shown(pilot)
        await press(pilot, "f")
        line = next(line for line in shown(pilot).splitlines() if "Bob Janssens" in line)
        assert "has left" in line


async def test_importing_the_same_users_twice_adds_no_users(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Draft")
        await press(pilot, "i", *"late", "enter", "ctrl+s", "A", "i", *"late", "enter")
        assert _button(pilot) == "Assign users"
        await press(pilot, "ctrl+s")
        assert "Everyone marked is in the push already" in said(pilot)


async def test_leaving_asks_for_confirmation_only_if_users_are_marked(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Draft")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, PushesScreen)
        await press(pilot, "a", "space", "escape")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, AssignScreen)


async def test_assigning_to_a_push_that_was_closed_is_refused_and_keeps_the_marks(
    made: Example,
) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Draft")
        await press(pilot, "space")
        pushes.close(made.studio, made.admin, pushes.find(made.studio, made.admin, "Draft"))
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, AssignScreen)
        assert "is closed: reopen it first" in said(pilot)
        assert not listed(pilot).selection.empty


async def test_a_user_is_one_key_away(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Draft")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, UserScreen)


async def test_hostile_names_stay_text(made: Example) -> None:
    made.load(hostile_rows())
    made.load(PEOPLE)
    made.push("[/x] O'Brien [HR]", "ann")
    async with running(made.app(), (120, 40)) as pilot:
        await press(pilot, "2", "a", "a")
        assert "Assign users to [/x] O'Brien [HR]" in shown(pilot)
        await press(pilot, "f")
        assert "\x1b" not in shown(pilot)
        names = {row.user.name for row in rows(pilot)}
        assert any("[bold red]Loud[/bold red]" in name for name in names)
        await press(pilot, *["x"] * 5)
        assert len(rows(pilot)) == len(names) - 5


async def test_a_push_from_creation_to_closing(made: Example) -> None:
    made.load(PEOPLE)
    made.push("Review 2025", "ann", "lone")
    async with running(made.app()) as pilot:
        await put_cursor_on(pilot, "Regular")
        await press(pilot, "p", *"Review 2026", "ctrl+s")
        await press(pilot, "a", "i", "enter")
        await put_cursor_on(pilot, "Lou Alone")
        await press(pilot, "space")
        await put_cursor_on(pilot, "Dina Willems")
        await press(pilot, "space", "ctrl+s")
        assert {row.login for row in rows(pilot)} == {"ann", "dina"}
        await put_cursor_on(pilot, "Ann Peeters")
        await press(pilot, "h", "enter", "enter", "enter", "e")
        deadline = next(f for f in pilot.app.screen.query(Field) if f.field_name == "deadline")
        deadline.value = "2026-06-30"
        await press(pilot, "ctrl+s", "escape", "c", "right", "enter")
        assert "is closed" in said(pilot)
    push = pushes.find(made.studio, made.admin, "Review 2026")
    assert push.state is PushState.CLOSED
    assert push.deadline.isoformat() == "2026-06-30"
    assert (push.progress.assigned, push.progress.done) == (2, 1)


def test_marked_users_are_read_only_as_far_as_needed(made: Example) -> None:
    made.load("".join(f"u{n:04},u{n:04}@example.org,U,N{n:04},,,,,,,\n" for n in range(1300)))
    push = made.push("Q1", "u0001")
    filter_ = UserFilter()
    users = assign.candidates(made.studio, made.admin, filter_, Sort("name"))
    ids = [user_id(made, f"u{n:04}") for n in (1, 600, 1299)]
    picked = MarkedSource(users, assign.of_push(push), Selection.of(ids))
    assert [row.id for row in picked.rows(0, 1)] == ids[:1]
    assert picked.rows(0, 1)[0].already
    assert picked.position(ids[2]) == 2
    assert picked.count() == 3
    assert [row.id for row in picked.rows(1, 9)] == ids[1:]
    every = MarkedSource(users, assign.of_push(push), Selection.matching(UserFilter("N00")))
    assert every.count() == 100


async def test_assigning_very_many_users_asks_for_their_number(made: Example) -> None:
    """Protection against mass mail by a single accidental key."""
    made.load("".join(f"m{n},m{n}@example.org,Many,N{n},,,,,,,\n" for n in range(501)))
    made.load(PEOPLE)
    (push,) = [create(made, "Everybody [/x]", date(2026, 3, 1), date(2026, 3, 31))]
    async with running(made.app()) as pilot:
        await _open(pilot, push.name)
        await press(pilot, "slash", *"Many", "enter", "a")
        assert _button(pilot) == "Assign 501 users"
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, ConfirmByNumber)
        assert "Assign 501 users to “Everybody [/x]”?" in shown(pilot)
        await press(pilot, *"42", "enter")
        assert isinstance(pilot.app.screen, ConfirmByNumber)
        await press(pilot, "escape")
        assert _logins(made, push.name) == set()
        assert _button(pilot) == "Assign 501 users"
        await press(pilot, "ctrl+s", *"501", "enter")
        assert "501 users assigned" in said(pilot)
    assert len(_logins(made, push.name)) == 501


async def test_assigning_waits_for_other_writers_and_can_be_stopped(made: Example) -> None:
    """Stopping keeps the marks. Otherwise the users are assigned once the other writer is done."""
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Ahead")
        await press(pilot, "a")
        for key, added in (("escape", 0), ("ctrl+l", 6)):
            with _somebody_writes(made):
                await pilot.press("ctrl+s")
                while "waiting until others have written  esc stops it" not in said(pilot):
                    await pilot.pause(0.05)
                assert said(pilot).startswith("Assigning 6 users")
                await pilot.press(key)
                if not added:
                    await settled(pilot)
                    assert said(pilot) == "Stopped. Nothing was changed."
                    assert _button(pilot) == "Assign 6 users"
            await settled(pilot)
            assert len(_logins(made, "Ahead")) == 1 + added
        assert "6 users assigned" in said(pilot)


@contextmanager
def _somebody_writes(made: Example) -> Iterator[None]:
    with closing(sqlite3.connect(made.studio.store.name, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def test_warnings_about_the_marked_users_are_displayed(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await press(pilot, "2")
        await put_cursor_on(pilot, "Draft")
        await press(pilot, "A", "C")
        assert "Nobody is marked" in said(pilot)
        await press(pilot, "a")
        assert "4 in another push" in shown(pilot)
        assert "deadline on a weekend (C)" in shown(pilot)
        await press(pilot, "C")
        assert "4 are in another open push of this template" in shown(pilot)
        assert "lone, bob, ann, dina" in shown(pilot)
        await press(pilot, "escape", "ctrl+s")
        assert "7 users assigned" in said(pilot)


async def test_audiences_pushes_and_users_are_combined_in_the_displayed_order(
    made: Example,
) -> None:
    """P3, P13: audiences are added and removed, next to an earlier push and individual users."""
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Draft")
        await press(pilot, "minus")
        assert "Nobody is marked" in said(pilot)
        await press(pilot, "slash", *'department in ("Sales", "Finance")', "enter", "plus")
        assert said(pilot).startswith('Added: department in ("Sales", "Finance").')
        assert _button(pilot) == "Assign 4 users"
        await press(pilot, "escape", "slash", *"no manager", "enter", "minus")
        await press(pilot, "escape", "i", *"Late", "enter")
        await press(pilot, "slash", *'department "Legal"', "enter", "minus", "escape")
        await put_cursor_on(pilot, "Sam Claes")
        await press(pilot, "space")
        sum_ = '+ “Late” - department "Legal" + 1 picked'
        assert sum_ in " ".join(shown(pilot).split())
        assert "- no manager +" in shown(pilot)
        await press(pilot, "slash", *"team under ", "enter", "plus")
        assert "wrong, or not written to its end" in said(pilot)
        assert sum_ in " ".join(shown(pilot).split())
        await press(pilot, "ctrl+s")
    assert _logins(made, "Draft") == {"ann", "bob", "dina", "sam"}
