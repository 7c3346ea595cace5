"""Detection of changes by other users.

A thread waits for notifications of the database, so that the screens need not poll.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from studio_tui.domain.shared.errors import StudioError

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

_POLL_SECONDS = 30.0
"""Seconds after which a check is made without a notification. A proxy between client and server may
swallow notifications."""
_MIN_INTERVAL = 1.0
"""Minimum number of seconds between two checks, however often others make changes, and between two
tries to reach an unreachable database."""


class ChangeWatcher:
    """Calls ``check`` in the event loop after every change in the database.

    It is also called when a change may have been missed: the database is unreachable, or reachable
    again. Must be created in the event loop.
    """

    def __init__(self, studio: "Studio", check: Callable[[], None]) -> None:
        self._studio = studio
        self._check = check
        self._loop = asyncio.get_running_loop()
        self._ended = threading.Event()

    def start(self) -> None:
        """Start a daemon thread, which does not delay the exit of the program."""
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    def stop(self) -> None:
        """Stop watching."""
        self._ended.set()

    def _run(self) -> None:
        answers = True
        while not self._ended.is_set():
            # If the database is unreachable, ``check`` gets the same error and displays it.
            answers = self._wait_for_change(_POLL_SECONDS if answers else 0)
            if self._ended.is_set() or self._loop.is_closed():
                return
            # The event loop may have been closed in the meantime.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._check)
            self._ended.wait(_MIN_INTERVAL)

    def _wait_for_change(self, seconds: float) -> bool:
        """Wait up to ``seconds`` for a change; return whether the database is reachable."""
        try:
            if seconds:
                self._studio.await_change(seconds)
            # Notifications may use another connection than queries (`database.listen_url`), which
            # may be reachable again sooner.
            self._studio.stamp()
        except StudioError:
            return False
        return True
