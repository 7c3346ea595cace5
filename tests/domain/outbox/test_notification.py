"""When a notification is sent, and whether it still applies (N2, N4, N5, N6, P7)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.outbox.kinds import Capacity, DropReason, Kind
from studio_tui.domain.outbox.notification import (
    UNSENT,
    ConcernedPerson,
    Delivery,
    Invitee,
    Meeting,
    NotificationState,
    key_affixes,
    leaves_at,
    may_become,
    people_to_mention,
    why_dropped,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Brussels")
ANN = ConcernedPerson("Ann Peeters", active=True, assigned=True, done=False)
DONE, LEFT, OUT = replace(ANN, done=True), replace(ANN, active=False), replace(ANN, assigned=False)
TO_BOB = Delivery(
    id=7,
    key="1-2-assigned-manager-1",
    kind=Kind.ASSIGNED,
    capacity=Capacity.MANAGER,
    attempts=0,
    dated_at=NOW,
    created_at=NOW,
    name="Bob Smith",
    given_name="Bob",
    address="bob@example.org",
    language="en",
    time_zone="",
    recipient_active=True,
    push="Q1 review",
    template="Regular",
    deadline=date(2026, 3, 31),
    closed=False,
    about=(ANN,),
)

MEETING = Meeting(
    conversation_id=5,
    sequence=3,
    newest=3,
    starts_at=NOW,
    minutes=60,
    place="",
    user=Invitee("Ann Peeters", "ann@example.org"),
    conductor=Invitee("Bob Smith", "bob@example.org"),
    planner="Bob Smith",
    takes_part=True,
    cancelled=False,
    held=False,
)


def leaves(first: date, *, now: datetime = NOW, hold: timedelta = timedelta(minutes=2)) -> datetime:
    return leaves_at(now=now, hold=hold, available_from=first, send_time=time(8), zone=ZONE)


def test_mail_of_an_open_push_waits_for_the_hold() -> None:
    """N5."""
    assert leaves(date(2026, 3, 2)) == leaves(date(2026, 1, 1)) == NOW + timedelta(minutes=2)


def test_mail_of_a_later_push_is_sent_on_its_first_morning() -> None:
    """P7: also in summer time, and never before the hold is over (N5)."""
    assert leaves(date(2026, 3, 3)) == datetime(2026, 3, 3, 7, tzinfo=UTC)
    assert leaves(date(2026, 4, 1)) == datetime(2026, 4, 1, 6, tzinfo=UTC)
    assert leaves(date(2026, 3, 3), hold=timedelta(days=2)) == NOW + timedelta(days=2)
    night = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert leaves(date(2026, 3, 3), now=night) == night + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("delivery", "reason"),
    [
        (TO_BOB, None),
        (replace(TO_BOB, about=(DONE, LEFT, OUT, ANN)), None),
        (replace(TO_BOB, closed=True), DropReason.CLOSED),
        (replace(TO_BOB, recipient_active=False), DropReason.LEFT),
        (replace(TO_BOB, about=(DONE,)), DropReason.DONE),
        (replace(TO_BOB, about=(OUT, DONE)), DropReason.DONE),
        (replace(TO_BOB, about=(OUT,)), DropReason.UNASSIGNED),
        (replace(TO_BOB, about=()), DropReason.UNASSIGNED),
    ],
)
def test_an_outdated_notification_is_dropped_with_the_reason(
    delivery: Delivery, reason: DropReason | None
) -> None:
    """N6."""
    assert why_dropped(delivery) is reason


INVITING = replace(TO_BOB, kind=Kind.PLANNED, push="", deadline=None, about=(OUT,), meeting=MEETING)


def invitation(kind: Kind = Kind.PLANNED, **changes: object) -> Delivery:
    """Return an invitation to Bob with changes to the meeting."""
    return replace(INVITING, kind=kind, meeting=replace(MEETING, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("delivery", "reason"),
    [
        (invitation(), None),
        (replace(INVITING, closed=True), None),
        (replace(INVITING, recipient_active=False), DropReason.LEFT),
        (invitation(cancelled=True), DropReason.CANCELLED),
        (invitation(starts_at=None), DropReason.CANCELLED),
        (invitation(held=True), DropReason.DONE),
        (invitation(takes_part=False), DropReason.HANDED_OVER),
        (invitation(newest=4), DropReason.SUPERSEDED),
        (invitation(Kind.MOVED, newest=4), DropReason.SUPERSEDED),
        (invitation(Kind.CANCELLED), DropReason.SUPERSEDED),
        (invitation(Kind.CANCELLED, cancelled=True), None),
        (invitation(Kind.CANCELLED, takes_part=False, newest=4), None),
        (invitation(Kind.CANCELLED, cancelled=True, held=True), None),
    ],
)
def test_an_invitation_is_sent_as_long_as_it_is_valid(
    delivery: Delivery, reason: DropReason | None
) -> None:
    """C5, N6: the state of the conversation decides, not that of its push."""
    assert why_dropped(delivery) is reason


def test_a_manager_is_notified_only_of_people_who_are_still_concerned() -> None:
    """N6, P7."""
    assert people_to_mention(replace(TO_BOB, about=(DONE, LEFT, OUT, ANN))) == (ANN,)


def test_only_unsent_mail_can_be_dropped_and_sent_is_final() -> None:
    """N4."""
    state = NotificationState
    assert {s for s in state if may_become(state.SENT, s)} == set()
    assert {s for s in state if may_become(s, state.SENT)} == {state.SENDING}
    assert {s for s in state if may_become(s, state.SENDING)} == {state.QUEUED}
    assert all(may_become(s, state.DROPPED) for s in UNSENT)
    taken_up = {s for s in state if may_become(state.DROPPED, s)}
    assert taken_up
    assert taken_up <= UNSENT


@given(
    st.tuples(
        st.integers(1, 99), st.sampled_from(Kind), st.sampled_from(Capacity), st.integers(1, 9)
    ),
    st.tuples(
        st.integers(1, 99), st.sampled_from(Kind), st.sampled_from(Capacity), st.integers(1, 9)
    ),
    st.integers(1, 99),
    st.integers(1, 99),
)
def test_a_key_is_unique_for_push_person_kind_and_round(
    one: tuple[int, Kind, Capacity, int],
    other: tuple[int, Kind, Capacity, int],
    person: int,
    another: int,
) -> None:
    """N2."""
    keys = [
        str(who).join(key_affixes(*what[:3], str(what[3])))
        for what, who in ((one, person), (other, another))
    ]
    assert (keys[0] == keys[1]) == ((one, person) == (other, another))
