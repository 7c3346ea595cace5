"""Of how many mails the server may know what the database does not (N3)."""

import asyncio

import pytest

from studio_tui.worker.window import Window


@pytest.mark.parametrize(
    ("carriers", "narrow", "wide"), [(1, 2, 2), (2, 4, 4), (4, 4, 4), (8, 4, 8), (20, 10, 20)]
)
def test_it_is_one_for_two_carriers_and_never_more_than_two_for_one(
    carriers: int, narrow: int, wide: int
) -> None:
    window = Window(carriers)
    assert (window.narrow, window.wide, window.size) == (narrow, wide, narrow)
    assert wide <= 2 * carriers


async def test_who_comes_later_waits_in_turn() -> None:
    window = Window(8)
    inside: list[int] = []

    async def enter(number: int) -> None:
        await window.enter()
        inside.append(number)

    async with asyncio.TaskGroup() as tasks:
        for number in range(8):
            tasks.create_task(enter(number))
        await asyncio.sleep(0)
        assert inside == [0, 1, 2, 3]
        window.leave(3)
        tasks.create_task(enter(8))
        await asyncio.sleep(0)
        assert inside == [0, 1, 2, 3, 4, 5, 6]
        window.leave(6)
    assert inside == list(range(9))


async def test_where_the_server_is_what_takes_long_every_carrier_has_one() -> None:
    window = Window(8)
    for _ in range(50):
        window.database_took(0.005)
        window.server_took(0.009)
    assert window.size == window.narrow
    for _ in range(50):
        window.server_took(0.05)
    assert window.size == window.wide
    for _ in range(window.wide):
        await window.enter()
    # The disk is slow all of a sudden: who is in stays, and nobody follows.
    for _ in range(50):
        window.database_took(0.1)
    follower = asyncio.create_task(window.enter())
    await asyncio.sleep(0)
    window.leave(4)
    await asyncio.sleep(0)
    assert not follower.done()
    window.leave()
    await follower


async def test_who_gives_up_takes_no_room() -> None:
    window = Window(1)
    for _ in range(window.size):
        await window.enter()
    gone = asyncio.create_task(window.enter())
    follower = asyncio.create_task(window.enter())
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    window.leave()
    await follower
