"""The decision about the outcome of a mail (N7)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import Delivery
from studio_tui.mail.transport.outcomes import (
    Deferred,
    Delivered,
    Fault,
    Outcome,
    Postponed,
    Rejected,
    RelayDown,
)
from studio_tui.services.outbox.delivery import FailedSettlement, RetrySettlement, SentSettlement
from studio_tui.services.outbox.messages import Mail
from studio_tui.worker.queue import PreparedMail
from studio_tui.worker.retry import Attempt, decide, pause_after
from studio_tui.worker.timing import Pace
from tests.acting import MESSAGE

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DELIVERY = Delivery(
    id=7,
    key="1-2-assigned-user-1",
    kind=Kind.ASSIGNED,
    capacity=Capacity.USER,
    attempts=0,
    dated_at=NOW,
    created_at=NOW,
    name="Ann Peeters",
    given_name="Ann",
    address="ann@example.org",
    language="en",
    time_zone="",
    recipient_active=True,
    push="Q1 review",
    template="Regular",
    deadline=date(2026, 3, 31),
    closed=False,
    about=(),
)
PARCEL = PreparedMail(Mail("ann@example.org", b"bytes", b""), MESSAGE)


def _decide(outcome: Outcome, *, attempts: int = 0, age: timedelta = timedelta(0)) -> object:
    delivery = replace(DELIVERY, attempts=attempts, dated_at=NOW - age)
    return decide(Attempt(delivery, PARCEL, outcome), NOW, Random(1), Pace())


def test_an_accepted_mail_is_settled_as_sent() -> None:
    assert _decide(Delivered(250, "ok")) == SentSettlement(7, "ann@example.org", NOW, MESSAGE)


def test_a_permanent_refusal_fails_this_mail_with_the_servers_words() -> None:
    assert _decide(Rejected(550, "no such user")) == FailedSettlement(
        7, "ann@example.org", "550 no such user"
    )


def test_a_temporary_refusal_counts_as_an_attempt() -> None:
    later = _decide(Deferred(451, "greylisted"))
    assert isinstance(later, RetrySettlement)
    assert later.tried
    assert later.words == "451 greylisted"
    assert timedelta(seconds=30) <= later.due_at - NOW <= timedelta(minutes=1)


def test_a_relay_that_is_down_counts_as_no_attempt() -> None:
    assert _decide(RelayDown(Fault.LOGIN, 535, "no")) == RetrySettlement(
        7, NOW, "535 no", tried=False
    )


def test_a_mail_deferred_for_days_is_given_up() -> None:
    failed = _decide(Deferred(451, "greylisted"), attempts=20, age=timedelta(days=4))
    assert isinstance(failed, FailedSettlement)
    assert failed.words == "given up after 3 days; the last answer: 451 greylisted"


def test_a_clock_that_was_set_forward_gives_up_no_mail() -> None:
    later = _decide(Deferred(451, "greylisted"), attempts=1, age=timedelta(days=400))
    assert isinstance(later, RetrySettlement)


@pytest.mark.parametrize(
    ("attempts", "age", "is_given_up"),
    [
        (Pace().min_attempts, Pace().give_up_after + timedelta(seconds=1), True),
        (Pace().min_attempts, Pace().give_up_after, False),
        (Pace().min_attempts + 9, timedelta(hours=1), False),
        (Pace().min_attempts - 1, Pace().give_up_after + timedelta(days=9), False),
    ],
)
def test_a_mail_is_given_up_only_after_enough_time_and_attempts(
    attempts: int, age: timedelta, is_given_up: bool
) -> None:
    found = _decide(Deferred(451, "greylisted"), attempts=attempts, age=age)
    assert isinstance(found, FailedSettlement) is is_given_up


def test_a_postponed_mail_waits_and_counts_as_no_attempt() -> None:
    later = RetrySettlement(
        7, NOW + Pace().set_aside_for, "554 no more today", tried=False, refused=True
    )
    assert _decide(Postponed(554, "no more today")) == later


def test_the_jitter_of_a_pause_covers_its_second_half() -> None:
    pauses = [pause_after(0, Random(seed), first=FIRST, longest=LONGEST) for seed in range(50)]
    assert min(pauses) < FIRST * 0.55
    assert max(pauses) > FIRST * 0.95


FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=4)


@given(st.integers(0, 10_000), st.integers())
def test_pauses_grow_and_stay_within_bounds(tries: int, seed: int) -> None:
    pause = pause_after(tries, Random(seed), first=FIRST, longest=LONGEST)
    full = min(LONGEST, FIRST * 2 ** min(tries, 20))
    assert full / 2 <= pause <= full


@pytest.mark.parametrize("tries", range(7))
def test_a_pause_is_at_least_half_as_long_as_any_earlier_one(tries: int) -> None:
    shorter = pause_after(tries, Random(1), first=FIRST, longest=LONGEST)
    assert pause_after(tries + 1, Random(0), first=FIRST, longest=LONGEST) >= shorter / 2
