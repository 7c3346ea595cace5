"""Waiting until an app that is tested has nothing left to do."""

import asyncio
from contextlib import suppress
from typing import Any

import textual.app
import textual.pilot
from textual._context import active_app

_SOON = 0.06
"""Seconds. A timer that is due by then is part of what a key causes, as a redraw is."""
_CALL = 0.3
"""Seconds that a call off the loop is waited for."""
_PATIENCE = 1.0
"""Seconds after which a loop that is never idle is taken as it is."""


async def nothing_to_do(_min_sleep: float = 0, _max_sleep: float = 1) -> None:
    """Wait until the loop has nothing left to do but to wait.

    Textual naps instead, until the process has used no CPU for a fiftieth of a second: that takes
    most of the time of a test, and never comes true beside tests that are busy.
    """
    loop: Any = asyncio.get_running_loop()
    app: Any = active_app.get(None)
    if app is not None and hasattr(app, "bridge"):
        # A call that a test holds up does not end.
        with suppress(TimeoutError):
            async with asyncio.timeout(_CALL):
                await app.bridge.idle()
    until = loop.time() + _PATIENCE
    quiet = 0
    while quiet < 2 and loop.time() < until:
        await asyncio.sleep(0)
        soon = loop.time() + _SOON
        due = [each.when() for each in loop._scheduled if not each.cancelled()]
        if loop._ready:
            quiet = 0
        elif due and min(due) < soon:
            quiet = 0
            await asyncio.sleep(max(0.0, min(due) - loop.time()))
        else:
            quiet += 1


def use() -> None:
    """Let every pilot wait so."""
    for module in (textual.app, textual.pilot):
        assert module.wait_for_idle
        module.wait_for_idle = nothing_to_do  # type: ignore[attr-defined]
