"""My conversations, for leaders, coaches, users and admins (C1, C2, C3, P10)."""

from datetime import UTC, datetime
from typing import Any

from textual.pilot import Pilot

from studio_tui.domain.conversations.conversation import MyConversation
from studio_tui.domain.pushes.push import Status
from studio_tui.domain.shared.text import clean_line
from studio_tui.services import conversations
from studio_tui.tui.modals.choose import Choose
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screens.conversations.my_conversations import MyConversationsScreen
from tests.hostile import HOSTILE, PACKED
from tests.tui import WIDE, press, running, settled
from tests.tui.screens.conversations_by_state import busy, hostile_team
from tests.tui.screens.looking import assert_text, listed, rows, shown
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushing import footer, put_cursor_on, said


def lines(pilot: Pilot[Any]) -> list[tuple[str, str, str]]:
    """Return login, push or template, and the reason why it does not wait for the user, by row."""
    return [(row.login, row.push or row.template, row.why_not) for row in rows(pilot)]


def my_conversation(made: Example, by: str, login: str, push: str) -> MyConversation:
    """Return one row of My conversations as the user ``by`` sees it."""
    every = conversations.my_conversations(made.studio, made.actor(by))
    return next(row for row in every if (row.login, row.push) == (login, push))


async def test_the_app_of_a_leader_opens_here_and_lists_overdue_conversations_first(
    made: Example,
) -> None:
    busy(made)
    async with running(made.app(made.actor("bob")), WIDE) as pilot:
        assert lines(pilot) == [
            ("ann", "Late", ""),
            ("eva", "Late", ""),
            ("dina", "Q1 review", ""),
            ("gus", "Q1 review", ""),
            ("bob", "Late", "not planned yet"),
            ("ann", "Q1 review", "Carl Maes holds it"),
            ("fay", "Ahead", "starts 2026-04-01"),
            ("hal", "", ""),
        ]
        seen = shown(pilot)
        assert seen.splitlines()[0].startswith(" My conversations ")
        assert "Europe/Brussels" in seen
        assert "planned 2026-03-04 10:00" in seen
        assert " me  " in seen
        assert "waits for you · never held" in seen


async def test_the_list_can_be_limited_to_conversations_that_wait_for_the_user(
    made: Example,
) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "f")
        assert [login for login, _, _ in lines(pilot)] == ["ann", "eva", "dina", "gus"]
        assert "Only what waits for you (f shows everything)" in shown(pilot)
        await press(pilot, "slash", *"jacobs", "enter")
        assert [login for login, _, _ in lines(pilot)] == ["eva"]
        await press(pilot, "slash", "escape", "escape", "f")
        assert listed(pilot).length == 8


async def test_a_user_sees_their_conversations_and_why_commands_are_unavailable(
    made: Example,
) -> None:
    busy(made)
    async with running(made.app(made.actor("eva"))) as pilot:
        assert lines(pilot) == [("eva", "Late", "")]
        assert "Late (Regular) · by 2026-02-20, overdue" in shown(pilot)
        assert "Bob Janssens holds it · waits for you to prepare" in " ".join(shown(pilot).split())
        for key, why in {
            "p": "Only Bob Janssens, who holds it, can plan it anew.",
            "b": "It is your leaders and coaches who begin a talk.",
            "c": "Only Bob Janssens, who holds it, can cancel it.",
            "h": "It is recorded by who held it: one of your leaders and coaches.",
            "N": "It is about you.",
            "H": "Your leaders and coaches settle who of them holds it.",
        }.items():
            await press(pilot, key)
            assert said(pilot) == why


async def test_an_empty_list_explains_what_it_contains(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app(made.actor("lone"))) as pilot:
        assert "you neither lead nor coach anybody" in shown(pilot)
        await press(pilot, "p")
        assert said(pilot) == "There is nobody here."
        await press(pilot, "f")
        assert "Nothing waits for you." in shown(pilot)


async def test_times_are_in_the_time_zone_of_the_user(made: Example) -> None:
    """D1: Brussels is an hour ahead of London."""
    busy(made)
    made.load(
        "bob,bob@example.org,Bob,Janssens,Europe/London",
        "login,email,given_name,family_name,time_zone",
    )
    async with running(made.app(made.actor("bob")), WIDE) as pilot:
        assert "Europe/London" in shown(pilot)
        assert "planned 2026-03-04 09:00" in shown(pilot)
        await put_cursor_on(pilot, "Eva Jacobs")
        assert "planned for 2026-03-04 09:00 (Europe/London)" in shown(pilot)


async def test_unavailable_commands_report_the_reason(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, *"jjj", "p")
        assert said(pilot) == "The talk has begun: there is nothing to plan any more."
        await press(pilot, *"jj", "p")
        assert said(pilot) == "Carl Maes holds it: hand it over first (H)."
        await press(pilot, "c")
        assert said(pilot) == "Carl Maes holds it: hand it over first (H)."
        await press(pilot, "N")
        assert said(pilot) == "It does not ask you: Carl Maes holds it."
        await press(pilot, "j", "h")
        assert said(pilot) == "“Ahead” is available from 2026-04-01 on."
        await press(pilot, "j", "h")
        assert said(pilot) == "Nothing is asked about Hal Goossens: b begins a talk."


async def test_a_manager_declines_a_conversation_and_reverts_it(made: Example) -> None:
    """P10: the other manager is still asked."""
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "N")
        assert said(pilot).startswith("“Late” with Ann Peeters no longer waits for you")
        assert my_conversation(made, "bob", "ann", "Late").why_not == "not mine"
        assert my_conversation(made, "carl", "ann", "Late").asked
        assert "you said that it is not yours (N takes it back)" in shown(pilot)
        await press(pilot, "N")
        assert my_conversation(made, "bob", "ann", "Late").asked
        await press(pilot, "j", "N")
        assert said(pilot) == "You hold it: cancel it (c), or hand it over (H)."


async def test_the_last_remaining_manager_cannot_decline_a_conversation(made: Example) -> None:
    busy(made)
    conversations.cancel(
        made.studio,
        made.actor("bob"),
        my_conversation(made, "bob", "eva", "Late").conversation_id or 0,
    )
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "j", "N")
        assert "Nobody else is left who leads or coaches Eva Jacobs" in said(pilot)


async def test_hand_over(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "H")
        assert isinstance(pilot.app.screen, Choose)
        await press(pilot, *"carl", "enter")
        assert said(pilot) == "Carl Maes holds the conversation with Ann Peeters; both are told."
        assert my_conversation(made, "bob", "ann", "Late").why_not == "Carl Maes is to hold it"


async def test_cancelling_asks_for_confirmation(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "j", "c")
        assert isinstance(pilot.app.screen, Confirm)
        assert "Planned for 2026-03-04 10:00 (Europe/Brussels)." in shown(pilot)
        await press(pilot, "enter")
        assert my_conversation(made, "bob", "eva", "Late").status is Status.PLANNED
        await press(pilot, "c", "right", "enter")
        assert said(pilot) == "The conversation with Eva Jacobs is cancelled."
        assert my_conversation(made, "bob", "eva", "Late").status is Status.NOT_PLANNED


async def test_a_conversation_is_recorded_as_held(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "h")
        assert "2026-03-02" in shown(pilot)
        await press(pilot, "ctrl+u", *"soon", "enter", "enter")
        assert "“soon” is not a date" in shown(pilot)
        await press(pilot, "ctrl+u", *"fri", "enter")
        assert "2026-02-27" in shown(pilot)
        await press(pilot, "enter")
        assert said(pilot) == "Bob Janssens talked with Ann Peeters: it is recorded as held."
        assert ("ann", "Late", "") not in lines(pilot)
        held = {row.last_held for row in rows(pilot) if row.login == "ann"}
        assert held == {datetime(2026, 2, 27, 11, tzinfo=UTC)}


async def test_starting_offers_requested_conversations_before_others(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "b")
        assert isinstance(pilot.app.screen, Choose)
        seen = shown(pilot)
        assert seen.index("Late") < seen.index("Quick")
        await press(pilot, "enter")
        assert my_conversation(made, "bob", "ann", "Late").status is Status.IN_PROGRESS


async def test_a_quick_conversation_is_started_with_a_user_without_requests(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "G", "b", *"quick", "enter")
        begun = my_conversation(made, "bob", "hal", "")
        assert (begun.template, begun.status) == ("Quick", Status.IN_PROGRESS)


async def test_a_conversation_of_another_conductor_cannot_be_started(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, *"jjjjj", "b", "enter")
        assert said(pilot) == "Carl Maes holds it: hand it over first (H)."
        assert my_conversation(made, "carl", "ann", "Q1 review").status is Status.PLANNED


async def test_enter_offers_the_available_commands(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Choose)
        assert "With Ann Peeters:" in shown(pilot)
        await press(pilot, *"not mine", "enter")
        await settled(pilot)
        assert my_conversation(made, "bob", "ann", "Late").why_not == "not mine"


async def test_an_admin_has_my_conversations_among_other_places(made: Example) -> None:
    busy(made)
    async with running(made.app()) as pilot:
        await press(pilot, "6")
        assert "6 My conversations" in shown(pilot).splitlines()[0]
        assert "you neither lead nor coach anybody" in shown(pilot)
        assert "p Plan" in footer(pilot)


async def test_hostile_names_stay_text(made: Example) -> None:
    """A5: in the list, in the facts below it, in dialogs, in the form and in the history."""
    hostile_team(made, PACKED)
    async with running(made.app(made.actor("bob")), (120, 60)) as pilot:
        waiting = [row for row in rows(pilot) if row.asked]
        assert len(waiting) == len(HOSTILE) + len(PACKED)
        assert_text(pilot)
        for number, text in enumerate(PACKED):
            await put_cursor_on(pilot, clean_line(f"{text} H{number:02}"))
            assert_text(pilot)
            assert clean_line(text)[:80] in shown(pilot)
            for keys in (("p",), ("b",), ("h",), ("t",)):
                await press(pilot, *keys)
                assert_text(pilot)
                await press(pilot, "escape")
            assert isinstance(pilot.app.screen, MyConversationsScreen)
