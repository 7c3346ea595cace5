"""The queue of a worker: what waits, what may leave, and when results are written.

A mail whose lease was lost can be claimed again while the earlier claim is queued (N8), as after
a sleep of the host.
"""

import asyncio
from dataclasses import replace
from random import Random

import pytest

from studio_tui.services.outbox.delivery import (
    FailedSettlement,
    RetrySettlement,
    SentSettlement,
    Settlement,
)
from studio_tui.worker.queue import ClaimedMail, SendQueue
from tests.acting import MESSAGE
from tests.simulation.event_loop import SimulatedLoop
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


def test_a_mail_is_not_put_back_if_it_was_claimed_again() -> None:
    async def put_back(*claims: float) -> list[float]:
        queue = SendQueue(low_at=0, unwritten=1)
        queue.fill([_claimed(1)])
        mail = await queue.next()
        assert mail is not None
        queue.fill([_claimed(at) for at in claims])
        queue.put_back(mail)
        queue.end(1)
        return await _rest(queue)

    assert asyncio.run(put_back()) == [1]
    assert asyncio.run(put_back(2)) == [2]


async def test_only_a_number_of_mails_may_leave_before_their_results_are_written() -> None:
    queue = SendQueue(low_at=0, unwritten=2)
    for number in (1, 2, 1):
        await asyncio.wait_for(queue.reserve(number), 5)
    third = asyncio.create_task(queue.reserve(3))
    await asyncio.sleep(0)
    assert not third.done()
    queue.mark_written([replace(_SENT, id=1)])
    await asyncio.wait_for(third, 5)


async def test_a_queue_is_low_at_its_mark_and_below() -> None:
    queue = SendQueue(low_at=1, unwritten=1)
    queue.fill([ClaimedMail(replace(DELIVERY, id=each), _FAILED, each) for each in range(4)])
    for is_low in (False, False, True, True):
        await queue.next()
        low = asyncio.create_task(queue.wait_until_low())
        await asyncio.sleep(0)
        assert low.done() == is_low
        low.cancel()


def test_a_write_waits_for_more_results_until_no_mail_may_leave_before_it() -> None:
    loop = SimulatedLoop(Random(0))

    async def waited(queue: SendQueue) -> float:
        began = loop.time()
        await queue.wait_for_results(1)
        return loop.time() - began

    async def waits() -> list[float]:
        queue, found = SendQueue(low_at=0, unwritten=2), []
        for each in (1, 2, 3):
            queue.add_result(replace(_SENT, id=each), _claimed(1))
            found.append(await waited(queue))
        assert len(await queue.results()) == 3
        found.append(await waited(queue))
        queue.close()
        assert await queue.results() == []
        return [*found, await waited(queue)]

    assert loop.run_until_complete(waits()) == [1, 0, 0, 1, 0]
    loop.close()
