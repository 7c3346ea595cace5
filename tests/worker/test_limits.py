"""Use fewer connections if the server allows no more (N13)."""

import asyncio
from datetime import timedelta

from studio_tui.worker.limits import ConnectionLimiter

MORE = timedelta(minutes=10)


async def test_a_refused_connection_is_given_up_once_while_others_work() -> None:
    connections = ConnectionLimiter(4)
    assert connections.start(0, MORE) == [0, 1, 2, 3]
    waiting = asyncio.create_task(connections.is_surplus(0, was_open=False))
    await asyncio.sleep(0)
    assert not waiting.done(), "nobody knows yet"
    connections.mark_working(1)
    assert await waiting
    assert connections.give_up(0, begun=1)
    assert not connections.give_up(2, begun=2), "until the first is gone, it may be the reason"
    connections.mark_closed(3)
    assert connections.limit_to_report(begun=2) is None
    assert connections.limit_to_report(begun=3) == 3
    assert connections.limit_to_report(begun=5) is None, "said once"
    assert connections.start(6, MORE) == [1, 2, 3], "what was let go is not used"
    assert connections.start(1000, MORE) == [1, 2, 3, 0], "one more is tried after a while"


async def test_the_server_is_at_fault_if_all_connections_are_refused() -> None:
    connections = ConnectionLimiter(2)
    connections.start(0, MORE)
    both = [connections.is_surplus(number, was_open=False) for number in (0, 1)]
    assert await asyncio.gather(*both) == [False, False]


def _give_up(connections: ConnectionLimiter, number: int, at: float) -> None:
    assert connections.give_up(number, begun=at)
    connections.mark_closed(at)


def test_one_more_connection_is_tried_after_each_interval() -> None:
    connections = ConnectionLimiter(4)
    _give_up(connections, 0, at=10_000)
    assert connections.limit_to_report(begun=10_000) == 3
    _give_up(connections, 1, at=10_000)
    assert connections.limit_to_report(begun=10_001) == 2
    assert connections.start(10_600, MORE) == [2, 3]
    assert connections.start(10_601, MORE) == [2, 3, 0]
    assert connections.limit_to_report(begun=10_602) is None, "only lower numbers are reported"
    assert connections.start(11_201, MORE) == [2, 3, 0]
    assert connections.start(11_202, MORE) == [2, 3, 0, 1]
    assert connections.start(20_000, MORE) == [2, 3, 0, 1]


async def test_an_open_connection_is_turned_away_because_of_others_only_if_there_are_others() -> (
    None
):
    connections = ConnectionLimiter(2)
    connections.start(0, MORE)
    assert await connections.is_surplus(0, was_open=True)
    _give_up(connections, 0, at=1)
    connections.start(2, MORE)
    assert not await connections.is_surplus(1, was_open=True)
    assert not connections.give_up(1, begun=2), "the last one is never given up"
    assert connections.start(3, MORE) == [1]


async def test_connections_that_ended_or_were_idle_are_not_waited_for() -> None:
    connections = ConnectionLimiter(2)
    connections.start(0, MORE)
    waiting = asyncio.create_task(connections.is_surplus(0, was_open=False))
    await asyncio.sleep(0)
    connections.mark_idle(1)
    assert not await waiting


def test_after_an_outage_all_connections_are_tried() -> None:
    connections = ConnectionLimiter(2)
    _give_up(connections, 0, at=1)
    connections.reset()
    assert connections.start(2, MORE) == [1, 0]
    assert connections.limit_to_report(begun=2) is None
