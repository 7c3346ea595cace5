"""The history of conversations, for leaders, users and admins (C1, C6)."""

from datetime import timedelta
from typing import Any

from textual.pilot import Pilot

from studio_tui.services import conversations
from studio_tui.tui.modals.choose import Choose
from studio_tui.tui.screens.conversations.history import HistoryScreen
from tests.tui import WIDE, press, running
from tests.tui.screens.conversations.test_my_conversations import my_conversation
from tests.tui.screens.conversations_by_state import busy, of_template
from tests.tui.screens.looking import rows, shown
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushing import put_cursor_on, said


def past(made: Example) -> None:
    """Add held conversations of Ann and Dina with Carl, and a cancelled conversation of Hal.

    Bob sees Dina's conversation as her coach.
    """
    busy(made)
    day = made.studio.now() - timedelta(days=5)
    for by, login in (("carl", "ann"), ("carl", "dina")):
        conversations.record_held(
            made.studio, made.actor(by), of_template(made, login), held_at=day
        )
    begun = conversations.start(made.studio, made.actor("bob"), of_template(made, "hal"))
    conversations.cancel(made.studio, made.actor("bob"), begun.id)


def held(pilot: Pilot[Any]) -> list[tuple[str, str, str]]:
    return [(row.login, row.conductor_login, str(row.state)) for row in rows(pilot)]


async def test_the_history_of_one_user_and_of_everybody(made: Example) -> None:
    past(made)
    async with running(made.app(made.actor("bob")), WIDE) as pilot:
        await put_cursor_on(pilot, "Fay Mertens")
        await press(pilot, "t")
        assert isinstance(pilot.app.screen, HistoryScreen)
        assert "History of Fay Mertens" in shown(pilot)
        assert held(pilot) == [("fay", "bob", "done")]
        assert "2026-02-10 10:00" in shown(pilot)
        await press(pilot, "E")
        assert "History of everybody" in shown(pilot)
        assert [login for login, _, _ in held(pilot)] == ["hal", "dina", "ann", "fay"]


async def test_the_history_is_filtered_by_text_and_by_state(made: Example) -> None:
    past(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "t", "E", "slash", *"carl", "enter")
        assert {login for login, _, _ in held(pilot)} == {"ann", "dina"}
        await press(pilot, "slash", "escape", "escape", "f")
        assert isinstance(pilot.app.screen, Choose)
        await press(pilot, *"cancelled", "enter")
        assert held(pilot) == [("hal", "bob", "cancelled")]
        assert "only what was cancelled (f)" in shown(pilot)


async def test_a_user_sees_only_their_own(made: Example) -> None:
    past(made)
    async with running(made.app(made.actor("hal"))) as pilot:
        await press(pilot, "t")
        assert held(pilot) == [("hal", "bob", "cancelled")]
        await press(pilot, "E")
        assert said(pilot) == "This is everybody's."


async def test_an_admin_sees_the_history_but_no_content(made: Example) -> None:
    """C6."""
    past(made)
    async with running(made.app()) as pilot:
        await press(pilot, "6", "t")
        assert len(held(pilot)) == 4
        await press(pilot, "enter")
        seen = shown(pilot)
        assert "Hal Goossens" in seen
        assert "Bob Janssens" in seen
        assert "How are you" not in seen


async def test_the_history_opens_from_a_user_and_from_a_push(made: Example) -> None:
    """P16: a single key opens the history on each of these screens."""
    past(made)
    async with running(made.app()) as pilot:
        await press(pilot, "3", "slash", *"mertens", "enter", "enter", "t")
        assert "History of Fay Mertens" in shown(pilot)
        assert held(pilot) == [("fay", "bob", "done")]
        await press(pilot, "escape", "escape", "2")
        await put_cursor_on(pilot, "Late")
        await press(pilot, "enter")
        await put_cursor_on(pilot, "Ann Peeters")
        await press(pilot, "t")
        assert said(pilot) == "Nothing is planned with Ann Peeters yet."
        await put_cursor_on(pilot, "Eva Jacobs")
        await press(pilot, "t")
        assert "2026-03-04 10:00 (Europe/Brussels)" in shown(pilot)


async def test_an_empty_history_displays_a_message(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app(made.actor("lone"))) as pilot:
        await press(pilot, "t")
        assert "No conversation was held or cancelled yet." in shown(pilot)


def test_the_overview_contains_the_time_of_the_last_conversation(made: Example) -> None:
    past(made)
    assert my_conversation(made, "bob", "hal", "").last_held is None
    assert my_conversation(made, "bob", "dina", "Q1 review").last_held is not None
