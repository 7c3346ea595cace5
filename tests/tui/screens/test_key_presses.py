"""The most common tasks from the opening screen, run with real keys that are counted.

Keys that only move the cursor do not count. The limits are those of `docs/keys.md`.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from studio_tui.config.settings import Smtp
from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.pushes.push import PushState, Status
from studio_tui.domain.shared.destinations import Person
from studio_tui.services.outbox import outbox
from studio_tui.services.pushes import pushes
from studio_tui.tui.screens.outbox.outbox import OutboxScreen
from studio_tui.tui.screens.people.user import UserScreen
from studio_tui.tui.screens.pushes.open_groups import OpenGroupsScreen
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.tui.screens.today.today import TodayScreen
from tests.tui import press, running, settled
from tests.tui.screens.looking import listed, rows, shown
from tests.tui.screens.organisation import Example, example, fill_outbox
from tests.tui.screens.pushing import pushes_in_every_state, said, user_id


class Hand:
    """Presses keys in the app and counts them."""

    def __init__(self, pilot: Pilot[Any]) -> None:
        self.pilot = pilot
        self.pressed = 0

    async def press(self, *keys: str) -> None:
        self.pressed += len(keys)
        await press(self.pilot, *keys)

    async def move_to(self, what: Callable[[Any], bool]) -> None:
        """Move the cursor to the first row for which ``what`` holds; counts no keys."""
        place = next(place for place, row in enumerate(rows(self.pilot)) if what(row))
        listed(self.pilot).move_to(place)
        await settled(self.pilot)

    async def case(self, words: str) -> None:
        """Move the cursor of Today to the case whose text ends with ``words``."""
        await self.move_to(lambda row: row.case is not None and row.case.words.endswith(words))

    async def start(self) -> None:
        """Return to the opening screen and reset the count."""
        for _ in range(6):
            if not isinstance(self.pilot.app.screen, TodayScreen):
                await press(self.pilot, "escape" if len(self.pilot.app.screen_stack) > 1 else "0")
        assert isinstance(self.pilot.app.screen, TodayScreen)
        self.pressed = 0


async def who_has_not_planned(hand: Hand, _: Example) -> None:
    await hand.case("overdue")
    await hand.press("enter", "f")
    await hand.move_to(lambda row: row.choice is not None and row.choice.title == "not planned")
    await hand.press("enter")
    assert isinstance(hand.pilot.app.screen, PushScreen)
    assert {row.status for row in rows(hand.pilot)} == {Status.NOT_PLANNED}


async def pushes_and_mail_of_ann(hand: Hand, made: Example) -> None:
    await hand.press("ctrl+p", "a", "n")
    await hand.move_to(lambda row: row.choice is not None and row.choice.title == "Ann Peeters")
    await hand.press("enter")
    screen = hand.pilot.app.screen
    assert isinstance(screen, UserScreen)
    assert screen.destination == Person(user_id(made, "ann"))
    assert "Q1 review" in shown(hand.pilot)


async def whose_mail_failed(hand: Hand, _: Example) -> None:
    await hand.case("mail failed")
    await hand.press("enter")
    assert isinstance(hand.pilot.app.screen, OutboxScreen)
    assert {(row.recipient, row.state) for row in rows(hand.pilot)} == {
        ("carl", NotificationState.FAILED)
    }


async def managers_who_hold_up(hand: Hand, _: Example) -> None:
    await hand.press("m")
    assert isinstance(hand.pilot.app.screen, OpenGroupsScreen)
    late = [row.overdue for row in rows(hand.pilot)]
    assert late == sorted(late, reverse=True)
    assert late[0] > 0


async def send_one_again(hand: Hand, made: Example) -> None:
    before = number_of_unsent_mails(made)
    await hand.press("4")
    await hand.move_to(lambda row: row.state is NotificationState.SENT)
    await hand.press("R", "right", "enter")
    assert "1 mail to be sent again." in said(hand.pilot)
    assert number_of_unsent_mails(made) == before + 1


async def deadline_a_week_later(hand: Hand, made: Example) -> None:
    before = pushes.find(made.studio, made.admin, "Late").deadline
    await hand.case("overdue")
    await hand.press("e", "tab", "tab", "down", "ctrl+s")
    assert "saved" in said(hand.pilot)
    after = pushes.find(made.studio, made.admin, "Late").deadline
    assert after == before + timedelta(weeks=1)


async def remind_those_late(hand: Hand, made: Example) -> None:
    await hand.case("overdue")
    await hand.press("r", "ctrl+s")
    assert "3 users reminded" in said(hand.pilot)
    every = outbox.every(made.studio, made.admin, NotificationFilter())
    assert {mail.recipient for mail in every if mail.kind is Kind.REMINDER} > {"bob", "dina"}


async def close_a_push(hand: Hand, made: Example) -> None:
    await hand.case("overdue")
    await hand.press("c", "right", "enter")
    assert pushes.find(made.studio, made.admin, "Late").state is PushState.CLOSED


async def a_joiner_into_a_push(hand: Hand, made: Example) -> None:
    """Add a new user to an open push."""
    await hand.press("ctrl+p", "s", "a")
    await hand.move_to(lambda row: row.choice is not None and row.choice.title == "Sam Claes")
    await hand.press("enter", "A")
    await hand.move_to(lambda row: row.name == "Draft")
    await hand.press("enter")
    assert "Sam Claes is added to “Draft” (z undo)" in said(hand.pilot)
    found = pushes.find(made.studio, made.admin, "Draft")
    assert found.progress.assigned == 1


def number_of_unsent_mails(made: Example) -> int:
    """Return the number of mails that are queued, or claimed by the worker of the app."""
    counts = outbox.counts(made.studio, made.admin)
    return sum(
        counts.get(state, 0) for state in (NotificationState.QUEUED, NotificationState.SENDING)
    )


MOST: dict[Callable[[Hand, Example], Awaitable[None]], int] = {
    who_has_not_planned: 3,
    pushes_and_mail_of_ann: 4,
    whose_mail_failed: 1,
    managers_who_hold_up: 3,
    send_one_again: 4,
    deadline_a_week_later: 5,
    remind_those_late: 4,
    close_a_push: 3,
    a_joiner_into_a_push: 6,
}
"""Maximum number of keys for each task. Tasks that change nothing come first."""


async def test_the_most_common_tasks_take_few_keys(tmp_path: Path) -> None:
    smtp = Smtp(host="localhost", sender="studio@example.org")
    with example(tmp_path, smtp) as made:
        pushes_in_every_state(made)
        await fill_outbox(made)
        pressed = {}
        async with running(made.whole_app()) as pilot:
            hand = Hand(pilot)
            for task in MOST:
                await hand.start()
                await task(hand, made)
                pressed[task] = hand.pressed
    assert all(pressed[task] <= most for task, most in MOST.items()), pressed
