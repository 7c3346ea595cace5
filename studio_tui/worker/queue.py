"""The way of the mails from the claims to the transports, and of the results to the database."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from studio_tui.domain.outbox.notification import Delivery
from studio_tui.services.outbox.delivery import Failed, Packed, Sent, Settlement
from studio_tui.services.outbox.messages import Mail

_REMEMBERED = 10_000
"""Claims that are remembered: many times as many mails as a worker has in hand."""


@dataclass(frozen=True, slots=True)
class PreparedMail:
    """A mail, ready to be handed over and, after that, to be kept."""

    mail: Mail
    packed: Packed


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A claimed notification with its mail, in the time of the loop."""

    delivery: Delivery
    prepared: PreparedMail | Failed
    claimed_at: float


@dataclass(frozen=True, slots=True)
class Batch:
    """What one claim took."""

    taken: int
    """How many were due, those included that are not to be sent any more."""
    mails: tuple[ClaimedMail, ...] = ()
    reached: str = ""
    """The limit that is reached; empty where none is."""


class SendQueue:
    """Letters waiting for a transport, and results waiting to be written."""

    def __init__(self, low_at: int, unwritten: int) -> None:
        """It is low from ``low_at`` mails down; of at most ``unwritten`` mails the server may
        know what the database does not (N3)."""
        self._mails = asyncio.Queue[ClaimedMail | None]()
        self._low_at = low_at
        self._low = asyncio.Event()
        self._most = unwritten
        self._unwritten = asyncio.Semaphore(unwritten)
        self._left: set[int] = set()
        self._claimed_at: dict[int, float | None] = {}
        """The claim of each mail that counts, the newest at the end: it may have been lost and
        claimed again. None: it was sent, by whichever claim, and none counts any more."""
        self._full = asyncio.Event()
        self._results: list[Settlement] = []
        self._arrived = asyncio.Event()
        self._closed = False

    def fill(self, mails: Sequence[ClaimedMail]) -> None:
        """Add mails; of what was lost and claimed again, only the last claim counts."""
        for mail in mails:
            self._remember(mail.delivery.id, mail.claimed_at)
            self._mails.put_nowait(mail)
        self._look()

    def again(self, mail: ClaimedMail) -> None:
        """Put a mail back: the server has not taken it."""
        self._let_another(mail.delivery.id)
        if not self._is_outlived(mail):
            self.fill([mail])

    def end(self, transports: int) -> None:
        """Let every transport go home once the line is empty."""
        for _ in range(transports):
            self._mails.put_nowait(None)

    async def next(self) -> ClaimedMail | None:
        """The next mail; None at the end."""
        mail = await self._mails.get()
        while mail is not None and self._is_outlived(mail):
            mail = await self._mails.get()
        self._look()
        return mail

    async def reserve(self, notification_id: int) -> None:
        """Wait until the server may know of one more mail what the database does not."""
        if notification_id not in self._left:
            await self._unwritten.acquire()
            self._left.add(notification_id)

    async def is_low(self) -> None:
        """Wait until there is room for more mails."""
        await self._low.wait()

    def result(self, settlement: Settlement, mail: ClaimedMail) -> None:
        """What became of a mail, to be written. Of one that was claimed again meanwhile only that
        the server took it: to write anything else would give the later claim away."""
        if self._is_outlived(mail) and not isinstance(settlement, Sent):
            self._let_another(settlement.id)
            return
        if isinstance(settlement, Sent):
            self._remember(settlement.id, None)
        self._results.append(settlement)
        self._arrived.set()
        if len(self._results) >= self._most:
            self._full.set()

    def written(self, settlements: Sequence[Settlement]) -> None:
        """These results are in the database."""
        for each in settlements:
            self._let_another(each.id)

    def close(self) -> None:
        """No result comes any more."""
        self._closed = True
        self._arrived.set()
        self._full.set()

    async def results(self) -> list[Settlement]:
        """All that have arrived, at least one; none at the end."""
        while not self._results and not self._closed:
            self._arrived.clear()
            await self._arrived.wait()
        arrived, self._results = self._results, []
        if not self._closed:
            self._full.clear()
        return arrived

    async def gather(self, seconds: float) -> None:
        """Let more results arrive for so long, unless no mail may leave before they are written."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._full.wait()

    def _remember(self, notification_id: int, claimed_at: float | None) -> None:
        self._claimed_at.pop(notification_id, None)
        self._claimed_at[notification_id] = claimed_at
        if len(self._claimed_at) > _REMEMBERED:
            del self._claimed_at[next(iter(self._claimed_at))]

    def _is_outlived(self, mail: ClaimedMail) -> bool:
        return self._claimed_at.get(mail.delivery.id, mail.claimed_at) != mail.claimed_at

    def _let_another(self, notification_id: int) -> None:
        if notification_id in self._left:
            self._left.remove(notification_id)
            self._unwritten.release()

    def _look(self) -> None:
        if self._mails.qsize() <= self._low_at:
            self._low.set()
        else:
            self._low.clear()
