"""A refusal that concerns all mail fails no mail, whatever its code and step (N13)."""

from datetime import timedelta
from random import Random

import pytest

from studio_tui.mail.transport.outcomes import (
    Deferred,
    Delivered,
    Fault,
    Postponed,
    Rejected,
    RelayDown,
)
from studio_tui.mail.transport.refusals import About
from studio_tui.worker.circuit_breaker import CircuitBreaker
from studio_tui.worker.timing import Pace

TAKEN = Delivered(250, "ok")
NO = Rejected(550, "no", About.UNCLEAR)
SPAM = Rejected(554, "spam", About.CONTENT)
LATER = Deferred(451, "later", about=About.SERVER)
QUOTA = RelayDown(Fault.QUOTA, 550, "no more today", offered=True)


def _tell(
    breaker: CircuitBreaker, outcome: object, mail_id: int, domain: str = "a.example"
) -> object:
    return breaker.judge(outcome, mail_id, domain, breaker.begin())  # type: ignore[arg-type]


def test_an_unclear_refusal_fails_a_mail_only_after_another_was_accepted_in_between() -> None:
    breaker = CircuitBreaker(Pace())
    later = _tell(breaker, NO, 1)
    assert isinstance(later, Deferred)
    assert (later.words, later.about, later.refused) == ("no", About.UNCLEAR, True)
    assert isinstance(_tell(breaker, NO, 1), Deferred)
    assert breaker.take_retries() == frozenset()
    assert _tell(breaker, TAKEN, 2) == TAKEN
    assert breaker.take_retries() == {1}
    assert _tell(breaker, NO, 1) == NO


def test_mail_begun_before_a_refusal_does_not_clear_the_server() -> None:
    breaker = CircuitBreaker(Pace())
    begun = breaker.begin()
    _tell(breaker, NO, 1)
    breaker.judge(TAKEN, 2, "a.example", begun)
    assert isinstance(_tell(breaker, NO, 1), Deferred)


def test_a_refused_domain_fails_only_after_another_domain_was_accepted() -> None:
    breaker = CircuitBreaker(Pace())
    for number in range(20):
        _tell(breaker, NO, number, "mistyped.example")
    assert breaker.down is None
    assert breaker.doubted == {"mistyped.example"}
    _tell(breaker, TAKEN, 100, "b.example")
    assert breaker.take_retries() == set(range(20))
    assert _tell(breaker, NO, 21, "mistyped.example") == NO


@pytest.mark.parametrize("before", [0, 20])
def test_a_server_that_refuses_two_domains_is_down(before: int) -> None:
    """Refusals that an earlier worker met count as well."""
    breaker = CircuitBreaker(Pace(), dict.fromkeys(range(before), "a.example"))
    for number in range(100, 120 - before):
        _tell(breaker, NO, number)
    down = _tell(breaker, NO, 200, "b.example")
    assert isinstance(down, RelayDown)
    assert breaker.down == down


def test_the_server_is_down_if_there_is_no_other_domain_to_try() -> None:
    breaker = CircuitBreaker(Pace())
    _tell(breaker, NO, 1)
    breaker.blame_server()
    assert breaker.down
    assert breaker.down.fault is Fault.REFUSAL


def test_one_mail_refused_with_a_server_fault_does_not_block_others() -> None:
    breaker = CircuitBreaker(Pace())
    assert _tell(breaker, QUOTA, 1) == QUOTA
    assert breaker.down == QUOTA
    _tell(breaker, TAKEN, 2)
    assert breaker.down is None
    assert isinstance(_tell(breaker, QUOTA, 1), Postponed)
    assert breaker.down is None
    assert timedelta(0) < Pace().set_aside_for


def test_an_acceptance_counts_only_for_refusals_before_its_attempt() -> None:
    """Connections overlap: a mail may be accepted although the server refuses every later one."""
    breaker = CircuitBreaker(Pace())
    first, early = breaker.begin(), breaker.begin()
    breaker.judge(NO, 1, "a.example", first)
    breaker.judge(TAKEN, 2, "a.example", early)
    breaker.blame_server()
    assert breaker.down, "the refusal is newer"
    assert breaker.was_seen
    breaker.judge(TAKEN, 3, "a.example", early)
    assert breaker.down
    _tell(breaker, TAKEN, 4)
    assert breaker.down is None
    breaker.blame_server()
    assert breaker.down is None, "no refusal is left"


def test_domains_stay_in_doubt_until_mail_that_is_begun_later_is_accepted() -> None:
    breaker = CircuitBreaker(Pace())
    early = breaker.begin()
    for number in range(20):
        _tell(breaker, NO, number)
    breaker.judge(TAKEN, 100, "b.example", early)
    assert breaker.doubted == {"a.example"}
    _tell(breaker, TAKEN, 101, "b.example")
    assert breaker.doubted == set()


def test_refusals_of_an_earlier_worker_are_retried_after_the_first_accepted_mail() -> None:
    breaker = CircuitBreaker(Pace(), {1: "a.example"}, QUOTA)
    assert breaker.doubted == {"a.example"}
    assert not breaker.was_seen
    assert breaker.take_retries() == set()
    _tell(breaker, TAKEN, 2)
    assert breaker.take_retries() == {1}
    assert breaker.down is None
    assert breaker.doubted == set()


def test_the_first_mail_refused_for_its_content_fails_and_the_next_ones_wait() -> None:
    breaker = CircuitBreaker(Pace())
    unknown = Rejected(550, "no such user")
    assert _tell(breaker, unknown, 1) == unknown
    assert _tell(breaker, SPAM, 2) == SPAM
    assert isinstance(_tell(breaker, SPAM, 3), Deferred)
    _tell(breaker, TAKEN, 4)
    assert _tell(breaker, SPAM, 5) == SPAM


@pytest.mark.parametrize("number", [19, 20, 21])
def test_a_domain_is_in_doubt_after_twenty_refusals_of_an_earlier_worker(number: int) -> None:
    breaker = CircuitBreaker(Pace(), dict.fromkeys(range(number), "a.example"))
    assert breaker.doubted == ({"a.example"} if number >= 20 else set())


@pytest.mark.parametrize("about", About)
def test_refusals_that_may_concern_all_mail_fail_no_mail_and_put_the_domain_in_doubt(
    about: About,
) -> None:
    certain = about in (About.RECIPIENT, About.MESSAGE)
    breaker = CircuitBreaker(Pace())
    for number in range(20):
        assert breaker.doubted == set()
        _tell(breaker, Deferred(451, "later", about=about), number)
    assert breaker.doubted == (set() if certain else {"a.example"})
    fails = isinstance(_tell(CircuitBreaker(Pace()), Rejected(550, "no", about), 1), Rejected)
    assert fails == (certain or about is About.CONTENT)


@pytest.mark.parametrize(
    ("refusal", "accepted_before", "fault"),
    [
        (NO, False, Fault.REFUSAL),
        (NO, True, Fault.REFUSAL),
        (LATER, False, Fault.BUSY),
        (LATER, True, None),
        (Deferred(451, "later", about=About.RELAY), False, Fault.REFUSAL),
        (Deferred(451, "later", about=About.UNCLEAR), False, Fault.BUSY),
        (Deferred(451, "later", about=About.CONTENT), False, Fault.BUSY),
    ],
)
def test_the_server_is_blamed_for_refusals_if_it_has_accepted_nothing_or_refuses_for_good(
    refusal: Deferred | Rejected, accepted_before: bool, fault: Fault | None
) -> None:
    breaker = CircuitBreaker(Pace())
    breaker.blame_server()
    assert breaker.down is None
    if accepted_before:
        _tell(breaker, TAKEN, 1)
    _tell(breaker, Deferred(450, "first", about=About.UNCLEAR), 2)
    _tell(breaker, refusal, 3)
    breaker.blame_server()
    assert (breaker.down and breaker.down.fault) == fault
    if breaker.down:
        assert (breaker.down.code, breaker.down.words) == (refusal.code, refusal.words)
        assert breaker.down.offered


def test_domains_that_were_doubted_without_reason_are_doubted_again_at_the_next_refusal() -> None:
    breaker = CircuitBreaker(Pace())
    _tell(breaker, TAKEN, 1)
    for number in range(20):
        _tell(breaker, LATER, number)
    assert breaker.skips("a.example")
    assert not breaker.skips("b.example")
    breaker.blame_server()
    assert not breaker.skips("a.example")
    _tell(breaker, LATER, 21)
    assert breaker.skips("a.example")


def test_pauses_grow_during_an_outage_and_start_over_at_the_next_one() -> None:
    breaker, random = CircuitBreaker(Pace()), Random(0)
    for _ in range(2):
        _tell(breaker, QUOTA, 1)
        for longest in (5, 10, 20, 40, 80, 120, 120):
            assert longest / 2 <= breaker.pause(random) <= longest
        _tell(breaker, TAKEN, 1)
        assert breaker.pause(random) == 1
