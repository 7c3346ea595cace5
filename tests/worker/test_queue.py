"""A mail whose lease was lost, and that is claimed again while the earlier claim is queued (N8).

Found by seed 1284 of the simulation (docs/verification.md): its host slept beyond the lease.
"""

import asyncio

import pytest

from studio_tui.services.outbox.delivery import (
    FailedSettlement,
    RetrySettlement,
    SentSettlement,
    Settlement,
)
from studio_tui.worker.queue import ClaimedMail, SendQueue
from tests.acting import MESSAGE
from tests.worker.test_retry import DELIVERY, NOW

_SENT = SentSettlement(DELIVERY.id, DELIVERY.address, NOW, MESSAGE)
_FAILED = FailedSettlement(DELIVERY.id, DELIVERY.address, "550 no")
_LATER = RetrySettlement(DELIVERY.id, NOW, "It was not sent before its lease ended.", tried=False)


def _claimed(at: float) -> ClaimedMail:
    return ClaimedMail(DELIVERY, _FAILED, claimed_at=at)


def _queue(*claims: ClaimedMail) -> SendQueue:
    queue = SendQueue(low_at=0, unwritten=1)
    queue.fill(claims)
    queue.end(1)
    return queue


async def _rest(queue: SendQueue) -> list[float]:
    """Return the claim times of the mails that are still queued."""
    found = []
    while (mail := await queue.next()) is not None:
        found.append(mail.claimed_at)
    return found


def test_the_later_of_two_claims_of_a_mail_is_sent() -> None:
    assert asyncio.run(_rest(_queue(_claimed(1), _claimed(2)))) == [2]


@pytest.mark.parametrize("settlement", [_LATER, _FAILED])
def test_the_failure_of_an_earlier_claim_is_not_recorded_for_the_later_one(
    settlement: Settlement,
) -> None:
    async def settle() -> list[Settlement]:
        earlier, queue = _claimed(1), _queue(_claimed(1), _claimed(2))
        await queue.reserve(DELIVERY.id)
        queue.add_result(settlement, earlier)
        # Other mails are not blocked either.
        await asyncio.wait_for(queue.reserve(DELIVERY.id + 1), 5)
        queue.close()
        return await queue.results()

    assert asyncio.run(settle()) == []


def test_mail_accepted_under_an_earlier_claim_is_recorded_and_not_sent_again() -> None:
    async def settle() -> tuple[list[Settlement], list[float]]:
        queue = _queue(_claimed(1), _claimed(2))
        queue.add_result(_SENT, _claimed(1))
        return await queue.results(), await _rest(queue)

    assert asyncio.run(settle()) == ([_SENT], [])


def test_sent_mail_that_is_requested_again_is_sent_again() -> None:
    async def settle() -> list[float]:
        queue = SendQueue(low_at=0, unwritten=1)
        queue.fill([_claimed(1)])
        queue.add_result(_SENT, _claimed(1))
        queue.fill([_claimed(3)])
        queue.end(1)
        return await _rest(queue)

    assert asyncio.run(settle()) == [3]
