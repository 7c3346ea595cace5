"""Wait until a tested app is idle."""

import asyncio
from contextlib import suppress
from typing import Any

import textual.app
import textual.pilot
from textual._context import active_app

_SOON = 0.06
"""Seconds. A timer that is due within this time, such as a redraw, is an effect of a key."""
_CALL = 0.3
"""Seconds to wait for a call on a background thread."""
_PATIENCE = 1.0
"""Seconds after which a busy loop is no longer waited for."""


async def wait_until_idle(_min_sleep: float = 0, _max_sleep: float = 1) -> None:
    """Wait until the event loop is idle.

    Textual instead sleeps until the process has used no CPU for a fiftieth of a second. That takes
    most of the time of a test, and never happens next to tests that are busy.
    """
    loop: Any = asyncio.get_running_loop()
    app: Any = active_app.get(None)
    if app is not None and hasattr(app, "bridge"):
        # A call that a test delays may not end.
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


def patch_pilots() -> None:
    """Make every pilot wait with `wait_until_idle`."""
    for module in (textual.app, textual.pilot):
        assert module.wait_for_idle
        module.wait_for_idle = wait_until_idle  # type: ignore[attr-defined]
