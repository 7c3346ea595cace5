"""Planning and rescheduling a conversation (C2, C5, D1, A4)."""

from datetime import UTC, datetime
from typing import Any

from textual.pilot import Pilot

from studio_tui.domain.conversations.conversation import Conversation, Plan
from studio_tui.services import conversations
from studio_tui.tui.modals.choose import Choose
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screens.conversations.my_conversations import MyConversationsScreen
from studio_tui.tui.screens.conversations.plan_conversation import PlanScreen
from studio_tui.tui.widgets.field import Field
from studio_tui.tui.widgets.pick import Pick
from tests.tui import WIDE, press, running, settled
from tests.tui.screens.conversations.test_my_conversations import my_conversation
from tests.tui.screens.conversations_by_state import busy, of_template, plan
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushing import said


def field(pilot: Pilot[Any], name: str) -> Field:
    return next(each for each in pilot.app.screen.query(Field) if each.field_name == name)


def value(pilot: Pilot[Any], name: str) -> Any:
    return pilot.app.screen.query_one(f"#{name}", Pick).value


async def type_in(pilot: Pilot[Any], **values: str) -> None:
    for name, text in values.items():
        field(pilot, name).value = text
    await settled(pilot)


def planned(made: Example, by: str, login: str, push: str) -> Conversation:
    found = my_conversation(made, by, login, push)
    assert found.conversation_id is not None
    return conversations.read(made.studio, made.actor(by), found.conversation_id).conversation


async def test_the_form_starts_with_likely_values_and_is_saved_by_one_key(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob")), WIDE) as pilot:
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, PlanScreen)
        seen = shown(pilot)
        assert "Plan a conversation with Ann Peeters" in seen
        assert "Late" in seen
        assert "asked by a push, by 2026-02-20" in seen
        assert "Tuesday 2026-03-03" in seen
        assert "in Europe/Brussels" in seen
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, MyConversationsScreen)
        assert said(pilot) == (
            "Planned for 2026-03-03 11:00 (Europe/Brussels); invitations leave at 10:02. "
            "That is after the deadline of “Late”, 2026-02-20."
        )
        found = planned(made, "bob", "ann", "Late")
        assert (found.planned_for, found.minutes) == (datetime(2026, 3, 3, 10, tzinfo=UTC), 60)


async def test_the_typed_values_are_planned(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "p")
        await type_in(pilot, date="fri", time="9", minutes="45", place="Room [/x]")
        assert "Friday 2026-03-06" in shown(pilot)
        await press(pilot, "ctrl+s")
        found = planned(made, "bob", "ann", "Late")
        assert found.planned_for == datetime(2026, 3, 6, 8, tzinfo=UTC)
        assert (found.minutes, found.place) == (45, "Room [/x]")


async def test_enter_moves_through_the_fields_and_plans_the_conversation(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "p", "enter", "enter", "enter", "enter")
        assert isinstance(pilot.app.screen, MyConversationsScreen)
        assert my_conversation(made, "bob", "ann", "Late").at is not None


async def test_every_error_is_displayed_next_to_its_field_and_input_is_retained(
    made: Example,
) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "p")
        await type_in(pilot, date="soon", time="25", minutes="x", place="Here")
        await press(pilot, "ctrl+s")
        assert "is not a date" in field(pilot, "date").error
        assert "is not a time" in field(pilot, "time").error
        assert "is not a number" in field(pilot, "minutes").error
        assert field(pilot, "date").has_focus_within
        await type_in(pilot, date="2026-03-01", time="10:00", minutes="3")
        await press(pilot, "ctrl+s")
        assert field(pilot, "date").error == "a conversation cannot be planned in the past"
        await type_in(pilot, date="2026-03-29", time="02:30", minutes="60")
        await press(pilot, "ctrl+s")
        assert "there is no 02:30 on 2026-03-29" in field(pilot, "time").error
        assert field(pilot, "place").value == "Here"
        assert my_conversation(made, "bob", "ann", "Late").at is None


async def test_an_ambiguous_local_time_is_reported(made: Example) -> None:
    """D1."""
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "p")
        await type_in(pilot, date="2026-10-25", time="02:30")
        assert "02:30 comes twice on 2026-10-25" in shown(pilot)


async def test_times_are_entered_in_the_time_zone_of_the_user(made: Example) -> None:
    """D1."""
    busy(made)
    made.load(
        "bob,bob@example.org,Bob,Janssens,America/New_York",
        "login,email,given_name,family_name,time_zone",
    )
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "p")
        assert "in America/New_York" in shown(pilot)
        await type_in(pilot, date="2026-03-05", time="10:00")
        await press(pilot, "ctrl+s")
        assert "2026-03-05 10:00 (America/New_York)" in said(pilot)
        assert my_conversation(made, "bob", "ann", "Late").at == datetime(
            2026, 3, 5, 15, tzinfo=UTC
        )


async def test_a_planned_conversation_is_moved(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "j", "p")
        assert "Move the conversation with Eva Jacobs" in shown(pilot)
        assert field(pilot, "date").value == "2026-03-04"
        assert field(pilot, "place").value == "Room 3"
        await type_in(pilot, time="15:00")
        await press(pilot, "ctrl+s")
        moved = planned(made, "bob", "eva", "Late")
        assert moved.planned_for == datetime(2026, 3, 4, 14, tzinfo=UTC)
        assert moved.place == "Room 3"


async def test_the_second_of_two_conflicting_moves_is_reported_and_input_is_retained(
    made: Example,
) -> None:
    """A4: both versions are displayed, and the user's own can still be saved."""
    busy(made)
    async with running(made.app(made.actor("bob")), WIDE) as pilot:
        await press(pilot, "j", "p")
        await type_in(pilot, time="15:00", place="Mine")
        current = planned(made, "bob", "eva", "Late")
        other = Plan(datetime(2026, 3, 9, 12, tzinfo=UTC), 30, "[/theirs]")
        conversations.move(made.studio, made.actor("bob"), current, other)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, PlanScreen)
        seen = " ".join(shown(pilot).split())
        assert "It is now planned for 2026-03-09 13:00 (Europe/Brussels), 30 minutes" in seen
        assert "[/theirs]" in seen
        assert field(pilot, "place").value == "Mine"
        await press(pilot, "ctrl+s")
        assert planned(made, "bob", "eva", "Late").place == "Mine"


async def test_a_conversation_that_another_user_planned_concurrently_is_reported(
    made: Example,
) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "p")
        await type_in(pilot, place="Mine")
        late = my_conversation(made, "carl", "ann", "Late")
        assert late.push_id is not None
        ask = of_template(made, "ann")
        plan(made, "carl", type(ask)(late.user_id, late.push_id), days=4)
        await press(pilot, "ctrl+s")
        assert (
            said(pilot) == "Carl Maes holds the conversation with Ann Peeters: hand it over first."
        )
        assert field(pilot, "place").value == "Mine"


async def test_pushes_are_offered_before_templates(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "p")
        screen = pilot.app.screen
        assert isinstance(screen, PlanScreen)
        await press(pilot, "shift+tab", "enter")
        assert isinstance(pilot.app.screen, Choose)
        seen = shown(pilot)
        assert seen.index("Q1 review") < seen.index("Performance review")
        assert "Quick" not in seen
        await press(pilot, *"template", "enter")
        assert "a template: no push asks for it" in shown(pilot)
        await press(pilot, "ctrl+s")
        assert my_conversation(made, "bob", "ann", "").template == "Performance review"


async def test_a_user_plans_a_conversation_with_one_of_their_managers(made: Example) -> None:
    """T3: if the template lets users start the conversation."""
    busy(made)
    async with running(made.app(made.actor("ann"))) as pilot:
        await press(pilot, "plus")
        assert "Plan a conversation with yourself" in shown(pilot)
        assert value(pilot, "whom") == "bob"
        await press(pilot, "shift+tab", "right")
        assert value(pilot, "whom") == "carl"
        await press(pilot, "ctrl+s")
        assert said(pilot).startswith("Planned for 2026-03-03 11:00")
        asked = my_conversation(made, "carl", "ann", "")
        assert (asked.asked, asked.conductor) == (True, "Carl Maes")


async def test_a_user_without_a_manager_gets_a_message(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app(made.actor("lone"))) as pilot:
        await press(pilot, "plus")
        assert "You have no leader or coach who could hold it: ask HR." in shown(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, PlanScreen)
        assert said(pilot) == "You have no leader or coach who could hold it: ask HR."


async def test_leaving_with_unsaved_input_asks_for_confirmation(made: Example) -> None:
    busy(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "p", "escape")
        assert isinstance(pilot.app.screen, MyConversationsScreen)
        await press(pilot, "p")
        await type_in(pilot, place="Here")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "enter")
        assert field(pilot, "place").value == "Here"
