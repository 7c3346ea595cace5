"""The outbox, the page of a mail (N10), and the activity (A3)."""

from email import message_from_bytes
from typing import Any

import pytest
from textual.pilot import Pilot

from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.services.outbox import outbox
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.screens.outbox.mail import MailScreen
from studio_tui.tui.screens.outbox.outbox import OutboxScreen
from studio_tui.tui.screens.outbox.outbox_states import StateLine
from studio_tui.tui.screens.people.user import UserScreen
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.worker.loop import Worker
from tests.tui import WIDE, press, running, settled
from tests.tui.screens.looking import listed, rows, shown
from tests.tui.screens.organisation import PEOPLE, Example, FakeTransport, fill_outbox

HELD, SENT, FAILED, DROPPED = (
    NotificationState.HELD,
    NotificationState.SENT,
    NotificationState.FAILED,
    NotificationState.DROPPED,
)


def _counts(made: Example) -> dict[NotificationState, int]:
    return outbox.counts(made.studio, made.admin)


def _states(pilot: Pilot[Any]) -> set[NotificationState]:
    return {mail.state for mail in rows(pilot)}


async def _to_the_failed(pilot: Pilot[Any]) -> None:
    place = [mail.state for mail in rows(pilot)].index(FAILED)
    await press(pilot, "g", *["j"] * place)


async def test_mails_are_counted_by_state_and_sorted_by_time(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "4")
        assert "all 10  waiting 3  sent 5  failed 1  dropped 1" in shown(pilot)
        assert "times in Europe/Brussels" in shown(pilot)
        await _to_the_failed(pilot)
        assert "550 5.1.1 <[/x]>: no such user" in shown(pilot)
        times = [mail.sent_at or mail.due_at for mail in rows(pilot)]
        assert times == sorted(times, reverse=True)


async def test_the_list_can_be_limited_to_one_state(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.app()) as pilot:
        await press(pilot, "4")
        seen = []
        for _ in range(5):
            await press(pilot, "right")
            seen.append(_states(pilot))
        assert seen == [{HELD}, {SENT}, {FAILED}, {DROPPED}, {HELD, SENT, FAILED, DROPPED}]
        await press(pilot, "left", "slash", *"bob", "enter")
        assert rows(pilot) == []
        assert "Nothing matches" in shown(pilot)


async def test_marking_all_marks_only_mails_of_the_selected_state(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.app()) as pilot:
        await press(pilot, "4", "right", "a", "right", "right", "a", "left", "left", "left")
        assert listed(pilot).selected_count == 4


async def test_an_empty_outbox_explains_when_mail_is_written(made: Example) -> None:
    async with running(made.app()) as pilot:
        await press(pilot, "4")
        assert "It is written when users are assigned to a push." in shown(pilot)


async def test_a_sent_mail_is_displayed_as_it_was_received(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "4")
        to = [(row.recipient, row.state) for row in rows(pilot)]
        listed(pilot).move_to(to.index(("lone", NotificationState.SENT)))
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, MailScreen)
        seen = shown(pilot)
        for label in ("From", "To", "Subject", "Date", "Message-ID"):
            assert f"\n {label} " in seen
        assert "Hello Lou," in seen
        assert "sent 2026-03-02 10:05 (Europe/Brussels)" in seen
        await press(pilot, "v")
        source = str(pilot.app.screen.query_one("MailText Static").render())
        message = message_from_bytes(source.encode())
        assert message["To"] == "Lou Alone <lone@example.org>"
        await press(pilot, "v")
        assert "Hello Lou," in shown(pilot)


async def test_the_page_of_a_waiting_mail_displays_it_as_it_would_be_sent(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "4", "right", "G", "enter")
        assert "waits until 2026-03-02 10:07 (Europe/Brussels)" in shown(pilot)
        assert "This is how it would go now" in shown(pilot)
        await press(pilot, "v")
        assert "There is no source: this mail was not sent." in shown(pilot)


async def test_commands_on_the_page_of_a_mail(made: Example) -> None:
    """S3: retry and drop the mail, and open its recipient and its push."""
    await fill_outbox(made)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "4")
        await _to_the_failed(pilot)
        await press(pilot, "enter", "R")
        assert "This mail was not sent" in shown(pilot)
        await press(pilot, "r")
        assert "1 mail will be tried once more." in shown(pilot)
        assert isinstance(pilot.app.screen, MailScreen)
        assert "This is how it would go now" in shown(pilot)
        await press(pilot, "x", "right", "enter")
        assert "1 mail dropped." in shown(pilot)
        assert "This is how it would have read" in shown(pilot)
        assert _counts(made)[DROPPED] == 2
        await press(pilot, "enter", "enter")
        assert isinstance(pilot.app.screen, UserScreen)
        await press(pilot, "escape", "enter", "down", "enter")
        assert isinstance(pilot.app.screen, PushScreen)


async def test_the_mail_under_the_cursor_is_retried_only_if_it_failed(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.app()) as pilot:
        await press(pilot, "4", "G", "r")
        assert "This mail did not fail" in shown(pilot)
        assert _counts(made)[FAILED] == 1
        await _to_the_failed(pilot)
        await press(pilot, "r")
        assert "1 mail will be tried once more." in shown(pilot)
        assert FAILED not in _counts(made)
        assert "failed" not in shown(pilot)


async def test_marked_mails_that_wait_or_failed_are_dropped_and_counted(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.app()) as pilot:
        await press(pilot, "4", "a", "x")
        assert isinstance(pilot.app.screen, Confirm)
        assert "Drop 4 mails?" in shown(pilot)
        await press(pilot, "enter")
        assert _counts(made)[HELD] == 3
        await press(pilot, "x", "right", "enter")
        assert isinstance(pilot.app.screen, OutboxScreen)
        assert "4 mails dropped." in shown(pilot)
        assert _counts(made) == {SENT: 5, DROPPED: 5}
        assert listed(pilot).selection.empty


async def test_a_sent_mail_cannot_be_dropped(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.app()) as pilot:
        await press(pilot, "4", "G", "x")
        assert isinstance(pilot.app.screen, OutboxScreen)
        assert "it cannot be dropped" in shown(pilot)
        await press(pilot, "space", "x")
        assert isinstance(pilot.app.screen, OutboxScreen)
        assert "None of the marked mails waits or failed" in shown(pilot)


async def test_support_can_retry_mail_but_not_drop_it(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.app(made.actor("sam"))) as pilot:
        await press(pilot, "4", "x")
        assert isinstance(pilot.app.screen, OutboxScreen)
        assert "Drop" not in shown(pilot)
        await _to_the_failed(pilot)
        await press(pilot, "r")
        assert FAILED not in _counts(made)


async def test_changes_by_the_worker_are_displayed(made: Example) -> None:
    made.load(PEOPLE)
    made.push("Q1 review", "ann")
    made.clock.move(minutes=5)
    async with running(made.app()) as pilot:
        await press(pilot, "4")
        assert _states(pilot) == {NotificationState.QUEUED}
        await Worker(made.studio, [FakeTransport()]).run(drain=True)
        made.check_for_changes(pilot)
        await settled(pilot)
        assert _states(pilot) == {SENT}
        assert "all 3  sent 3" in shown(pilot)


@pytest.mark.parametrize("key", ["enter", "x"])
async def test_an_empty_list_has_nothing_to_open_or_drop(made: Example, key: str) -> None:
    async with running(made.app()) as pilot:
        await press(pilot, "4", key)
        assert isinstance(pilot.app.screen, OutboxScreen)


async def test_a_click_selects_a_state(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.app()) as pilot:
        await press(pilot, "4")
        await pilot.click(StateLine, offset=(9, 0))
        await settled(pilot)
        assert _states(pilot) == {HELD}


async def test_the_activity_lists_actions_and_their_changes(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "5")
        assert rows(pilot)[0].action == "dropped mail"
        assert "mails: 1" in shown(pilot)
        await press(pilot, "O")
        assert rows(pilot)[0].action == "set up"
        await press(pilot, "O", "slash", *"imported", "enter")
        assert [line.action for line in rows(pilot)] == ["imported users"]
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ReadText)
        assert "active: 1 → 7" in shown(pilot)
        assert outbox.every(made.studio, made.admin, NotificationFilter())
