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
    assert connections.limit_to_report(begun=4) == 3
    assert connections.limit_to_report(begun=5) is None, "said once"
    assert connections.start(6, MORE) == [1, 2, 3], "what was let go is not used"
    assert connections.start(1000, MORE) == [1, 2, 3, 0], "one more is tried after a while"


async def test_the_server_is_at_fault_if_all_connections_are_refused() -> None:
    connections = ConnectionLimiter(2)
    connections.start(0, MORE)
    both = [connections.is_surplus(number, was_open=False) for number in (0, 1)]
    assert await asyncio.gather(*both) == [False, False]
