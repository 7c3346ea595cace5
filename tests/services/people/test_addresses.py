"""Correcting an e-mail address (U8), on each engine."""

from datetime import timedelta

import pytest

from studio_tui.domain.conversations.conversation import Plan
from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.outbox.notification import NotificationFilter
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Conflict, Invalid, NothingToDo
from studio_tui.domain.shared.selection import Selection
from studio_tui.services import conversations
from studio_tui.services.outbox import delivery, outbox
from studio_tui.services.outbox.delivery import FailedSettlement
from studio_tui.services.people import by_hand, users
from studio_tui.services.people.person_input import PersonInput
from studio_tui.services.system.context import Studio
from tests.acting import HOUR, as_user, assign, lines, mail, send_due
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.services.people.importing import found


@made_once
def ann(studio: Studio, admin: Actor) -> int:
    """The id of Ann in the small organisation."""
    import_people(studio, admin)
    return users.find(studio, admin, "ann").user.id


def test_failed_mail_can_be_retried_to_a_corrected_address(
    studio: Studio, admin: Actor, ann: int, clock: MovableClock
) -> None:
    assign(studio, admin, create_push(studio, admin), "ann")
    clock.move(minutes=2)
    claimed = delivery.claim(studio, "w", limit=9, lasting=HOUR).deliveries
    delivery.settle(
        studio, "w", [FailedSettlement(each.id, each.address, "550") for each in claimed if
                      each.address == "ann@example.org"],
    )  # fmt: skip
    delivery.hand_back(studio, "w")
    send_due(studio)
    sam = as_user(studio, "sam")
    done = by_hand.edit(
        studio,
        sam,
        ann,
        PersonInput({"email": "Ann <Anna@example.org>"}),
        was={"email": "ann@example.org"},
    )
    assert (done.user.email, done.before["email"], done.failed) == (
        "Anna@example.org",
        "ann@example.org",
        1,
    )
    assert found(studio, admin, "anna@") == {"ann"}
    line = lines(studio, admin)[0]
    assert (line.actor, line.action, line.subject, line.users) == ("sam", "changed user", "ann", 1)
    assert (line.before, line.after) == (
        {"email": "ann@example.org"}, {"email": "Anna@example.org"},
    )  # fmt: skip
    outbox.retry(studio, sam, Selection.matching(NotificationFilter(recipient_id=ann)))
    assert [each.address for each in send_due(studio).deliveries] == ["Anna@example.org"]


def test_a_new_address_gets_the_invitations_and_the_old_one_cancellations(
    studio: Studio, admin: Actor, ann: int, clock: MovableClock
) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ann").push
    ask = conversations.find(studio, push.name, "ann")
    plan = Plan(studio.now() + timedelta(days=3))
    conversations.plan(studio, as_user(studio, "bob"), ask, plan)
    clock.move(minutes=2)
    send_due(studio)
    assert (
        by_hand.edit(studio, admin, ann, PersonInput({"email": "anna@example.org"})).reinvited == 2
    )
    new = [each for each in mail(studio, admin) if each.sent_at is None]
    assert {(each.kind, each.to) for each in new} == {
        (Kind.PLANNED, "anna@example.org"),
        (Kind.CANCELLED, "ann@example.org"),
    }


def test_an_invalid_or_used_address_is_refused(studio: Studio, admin: Actor, ann: int) -> None:
    for address, said in (
        ("ann", "is not an e-mail address"),
        ("BOB@example.org", "Bob Smith"),
        ("ann@example.org\r\nBcc: x@example.org", ""),
    ):
        with pytest.raises(Invalid) as refused:
            by_hand.edit(studio, admin, ann, PersonInput({"email": address}))
        assert said in refused.value.fields["email"]
    with pytest.raises(NothingToDo):
        by_hand.edit(studio, admin, ann, PersonInput({"email": "ann@example.org"}))
    with pytest.raises(Conflict):
        by_hand.edit(
            studio,
            admin,
            ann,
            PersonInput({"email": "anna@example.org"}),
            was={"email": "old@example.org"},
        )
    assert (
        by_hand.edit(studio, admin, ann, PersonInput({"email": "ANN@example.org"})).user.email
        == "ANN@example.org"
    )
