"""Wait until a tested app is idle, and draw it then."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import process_time, thread_time
from typing import Any

import textual.app
import textual.pilot
from textual._context import active_app
from textual.pilot import Pilot
from textual.screen import Screen

from studio_tui.tui.runtime.background_calls import Bridge

_SOON = 0.06
"""Seconds. A timer that is due within this time, such as a redraw, is an effect of a key."""
_CALL = 0.3
"""Seconds within which a call on a background thread ends, or its thread computes."""
_BLOCKED = 0.02
"""Seconds of CPU time of background threads, within `_CALL`, below which the test blocks them."""
_MAX_WAITS = 10
"""Number of times `_CALL` that calls are waited for."""
_PATIENCE = 1.0
"""Seconds of work and of waiting for timers after which a busy loop is no longer waited for. Not of
time that passes, which depends on what else the machine does."""


async def wait_until_idle(
    _min_sleep: float = 0, _max_sleep: float = 1, *, soon: float = _SOON
) -> None:
    """Wait until the event loop is idle and no timer is due within ``soon`` seconds.

    Textual instead sleeps until the process has used no CPU for a fiftieth of a second. That takes
    most of the time of a test, and never happens next to tests that are busy.
    """
    loop: Any = asyncio.get_running_loop()
    app: Any = active_app.get(None)
    if app is not None and hasattr(app, "bridge"):
        await _wait_for_calls(app.bridge)
    until = thread_time() + _PATIENCE
    quiet = 0
    while quiet < 2 and thread_time() < until:
        await asyncio.sleep(0)
        limit = loop.time() + soon
        due = [each.when() for each in loop._scheduled if not each.cancelled()]
        if loop._ready:
            quiet = 0
        elif due and min(due) < limit:
            quiet = 0
            delay = max(0.0, min(due) - loop.time())
            until -= delay
            await asyncio.sleep(delay)
        else:
            quiet += 1


async def _wait_for_calls(bridge: Bridge) -> None:
    """Wait until no call runs in the background, except calls that a test blocks."""
    idle = asyncio.ensure_future(bridge.idle())
    for _ in range(_MAX_WAITS):
        before = _background_time()
        await asyncio.wait([idle], timeout=_CALL)
        if idle.done() or _background_time() - before < _BLOCKED:
            break
    idle.cancel()


def _background_time() -> float:
    """Return the CPU time of all threads but this one, in seconds."""
    return process_time() - thread_time()


_draw = Screen._compositor_refresh


class _Frames:
    """Postpones the frames of all screens to the end of the outermost wait."""

    def __init__(self) -> None:
        self._waits = 0
        self._undrawn: set[Screen[Any]] = set()

    def draw_later(self, screen: Screen[Any]) -> None:
        """Draw ``screen`` at the end of the wait; pass on the changes of a screen below it."""
        if screen.is_current:
            screen._dirty_widgets.clear()
            self._undrawn.add(screen)
        else:
            _draw(screen)

    @contextmanager
    def drawn_once(self) -> Iterator[None]:
        """Draw the screen at the end of the block, if it has changed, and no frame before.

        Textual draws a frame for every change. That takes a third of the CPU time of a test, and
        nobody sees the frames between two waits.
        """
        self._waits += 1
        try:
            yield
        finally:
            self._waits -= 1
        if self._waits == 0:
            self._draw_changed()

    def _draw_changed(self) -> None:
        changed, self._undrawn = self._undrawn, set()
        for screen in changed:
            if screen.is_running and screen.is_current:
                try:
                    _draw(screen)
                except Exception as error:
                    screen.app._handle_exception(error)


_frames = _Frames()
drawn_once = _frames.drawn_once


def _draw_later(screen: Screen[Any]) -> None:
    _frames.draw_later(screen)


def _drawing(wait: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(wait)
    async def waited(*arguments: Any, **options: Any) -> Any:
        with drawn_once():
            return await wait(*arguments, **options)

    return waited


async def _wait_for_screen(_pilot: Pilot[Any], _timeout: float = 0) -> bool:
    """Wait as `wait_until_idle` does: then every widget has processed its messages.

    Textual instead sends a callback to every widget of the screen, which is half of all messages.
    """
    await wait_until_idle()
    return True


def patch_pilots() -> None:
    """Make every pilot wait with `wait_until_idle`, and draw only what is left after a wait."""
    for module in (textual.app, textual.pilot):
        assert module.wait_for_idle
        module.wait_for_idle = wait_until_idle  # type: ignore[attr-defined]
    patched: Any = Pilot
    patched._wait_for_screen = _wait_for_screen
    for name in ("press", "click", "hover", "pause", "resize_terminal"):
        setattr(Pilot, name, _drawing(getattr(Pilot, name)))
    Screen._compositor_refresh = _draw_later  # type: ignore[assignment, method-assign]
