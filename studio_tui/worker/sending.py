"""The loop of a worker: no transaction is open while a mail is on the wire (N3, N4).

Mails are claimed in batches and written off the loop, handed over several at a time, and results
are written as they arrive: what came in while the last commit was being made goes into the next.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from secrets import token_hex

from studio_tui.domain.errors import StudioError, Unavailable
from studio_tui.domain.notifications import Delivery
from studio_tui.mail.outcomes import Carrier, Fault, RelayDown
from studio_tui.services import delivering
from studio_tui.services.context import Studio
from studio_tui.services.delivering import Failed, Later, Sent, Settlement
from studio_tui.services.mailing import Mail, Mailroom
from studio_tui.services.reminding import remind_by_schedule
from studio_tui.worker.decisions import Try, decide, pause_after, said

_PER_CARRIER = 25
"""How many mails a carrier is given at a time: few enough to be sent well within the lease."""
_IDLE_SECONDS = 1.0
"""How often to look for something that is due."""
_REMIND_EVERY = timedelta(minutes=1)
"""How often to look whether somebody is to be reminded (P15)."""
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
        self._reminded_at: datetime | None = None
        self.report = Report()

    def stop(self) -> None:
        """Finish what is on the wire, write it, hand the rest back, and return from `run`."""
        self._stopping.set()

    async def run(self, *, drain: bool = False) -> Report:
        """Send until stopped or, to ``drain``, until nothing is due or the server takes no more."""
        try:
            while not self._stopping.is_set():
                busy = await self._send_due()
                if drain and (not busy or self.report.down):
                    break
                if not busy or self.report.down:
                    await self._pause()
        finally:
            await asyncio.shield(self._leave())
        return self.report

    async def _send_due(self) -> bool:
        """Send until nothing is due or the server takes no more; whether there was anything."""
        await self._remind()
        first = await self._claim()
        if not first.taken:
            return False
        line = _Line(low_at=self._batch // 2)
        writing = asyncio.create_task(self._write(line.done))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._feed(line, first))
            for carrier in self._carriers:
                tasks.create_task(self._carry(carrier, line))
        line.done.put_nowait(None)
        await writing
        await asyncio.to_thread(delivering.hand_back, self._studio, self._lease)
        return True

    async def _remind(self) -> None:
        """Write the automatic reminders of today, now and then: once written, they are due."""
        now = self._studio.now()
        if self._reminded_at and now - self._reminded_at < _REMIND_EVERY:
            return
        with suppress(Unavailable):
            await asyncio.to_thread(remind_by_schedule, self._studio)
            self._reminded_at = now

    @property
    def _batch(self) -> int:
        # One mail tells whether a server that was away is back.
        return 1 if self.report.down else _PER_CARRIER * len(self._carriers)

    @property
    def _lease_time(self) -> timedelta:
        # A dialogue has four replies to wait for. New mails are begun in the first half only.
        return 2 * timedelta(seconds=4 * self._studio.settings.smtp.timeout + 30)

    async def _claim(self) -> "_Batch":
        until = asyncio.get_running_loop().time() + self._lease_time.total_seconds() / 2
        try:
            return await asyncio.to_thread(self._claim_and_write, until)
        except Unavailable:
            # The database is away for a while: what waits there waits on.
            return _Batch(0, ())

    def _claim_and_write(self, until: float) -> "_Batch":
        """Claim what is due and write its mails, off the loop: it has the wire to listen to."""
        claimed = delivering.claim(
            self._studio, self._lease, limit=self._batch, lasting=self._lease_time
        )
        return _Batch(
            claimed.taken,
            tuple(_Letter(each, self._mail(each), until) for each in claimed.deliveries),
        )

    def _mail(self, delivery: Delivery) -> Mail | Failed:
        try:
            return self._mailroom.mail(delivery)
        except StudioError as error:
            return Failed(delivery.id, delivery.address, error.message)

    async def _feed(self, line: "_Line", batch: "_Batch") -> None:
        """Keep the line filled: claim more while the carriers still have half of the last."""
        while batch.taken:
            line.fill(batch.letters)
            await line.is_low()
            if self._stopping.is_set() or self.report.down:
                break
            batch = await self._claim()
        line.end(len(self._carriers))

    async def _carry(self, carrier: Carrier, line: "_Line") -> None:
        loop = asyncio.get_running_loop()
        while (letter := await line.next()) is not None:
            # What is not sent after all is handed back at the end.
            if not self._stopping.is_set() and not self.report.down and loop.time() < letter.until:
                line.done.put_nowait(await self._send(carrier, letter))

    async def _send(self, carrier: Carrier, letter: "_Letter") -> Settlement:
        mail = letter.mail
        if isinstance(mail, Failed):
            return mail
        sender = self._mailroom.sender.address
        outcome = await carrier.send(sender, mail.recipient, mail.message)
        self._tell(replace(self.report, down=outcome if isinstance(outcome, RelayDown) else None))
        return decide(Try(letter.delivery, mail, outcome), self._studio.now(), self._random)

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


@dataclass(frozen=True, slots=True)
class _Letter:
    """A claimed notification with its mail, to be begun before ``until`` in the loop's time."""

    delivery: Delivery
    mail: Mail | Failed
    until: float


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one claim took."""

    taken: int
    letters: tuple[_Letter, ...]


class _Line:
    """Letters on their way from the claims to the carriers, and results on theirs to the writer."""

    def __init__(self, low_at: int) -> None:
        self.done = asyncio.Queue[Settlement | None]()
        self._waiting = asyncio.Queue[_Letter | None]()
        self._low_at = low_at
        self._low = asyncio.Event()

    def fill(self, letters: Sequence[_Letter]) -> None:
        """Add letters."""
        for letter in letters:
            self._waiting.put_nowait(letter)
        self._look()

    def end(self, carriers: int) -> None:
        """Let every carrier go home once the line is empty."""
        for _ in range(carriers):
            self._waiting.put_nowait(None)

    async def next(self) -> _Letter | None:
        """The next letter, None at the end."""
        letter = await self._waiting.get()
        self._look()
        return letter

    async def is_low(self) -> None:
        """Wait until there is room for more."""
        await self._low.wait()

    def _look(self) -> None:
        if self._waiting.qsize() <= self._low_at:
            self._low.set()
        else:
            self._low.clear()


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
