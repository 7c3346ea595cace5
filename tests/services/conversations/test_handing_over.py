"""Naming the conductor of a conversation, and notifying those concerned (P10)."""

import pytest

from studio_tui.domain.conversations.conversation import ConversationRequest
from studio_tui.domain.outbox.kinds import Capacity, DropReason, Kind
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push, Status
from studio_tui.domain.shared.errors import Forbidden, Refused
from studio_tui.services import conversations
from studio_tui.services.system.context import Studio
from tests.acting import as_user, assign, finish, lines, mail, now, send_due, summaries, waiting
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

pytestmark = pytest.mark.one_engine

USER, MANAGER = Capacity.USER, Capacity.MANAGER


@made_once
def push(studio: Studio, admin: Actor, clock: MovableClock) -> Push:
    """A push with Ann, whom Bob leads and Cor coaches; all of its mail was sent."""
    import_people(studio, admin)
    pushed = assign(studio, admin, create_push(studio, admin), "ann").push
    clock.move(minutes=2)
    send_due(studio)
    return now(studio, admin, pushed)


@pytest.fixture
def of_ann(studio: Studio, push: Push) -> ConversationRequest:
    return conversations.find(studio, push.name, "ann")


def test_only_the_new_conductor_and_the_user_are_notified(
    studio: Studio, admin: Actor, of_ann: ConversationRequest, clock: MovableClock
) -> None:
    row = conversations.hand_over(studio, admin, of_ann, "cor")
    assert (row.conductor, row.status) == ("Cor Coach", Status.NOT_PLANNED)
    found = [each for each in mail(studio, admin) if each.kind is Kind.HANDED_OVER]
    assert summaries(found) == [("ann", USER, ("ann",)), ("cor", MANAGER, ("ann",))]
    clock.move(minutes=2)
    sent = send_due(studio).deliveries
    assert {each.about[0].conductor for each in sent} == {"Cor Coach"}


def test_only_a_manager_of_the_user_may_hand_over(
    studio: Studio, admin: Actor, of_ann: ConversationRequest
) -> None:
    bob = as_user(studio, "bob")
    assert conversations.hand_over(studio, bob, of_ann, "cor").conductor == "Cor Coach"
    for stranger in ("bea", "ann"):
        with pytest.raises(Forbidden, match="neither leads nor coaches"):
            conversations.hand_over(studio, as_user(studio, stranger), of_ann, "cor")


def test_a_conversation_is_handed_over_only_to_a_manager_of_the_user(
    studio: Studio, admin: Actor, of_ann: ConversationRequest
) -> None:
    with pytest.raises(Refused, match="bea neither leads nor coaches Ann Peeters"):
        conversations.hand_over(studio, admin, of_ann, "bea")
    assert waiting(mail(studio, admin)) == []


def test_of_two_hand_overs_before_the_mail_leaves_only_the_last_is_sent(
    studio: Studio, admin: Actor, of_ann: ConversationRequest, clock: MovableClock
) -> None:
    conversations.hand_over(studio, admin, of_ann, "cor")
    conversations.hand_over(studio, admin, of_ann, "bob")
    clock.move(minutes=2)
    assert {each.name for each in send_due(studio).deliveries} == {"Ann Peeters", "Bob Smith"}
    dropped = {each.error for each in mail(studio, admin) if each.error}
    assert dropped == {DropReason.SUPERSEDED}


def test_mail_about_a_hand_over_is_dropped_once_the_conversation_is_held(
    studio: Studio, admin: Actor, push: Push, of_ann: ConversationRequest, clock: MovableClock
) -> None:
    conversations.hand_over(studio, admin, of_ann, "cor")
    finish(studio, admin, push, "ann", by="cor")
    clock.move(minutes=2)
    assert send_due(studio).deliveries == ()
    states = {n.state for n in mail(studio, admin) if n.kind is Kind.HANDED_OVER}
    assert states == {NotificationState.DROPPED}
    with pytest.raises(Refused, match="held already"):
        conversations.hand_over(studio, admin, of_ann, "bob")


def test_a_hand_over_is_recorded_in_the_activity(
    studio: Studio, admin: Actor, push: Push, of_ann: ConversationRequest
) -> None:
    conversations.hand_over(studio, admin, of_ann, "cor")
    line = lines(studio, admin)[0]
    assert (line.action, line.subject) == ("handed over conversation", "ann")
    assert line.after is not None
    assert line.after["conductor"] == "cor"
