"""How long what a worker claimed is its own (N4, N8)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from secrets import token_hex
from typing import TypeVar

from studio_tui.config.clock import seconds_since_boot

_Value = TypeVar("_Value")


class NotSent(Exception):
    """A mail is not to leave just now, and nothing of it has; what it says is why, in words."""


class LeaseOver(NotSent):
    """The lease of a mail ended before the mail left: another worker may be sending it."""

    def __init__(self) -> None:
        super().__init__("It was not sent before its lease ended.")


class Lease:
    """The name that a worker claims under, and until when that counts.

    It is renewed every third of its time. Where that fails, nothing is begun in its last third,
    and nothing is on the wire in its last tenth: so far may the clocks of several hosts be apart.
    What it had run out for is not held again by renewing it: somebody else may have that.
    """

    def __init__(
        self, lasting: timedelta, elapsed: Callable[[], float] = seconds_since_boot
    ) -> None:
        """``elapsed`` tells seconds that nobody can set and that run on while the host sleeps: all
        times are in these. The time of a loop stands still meanwhile."""
        self.elapsed = elapsed
        self.name = token_hex(8)
        self.lasting = lasting
        self._seconds = lasting.total_seconds()
        self._renewed_at = float("-inf")
        self._unbroken_since = float("-inf")
        self._running: dict[asyncio.Timeout, float] = {}
        self._watching = False

    @property
    def renew_after(self) -> float:
        """Seconds from one renewal to the next."""
        return self._seconds / 3

    def renewed(self, at: float) -> None:
        """What was still held at ``at`` is held from then on."""
        if at > self._renewed_at + 0.9 * self._seconds:
            self._unbroken_since = at - 0.9 * self._seconds
        self._renewed_at = at

    def may_begin(self, claimed_at: float) -> bool:
        """Whether there is time enough left for a mail that was claimed then."""
        return self.elapsed() <= self._share(claimed_at, 2 / 3)

    def require(self, claimed_at: float) -> None:
        """Raise `LeaseOver` where a mail that was claimed then may be somebody else's: to be asked
        right before it leaves, since the host may have slept since it was begun."""
        if self.elapsed() >= self._share(claimed_at, 0.9):
            raise LeaseOver

    async def within(self, claimed_at: float, sending: Awaitable[_Value]) -> _Value:
        """Wait for a mail that was claimed then; raises `TimeoutError` before the lease ends."""
        # Nearly every mail is over long before that: one timer looks after all of them.
        async with asyncio.timeout(None) as timeout:
            self._running[timeout] = claimed_at
            self._watch()
            try:
                return await sending
            finally:
                del self._running[timeout]

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            asyncio.get_running_loop().call_later(0.01 * self._seconds, self._look)

    def _look(self) -> None:
        self._watching = False
        now, loop_now = self.elapsed(), asyncio.get_running_loop().time()
        for timeout, claimed_at in self._running.items():
            # The next look would be too late for what ends before it.
            if timeout.when() is None and now >= self._share(claimed_at, 0.89):
                timeout.reschedule(loop_now)
        if self._running:
            self._watch()

    def _share(self, claimed_at: float, share: float) -> float:
        held = claimed_at >= self._unbroken_since
        since = max(claimed_at, self._renewed_at) if held else claimed_at
        return since + share * self._seconds
