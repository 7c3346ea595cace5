"""The loop of a worker: no transaction is open while a mail is on the wire (N3, N4).

A batch is claimed, its mails are handed over several at a time, and results are written as they
arrive: whatever has come in while the last commit was being made goes into the next one.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from secrets import token_hex

from studio_tui.domain.errors import StudioError, Unavailable
from studio_tui.domain.notifications import Delivery
from studio_tui.mail.outcomes import Carrier, Fault, RelayDown
from studio_tui.services import delivering
from studio_tui.services.context import Studio
from studio_tui.services.delivering import Claimed, Failed, Later, Sent, Settlement
from studio_tui.services.mailing import Mailroom
from studio_tui.worker.decisions import Try, decide, pause_after, said

_PER_CARRIER = 25
"""How many mails a carrier is given at a time: few enough to be sent well within the lease."""
_IDLE_SECONDS = 1.0
"""How often to look for something that is due."""
_FIRST_OUTAGE = timedelta(seconds=5)
_LONGEST_OUTAGE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker has done so far, and what stands in its way."""

    sent: int = 0
    failed: int = 0
    deferred: int = 0
    down: RelayDown | None = None
    """Why nothing is being sent, None while the server takes mail."""

    def counting(self, settlements: Sequence[Settlement]) -> "Report":
        """With these added."""
        return replace(
            self,
            sent=self.sent + sum(isinstance(each, Sent) for each in settlements),
            failed=self.failed + sum(isinstance(each, Failed) for each in settlements),
            deferred=self.deferred
            + sum(isinstance(each, Later) and each.tried for each in settlements),
        )


class Worker:
    """Sends the mail of one Studio until it is stopped."""

    def __init__(
        self,
        studio: Studio,
        carriers: Sequence[Carrier],
        *,
        watch: Callable[[Report], None] = lambda report: None,
        random: Random | None = None,
    ) -> None:
        """``watch`` hears of every change. Raises `Refused` where the sender's address is none."""
        self._studio = studio
        self._mailroom = Mailroom(studio)
        self._carriers = carriers
        self._watch = watch
        self._random = random or Random()  # noqa: S311 - spreads retries, hides nothing
        self._lease = token_hex(8)
        self._stopping = asyncio.Event()
        self._outages = 0
        self.report = Report()

    def stop(self) -> None:
        """Finish what is on the wire, write it, hand the rest back, and return from `run`."""
        self._stopping.set()

    async def run(self, *, drain: bool = False) -> Report:
        """Send until stopped or, to ``drain``, until nothing is due or the server takes no more."""
        try:
            while not self._stopping.is_set():
                busy = await self._send_batch()
                if drain and (not busy or self.report.down):
                    break
                if not busy or self.report.down:
                    await self._pause()
        finally:
            await asyncio.shield(self._leave())
        return self.report

    async def _send_batch(self) -> bool:
        """Send what is due, up to a batch; whether there was anything."""
        try:
            claimed = await asyncio.to_thread(self._claim)
        except Unavailable:
            # The database is away for a while: what waits there waits on.
            return False
        if claimed.deliveries:
            await self._hand_over(claimed.deliveries)
        return claimed.taken > 0

    def _claim(self) -> Claimed:
        limit = _PER_CARRIER * len(self._carriers) if not self.report.down else 1
        return delivering.claim(self._studio, self._lease, limit=limit, lasting=self._lease_time)

    @property
    def _lease_time(self) -> timedelta:
        # A dialogue has four replies to wait for. New mails are begun in the first half only.
        return 2 * timedelta(seconds=4 * self._studio.settings.smtp.timeout + 30)

    async def _hand_over(self, batch: Sequence[Delivery]) -> None:
        waiting = asyncio.Queue[Delivery]()
        for delivery in batch:
            waiting.put_nowait(delivery)
        done = asyncio.Queue[Settlement | None]()
        writing = asyncio.create_task(self._write(done))
        until = asyncio.get_running_loop().time() + self._lease_time.total_seconds() / 2
        async with asyncio.TaskGroup() as carrying:
            for carrier in self._carriers:
                carrying.create_task(self._carry(carrier, waiting, done, until))
        done.put_nowait(None)
        await writing
        await asyncio.to_thread(delivering.hand_back, self._studio, self._lease)

    async def _carry(
        self,
        carrier: Carrier,
        waiting: "asyncio.Queue[Delivery]",
        done: "asyncio.Queue[Settlement | None]",
        until: float,
    ) -> None:
        loop = asyncio.get_running_loop()
        while not waiting.empty() and not self._stopping.is_set() and loop.time() < until:
            settlement = await self._send(carrier, waiting.get_nowait())
            done.put_nowait(settlement)
            if self.report.down:
                return

    async def _send(self, carrier: Carrier, delivery: Delivery) -> Settlement:
        try:
            mail = self._mailroom.mail(delivery)
        except StudioError as error:
            return Failed(delivery.id, delivery.address, error.message)
        sender = self._mailroom.sender.address
        outcome = await carrier.send(sender, mail.recipient, mail.message)
        self._tell(replace(self.report, down=outcome if isinstance(outcome, RelayDown) else None))
        return decide(Try(delivery, mail, outcome), self._studio.now(), self._random)

    async def _write(self, done: "asyncio.Queue[Settlement | None]") -> None:
        """Write results as they arrive, all that have arrived at once."""
        ended = False
        while not ended:
            arrived = [await done.get()]
            while not done.empty():
                arrived.append(done.get_nowait())
            ended = None in arrived
            settlements = [each for each in arrived if each is not None]
            if settlements:
                await self._settle(settlements)
                self._tell(self.report.counting(settlements))

    async def _settle(self, settlements: Sequence[Settlement]) -> None:
        """Write results; where the database is away, as long as the lease can still cover them."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._lease_time.total_seconds()
        while True:
            try:
                return await asyncio.to_thread(
                    delivering.settle, self._studio, self._lease, settlements
                )
            except Unavailable:
                if loop.time() > until:
                    raise
                await asyncio.sleep(_IDLE_SECONDS)

    async def _pause(self) -> None:
        """Wait for more to be due, or for the server to come back: longer each time."""
        self._outages = self._outages + 1 if self.report.down else 0
        seconds = _IDLE_SECONDS
        if self.report.down:
            pause = pause_after(
                self._outages - 1, self._random, first=_FIRST_OUTAGE, longest=_LONGEST_OUTAGE
            )
            seconds = pause.total_seconds()
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _leave(self) -> None:
        for carrier in self._carriers:
            await carrier.close()
        try:
            await asyncio.to_thread(delivering.hand_back, self._studio, self._lease)
        except Unavailable:
            # The lease runs out by itself.
            return

    def _tell(self, report: Report) -> None:
        if report != self.report:
            self.report = report
            self._watch(report)


def in_words(down: RelayDown) -> str:
    """Why nothing is being sent, and what to do, in one sentence."""
    advice = {
        Fault.UNREACHABLE: "The mail server does not answer; mail waits and is tried again",
        Fault.TLS: "There is no protected connection to the mail server; check smtp.security "
        "and the server's certificate",
        Fault.LOGIN: "The mail server refuses the login; check smtp.username and the password "
        "(studio-tui mail password)",
        Fault.SENDER: "The mail server refuses the sender; check smtp.sender",
    }
    return f"{advice[down.fault]}: {said(down)}"
