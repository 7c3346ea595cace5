"""Undoing an act until the first of its mails leaves (N5)."""

import pytest

from studio_tui.domain.outbox.kinds import DropReason
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import AssignmentFilter, Push
from studio_tui.domain.shared.errors import Forbidden, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import delivery, undo
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import remind
from studio_tui.services.system.context import Studio
from tests.acting import (
    HOUR,
    as_user,
    assign,
    assigned,
    lines,
    mail,
    send_due,
    waiting,
)
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

EVERYBODY: Selection[AssignmentFilter] = Selection.matching(AssignmentFilter())


@made_once
def push(studio: Studio, admin: Actor) -> Push:
    import_people(studio, admin)
    return create_push(studio, admin)


def test_an_undone_assignment_sends_no_mail(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    act = assign(studio, admin, push, "ann", "ben")
    clock.move(seconds=119)
    assert undo.undo(studio, admin, act.activity_id) == 4
    assert assigned(studio, admin, push) == {}
    assert {(each.state, each.error) for each in mail(studio, admin)} == {
        (NotificationState.DROPPED, DropReason.UNDONE)
    }
    clock.move(minutes=1)
    assert send_due(studio).taken == 0


def test_an_act_is_offered_for_undo_as_long_as_none_of_its_mail_is_due(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    act = assign(studio, admin, push, "ann", "ben")
    (offered,) = undo.undoable(studio, admin)
    assert (offered.activity_id, offered.action, offered.push, offered.mails) == (
        act.activity_id,
        "assigned users",
        "Q1 review",
        4,
    )
    assert offered.leaves_at == act.leaves_at
    assert undo.undoable(studio, as_user(studio, "sam")) == []
    clock.move(minutes=2)
    assert undo.undoable(studio, admin) == []


def test_undoable_acts_are_listed_newest_first_without_those_undone(
    studio: Studio, admin: Actor, push: Push
) -> None:
    first = assign(studio, admin, push, "ann")
    second = assign(studio, admin, push, "ben")
    ids = [each.activity_id for each in undo.undoable(studio, admin)]
    assert ids == [second.activity_id, first.activity_id]
    undo.undo(studio, admin, second.activity_id)
    assert [each.activity_id for each in undo.undoable(studio, admin)] == [first.activity_id]


def test_an_act_cannot_be_undone_once_a_mail_was_claimed(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    act = assign(studio, admin, push, "ann", "ben")
    clock.move(minutes=2)
    delivery.claim(studio, "worker", limit=1, lasting=HOUR)
    with pytest.raises(Refused, match="Too late to undo: 1 of its mails"):
        undo.undo(studio, admin, act.activity_id)
    assert set(assigned(studio, admin, push)) == {"ann", "ben"}
    assert len(waiting(mail(studio, admin))) == 3


def test_an_act_cannot_be_undone_once_a_mail_was_attempted(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    act = assign(studio, admin, push, "eve")
    clock.move(minutes=2)
    claimed = delivery.claim(studio, "worker", limit=1, lasting=HOUR)
    later = delivery.RetrySettlement(
        claimed.deliveries[0].id, studio.now() + HOUR, "451", tried=True
    )
    delivery.settle(studio, "worker", [later])
    with pytest.raises(Refused, match="Too late"):
        undo.undo(studio, admin, act.activity_id)


def test_a_later_addition_is_undone_separately(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    assign(studio, admin, push, "ann")
    clock.move(minutes=2)
    send_due(studio)
    late = assign(studio, admin, push, "ann", "ben")
    assert undo.undo(studio, admin, late.activity_id) == 2
    assert set(assigned(studio, admin, push)) == {"ann"}
    sent = [each for each in mail(studio, admin) if each.state is NotificationState.SENT]
    assert len(sent) == 3


def test_a_user_assigned_again_after_an_undo_gets_mail(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    act = assign(studio, admin, push, "ben")
    undo.undo(studio, admin, act.activity_id)
    assign(studio, admin, push, "ben")
    clock.move(minutes=2)
    assert {each.name for each in send_due(studio).deliveries} == {"Ben Willems", "Bob Smith"}
    assert send_due(studio).taken == 0


def test_an_undone_reminder_can_be_sent_again(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    assign(studio, admin, push, "ann")
    clock.move(minutes=2)
    send_due(studio)
    act = remind.remind(studio, admin, push, EVERYBODY)
    assert [each.action for each in undo.undoable(studio, admin)] == ["reminded users"]
    assert undo.undo(studio, admin, act.activity_id) == 3
    ann = assigned(studio, admin, push)["ann"]
    assert (ann.reminders, ann.reminded_at) == (0, None)
    assert remind.remind(studio, admin, push, EVERYBODY).users_told == 1


def test_an_undo_is_recorded_in_the_activity(studio: Studio, admin: Actor, push: Push) -> None:
    act = assign(studio, admin, push, "ann", "ben")
    undo.undo(studio, admin, act.activity_id)
    line = lines(studio, admin)[0]
    assert (line.action, line.subject) == ("undid: assigned users", "Q1 review")
    assert line.after == {"mail dropped": 4}


def test_undo_needs_the_permission_for_the_act(studio: Studio, admin: Actor, push: Push) -> None:
    act = assign(studio, admin, push, "ann")
    reminded = remind.remind(studio, admin, push, EVERYBODY)
    sam = as_user(studio, "sam")
    with pytest.raises(Forbidden):
        undo.undo(studio, sam, act.activity_id)
    assert undo.undo(studio, sam, reminded.activity_id) == 3
    with pytest.raises(Forbidden):
        undo.undo(studio, as_user(studio, "ann"), act.activity_id)


def test_acts_without_an_undo_are_refused(studio: Studio, admin: Actor, push: Push) -> None:
    assign(studio, admin, push, "ann")
    assigning.unassign_users(studio, admin, push, ["ann"])
    unassigning = lines(studio, admin)[0].id
    for activity_id in (unassigning, 999_999):
        with pytest.raises(Refused, match="Only an assigning or a reminding"):
            undo.undo(studio, admin, activity_id)


def test_an_act_can_be_undone_only_once(studio: Studio, admin: Actor, push: Push) -> None:
    act = assign(studio, admin, push, "ann")
    assert undo.undo(studio, admin, act.activity_id) == 3
    with pytest.raises(Refused, match="none of its mail waits any more"):
        undo.undo(studio, admin, act.activity_id)
