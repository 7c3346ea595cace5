"""Helpers for tests of screens: run an app, press keys and wait until it is idle."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from textual.app import App
from textual.pilot import Pilot

from studio_tui.tui.app import StudioApp
from studio_tui.tui.runtime.background_calls import Bridge
from studio_tui.tui.shell import bridge_of
from studio_tui.tui.widgets.list.filter_bar import PAUSE
from tests.tui.idle import drawn_once, wait_until_idle

NARROW = (80, 24)
WIDE = (120, 40)
_FILTERED = PAUSE + 0.02
"""Seconds within which a filter that was typed is applied."""


@asynccontextmanager
async def running(app: App[Any], size: tuple[int, int] = NARROW) -> AsyncIterator[Pilot[Any]]:
    """Run ``app`` in a terminal of ``size``, and wait until its first data is displayed."""
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield pilot


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until no call is running and every result is displayed, or until the app ends."""
    bridge = cast(Bridge, bridge_of(pilot.app))
    quiet = 0
    with drawn_once():
        while quiet < 2 and not pilot.app._exit:
            await pilot.pause()
            await wait_until_idle(soon=_FILTERED)
            typed = isinstance(pilot.app, StudioApp) and pilot.app.keys.has_pending_input
            quiet = 0 if bridge.busy or typed else quiet + 1
            await bridge.idle()


async def until(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    """Wait until ``condition`` holds; raises `TimeoutError` after a minute."""
    async with asyncio.timeout(60):
        while not condition():
            await pilot.pause(0.01)


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys and wait until all their effects are displayed."""
    with drawn_once():
        await pilot.press(*keys)
        await settled(pilot)
