"""The lease of a worker: the time in which its claimed mail is its own (N4, N8)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from secrets import token_hex
from typing import TypeVar

from studio_tui.config.clock import seconds_since_boot

_Value = TypeVar("_Value")


class NotSent(Exception):
    """Raised if a mail must not leave at the moment and no part of it has left.

    The message of the exception is the reason, in words for the user.
    """


class LeaseExpired(NotSent):
    """Raised if the lease ended before the mail left: another worker may be sending it."""

    def __init__(self) -> None:
        super().__init__("It was not sent before its lease ended.")


class Lease:
    """The name under which a worker claims mail, and the time until which its claims hold.

    The lease is renewed after every third of its duration. If renewing fails, no mail is begun in
    the last third, and no mail is on the wire in the last tenth: the clocks of several hosts may
    differ by that much. Renewing does not revive claims that had already run out: another worker
    may hold them.
    """

    def __init__(
        self, lasting: timedelta, elapsed: Callable[[], float] = seconds_since_boot
    ) -> None:
        """Create a lease of ``lasting``. All times are in the seconds of ``elapsed``.

        ``elapsed`` is a clock that cannot be set and that runs on while the host sleeps. The time
        of the event loop stands still during sleep.
        """
        self.elapsed = elapsed
        self.name = token_hex(8)
        self.lasting = lasting
        self._seconds = lasting.total_seconds()
        self._renewed_at = float("-inf")
        self._unbroken_since = float("-inf")
        self._running: dict[asyncio.Timeout, float] = {}
        self._is_check_scheduled = False

    @property
    def renew_after(self) -> float:
        """Seconds from one renewal to the next."""
        return self._seconds / 3

    def renewed(self, at: float) -> None:
        """Record a renewal: claims that still held at ``at`` hold for a full lease from then on."""
        if at > self._renewed_at + 0.9 * self._seconds:
            self._unbroken_since = at - 0.9 * self._seconds
        self._renewed_at = at

    def may_begin(self, claimed_at: float) -> bool:
        """Return whether enough time is left to send a mail that was claimed at ``claimed_at``."""
        return self.elapsed() <= self._end_of(claimed_at, 2 / 3)

    def require(self, claimed_at: float) -> None:
        """Raise `LeaseExpired` if another worker may hold a mail claimed at ``claimed_at``.

        Call this right before the mail leaves: the host may have slept since the mail was begun.
        """
        if self.elapsed() >= self._end_of(claimed_at, 0.9):
            raise LeaseExpired

    async def within(self, claimed_at: float, sending: Awaitable[_Value]) -> _Value:
        """Await ``sending``; raises `TimeoutError` before the lease of its mail ends."""
        # Nearly every mail is sent long before that, so one timer serves all of them.
        async with asyncio.timeout(None) as timeout:
            self._running[timeout] = claimed_at
            self._schedule_check()
            try:
                return await sending
            finally:
                del self._running[timeout]

    def _schedule_check(self) -> None:
        if not self._is_check_scheduled:
            self._is_check_scheduled = True
            asyncio.get_running_loop().call_later(0.01 * self._seconds, self._check)

    def _check(self) -> None:
        self._is_check_scheduled = False
        now, loop_now = self.elapsed(), asyncio.get_running_loop().time()
        for timeout, claimed_at in self._running.items():
            # Cancel whatever would end before the next check.
            if timeout.when() is None and now >= self._end_of(claimed_at, 0.89):
                timeout.reschedule(loop_now)
        if self._running:
            self._schedule_check()

    def _end_of(self, claimed_at: float, share: float) -> float:
        held = claimed_at >= self._unbroken_since
        since = max(claimed_at, self._renewed_at) if held else claimed_at
        return since + share * self._seconds
