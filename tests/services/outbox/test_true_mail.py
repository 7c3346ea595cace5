"""The content of a mail is true at the time of sending and is sent once (N17)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from studio_tui.domain.conversations.conversation import Conversation, Plan
from studio_tui.domain.outbox.kinds import DropReason, Kind
from studio_tui.domain.outbox.notification import Delivery, NotificationFilter, NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import AssignmentFilter, PushDraft, PushFacts
from studio_tui.domain.shared.selection import Selection
from studio_tui.services import conversations
from studio_tui.services.outbox import delivery as delivering
from studio_tui.services.outbox import outbox
from studio_tui.services.outbox.delivery import FailedSettlement
from studio_tui.services.outbox.dry_run import dry_run_of_resend
from studio_tui.services.outbox.messages import MessageBuilder
from studio_tui.services.people import imports
from studio_tui.services.pushes import pushes
from studio_tui.services.pushes import remind as reminding
from studio_tui.services.system.context import Studio
from tests.acting import HOUR, assign, mail, send_due
from tests.organisation import create_push
from tests.services.conftest import MovableClock
from tests.services.people.importing import hr_file_of

pytestmark = [pytest.mark.one_engine, pytest.mark.usefixtures("people")]

EVERYBODY: Selection[AssignmentFilter] = Selection.matching(AssignmentFilter())
FAILED: Selection[NotificationFilter] = Selection.matching(
    NotificationFilter(state=NotificationState.FAILED)
)


def fail_due(studio: Studio) -> int:
    """Settle all due mail as failed, like a worker whose server refuses every recipient."""
    claimed = delivering.claim(studio, "worker", limit=1_000, lasting=HOUR)
    failed = [
        FailedSettlement(each.id, each.address, "550 no such user") for each in claimed.deliveries
    ]
    delivering.settle(studio, "worker", failed)
    return len(failed)


def remind(studio: Studio, admin: Actor, push: PushFacts) -> None:
    reminding.remind(studio, admin, push, EVERYBODY, again=True)


def plan(
    studio: Studio, admin: Actor, push: PushFacts, login: str, at: datetime, by: str = "bob"
) -> Conversation:
    ask = conversations.find(studio, push.name, login)
    return conversations.plan(studio, admin, ask, Plan(at), conductor=by)


def read(studio: Studio, delivery: Delivery) -> str:
    """Return the subject and the plain text."""
    rendered = MessageBuilder(studio).rendered(delivery)
    return f"{rendered.subject}\n{rendered.plain}"


def told(deliveries: tuple[Delivery, ...]) -> set[tuple[str, Kind, str]]:
    return {(each.name, each.kind, each.capacity.value) for each in deliveries}


def test_failed_mail_is_retried_as_one_mail_with_current_content(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = assign(studio, admin, create_push(studio, admin), "eve", "ben").push
    clock.move(minutes=3)
    assert fail_due(studio) == 3
    for _ in range(2):
        remind(studio, admin, push)
        clock.move(days=1)
        assert fail_due(studio) == 3
    clock.move(days=60)
    before = {each.id: each.state for each in mail(studio, admin)}
    run, skipped = dry_run_of_resend(studio, lambda: outbox.try_again(studio, admin, FAILED))
    assert {each.id: each.state for each in mail(studio, admin)} == before
    assert len(run.notifications) == 3
    assert {each.why for each in skipped} == {DropReason.SUPERSEDED}
    again = outbox.try_again(studio, admin, FAILED)
    assert (len(again.sent), len(again.dropped)) == (3, 6)
    sent = send_due(studio).deliveries
    assert told(sent) == {
        ("Eve Alone", Kind.ASSIGNED, "user"),
        ("Ben Willems", Kind.ASSIGNED, "user"),
        ("Bob Smith", Kind.ASSIGNED, "manager"),
    }
    for each in sent:
        assert "by 1 April 2026, and it still can" in read(studio, each)


def test_of_two_reminders_due_at_the_same_time_one_is_sent(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """The worker was off for days; nobody is reminded twice within a second."""
    push = assign(studio, admin, create_push(studio, admin), "ben").push
    clock.move(minutes=3)
    send_due(studio)
    remind(studio, admin, push)
    clock.move(days=2)
    remind(studio, admin, push)
    clock.move(days=1)
    assert told(send_due(studio).deliveries) == {
        ("Ben Willems", Kind.REMINDER, "user"),
        ("Bob Smith", Kind.REMINDER, "manager"),
    }
    dropped = [each for each in mail(studio, admin) if each.error]
    assert {each.error for each in dropped} == {DropReason.SUPERSEDED}


def test_a_hand_over_does_not_replace_the_assignment_or_reminder_of_the_user(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """Only the new conductor gets the hand-over instead of the other mail."""
    push = assign(studio, admin, create_push(studio, admin), "ann").push
    of_ann = conversations.find(studio, push.name, "ann")
    conversations.hand_over(studio, admin, of_ann, "cor")
    clock.move(minutes=3)
    assert told(send_due(studio).deliveries) == {
        ("Ann Peeters", Kind.ASSIGNED, "user"),
        ("Ann Peeters", Kind.HANDED_OVER, "user"),
        ("Bob Smith", Kind.ASSIGNED, "manager"),
        ("Cor Coach", Kind.HANDED_OVER, "manager"),
    }
    remind(studio, admin, push)
    conversations.hand_over(studio, admin, of_ann, "bob")
    clock.move(minutes=3)
    assert told(send_due(studio).deliveries) == {
        ("Ann Peeters", Kind.REMINDER, "user"),
        ("Ann Peeters", Kind.HANDED_OVER, "user"),
        ("Bob Smith", Kind.HANDED_OVER, "manager"),
    }


def test_the_retry_of_a_failed_hand_over_sends_one_mail_per_recipient(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ann").push
    conversations.hand_over(studio, admin, conversations.find(studio, push.name, "ann"), "cor")
    clock.move(minutes=3)
    assert fail_due(studio) == 4
    assert outbox.retry(studio, admin, FAILED) == 3
    assert told(send_due(studio).deliveries) == {
        ("Ann Peeters", Kind.HANDED_OVER, "user"),
        ("Bob Smith", Kind.ASSIGNED, "manager"),
        ("Cor Coach", Kind.HANDED_OVER, "manager"),
    }


def test_failed_mail_is_not_retried_if_its_content_was_sent_since(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = assign(studio, admin, create_push(studio, admin), "eve").push
    clock.move(minutes=3)
    send_due(studio)
    remind(studio, admin, push)
    clock.move(days=1)
    fail_due(studio)
    remind(studio, admin, push)
    clock.move(days=1)
    assert len(send_due(studio).deliveries) == 1
    assert outbox.retry(studio, admin, FAILED) == 0
    assert send_due(studio).taken == 0


def test_a_reminder_names_the_planned_time(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ben", "ann").push
    plan(studio, admin, push, "ben", datetime(2026, 3, 10, 13, tzinfo=UTC))
    clock.move(minutes=3)
    send_due(studio)
    remind(studio, admin, push)
    clock.move(minutes=3)
    found = {each.name: read(studio, each) for each in send_due(studio).deliveries}
    assert "Bob Smith is planned for 10 March 2026, 14:00 (" in found["Ben Willems"]
    assert "agree" not in found["Ben Willems"]
    assert "- Ben Willems: 10 March 2026, 14:00 (" in found["Bob Smith"]
    assert "- Ann Peeters\n" in found["Bob Smith"]
    clock.move(days=20)
    remind(studio, admin, push)
    clock.move(minutes=3)
    late = {each.name: read(studio, each) for each in send_due(studio).deliveries}
    assert "was to be held on 10 March 2026" in late["Ben Willems"]


def test_an_assignment_after_the_deadline_does_not_ask_to_meet_it(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = create_push(studio, admin)
    clock.move(days=60)
    assign(studio, admin, push, "ben")
    clock.move(minutes=3)
    for each in send_due(studio).deliveries:
        assert "It was to be held by 1 April 2026" in read(studio, each)


def test_mail_about_a_deadline_moved_to_a_past_day_says_that_it_is_past(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ben").push
    clock.move(days=20)
    send_due(studio)
    found = pushes.show(studio, admin, push.id)
    draft = PushDraft(found.name, found.available_from, date(2026, 3, 5), found.reminders)
    edited = pushes.edit_with_result(studio, admin, found, draft)
    assert (edited.users_told, edited.managers_told) == (1, 1)
    clock.move(minutes=3)
    for each in send_due(studio).deliveries:
        text = read(studio, each)
        assert "That day is past" in text
        assert "by 5 March" not in text


def test_an_invitation_to_a_past_time_is_dropped(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ben").push
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    plan(studio, admin, push, "ben", at)
    clock.move(days=2)
    send_due(studio)
    invitations = [each for each in mail(studio, admin) if each.kind is Kind.PLANNED]
    assert {each.error for each in invitations} == {DropReason.PAST}


def test_a_former_manager_gets_no_mail_about_a_user_they_neither_manage_nor_hold(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ann").push
    clock.move(minutes=3)
    send_due(studio)
    remind(studio, admin, push)
    clock.move(minutes=3)
    assert fail_due(studio) == 3
    plan(studio, admin, push, "ann", datetime(2026, 3, 20, 12, tzinfo=UTC), by="cor")
    again = outbox.try_again(studio, admin, FAILED)
    assert list(again.dropped.values()) == [DropReason.HANDED_OVER]
    kept = {each.name for each in send_due(studio).deliveries}
    assert kept == {"Ann Peeters", "Cor Coach"}


def test_a_new_address_is_invited_and_the_old_one_gets_a_cancellation(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ben").push
    plan(studio, admin, push, "ben", datetime(2026, 3, 20, 12, tzinfo=UTC))
    clock.move(minutes=3)
    send_due(studio)
    changed = hr_file_of("login,email,given_name,family_name", "ben,ben@new.example,Ben,Willems")
    imports.apply(studio, admin, changed)
    clock.move(minutes=3)
    sent = send_due(studio).deliveries
    assert {(each.address, each.kind) for each in sent} == {
        ("ben@new.example", Kind.PLANNED),
        ("ben@example.org", Kind.CANCELLED),
    }
    mails = {each.address: MessageBuilder(studio).mail(each) for each in sent}
    assert b"METHOD:REQUEST" in mails["ben@new.example"].message
    assert b"METHOD:CANCEL" in mails["ben@example.org"].message
    (cancelled,) = (each for each in sent if each.kind is Kind.CANCELLED)
    assert "new address" in read(studio, cancelled)
    imports.apply(studio, admin, changed)
    clock.move(minutes=3)
    assert send_due(studio).taken == 0


def test_the_warnings_about_a_plan(studio: Studio, admin: Actor) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ben", "ann").push
    late = datetime(2026, 4, 20, 12, tzinfo=UTC)
    first = plan(studio, admin, push, "ben", late)
    assert conversations.warnings(studio, admin, first) == [
        "That is after the deadline of “Q1 review”, 2026-04-01."
    ]
    second = plan(studio, admin, push, "ann", late + timedelta(minutes=30))
    assert conversations.warnings(studio, admin, second)[1:] == [
        "Bob Smith has another conversation then, from 14:00 to 15:00 (Europe/Brussels)."
    ]
    third = conversations.move(studio, admin, second, Plan(late + timedelta(hours=1)))
    assert len(conversations.warnings(studio, admin, third)) == 1


def test_closing_a_push_sends_each_recipient_one_mail_per_conversation(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """A recipient of a cancellation reads there that the conversation need not be held."""
    push = assign(studio, admin, create_push(studio, admin), "ben", "eve").push
    plan(studio, admin, push, "ben", datetime(2026, 3, 20, 12, tzinfo=UTC))
    clock.move(minutes=3)
    send_due(studio)
    found = pushes.show(studio, admin, push.id)
    pushes.close(studio, admin, found, tell=True, cancel_planned=True)
    clock.move(minutes=3)
    sent = send_due(studio).deliveries
    assert told(sent) == {
        ("Ben Willems", Kind.CANCELLED, "user"),
        ("Bob Smith", Kind.CANCELLED, "manager"),
        ("Bob Smith", Kind.CLOSED, "manager"),
        ("Eve Alone", Kind.CLOSED, "user"),
    }
    for each in sent:
        if each.kind is Kind.CANCELLED:
            assert "no longer needs to be held" in read(studio, each)
            assert "new date" not in read(studio, each)
