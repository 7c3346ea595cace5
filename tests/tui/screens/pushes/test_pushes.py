"""The list of pushes, and the page of a push with its tabs (P4, P5, P8, P9, P11, P16)."""

from datetime import date
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Static

from studio_tui.domain.pushes.push import Flag, Push, PushDraft, PushState, Reminders, Status
from studio_tui.services.pushes import assign, pushes
from studio_tui.tui.modals.choose import Choose
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.screens.people.user import UserScreen
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.tui.screens.pushes.push_settings import PushSettings
from studio_tui.tui.screens.pushes.push_users import PushUsers
from studio_tui.tui.screens.pushes.pushes import PushesScreen
from studio_tui.tui.widgets.field import Field
from tests.hostile import HOSTILE
from tests.tui import press, running, settled
from tests.tui.screens.looking import listed, rows, shown
from tests.tui.screens.organisation import PEOPLE, Example, hostile_rows
from tests.tui.screens.pushing import footer, pushes_in_every_state, put_cursor_on, said


def _now(made: Example, name: str) -> Push:
    return pushes.find(made.studio, made.admin, name)


async def _open(pilot: Pilot[Any], name: str, *keys: str) -> None:
    await press(pilot, "2")
    await put_cursor_on(pilot, name)
    await press(pilot, *(keys or ("enter",)))


def _field(pilot: Pilot[Any], name: str) -> Field:
    return next(f for f in pilot.app.screen.query(Field) if f.field_name == name)


def _users(pilot: Pilot[Any]) -> dict[str, Any]:
    return {row.login: row for row in rows(pilot)}


async def test_running_pushes_are_listed_first_and_closed_pushes_last(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), (140, 40)) as pilot:
        await press(pilot, "2", "P")
        assert [push.name for push in rows(pilot)] == ["Late", "Ahead", "Draft", "Over"]
        lines = {line.split()[0]: line for line in shown(pilot).splitlines() if "Regular" in line}
        assert "open, overdue" in lines["Late"]
        assert "██░░░░░░ 1/4" in lines["Late"]
        assert "scheduled" in lines["Ahead"]
        assert "nobody yet" in lines["Draft"]
        assert "closed" in lines["Over"]


async def test_the_list_of_pushes_is_filtered_by_state(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await press(pilot, "2", "slash", *"sched", "enter")
        assert [push.name for push in rows(pilot)] == ["Ahead"]


async def test_an_empty_list_of_pushes_explains_how_to_create_one(made: Example) -> None:
    async with running(made.app()) as pilot:
        await press(pilot, "2")
        assert "Go to Templates and press p" in shown(pilot)
        await press(pilot, "a", "c", "r", "e", "enter")
        assert isinstance(pilot.app.screen, PushesScreen)


async def test_users_are_listed_with_status_and_flags(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), (120, 40)) as pilot:
        await _open(pilot, "Late", "enter", "P")
        assert "1 of 4 held (25%)" in shown(pilot)
        lines = {line[3:7].strip(): line for line in shown(pilot).splitlines()}
        assert "held 2026-03-02 by Bob Janssens" in lines["Ann"]
        assert "planned 2026-03-12" in lines["Dina"]
        assert "overdue, no manager" in lines["Lou"]
        assert _users(pilot)["lone"].flags == {Flag.OVERDUE, Flag.NO_MANAGER}


async def test_users_are_filtered_by_flag(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Late")
        await press(pilot, "f", *"no man", "enter")
        assert set(_users(pilot)) == {"bob", "lone"}
        assert "Only: no manager" in shown(pilot)
        await press(pilot, "a", "f", *"every", "enter")
        assert len(_users(pilot)) == 4
        assert listed(pilot).selected_count == 2
        await press(pilot, "f", *"mail f", "enter")
        assert "Nobody here is mail failed" in shown(pilot)


async def test_a_conversation_of_a_push_is_recorded_as_held(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Late")
        await put_cursor_on(pilot, "Dina Willems")
        await press(pilot, "h")
        assert isinstance(pilot.app.screen, Choose)
        await press(pilot, *"ann", "enter")
        assert "By Ann Peeters." in shown(pilot)
        await press(pilot, "enter", "enter")
        assert _users(pilot)["dina"].status is Status.DONE
        assert "Ann Peeters talked with Dina Willems: it is recorded as held." in said(pilot)
        await press(pilot, "h")
        assert isinstance(pilot.app.screen, PushScreen)
    assert _now(made, "Late").progress.done == 2


async def test_a_conversation_of_a_user_without_a_manager_cannot_be_recorded(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Late")
        await put_cursor_on(pilot, "Lou Alone")
        await press(pilot, "h")
        assert "has no manager who could have held it" in said(pilot)


async def test_marked_users_are_unassigned_and_the_message_explains_undo(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Late")
        await press(pilot, "slash", *"ann@", "enter", "a", "slash", *["backspace"] * 4, "enter")
        await put_cursor_on(pilot, "Bob Janssens")
        await press(pilot, "space", "u")
        assert isinstance(pilot.app.screen, Confirm)
        assert "Take 2 users out of “Late”?" in shown(pilot)
        await press(pilot, "right", "enter")
        assert set(_users(pilot)) == {"dina", "lone"}
        assert "assigning them again" in said(pilot)
        assert listed(pilot).selection.empty
    left = assign.every(made.studio, made.admin, _now(made, "Late"))
    assert {row.login for row in left} == {"dina", "lone"}


async def test_the_user_under_the_cursor_is_unassigned_if_none_is_marked(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Late")
        await put_cursor_on(pilot, "Dina Willems")
        await press(pilot, "u", "right", "enter")
        assert "dina" not in _users(pilot)


async def test_a_user_is_one_key_away(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Late")
        await put_cursor_on(pilot, "Ann Peeters")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, UserScreen)
        assert "Ann Peeters" in shown(pilot)


async def test_changes_of_others_are_displayed_on_the_page_of_a_push(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Draft")
        assert "Press A to assign users" in shown(pilot)
        chosen = assign.users_named(made.studio, made.admin, ["carl"])
        assign.assign(made.studio, made.admin, _now(made, "Draft"), chosen)
        made.check_for_changes(pilot)
        await settled(pilot)
        assert set(_users(pilot)) == {"carl"}
        assert "0 of 1 held" in shown(pilot)


async def test_settings_are_saved(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Late", "e")
        _field(pilot, "name").value = "Later"
        _field(pilot, "deadline").value = "2026-03-31"
        await press(pilot, "ctrl+s")
        assert "“Later” saved" in said(pilot)
        assert "Later" in shown(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, PushesScreen)
        assert "Later" in [push.name for push in rows(pilot)]
    assert not _now(made, "Later").overdue


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", "", "give the push a name"),
        ("name", "ahead", "is the name of another push"),
        ("deadline", "2026-02-30", "is not a date"),
        ("deadline", "2025-01-01", "is before the first day"),
        ("available_from", "soon", "is not a date"),
    ],
)
async def test_refusals_stand_beside_the_field(
    made: Example, field: str, value: str, reason: str
) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Late", "e")
        _field(pilot, field).value = value
        await press(pilot, "ctrl+s")
        assert reason in _field(pilot, field).error
        assert _field(pilot, field).value == value


async def test_conflicting_edits_of_a_push_display_the_other_version(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Late", "e")
        _field(pilot, "name").value = "Mine"
        late = _now(made, "Late")
        theirs = PushDraft("Theirs", late.available_from, date(2026, 2, 25), Reminders((5,), ()))
        pushes.edit(made.studio, made.admin, late, theirs)
        made.check_for_changes(pilot)
        await settled(pilot)
        assert _field(pilot, "name").value == "Mine"
        await press(pilot, "ctrl+s")
        told = str(pilot.app.screen.query_one(".theirs", Static).content)
        assert "It is now “Theirs”, from 2026-01-05 to 2026-02-25, open" in told
        assert "reminders 5 days before the deadline and no days after it" in told
        assert _field(pilot, "name").value == "Mine"
        assert _field(pilot, "deadline").value == "2026-02-25"
        await press(pilot, "ctrl+s")
    both = _now(made, "Mine")
    assert (both.id, both.deadline, both.reminders) == (late.id, date(2026, 2, 25), Reminders((5,)))


async def test_settings_are_updated_with_changes_of_others_while_there_is_no_input(
    made: Example,
) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Late", "e")
        late = _now(made, "Late")
        theirs = PushDraft("Theirs", late.available_from, late.deadline)
        pushes.edit(made.studio, made.admin, late, theirs)
        made.check_for_changes(pilot)
        await settled(pilot)
        assert _field(pilot, "name").value == "Theirs"


async def test_leaving_the_settings_asks_for_confirmation_only_after_input(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Late")
        await press(pilot, "e", "x", "escape")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "right", "enter")
        assert pilot.app.screen.query_one(PushUsers).display
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, PushesScreen)


async def test_a_push_is_closed_and_reopened(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Late")
        await press(pilot, "c")
        assert "3 of 4 conversations not held" in shown(pilot)
        assert "mails that wait in the outbox are dropped" in shown(pilot)
        await press(pilot, "enter")
        assert _now(made, "Late").state is PushState.OPEN
        await press(pilot, "c", "right", "enter")
        assert _now(made, "Late").state is PushState.CLOSED
        await press(pilot, "u")
        assert "is closed: reopen it first" in said(pilot)
        await press(pilot, "e")
        reopen = pilot.app.screen.query_one("#reopen", Button)
        assert reopen.has_focus
        assert not pilot.app.screen.query_one("#save", Button).display
        await press(pilot, "enter")
        assert _now(made, "Late").state is PushState.OPEN
        assert pilot.app.screen.query_one("#save", Button).display


async def test_a_push_is_closed_from_the_list(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await _open(pilot, "Ahead", "c", "right", "enter")
        assert _now(made, "Ahead").state is PushState.CLOSED
        assert rows(pilot)[-1].state is PushState.CLOSED
        await put_cursor_on(pilot, "Ahead")
        await press(pilot, "r")
        assert _now(made, "Ahead").state is PushState.SCHEDULED


async def test_the_activity_of_a_push_is_displayed(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), (120, 40)) as pilot:
        await _open(pilot, "Late", "enter")
        await press(pilot, "y")
        assert isinstance(pilot.app.screen, ReadText)
        assert "Times in Europe/Brussels." in shown(pilot)
        assert "Els Claes assigned users: Late (4 users)" in shown(pilot)


async def test_support_can_read_pushes_but_not_change_them(made: Example) -> None:
    pushes_in_every_state(made)
    before = pushes.every(made.studio, made.admin)
    async with running(made.app(made.actor("sam"))) as pilot:
        await _open(pilot, "Late", "a", "c", "e", "r")
        assert isinstance(pilot.app.screen, PushesScreen)
        await press(pilot, "enter", "h", "u", "c", "A")
        assert isinstance(pilot.app.screen, PushScreen)
        assert "Unassign" not in footer(pilot)
        assert "Held" not in footer(pilot)
        await press(pilot, "e", "ctrl+s")
        assert all(not button.display for button in pilot.app.screen.query(Button))
        assert pilot.app.screen.query_one(PushSettings).display
    assert pushes.every(made.studio, made.admin) == before


async def test_support_can_record_conversations_of_their_own_team(made: Example) -> None:
    made.load(PEOPLE.replace("Finance,,bob|ann", "Finance,,sam"))
    made.push("Q1", "ann", "dina")
    async with running(made.app(made.actor("sam"))) as pilot:
        await _open(pilot, "Q1")
        await put_cursor_on(pilot, "Ann Peeters")
        assert "Held" not in footer(pilot)
        await put_cursor_on(pilot, "Dina Willems")
        await press(pilot, "h", "enter", "enter", "enter")
        assert _users(pilot)["dina"].conductor == "Sam Claes"


async def test_hostile_names_stay_text(made: Example) -> None:
    made.load(hostile_rows())
    names = [f"h{number}" for number in range(len(HOSTILE))]
    made.push(HOSTILE[5], *names)
    async with running(made.app(), (120, 40)) as pilot:
        await press(pilot, "2", "enter")
        assert listed(pilot).length == len(HOSTILE)
        assert "[/x]" in shown(pilot)
        for keys in (("c", "escape"), ("u", "escape"), ("y", "escape"), ("e", "escape")):
            await press(pilot, keys[0])
            assert "\x1b" not in shown(pilot)
            await press(pilot, keys[1])
        assert isinstance(pilot.app.screen, PushScreen)


async def test_a_push_is_repeated_with_at_most_eight_keys(made: Example) -> None:
    """P17: from any place, with the proposed name and dates."""
    pushes_in_every_state(made)
    keys = ["2", "d", "ctrl+s"]
    assert len(keys) <= 8
    async with running(made.app()) as pilot:
        await press(pilot, *keys)
        assert "“Late 2” is created: 4 users assigned" in said(pilot)
        assert _now(made, "Late 2").progress.assigned == 4
        current: Any = listed(pilot).current
        assert current.name == "Late 2"
        await press(pilot, "d", "ctrl+t")
        assert "would send" in shown(pilot)
        await press(pilot, "escape", "tab", *"x", "ctrl+s")
        assert "is not a date" in shown(pilot)


async def test_a_repetition_of_a_push_is_set_skipped_and_stopped(made: Example) -> None:
    """P17."""
    pushes_in_every_state(made)
    async with running(made.app(), (140, 40)) as pilot:
        await press(pilot, "2")
        await put_cursor_on(pilot, "Ahead")
        await press(pilot, "equals_sign", "enter", "enter", "enter")
        assert "either a rhythm" in shown(pilot)
        await press(pilot, *"6m", "enter", "enter", "enter")
        assert "“Ahead” comes again every 6 months, next on 2026-10-01." in said(pilot)
        rows = [line.split()[:2] for line in shown(pilot).splitlines()]
        assert ["=", "Ahead"] in rows
        await press(pilot, "equals_sign", "enter")
        assert "2026-10-01 is skipped. every 6 months, next on 2027-04-01." in said(pilot)
        await press(pilot, "equals_sign", "down", "down", "enter")
        assert "does not come again" in said(pilot)
