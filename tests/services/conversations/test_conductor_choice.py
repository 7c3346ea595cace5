"""Which of several managers is reminded and invited, and what closing a push does (P9, P10, C5)."""

from datetime import timedelta

import pytest

from studio_tui.domain.conversations.conversation import ConversationRequest, Plan
from studio_tui.domain.outbox.kinds import INVITATIONS, Capacity, Kind
from studio_tui.domain.outbox.notification import UNSENT, Notification, NotificationState
from studio_tui.domain.people import hr_file
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import AssignmentFilter, Flag, Push
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.services import conversations
from studio_tui.services.outbox import delivery
from studio_tui.services.people import imports
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes, remind
from studio_tui.services.system.context import Studio
from tests.acting import HOUR, as_user, assign, assigned, draft_of, mail, now, send_due
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

pytestmark = pytest.mark.one_engine

DROPPED = NotificationState.DROPPED


@made_once
def push(studio: Studio, admin: Actor, clock: MovableClock) -> Push:
    """A push with Ann, whose managers are Bob and Cor; its first mail has been sent."""
    import_people(studio, admin)
    push = assign(studio, admin, create_push(studio, admin), "ann").push
    clock.move(minutes=5)
    send_due(studio)
    return now(studio, admin, push)


def ann(studio: Studio, push: Push) -> ConversationRequest:
    return conversations.find(studio, push.name, "ann")


def reminded(studio: Studio, admin: Actor, push: Push) -> set[str]:
    """Send a reminder by hand and return the managers that it is addressed to."""
    everybody = Selection.matching(AssignmentFilter())
    before = {each.id for each in mail(studio, admin)}
    remind.remind(studio, admin, push, everybody, again=True)
    new = [each for each in mail(studio, admin) if each.id not in before]
    assert {each.kind for each in new} == {Kind.REMINDER}
    return {each.recipient for each in new if each.capacity is Capacity.MANAGER}


def invited(studio: Studio, admin: Actor) -> list[tuple[str, Kind, NotificationState]]:
    """Return the invitations in the order in which they were written."""
    listed = sorted(mail(studio, admin), key=lambda each: each.id)
    return [(each.recipient, each.kind, each.state) for each in listed if _of_meeting(each)]


def _of_meeting(each: Notification) -> bool:
    return each.kind in INVITATIONS


def waits_for(studio: Studio, login: str, push: Push) -> tuple[bool, str]:
    listed = conversations.my_conversations(studio, as_user(studio, login))
    of_ann = next(m for m in listed if m.push_id == push.id and m.login == "ann")
    return of_ann.asked, of_ann.why_not


def test_all_managers_are_reminded_until_one_plans(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """P10: the others read why they are not asked."""
    assert reminded(studio, admin, push) == {"bob", "cor"}
    assert waits_for(studio, "cor", push) == (True, "")
    bob = as_user(studio, "bob")
    planned = conversations.plan(studio, bob, ann(studio, push), Plan(studio.now() + HOUR))
    assert reminded(studio, admin, push) == {"bob"}
    assert waits_for(studio, "cor", push) == (False, "Bob Smith holds it")
    conversations.cancel(studio, bob, planned.id)
    assert reminded(studio, admin, push) == {"bob", "cor"}


def test_a_manager_can_decline_a_conversation_and_take_it_back(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """P10: a declining manager is not reminded; the last manager cannot decline."""
    cor, bob, ask = as_user(studio, "cor"), as_user(studio, "bob"), ann(studio, push)
    conversations.not_mine(studio, cor, ask)
    assert reminded(studio, admin, push) == {"bob"}
    assert waits_for(studio, "cor", push) == (False, "not mine")
    with pytest.raises(Refused, match="Nobody else is left"):
        conversations.not_mine(studio, bob, ask)
    conversations.mine_again(studio, cor, ask)
    assert waits_for(studio, "cor", push) == (True, "")
    conversations.not_mine(studio, bob, ask)
    assert reminded(studio, admin, push) == {"cor"}


def test_only_the_named_conductor_is_reminded_until_they_leave(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """P10, U4."""
    conversations.hand_over(studio, admin, ann(studio, push), "cor")
    assert waits_for(studio, "bob", push) == (False, "Cor Coach is to hold it")
    assert reminded(studio, admin, push) == {"cor"}
    with pytest.raises(Refused, match="It was handed to you"):
        conversations.not_mine(studio, as_user(studio, "cor"), ann(studio, push))
    gone = "login,email,given_name,family_name,active\ncor,cor@example.org,Cor,Coach,no\n"
    imports.apply(studio, admin, hr_file.read(gone.encode()))
    assert waits_for(studio, "bob", push) == (True, "")
    assert reminded(studio, admin, push) == {"bob"}


def test_a_moved_deadline_is_sent_to_those_still_asked_and_a_closing_to_everybody(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """P10: once Bob has planned the conversation, the deadline does not concern Cor."""
    later = draft_of(push, deadline=push.deadline + timedelta(days=7))
    pushes.edit(studio, admin, push, later)
    assert _told_of(studio, admin, Kind.DEADLINE_MOVED) == {"ann", "bob", "cor"}
    conversations.plan(studio, as_user(studio, "bob"), ann(studio, push), Plan(studio.now() + HOUR))
    pushes.edit(studio, admin, now(studio, admin, push), draft_of(push))
    assert _told_of(studio, admin, Kind.DEADLINE_MOVED) == {"ann", "bob"}
    pushes.close(studio, admin, now(studio, admin, push), tell=True)
    assert _told_of(studio, admin, Kind.CLOSED) == {"ann", "bob", "cor"}


def _told_of(studio: Studio, admin: Actor, kind: Kind) -> set[str]:
    unsent = [each for each in mail(studio, admin) if each.kind is kind and each.state in UNSENT]
    return {each.recipient for each in unsent}


def test_both_sides_are_invited_and_only_the_last_of_several_quick_changes_is_sent(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """C5, N5."""
    bob, ask = as_user(studio, "bob"), ann(studio, push)
    sent, queued = NotificationState.SENT, NotificationState.HELD
    conversations.plan(studio, bob, ask, Plan(studio.now() + HOUR))
    moved = conversations.plan(studio, bob, ask, Plan(studio.now() + 2 * HOUR))
    assert invited(studio, admin) == [
        ("ann", Kind.PLANNED, DROPPED),
        ("bob", Kind.PLANNED, DROPPED),
        ("ann", Kind.PLANNED, queued),
        ("bob", Kind.PLANNED, queued),
    ]
    clock.move(minutes=5)
    send_due(studio)
    conversations.hand_over(studio, admin, ask, "cor")
    clock.move(minutes=5)
    send_due(studio)
    assert [each for each in invited(studio, admin) if each[2] is sent] == [
        ("ann", Kind.PLANNED, sent),
        ("bob", Kind.PLANNED, sent),
        ("ann", Kind.MOVED, sent),
        ("cor", Kind.PLANNED, sent),
        ("bob", Kind.CANCELLED, sent),
    ]
    before = len(invited(studio, admin))
    conversations.cancel(studio, as_user(studio, "cor"), moved.id)
    assert invited(studio, admin)[before:] == [
        ("ann", Kind.CANCELLED, queued),
        ("cor", Kind.CANCELLED, queued),
    ]


def test_a_failed_invitation_is_flagged_in_the_push(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """P8."""
    conversations.plan(studio, as_user(studio, "bob"), ann(studio, push), Plan(studio.now() + HOUR))
    clock.move(minutes=5)
    claimed = delivery.claim(studio, "w", limit=9, lasting=HOUR).deliveries
    failed = [delivery.FailedSettlement(each.id, each.address, "550 no") for each in claimed]
    delivery.settle(studio, "w", failed)
    assert assigned(studio, admin, push)["ann"].flags == {Flag.MAIL_FAILED}
    everybody = AssignmentFilter(flag=Flag.MAIL_FAILED)
    assert assigning.source(studio, admin, push, everybody, Sort("name")).count() == 1


def test_a_move_to_the_same_plan_changes_and_sends_nothing(
    studio: Studio, admin: Actor, push: Push
) -> None:
    bob, wanted = as_user(studio, "bob"), Plan(studio.now() + HOUR, 30, "Room 9")
    planned = conversations.plan(studio, bob, ann(studio, push), wanted)
    before = invited(studio, admin)
    with pytest.raises(NothingToDo, match="is planned for"):
        conversations.move(studio, bob, planned, wanted)
    assert conversations.show(studio, bob, planned.id) == planned
    assert invited(studio, admin) == before


@pytest.mark.parametrize("cancels", [False, True])
def test_closing_a_push_keeps_or_cancels_the_planned_conversations(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock, cancels: bool
) -> None:
    """P9."""
    bob = as_user(studio, "bob")
    planned = conversations.plan(studio, bob, ann(studio, push), Plan(studio.now() + HOUR))
    clock.move(minutes=5)
    send_due(studio)
    assert pushes.planned(studio, admin, push) == 1
    closed = pushes.close(studio, admin, now(studio, admin, push), cancel_planned=cancels)
    assert closed.cancelled == cancels
    withdrawn = {r for r, kind, _ in invited(studio, admin) if kind is Kind.CANCELLED}
    assert withdrawn == ({"ann", "bob"} if cancels else set())
    listed = conversations.my_conversations(studio, bob)
    assert any(m.conversation_id == planned.id for m in listed) is not cancels
    if cancels:
        with pytest.raises(Refused, match="was cancelled"):
            conversations.begin(studio, bob, planned.id)
    else:
        conversations.begin(studio, bob, planned.id)
