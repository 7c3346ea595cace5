"""Automatic reminders and changed deadlines in the settings of a push (P9, P15)."""

from typing import Any

import pytest
from textual.pilot import Pilot

from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.outbox.notification import NotificationFilter
from studio_tui.domain.pushes.push import Push, Reminders
from studio_tui.services.outbox import outbox
from studio_tui.services.pushes import pushes
from studio_tui.tui.widgets.field import Field
from studio_tui.tui.widgets.toggle import Toggle
from studio_tui.worker.loop import Worker
from tests.tui import press, running, settled
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import Example, FakeTransport
from tests.tui.screens.pushing import pushes_in_every_state, put_cursor_on, said


def now(made: Example) -> Push:
    return pushes.find(made.studio, made.admin, "Late")


def field(pilot: Pilot[Any], name: str) -> Field:
    return next(f for f in pilot.app.screen.query(Field) if f.field_name == name)


async def open_settings(pilot: Pilot[Any]) -> None:
    await press(pilot, "2")
    await put_cursor_on(pilot, "Late")
    await press(pilot, "e")


async def type_in(pilot: Pilot[Any], name: str, value: str) -> None:
    field(pilot, name).value = value
    await settled(pilot)


def told(made: Example) -> set[str]:
    """Return the recipients of mail about a changed deadline."""
    every = outbox.every(made.studio, made.admin, NotificationFilter())
    return {each.recipient for each in every if each.kind is Kind.DEADLINE_MOVED}


async def everyone_knows(made: Example) -> None:
    pushes_in_every_state(made)
    made.clock.move(minutes=5)
    await Worker(made.studio, [FakeTransport()]).run(drain=True)


async def test_automatic_reminders_are_displayed_and_saved(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await open_settings(pilot)
        assert field(pilot, "remind_before").value == "7, 1"
        assert field(pilot, "remind_after").value == "3"
        await type_in(pilot, "remind_before", " 14,3,3 ")
        await type_in(pilot, "remind_after", "")
        await press(pilot, "ctrl+s")
        assert field(pilot, "remind_before").value == "14, 3"
        assert said(pilot) == "“Late” saved."
    assert now(made).reminders == Reminders((14, 3), ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("remind_before", "soon"),
        ("remind_before", "-1"),
        ("remind_after", "0"),
        ("remind_after", "366"),
        ("remind_after", "1.5"),
    ],
)
async def test_refusals_stand_beside_the_field(made: Example, name: str, value: str) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await open_settings(pilot)
        await type_in(pilot, name, value)
        await type_in(pilot, "deadline", "2026-02-30")
        await press(pilot, "ctrl+s")
        assert "write numbers of days from" in field(pilot, name).error
        assert "is not a date" in field(pilot, "deadline").error
        assert field(pilot, name).value == value
    assert now(made).reminders == Reminders((7, 1), (3,))


async def test_the_buttons_stay_visible_in_a_small_terminal(made: Example) -> None:
    """With errors next to the fields and with a long status line."""
    pushes_in_every_state(made)
    async with running(made.app(), size=(80, 24)) as pilot:
        await open_settings(pilot)
        for name in ("available_from", "deadline", "remind_before"):
            await type_in(pilot, name, "the day that comes after the day before yesterday" * 3)
        await press(pilot, "ctrl+s")
        pane = pilot.app.screen.query_one("PushSettings")
        assert pane.max_scroll_y > 0
        for name in ("save", "close"):
            button = pilot.app.screen.query_one(f"#{name}")
            assert pane.region.contains_region(button.region)


async def test_a_changed_deadline_is_mailed_unless_the_option_is_off(made: Example) -> None:
    await everyone_knows(made)
    async with running(made.app()) as pilot:
        await open_settings(pilot)
        tell = pilot.app.screen.query_one(Toggle)
        assert not tell.display
        await type_in(pilot, "deadline", "2026-03-31")
        assert "[x] Tell those who know of the old deadline" in shown(pilot)
        pilot.app.screen.set_focus(tell)
        await press(pilot, "space")
        assert "[ ] Tell those who know of the old deadline" in shown(pilot)
        await press(pilot, "ctrl+s")
        assert said(pilot) == "“Late” saved."
        assert told(made) == set()
        await type_in(pilot, "deadline", "2026-04-30")
        await press(pilot, "ctrl+s")
        assert said(pilot) == (
            "“Late” saved; its new deadline is told to 3 users, 1 manager (z undo)."
        )
        assert not tell.display
    # Ann also manages Dina, but Carl has planned the conversation.
    assert told(made) == {"bob", "carl", "dina", "lone"}


async def test_the_mail_option_is_hidden_when_the_deadline_is_restored(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await open_settings(pilot)
        before = field(pilot, "deadline").value
        await type_in(pilot, "deadline", "2026-03-31")
        await type_in(pilot, "deadline", before)
        assert not pilot.app.screen.query_one(Toggle).display


async def test_the_arrow_keys_change_a_date_by_a_week(made: Example) -> None:
    pushes_in_every_state(made)
    made.clock.move(minutes=5)
    async with running(made.app()) as pilot:
        await open_settings(pilot)
        field(pilot, "deadline").focus_entry()
        await press(pilot, "down", "down", "up")
        assert field(pilot, "deadline").value == "2026-02-27"
        await type_in(pilot, "deadline", "fri")
        await press(pilot, "up")
        assert field(pilot, "deadline").value == "2026-02-27"
        for neither in ("", "soon"):
            await type_in(pilot, "deadline", neither)
            await press(pilot, "down")
            assert field(pilot, "deadline").value == neither
            assert "no day to move" in said(pilot)
        await type_in(pilot, "deadline", "2999-12-30")
        await press(pilot, "down", "down", "down")
        assert field(pilot, "deadline").value == "2999-12-30"
