"""Recipients and kinds of invitations, whatever happens before they leave (C5, N1, N2, N5, N6)."""

from datetime import timedelta

import pytest

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import NotificationFilter
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import delivery, outbox
from studio_tui.services.outbox.delivery import FailedSettlement, RetrySettlement
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from tests.acting import HOUR, MESSAGE, assign, send_due
from tests.organisation import create_push, import_people
from tests.planning import WHEN, Planner, invitations_in, outcomes
from tests.services.conftest import MovableClock

PLANNED, MOVED, CANCELLED = Kind.PLANNED, Kind.MOVED, Kind.CANCELLED
USER, MANAGER = Capacity.USER, Capacity.MANAGER


@pytest.fixture
def planner(studio: Studio, admin: Actor) -> Planner:
    """Plans a conversation of Ann that no push asks for."""
    import_people(studio, admin)
    return Planner(studio, admin)


def outcome(studio: Studio, admin: Actor) -> list[tuple[str, Kind, Capacity, str]]:
    return outcomes(invitations_in(studio, admin))


def send(studio: Studio, clock: MovableClock) -> None:
    """Send all due mail."""
    clock.move(minutes=5)
    send_due(studio)


def test_planning_invites_both_and_waits_the_hold(
    studio: Studio, admin: Actor, planner: Planner, clock: MovableClock
) -> None:
    planner.plan()
    assert planner.told == 2
    assert outcome(studio, admin) == [
        ("ann", PLANNED, USER, "held"),
        ("bob", PLANNED, MANAGER, "held"),
    ]
    listed = invitations_in(studio, admin)
    assert {each.about for each in listed} == {("ann",)}
    assert {(each.push, each.template) for each in listed} == {("", "Regular")}
    assert len({each.key for each in listed}) == 2
    assert send_due(studio).taken == 0
    send(studio, clock)
    assert {each.state for each in invitations_in(studio, admin)} == {"sent"}


def test_moved_before_it_left_it_is_planned_once(
    studio: Studio, admin: Actor, planner: Planner, clock: MovableClock
) -> None:
    planner.plan()
    planner.move()
    assert outcome(studio, admin) == [
        ("ann", PLANNED, USER, "dropped"),
        ("bob", PLANNED, MANAGER, "dropped"),
        ("ann", PLANNED, USER, "held"),
        ("bob", PLANNED, MANAGER, "held"),
    ]
    assert invitations_in(studio, admin)[0].error == "a later mail says it anew"
    clock.move(minutes=5)
    sent = send_due(studio).deliveries
    assert [each.meeting.starts_at for each in sent if each.meeting] == [
        WHEN + timedelta(days=1)
    ] * 2


def test_moved_after_it_left_it_is_moved(
    studio: Studio, admin: Actor, planner: Planner, clock: MovableClock
) -> None:
    planner.plan()
    send(studio, clock)
    planner.move()
    assert outcome(studio, admin)[2:] == [
        ("ann", MOVED, USER, "held"),
        ("bob", MOVED, MANAGER, "held"),
    ]


def test_cancelled_before_it_left_nobody_hears_of_it(
    studio: Studio, admin: Actor, planner: Planner
) -> None:
    planner.plan()
    planner.cancel()
    assert planner.told == 0
    assert [state for *_, state in outcome(studio, admin)] == ["dropped"] * 2
    assert invitations_in(studio, admin)[0].error == "the conversation was cancelled"


def test_cancelled_only_for_who_was_invited(
    studio: Studio, admin: Actor, planner: Planner, clock: MovableClock
) -> None:
    """Ann's mail was sent and Bob's was refused, so only Ann gets a cancellation."""
    planner.plan()
    clock.move(minutes=5)
    claimed = delivery.claim(studio, "A", limit=9, lasting=HOUR)
    to_bob = next(each for each in claimed.deliveries if each.capacity is MANAGER)
    to_ann = next(each for each in claimed.deliveries if each.capacity is USER)
    delivery.settle(studio, "A", [FailedSettlement(to_bob.id, to_bob.address, "550 no")])
    delivery.settle(
        studio, "A", [delivery.SentSettlement(to_ann.id, to_ann.address, studio.now(), MESSAGE)]
    )
    planner.cancel()
    assert outcome(studio, admin)[2:] == [("ann", CANCELLED, USER, "held")]


def test_what_may_have_arrived_is_taken_back(
    studio: Studio, admin: Actor, planner: Planner, clock: MovableClock
) -> None:
    """N3: the server may have accepted the mail although its reply was lost."""
    planner.plan()
    clock.move(minutes=5)
    claimed = delivery.claim(studio, "A", limit=9, lasting=HOUR)
    later = [
        RetrySettlement(each.id, studio.now(), "lost", tried=True) for each in claimed.deliveries
    ]
    delivery.settle(studio, "A", later)
    planner.cancel()
    assert [each[1:] for each in outcome(studio, admin)] == [
        (PLANNED, USER, "dropped"),
        (PLANNED, MANAGER, "dropped"),
        (CANCELLED, USER, "held"),
        (CANCELLED, MANAGER, "held"),
    ]


def test_what_is_on_the_wire_is_taken_back(
    studio: Studio, admin: Actor, planner: Planner, clock: MovableClock
) -> None:
    planner.plan()
    clock.move(minutes=5)
    delivery.claim(studio, "A", limit=9, lasting=HOUR)
    planner.cancel()
    assert planner.told == 2


def test_what_comes_back_from_the_wire_is_not_sent_after_what_is_newer(
    studio: Studio, admin: Actor, planner: Planner, clock: MovableClock
) -> None:
    """N6: a worker claimed the mail and handed it back; the conversation moved in between."""
    planner.plan()
    clock.move(minutes=5)
    delivery.claim(studio, "A", limit=9, lasting=HOUR)
    planner.move()
    delivery.hand_back(studio, "A")
    send(studio, clock)
    assert [each[1:] for each in outcome(studio, admin)] == [
        (PLANNED, USER, "dropped"),
        (PLANNED, MANAGER, "dropped"),
        (MOVED, USER, "sent"),
        (MOVED, MANAGER, "sent"),
    ]
    assert invitations_in(studio, admin)[0].error == "a later mail says it anew"


def test_handed_over_the_former_conductor_is_told(
    studio: Studio, admin: Actor, planner: Planner, clock: MovableClock
) -> None:
    planner.plan("bob")
    send(studio, clock)
    planner.move(conductor="cor")
    assert planner.told == 3
    assert outcome(studio, admin)[2:] == [
        ("ann", MOVED, USER, "held"),
        ("cor", PLANNED, MANAGER, "held"),
        ("bob", CANCELLED, MANAGER, "held"),
    ]
    send(studio, clock)
    planner.move(conductor="bob")
    assert outcome(studio, admin)[5:] == [
        ("ann", MOVED, USER, "held"),
        ("bob", PLANNED, MANAGER, "held"),
        ("cor", CANCELLED, MANAGER, "held"),
    ]


def test_handed_over_and_back_within_the_hold(
    studio: Studio, admin: Actor, planner: Planner, clock: MovableClock
) -> None:
    planner.plan("bob")
    send(studio, clock)
    planner.move(conductor="cor")
    planner.move(conductor="bob")
    waiting = [each for each in outcome(studio, admin) if each[-1] == "held"]
    assert waiting == [("ann", MOVED, USER, "held"), ("bob", MOVED, MANAGER, "held")]


def test_cancelled_twice_is_told_once(
    studio: Studio, admin: Actor, planner: Planner, clock: MovableClock
) -> None:
    """N2: cancelling twice sends one cancellation."""
    planner.plan()
    send(studio, clock)
    planner.cancel()
    send(studio, clock)
    planner.cancel()
    assert planner.told == 0
    assert [kind for _, kind, *_ in outcome(studio, admin)] == [PLANNED] * 2 + [CANCELLED] * 2


@pytest.mark.usefixtures("people")
def test_many_are_withdrawn_at_once(studio: Studio, admin: Actor, clock: MovableClock) -> None:
    """P9: as when a push is closed."""
    several = [Planner(studio, admin) for _ in range(3)]
    for each in several:
        each.plan()
    send(studio, clock)
    several[0].cancel_with(*several[1:])
    assert several[0].told == 6
    send(studio, clock)
    assert [state for *_, state in outcome(studio, admin)] == ["sent"] * 12


def test_the_sequence_grows_with_every_invitation(
    studio: Studio, admin: Actor, planner: Planner, clock: MovableClock
) -> None:
    seen = []
    for act in (planner.plan, planner.move, planner.cancel):
        act()
        clock.move(minutes=5)
        claimed = send_due(studio).deliveries
        seen.append({each.meeting.sequence for each in claimed if each.meeting})
    assert seen == [{1}, {2}, {3}]


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        ("held", "the conversation has been held"),
        ("left", "the recipient has left"),
        ("cancelled", "the conversation was cancelled"),
        ("handed over", "somebody else holds the conversation"),
    ],
)
def test_checked_once_more_when_it_leaves(
    studio: Studio,
    admin: Actor,
    planner: Planner,
    clock: MovableClock,
    happens: str,
    reason: str,
) -> None:
    """N6: whatever was written since it was queued."""
    planner.plan()
    planner.change_by_hand(happens)
    clock.move(minutes=5)
    send_due(studio)
    to_bob = next(each for each in invitations_in(studio, admin) if each.recipient == "bob")
    assert (to_bob.state, to_bob.error) == ("dropped", reason)


def test_a_withdrawal_that_is_no_longer_true_is_dropped(
    studio: Studio, admin: Actor, planner: Planner, clock: MovableClock
) -> None:
    planner.plan()
    send(studio, clock)
    planner.cancel()
    planner.change_by_hand("on again")
    send(studio, clock)
    assert [each.error for each in invitations_in(studio, admin)[2:]] == [
        "a later mail says it anew"
    ] * 2


@pytest.mark.usefixtures("people")
def test_closing_a_push_takes_no_invitation_back(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann")
    send(studio, clock)
    planner = Planner(studio, admin, push_id=push.id)
    planner.plan()
    closed = pushes.close(studio, admin, pushes.show(studio, admin, push.id))
    assert closed.dropped == 0
    listed = invitations_in(studio, admin)
    assert {(each.push, each.push_id) for each in listed} == {("Q1 review", None)}
    clock.move(minutes=5)
    assert [each.push for each in send_due(studio).deliveries] == ["Q1 review"] * 2
    assert {each.state for each in invitations_in(studio, admin)} == {"sent"}


def test_sent_again_it_is_the_same_invitation(
    studio: Studio, admin: Actor, planner: Planner, clock: MovableClock
) -> None:
    """N10: with the original organiser."""
    planner.plan()
    send(studio, clock)
    first = invitations_in(studio, admin)[0]
    outbox.send_again(studio, admin, Selection.of([first.id]))
    (again,) = send_due(studio).deliveries
    assert again.meeting is not None
    assert (again.meeting.sequence, again.meeting.planner) == (1, "Els Claes")
    planner.cancel()
    assert planner.told == 2


def test_lists_find_invitations_by_their_template(
    studio: Studio, admin: Actor, planner: Planner
) -> None:
    planner.plan()
    assert len(outbox.every(studio, admin, NotificationFilter("regular"))) == 2
    assert len(outbox.every(studio, admin, NotificationFilter("regular peeters"))) == 1
    # Her mail, and that in which a manager is notified of her.
    assert len(outbox.every(studio, admin, NotificationFilter("regular ann"))) == 2
    assert outbox.every(studio, admin, NotificationFilter("quick")) == []
    first = outbox.every(studio, admin, NotificationFilter())[0]
    chosen: Selection[NotificationFilter] = Selection.of([first.id])
    kept = chosen.unmark_matching(NotificationFilter(push_id=1))
    assert outbox.drop(studio, admin, kept) == 1
