"""The screen of reminders: preview, no duplicates, use by support, number of reminders (P14, P15);
and naming the conductor of a conversation (P10)."""

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.outbox.notification import Notification, NotificationFilter
from studio_tui.domain.pushes.push import AssignmentFilter, Push
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import outbox
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.pushes import remind as reminding
from studio_tui.tui.modals.dry_run import DryRunScreen
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.tui.screens.pushes.remind import RemindScreen
from studio_tui.tui.widgets.toggle import Toggle
from tests.tui import WIDE, press, running, settled
from tests.tui.screens.looking import listed, shown
from tests.tui.screens.organisation import PEOPLE, Example, hostile_rows
from tests.tui.screens.pushing import footer, pushes_in_every_state, put_cursor_on, said

TALL = (120, 110)


async def open_push(pilot: Pilot[Any], name: str = "Late", *keys: str) -> None:
    await press(pilot, "2")
    await put_cursor_on(pilot, name)
    await press(pilot, "enter", *keys)


def mails(made: Example, kind: Kind) -> list[Notification]:
    every = outbox.every(made.studio, made.admin, NotificationFilter())
    return [each for each in every if each.kind is kind]


def reminded(made: Example, push: str = "Late") -> dict[str, int]:
    found = pushes.find(made.studio, made.admin, push)
    rows = assign.every(made.studio, made.admin, found)
    return {row.login: row.reminders for row in rows if row.reminders}


def remind(made: Example, push: Push, *logins: str) -> None:
    chosen = reminding.users_named(made.studio, made.admin, push, logins)
    reminding.remind(made.studio, made.admin, push, chosen)


def button(pilot: Pilot[Any]) -> str:
    return str(pilot.app.screen.query_one("#remind", Button).label)


async def test_all_users_who_are_not_done_are_reminded_after_a_preview(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), TALL) as pilot:
        await open_push(pilot, "Late", "E")
        assert isinstance(pilot.app.screen, RemindScreen)
        seen = shown(pilot)
        assert "Remind users of Late" in seen
        assert "Everyone in it" in seen
        assert button(pilot) == "Remind 3 users"
        assert "3 users and 1 manager get mail at 10:02 (Europe/Brussels)." in seen
        assert "Not reminded: 1 held already" in seen
        assert "Ann Peeters (ann) has held it" in seen
        assert "Lou Alone <lone@example.org>" in seen
        assert "dina (leads Finance)" in seen
        assert "Mail · reminder, to a user, in fr: Dina Willems" in seen
        assert mails(made, Kind.REMINDER) == []
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, PushScreen)
        assert "3 users reminded (z undo), 1 manager told; mail leaves at 10:02" in said(pilot)
    assert reminded(made) == {"bob": 1, "dina": 1, "lone": 1}


async def test_only_marked_users_are_reminded(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await open_push(pilot)
        await put_cursor_on(pilot, "Lou Alone")
        await press(pilot, "space", "r")
        assert "The marked users" in shown(pilot)
        assert button(pilot) == "Remind 1 user"
        pilot.app.screen.set_focus(pilot.app.screen.query_one("#remind"))
        await press(pilot, "enter")
        assert listed(pilot).selection.empty
    assert reminded(made) == {"lone": 1}


async def test_all_listed_users_are_reminded_by_a_separate_key(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await open_push(pilot, "Late", "f", *"no man", "enter", "slash", *"lou", "enter", "E")
        assert "Everyone listed: no manager, lou" in shown(pilot)
        await press(pilot, "ctrl+s")
    assert reminded(made) == {"lone": 1}


async def test_recently_reminded_users_are_listed_and_skipped_by_default(
    made: Example,
) -> None:
    remind(made, pushes_in_every_state(made)["Late"], "lone")
    made.clock.move(hours=1)
    async with running(made.app(), TALL) as pilot:
        await open_push(pilot, "Late", "E")
        assert button(pilot) == "Remind 2 users"
        assert "Not reminded: 1 reminded a short while ago · 1 held already" in shown(pilot)
        reason = "Lou Alone (lone) was reminded 2026-03-02 10:02 (Europe/Brussels)"
        assert reason in shown(pilot)
        await press(pilot, "a")
        assert pilot.app.screen.query_one(Toggle).on
        assert button(pilot) == "Remind 3 users"
        assert reason not in shown(pilot)
        await press(pilot, "ctrl+s")
    assert reminded(made) == {"bob": 1, "dina": 1, "lone": 2}


async def test_the_button_is_disabled_if_no_user_is_left_to_remind(made: Example) -> None:
    late = pushes_in_every_state(made)["Late"]
    reminding.remind(made.studio, made.admin, late, Selection.matching(AssignmentFilter()))
    async with running(made.app(), WIDE) as pilot:
        await open_push(pilot, "Late", "E")
        assert pilot.app.screen.query_one("#remind", Button).disabled
        assert "Nobody is reminded." in shown(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, RemindScreen)
        assert said(pilot).startswith("Nobody to remind")
    assert reminded(made) == {"bob": 1, "dina": 1, "lone": 1}


async def test_concurrent_changes_update_the_preview_and_refuse_the_reminder(made: Example) -> None:
    late = pushes_in_every_state(made)["Late"]
    async with running(made.app(), WIDE) as pilot:
        await open_push(pilot, "Late", "E")
        remind(made, late, "lone")
        made.check_for_changes(pilot)
        await settled(pilot)
        assert button(pilot) == "Remind 2 users"
        pushes.close(made.studio, made.admin, pushes.show(made.studio, made.admin, late.id))
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, RemindScreen)
        assert "only an open push reminds" in said(pilot) or "is closed" in said(pilot)


@pytest.mark.parametrize(("name", "state"), [("Ahead", "scheduled"), ("Draft", "draft")])
async def test_only_an_open_push_sends_reminders(made: Example, name: str, state: str) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await open_push(pilot, name, "r")
        assert said(pilot) == f"“{name}” is {state}: only an open push reminds."


async def test_the_key_for_reminders_reopens_a_closed_push(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await open_push(pilot, "Over")
        assert "Remind" not in footer(pilot)
        await press(pilot, "r")
        assert "“Over” is open again" in said(pilot)
        assert "Remind" in footer(pilot)


async def test_support_can_send_reminders(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(made.actor("sam"))) as pilot:
        await open_push(pilot, "Late", "E", "ctrl+s")
        assert "3 users reminded" in said(pilot)
        await press(pilot, "z")
        assert "Taken back: 3 users reminded of “Late”" in said(pilot)


async def test_number_and_date_of_reminders_are_listed(made: Example) -> None:
    late = pushes_in_every_state(made)["Late"]
    remind(made, late, "lone")
    made.clock.move(days=4)
    remind(made, late, "lone")
    async with running(made.app(), WIDE) as pilot:
        await open_push(pilot)
        # Hide the detail pane, which leaves no space for this column.
        await press(pilot, "P")
        line = next(line for line in shown(pilot).splitlines() if "Lou Alone" in line)
        assert "2× · 2026-03-06" in line
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert "2×" not in shown(pilot)


async def test_the_conductor_of_a_conversation_is_chosen(made: Example) -> None:
    pushes_in_every_state(made)
    before = {m.id for m in outbox.every(made.studio, made.admin, NotificationFilter())}
    async with running(made.app(), WIDE) as pilot:
        await open_push(pilot)
        await put_cursor_on(pilot, "Dina Willems")
        await press(pilot, "H")
        assert "Who is to hold the conversation with Dina Willems, now Carl Maes?" in shown(pilot)
        await press(pilot, *"ann", "enter")
        assert said(pilot) == (
            "Ann Peeters holds the conversation with Dina Willems; both are told."
        )
    new = [
        m for m in outbox.every(made.studio, made.admin, NotificationFilter()) if m.id not in before
    ]
    assert {(m.recipient, m.kind) for m in new} == {("ann", Kind.PLANNED), ("dina", Kind.PLANNED)}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Ann Peeters", "The conversation with Ann Peeters has been held."),
        ("Lou Alone", "Lou Alone has no manager who could hold it."),
    ],
)
async def test_no_conductor_can_be_chosen_for_a_held_conversation_or_without_managers(
    made: Example, name: str, reason: str
) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await open_push(pilot)
        await put_cursor_on(pilot, name)
        await press(pilot, "H")
        assert said(pilot) == reason


async def test_the_preview_displays_the_mail_of_assigning_and_stores_nothing(made: Example) -> None:
    pushes_in_every_state(made)
    before = len(mails(made, Kind.ASSIGNED))
    async with running(made.app(), TALL) as pilot:
        await press(pilot, "2")
        await put_cursor_on(pilot, "Draft")
        await press(pilot, "a", "v")
        assert "Nobody is marked." in said(pilot)
        await press(pilot, "i", *"late", "enter", "v")
        assert isinstance(pilot.app.screen, DryRunScreen)
        seen = shown(pilot)
        assert "What assigning them to “Draft” would send" in seen
        assert "4 users · a new template: they are assigned to it" in seen
        assert "ann (leads Belgium)" in seen
        assert "Mail · assigned, to a manager, in nl: Bob Janssens" in seen
        await press(pilot, "escape")
        assert not listed(pilot).selection.empty
    assert len(mails(made, Kind.ASSIGNED)) == before


async def test_hostile_names_stay_text(made: Example) -> None:
    made.load(PEOPLE)
    made.load(hostile_rows())
    made.push("[/x] O'Brien [HR]", "ann", "h0", "h1", "h2", "h3", "h4", "h5")
    async with running(made.app(), TALL) as pilot:
        await open_push(pilot, "[/x] O'Brien [HR]", "E")
        assert "Remind users of [/x] O'Brien [HR]" in shown(pilot)
        assert button(pilot) == "Remind 7 users"
        assert "\x1b" not in shown(pilot)
