"""Closing a push with or without mail to its users, and previewing the mail (P9, P14)."""

from typing import Any

from textual.pilot import Pilot
from textual.widgets import Button

from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.outbox.notification import Notification, NotificationFilter
from studio_tui.domain.pushes.push import PushState
from studio_tui.services.outbox import outbox
from studio_tui.services.pushes import pushes
from studio_tui.tui.modals.close_push import ClosePush
from studio_tui.tui.modals.dry_run import DryRunScreen
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.worker.loop import Worker
from tests.tui import WIDE, press, running
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import Example, FakeTransport
from tests.tui.screens.pushing import pushes_in_every_state, put_cursor_on, said


async def told(made: Example) -> None:
    """Create pushes and send their assignment mail."""
    pushes_in_every_state(made)
    made.clock.move(minutes=5)
    await Worker(made.studio, [FakeTransport()]).run(drain=True)


async def ask(pilot: Pilot[Any], name: str = "Late") -> None:
    await press(pilot, "2")
    await put_cursor_on(pilot, name)
    await press(pilot, "enter", "c")
    assert isinstance(pilot.app.screen, ClosePush)


def closing(made: Example) -> list[Notification]:
    """Return the mail about closed pushes."""
    every = outbox.every(made.studio, made.admin, NotificationFilter())
    return [each for each in every if each.kind is Kind.CLOSED]


def state(made: Example, name: str = "Late") -> PushState:
    return pushes.find(made.studio, made.admin, name).state


async def test_the_cancel_button_has_the_initial_focus(made: Example) -> None:
    await told(made)
    async with running(made.app()) as pilot:
        await ask(pilot)
        buttons = [str(button.label) for button in pilot.app.screen.query(Button)]
        assert buttons == ["Cancel", "Close", "Close and tell them"]
        await press(pilot, "enter")
        assert state(made) is PushState.OPEN


async def test_a_push_is_closed_without_mail(made: Example) -> None:
    await told(made)
    async with running(made.app()) as pilot:
        await ask(pilot)
        await press(pilot, "right", "enter")
        assert said(pilot) == "“Late” is closed; 0 mails dropped. r reopens it."
    assert state(made) is PushState.CLOSED
    assert closing(made) == []


async def test_a_push_is_closed_with_mail_to_users_without_a_held_conversation(
    made: Example,
) -> None:
    await told(made)
    async with running(made.app()) as pilot:
        await ask(pilot)
        await press(pilot, "right", "right", "enter")
        assert "those who have not held it are told" in said(pilot)
    assert state(made) is PushState.CLOSED
    assert {each.recipient for each in closing(made)} == {"ann", "bob", "carl", "dina", "lone"}


async def test_the_preview_displays_the_mail_of_closing_and_stores_nothing(made: Example) -> None:
    await told(made)
    async with running(made.app(), WIDE) as pilot:
        await ask(pilot)
        await press(pilot, "v")
        assert isinstance(pilot.app.screen, DryRunScreen)
        seen = shown(pilot)
        assert "What closing “Late” and telling them would send" in seen
        assert "Lou Alone <lone@example.org>" in seen
        assert "dina (leads Finance)" in seen
        assert "Ann Peeters (ann) has held it" in seen
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ClosePush)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, PushScreen)
    assert state(made) is PushState.OPEN
    assert closing(made) == []


async def test_closing_a_draft_offers_no_mail(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await ask(pilot, "Draft")
        assert [button.id for button in pilot.app.screen.query(Button)] == ["cancel", "quietly"]
        await press(pilot, "v")
        assert isinstance(pilot.app.screen, ClosePush)
        await press(pilot, "left", "enter")
    assert state(made, "Draft") is PushState.CLOSED


async def test_planned_conversations_are_retained_or_cancelled(made: Example) -> None:
    """P9: Dina's conversation is planned with Carl."""
    await told(made)
    late = pushes.find(made.studio, made.admin, "Late")
    assert pushes.planned(made.studio, made.admin, late) == 1
    async with running(made.app()) as pilot:
        await ask(pilot)
        assert "[ ] Cancel what is planned: 1 not begun" in shown(pilot)
        await press(pilot, "left", "space", "right", "right", "enter")
        assert said(pilot).startswith("“Late” is closed; 0 mails dropped, 1 cancelled")
    assert pushes.planned(made.studio, made.admin, late) == 0


async def test_the_preview_displays_the_cancellations_of_invitations(made: Example) -> None:
    """Dina and Carl have received invitations, so both would get a cancellation."""
    await told(made)
    async with running(made.app(), WIDE) as pilot:
        await ask(pilot)
        await press(pilot, "left", "space", "v")
        seen = shown(pilot)
        assert "1 user · that it is cancelled: it is in their calendar" in seen
        assert "1 manager · the same: it is in their calendar" in seen
