"""The outbox, and how a worker claims and settles its mail (N2, N4, N6, N10)."""

import pytest

from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push
from studio_tui.domain.shared.errors import NotFound, Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import delivery, outbox
from studio_tui.services.outbox.delivery import FailedSettlement, RetrySettlement, SentSettlement
from studio_tui.services.people import users
from studio_tui.services.system.context import Studio
from tests.acting import HOUR, MESSAGE, assign, mail, now, send_due
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

State = NotificationState
EVERYTHING: Selection[NotificationFilter] = Selection.matching(NotificationFilter())


@made_once
def push(studio: Studio, admin: Actor) -> Push:
    """A push with Ann and Ben; mail to them and to their managers Bob and Cor is held."""
    import_people(studio, admin)
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann", "ben")
    return now(studio, admin, push)


def states(studio: Studio, admin: Actor) -> dict[str, State]:
    return {each.recipient: each.state for each in mail(studio, admin)}


def test_a_notification_goes_from_held_to_sent(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """N4, N5."""
    assert set(states(studio, admin).values()) == {State.HELD}
    assert delivery.next_due(studio) == clock.now() + HOUR / 30
    clock.move(minutes=2)
    assert set(states(studio, admin).values()) == {State.QUEUED}
    claimed = delivery.claim(studio, "w", limit=2, lasting=HOUR)
    assert (claimed.taken, len(claimed.deliveries)) == (2, 2)
    assert outbox.counts(studio, admin) == {State.SENDING: 2, State.QUEUED: 2}
    send_due(studio, "other")
    delivery.settle(
        studio,
        "w",
        [
            SentSettlement(each.id, each.address, clock.now(), MESSAGE)
            for each in claimed.deliveries
        ],
    )
    assert outbox.counts(studio, admin) == {State.SENT: 4}
    assert delivery.next_due(studio) is None
    assert {each.sent_at for each in mail(studio, admin)} == {clock.now()}


def test_a_worker_whose_lease_has_expired_changes_nothing(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """N4: a worker that was suspended too long cannot settle or hand back its mail."""
    clock.move(minutes=2)
    slow = delivery.claim(studio, "slow", limit=99, lasting=HOUR)
    assert send_due(studio, "quick").taken == 0
    clock.move(hours=1)
    assert send_due(studio, "quick").taken == 4
    settled = [FailedSettlement(each.id, each.address, "550 no") for each in slow.deliveries]
    delivery.settle(studio, "slow", settled)
    assert delivery.hand_back(studio, "slow") == 0
    assert set(states(studio, admin).values()) == {State.SENT}


def test_mail_that_a_worker_hands_back_is_due_at_once(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """N4."""
    clock.move(minutes=2)
    delivery.claim(studio, "w", limit=3, lasting=HOUR)
    assert delivery.hand_back(studio, "w") == 3
    assert send_due(studio).taken == 4


def test_a_failed_attempt_is_retried_later_with_the_same_key_and_date(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """N4, N7."""
    clock.move(minutes=2)
    (first,) = delivery.claim(studio, "w", limit=1, lasting=HOUR).deliveries
    delivery.settle(
        studio, "w", [RetrySettlement(first.id, clock.now() + HOUR, "451 later", tried=True)]
    )
    (row,) = [each for each in mail(studio, admin) if each.id == first.id]
    assert (row.state, row.attempts, row.error) == (State.QUEUED, 1, "451 later")
    send_due(studio)
    clock.move(hours=1)
    (again,) = delivery.claim(studio, "w", limit=9, lasting=HOUR).deliveries
    assert (again.id, again.key, again.dated_at, again.attempts) == (
        first.id,
        first.key,
        first.dated_at,
        1,
    )


def test_a_recipient_who_has_left_is_sent_nothing(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """N6."""
    import_people(studio, admin, "email,given_name,family_name,active\nbob@example.org,Bob,S,no\n")
    clock.move(minutes=2)
    assert send_due(studio).taken == 4
    rows = {each.recipient: (each.state, each.error) for each in mail(studio, admin)}
    assert rows["bob"] == (State.DROPPED, "the recipient has left")
    assert rows["ann"] == rows["ben"] == rows["cor"] == (State.SENT, None)


def test_retry_sends_only_failed_mail_once_more(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """N10."""
    with pytest.raises(Refused, match="none of these failed"):
        outbox.retry(studio, admin, EVERYTHING)
    clock.move(minutes=2)
    claimed = delivery.claim(studio, "w", limit=1, lasting=HOUR).deliveries
    delivery.settle(studio, "w", [FailedSettlement(e.id, e.address, "550 no") for e in claimed])
    send_due(studio)
    assert outbox.retry(studio, admin, EVERYTHING) == 1
    assert send_due(studio).taken == 1
    assert outbox.counts(studio, admin) == {State.SENT: 4}


def test_only_waiting_or_failed_mail_can_be_dropped(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """N10."""
    clock.move(minutes=2)
    claimed = delivery.claim(studio, "w", limit=2, lasting=HOUR).deliveries
    failed, sent = claimed
    delivery.settle(
        studio,
        "w",
        [
            FailedSettlement(failed.id, failed.address, "550 no"),
            SentSettlement(sent.id, sent.address, clock.now(), MESSAGE),
        ],
    )
    assert outbox.drop(studio, admin, EVERYTHING) == 3
    assert outbox.counts(studio, admin) == {State.DROPPED: 3, State.SENT: 1}
    with pytest.raises(Refused, match="none of these waits or failed"):
        outbox.drop(studio, admin, EVERYTHING)


@pytest.mark.parametrize("column", ["due_at", "sent_at", "recipient", "state", "push"])
def test_the_filters_and_sort_orders_of_the_outbox(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock, column: str
) -> None:
    clock.move(minutes=2)
    delivery.claim(studio, "w", limit=1, lasting=HOUR)
    clock.move(minutes=1)
    assign(studio, admin, create_push(studio, admin, "Other", starts_in=5), "ann")
    ann = users.find(studio, admin, "ann").user.id
    for filter_, count in [
        (NotificationFilter(), 7),
        (NotificationFilter(text="OTHER"), 3),
        (NotificationFilter(text="peeters q1"), 1),
        (NotificationFilter(state=State.HELD), 3),
        (NotificationFilter(state=State.QUEUED), 3),
        (NotificationFilter(state=State.SENDING), 1),
        (NotificationFilter(push_id=push.id), 4),
        (NotificationFilter(recipient_id=ann), 2),
    ]:
        source = outbox.source(studio, admin, filter_, Sort(column))
        down = outbox.source(studio, admin, filter_, Sort(column, descending=True))
        ids = [row.id for row in source.rows(0, 99)]
        assert len(ids) == source.count() == count, filter_
        assert [row.id for row in down.rows(0, 99)] == ids[::-1], filter_
        assert source.selected(Selection.matching(filter_)) == count, filter_
        assert source.matching(filter_, range(1, 20)) == set(ids), filter_


def test_a_waiting_mail_is_displayed_as_it_would_be_sent(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """N10, N2: with the same Message-ID as when it is sent."""
    row = next(each for each in mail(studio, admin) if each.recipient == "bob")
    before = outbox.read(studio, admin, row.id)
    assert (before.source, before.date) == (None, "")
    assert "Ann Peeters" in before.plain
    assert "Ben Willems" in before.plain
    assert outbox.message_ids(studio, [row]) == {row.id: before.message_id}
    for missing in (10**6, 2**70):
        with pytest.raises(NotFound, match="There is no notification"):
            outbox.read(studio, admin, missing)


@pytest.mark.usefixtures("people")
def test_sent_mail_can_be_sent_again_as_a_new_mail(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """N10: only to the same person, and only mail that was sent."""
    assign(studio, admin, create_push(studio, admin), "ben")
    clock.move(minutes=2)
    send_due(studio)
    sent = outbox.every(studio, admin, NotificationFilter(state=NotificationState.SENT))
    assert outbox.send_again(studio, admin, Selection.of([sent[0].id])) == 1
    (again,) = outbox.every(studio, admin, NotificationFilter(state=NotificationState.QUEUED))
    assert (again.recipient, again.about, again.kind) == (
        sent[0].recipient,
        sent[0].about,
        sent[0].kind,
    )
    assert again.key != sent[0].key
    assert [each.id for each in send_due(studio).deliveries] == [again.id]
    with pytest.raises(Refused, match="none of these was sent"):
        outbox.send_again(studio, admin, Selection.of([10_000]))
