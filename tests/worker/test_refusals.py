"""A refusal that concerns all mail fails no mail, whatever its code and step (N13)."""

from datetime import timedelta

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
QUOTA = RelayDown(Fault.QUOTA, 550, "no more today", offered=True)


def _tell(
    breaker: CircuitBreaker, outcome: object, mail_id: int, domain: str = "a.example"
) -> object:
    return breaker.judge(outcome, mail_id, domain, breaker.begin())  # type: ignore[arg-type]


def test_an_unclear_refusal_fails_a_mail_only_after_another_was_accepted_in_between() -> None:
    breaker = CircuitBreaker(Pace())
    assert isinstance(_tell(breaker, NO, 1), Deferred)
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
