"""The queue between claims and transports, and the results on their way to the database."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from studio_tui.domain.outbox.notification import Delivery
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.services.outbox.delivery import (
    CompressedMessage,
    FailedSettlement,
    SentSettlement,
    Settlement,
)
from studio_tui.services.outbox.messages import Mail

_MAX_CLAIMS = 10_000
"""Maximum number of claims to remember: many times what a worker holds at once."""


@dataclass(frozen=True, slots=True)
class PreparedMail:
    """A mail, ready to be sent, and the compressed message to store after that."""

    mail: Mail
    compressed: CompressedMessage


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A claimed notification with its mail. Times are those of the lease."""

    delivery: Delivery
    prepared: PreparedMail | FailedSettlement
    claimed_at: float


@dataclass(frozen=True, slots=True)
class Batch:
    """The mails of one claim."""

    taken: int
    """Number of due notifications, including those that are no longer to be sent."""
    mails: tuple[ClaimedMail, ...] = ()
    reached: str = ""
    """Name of the setting of the limit that is reached; empty if none is."""


class SendQueue:
    """Mails waiting for a transport, and results waiting to be written."""

    def __init__(self, low_at: int, unwritten: int) -> None:
        """Create a queue that is low when it holds ``low_at`` mails or fewer.

        The server may know of at most ``unwritten`` mails whose result is not in the database (N3).
        """
        self._mails = asyncio.Queue[ClaimedMail | None]()
        self._low_at = low_at
        self._low = asyncio.Event()
        self._max_unwritten = unwritten
        self._unwritten = asyncio.Semaphore(unwritten)
        self._reserved: set[int] = set()
        self._claimed_at: dict[int, float | None] = {}
        """The time of the valid claim of each mail, the newest entry last: a claim may be lost and
        made again. None: the mail was sent under one of its claims, and none is valid any more."""
        self._full = asyncio.Event()
        self._results: list[Settlement] = []
        self._arrived = asyncio.Event()
        self._closed = False

    def fill(self, mails: Sequence[ClaimedMail]) -> None:
        """Add mails. If a claim was lost and made again, only the last claim is valid."""
        for mail in mails:
            self._remember(mail.delivery.id, mail.claimed_at)
            self._mails.put_nowait(mail)
        self._update_low()

    def put_back(self, mail: ClaimedMail) -> None:
        """Put a mail back that the server has not accepted."""
        self._release(mail.delivery.id)
        if not self._is_superseded(mail):
            self.fill([mail])

    def end(self, transports: int) -> None:
        """Let every transport end once the queue is empty."""
        for _ in range(transports):
            self._mails.put_nowait(None)

    async def next(self) -> ClaimedMail | None:
        """Return the next mail; None at the end."""
        mail = await self._mails.get()
        while mail is not None and self._is_superseded(mail):
            mail = await self._mails.get()
        self._update_low()
        return mail

    async def reserve(self, notification_id: int) -> None:
        """Wait until one more mail may be known to the server and not yet to the database."""
        if notification_id not in self._reserved:
            await self._unwritten.acquire()
            self._reserved.add(notification_id)

    async def wait_until_low(self) -> None:
        """Wait until there is room for more mails."""
        await self._low.wait()

    def add_result(self, settlement: Settlement, mail: ClaimedMail) -> None:
        """Add the result of a mail, to be written.

        If the mail was claimed again in the meantime, only a success is recorded: any other result
        would release the later claim.
        """
        if self._is_superseded(mail) and not isinstance(settlement, SentSettlement):
            self._release(settlement.id)
            return
        if isinstance(settlement, SentSettlement):
            self._remember(settlement.id, None)
        self._results.append(settlement)
        self._arrived.set()
        if len(self._results) >= self._max_unwritten:
            self._full.set()

    def mark_written(self, settlements: Sequence[Settlement]) -> None:
        """Record that these results are in the database."""
        for each in settlements:
            self._release(each.id)

    def close(self) -> None:
        """Close the queue: no more results will be added."""
        self._closed = True
        self._arrived.set()
        self._full.set()

    async def results(self) -> list[Settlement]:
        """Return all results that have arrived, at least one; an empty list at the end."""
        while not self._results and not self._closed:
            self._arrived.clear()
            await self._arrived.wait()
        arrived, self._results = self._results, []
        if not self._closed:
            self._full.clear()
        return arrived

    async def wait_for_results(self, seconds: float) -> None:
        """Wait ``seconds`` for more results, or until no mail may leave before a write."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._full.wait()

    def _remember(self, notification_id: int, claimed_at: float | None) -> None:
        self._claimed_at.pop(notification_id, None)
        self._claimed_at[notification_id] = claimed_at
        if len(self._claimed_at) > _MAX_CLAIMS:
            del self._claimed_at[next(iter(self._claimed_at))]

    def _is_superseded(self, mail: ClaimedMail) -> bool:
        return self._claimed_at.get(mail.delivery.id, mail.claimed_at) != mail.claimed_at

    def _release(self, notification_id: int) -> None:
        if notification_id in self._reserved:
            self._reserved.remove(notification_id)
            self._unwritten.release()

    def _update_low(self) -> None:
        if self._mails.qsize() <= self._low_at:
            self._low.set()
        else:
            self._low.clear()
