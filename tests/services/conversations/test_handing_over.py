"""Naming who is to hold a conversation, and telling them (P10)."""

import pytest

from studio_tui.domain.conversations.conversation import Ask
from studio_tui.domain.outbox.kinds import Capacity, DropReason, Kind
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push, Status
from studio_tui.domain.shared.errors import Forbidden, Refused
from studio_tui.services import conversations
from studio_tui.services.system.context import Studio
from tests.acting import as_user, assign, finish, lines, mail, now, send_due, summaries, waiting
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

pytestmark = pytest.mark.one_engine

USER, MANAGER = Capacity.USER, Capacity.MANAGER


@pytest.fixture
def push(studio: Studio, admin: Actor, clock: MovableClock) -> Push:
    """With Ann, whom Bob leads and Cor coaches, and all mail about it sent."""
    import_people(studio, admin)
    pushed = assign(studio, admin, create_push(studio, admin), "ann").push
    clock.move(minutes=2)
    send_due(studio)
    return now(studio, admin, pushed)


@pytest.fixture
def of_ann(studio: Studio, push: Push) -> Ask:
    return conversations.find(studio, push.name, "ann")


def test_the_new_conductor_and_the_user_are_told_and_nobody_else(
    studio: Studio, admin: Actor, of_ann: Ask, clock: MovableClock
) -> None:
    row = conversations.hand_over(studio, admin, of_ann, "cor")
    assert (row.conductor, row.status) == ("Cor Coach", Status.NOT_PLANNED)
    found = [each for each in mail(studio, admin) if each.kind is Kind.HANDED_OVER]
    assert summaries(found) == [("ann", USER, ("ann",)), ("cor", MANAGER, ("ann",))]
    clock.move(minutes=2)
    sent = send_due(studio).deliveries
    assert {each.about[0].conductor for each in sent} == {"Cor Coach"}


def test_a_manager_hands_over_what_is_theirs(studio: Studio, admin: Actor, of_ann: Ask) -> None:
    bob = as_user(studio, "bob")
    assert conversations.hand_over(studio, bob, of_ann, "cor").conductor == "Cor Coach"
    for stranger in ("bea", "ann"):
        with pytest.raises(Forbidden, match="neither leads nor coaches"):
            conversations.hand_over(studio, as_user(studio, stranger), of_ann, "cor")


def test_only_to_one_of_the_managers(studio: Studio, admin: Actor, of_ann: Ask) -> None:
    with pytest.raises(Refused, match="bea neither leads nor coaches Ann Peeters"):
        conversations.hand_over(studio, admin, of_ann, "bea")
    assert waiting(mail(studio, admin)) == []


def test_handed_on_before_the_mail_left_only_the_last_is_told(
    studio: Studio, admin: Actor, of_ann: Ask, clock: MovableClock
) -> None:
    conversations.hand_over(studio, admin, of_ann, "cor")
    conversations.hand_over(studio, admin, of_ann, "bob")
    clock.move(minutes=2)
    assert {each.name for each in send_due(studio).deliveries} == {"Ann Peeters", "Bob Smith"}
    dropped = {each.error for each in mail(studio, admin) if each.error}
    assert dropped == {DropReason.SUPERSEDED}


def test_nothing_is_told_of_what_was_held_meanwhile(
    studio: Studio, admin: Actor, push: Push, of_ann: Ask, clock: MovableClock
) -> None:
    conversations.hand_over(studio, admin, of_ann, "cor")
    finish(studio, admin, push, "ann", by="cor")
    clock.move(minutes=2)
    assert send_due(studio).deliveries == ()
    states = {n.state for n in mail(studio, admin) if n.kind is Kind.HANDED_OVER}
    assert states == {NotificationState.DROPPED}
    with pytest.raises(Refused, match="held already"):
        conversations.hand_over(studio, admin, of_ann, "bob")


def test_it_is_written_down(studio: Studio, admin: Actor, push: Push, of_ann: Ask) -> None:
    conversations.hand_over(studio, admin, of_ann, "cor")
    line = lines(studio, admin)[0]
    assert (line.action, line.subject) == ("handed over conversation", "ann")
    assert line.after is not None
    assert line.after["conductor"] == "cor"
