"""Fewer connections where the server allows no more (N13)."""

import asyncio
from datetime import timedelta

from studio_tui.worker.limits import Crew

MORE = timedelta(minutes=10)


async def test_one_that_is_turned_away_while_others_carry_mail_is_let_go_once() -> None:
    crew = Crew(4)
    assert crew.gather(0, MORE) == [0, 1, 2, 3]
    waiting = asyncio.create_task(crew.is_one_too_many(0, was_open=False))
    await asyncio.sleep(0)
    assert not waiting.done(), "nobody knows yet"
    crew.carried(1)
    assert await waiting
    assert crew.lets_go(0, begun=1)
    assert not crew.lets_go(2, begun=2), "until the first is gone, it may be the reason"
    crew.is_gone(3)
    assert crew.news(begun=2) is None
    assert crew.news(begun=4) == 3
    assert crew.news(begun=5) is None, "said once"
    assert crew.gather(6, MORE) == [1, 2, 3], "what was let go is not used"
    assert crew.gather(1000, MORE) == [1, 2, 3, 0], "one more is tried after a while"


async def test_where_all_are_turned_away_it_is_the_server() -> None:
    crew = Crew(2)
    crew.gather(0, MORE)
    both = [crew.is_one_too_many(number, was_open=False) for number in (0, 1)]
    assert await asyncio.gather(*both) == [False, False]
