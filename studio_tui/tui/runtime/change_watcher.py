"""What others change appears by itself: a thread waits for it, so that nobody asks in vain."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from studio_tui.domain.shared.errors import StudioError

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

_LOOK_ANYWAY = 30.0
"""Seconds after which a look is made though nobody told of a change: a proxy between here and the
server may swallow what the server tells."""
_BREATH = 1.0
"""Seconds between two looks, however much others change; and between two tries to reach a database
that does not answer."""


class ChangeWatcher:
    """Calls ``look`` in the loop of who made it, whenever somebody changed something, and whenever
    that cannot be known: the database does not answer, or answers again."""

    def __init__(self, studio: "Studio", look: Callable[[], None]) -> None:
        self._studio = studio
        self._look = look
        self._loop = asyncio.get_running_loop()
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin; no exit of the program waits for it."""
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()

    def _run(self) -> None:
        answers = True
        while not self._ended.is_set():
            # Where the database does not answer, the look meets the same, and tells.
            answers = self._hears(_LOOK_ANYWAY if answers else 0)
            if self._ended.is_set() or self._loop.is_closed():
                return
            # The loop may have come to its end since.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._look)
            self._ended.wait(_BREATH)

    def _hears(self, seconds: float) -> bool:
        """Wait for a change, that long at most; whether the database answers."""
        try:
            if seconds:
                self._studio.await_change(seconds)
            # Changes may be heard of on another way than that by which anything is read
            # (`database.listen_url`), and which is back sooner.
            self._studio.stamp()
        except StudioError:
            return False
        return True
