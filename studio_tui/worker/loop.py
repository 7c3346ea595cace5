"""The loop of a worker: no transaction is open while a mail is on the wire (N3, N4).

Mails are claimed and written in batches, handed over several at a time, and results are written as
they arrive: what came in since the last commit goes into the next. Of few mails at a time the
server knows what the database does not: only these are sent twice when the worker is killed.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from random import Random
from typing import TypeVar

from studio_tui.config.clock import seconds_since_boot
from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import Delivery
from studio_tui.domain.shared.addresses import domain_of
from studio_tui.domain.shared.errors import Busy, StudioError, Unavailable
from studio_tui.mail.transport.outcomes import (
    ClearToSend,
    Deferred,
    Delivered,
    Fault,
    Outcome,
    RelayDown,
    Transport,
)
from studio_tui.mail.transport.refusals import About
from studio_tui.services.activity.verify import seal_rest
from studio_tui.services.outbox import delivery as delivering
from studio_tui.services.outbox import restored, workers
from studio_tui.services.outbox.delivery import Claimed, Failed, Later, Packing, Sent, Settlement
from studio_tui.services.outbox.limits import limits_of
from studio_tui.services.outbox.messages import Mail, MessageBuilder
from studio_tui.services.outbox.restored import MailRestored
from studio_tui.services.outbox.sending_hours import hours_of
from studio_tui.services.people.reviews import tell_by_schedule
from studio_tui.services.pushes.remind import remind_by_schedule
from studio_tui.services.system.clocks import clock_problem
from studio_tui.services.system.context import Studio
from studio_tui.services.system.daily import do_what_is_due
from studio_tui.wording.mail import what_waits_for_limits
from studio_tui.worker.circuit_breaker import Breaker
from studio_tui.worker.lease import Lease, NotSent
from studio_tui.worker.limits import Crew
from studio_tui.worker.queue import Batch, ClaimedMail, PreparedMail, SendQueue
from studio_tui.worker.retry import Try, decide
from studio_tui.worker.timing import Pace

_REST = 0.001
"""Seconds between two writes, in which more results arrive: on SQLite as often as the others look
whether they have their turn."""
_MOMENT = 0.001
"""Seconds for which mails are written at a time."""
_FLUSH_EVERY = 0.01
"""Seconds between two times that the disk is asked to take in what was written."""
_FORESEE_EVERY = 30.0
"""Seconds between two looks until when mail waits for a limit."""
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """What a worker has done so far, and what stands in its way."""

    sent: int = 0
    failed: int = 0
    deferred: int = 0
    down: RelayDown | None = None
    """Why nothing is being sent, None while the server takes mail."""
    away: str = ""
    """Why nothing is known of the outbox; empty while the database answers."""
    stopped: str = ""
    """Why no mail leaves until somebody says so; empty where it does."""
    clock: str = ""
    """What is wrong with the clock of this host; empty where nothing is."""
    limited: str = ""
    """Which limit of the settings lets mail wait, and until when; empty where none does."""
    connections: int | None = None
    """How many connections the server allows, None as far as it allows all."""

    def counting(self, settlements: Sequence[Settlement]) -> "WorkerReport":
        """With these added."""
        return replace(
            self,
            sent=self.sent + sum(isinstance(each, Sent) for each in settlements),
            failed=self.failed + sum(isinstance(each, Failed) for each in settlements),
            deferred=self.deferred
            + sum(isinstance(each, Later) and each.tried for each in settlements),
        )


class _Outdated(NotSent):
    """What a mail tells has changed since it was claimed, or it is held no longer."""

    def __init__(self) -> None:
        super().__init__("What it tells has changed just before it was sent.")


class Worker:
    """Sends the mail of one Studio until it is stopped."""

    def __init__(
        self,
        studio: Studio,
        transports: Sequence[Transport],
        *,
        watch: Callable[[WorkerReport], None] = lambda report: None,
        random: Random | None = None,
        pace: Pace | None = None,
        elapsed: Callable[[], float] = seconds_since_boot,
    ) -> None:
        """``watch`` hears of every change; ``elapsed`` is what `Lease` counts by. Raises `Refused`
        where the sender's address is none, or the holidays of the settings are not known."""
        self._studio = studio
        self._builder = MessageBuilder(studio)
        self._packing = Packing(studio)
        self._opened: set[tuple[Kind, Capacity, str]] = set()
        self._transports = transports
        self._watch = watch
        self._random = random or Random()  # noqa: S311 - spreads retries, hides nothing
        self._pace = pace or Pace()
        self._lease = Lease(self._pace.lease_time(studio.settings.smtp.timeout), elapsed)
        self._leasing = asyncio.Lock()
        self._locks_others_out = delivering.locks_others_out(studio)
        self._breaker = Breaker(self._pace)
        self._crew = Crew(len(transports))
        self._limits = limits_of(studio)
        self._hours = hours_of(studio)
        self._foreseen_at = float("-inf")
        self._kept: RelayDown | None = None
        self._stopping = asyncio.Event()
        self._reminded_at: datetime | None = None
        self._clock_read_at = float("-inf")
        self._sends = False
        self._holds_idle = False
        """Whether it may hold mail that it is not sending: the database was away meanwhile."""
        self.report = WorkerReport()

    def stop(self) -> None:
        """Finish what is on the wire, write it, hand the rest back, and return from `run`."""
        self._stopping.set()

    async def run(self, *, drain: bool = False) -> WorkerReport:
        """Send until stopped or, to ``drain``, until nothing is due or the server takes no more."""
        telling = asyncio.create_task(self._tell_of_itself())
        try:
            with suppress(Unavailable):
                await asyncio.to_thread(workers.begin, self._studio, self._lease.name)
            await self._seal()
            await self._learn()
            while not self._stopping.is_set():
                busy = await self._send_due()
                stopped = self._breaker.down is not None and self._breaker.was_seen
                if drain and (not busy or stopped):
                    await self._conclude()
                    break
                if not busy or self._breaker.down:
                    await self._pause()
        finally:
            telling.cancel()
            await asyncio.shield(self._close())
        return self.report

    async def _send_due(self) -> bool:
        """Send until nothing is due or the server takes no more; whether there was anything."""
        await self._read_clock()
        await self._remind()
        if self._holds_idle:
            await self._hand_back()
        first = await self._claim_first()
        if not first.taken:
            return False
        with suppress(Unavailable):
            await asyncio.to_thread(restored.begin_sending, self._studio)
        await self._be_seen(sending=True)
        begins = self._crew.gather(asyncio.get_running_loop().time(), self._pace.more_connections)
        before = self._breaker.down
        queue = SendQueue(self._batch // 2, self._pace.unwritten(len(begins)))
        writing = asyncio.create_task(self._write(queue))
        renewing = asyncio.create_task(self._renew())
        try:
            async with asyncio.TaskGroup() as tasks:
                sending = [tasks.create_task(self._feed(queue, first))]
                for number in begins:
                    sending.append(tasks.create_task(self._carry(number, queue, before)))
                # Where results cannot be written at all, nobody waits for that for ever.
                writing.add_done_callback(lambda _: [each.cancel() for each in sending])
        finally:
            # Even where the worker is broken off, what the server took is written.
            queue.close()
            try:
                await asyncio.shield(writing)
            finally:
                renewing.cancel()
        await self._hand_back()
        await self._be_seen(sending=False)
        await self._try_again()
        await self._keep_stop()
        return True

    async def _claim_first(self) -> Batch:
        """What is tried first: to other domains than those that are in doubt, if there is any."""
        first = await self._claim()
        if first.taken or not self._breaker.doubted:
            return first
        before = self._breaker.down
        self._breaker.concede()
        if self._breaker.down == before:
            return await self._claim(all_domains=True)
        self._tell(replace(self.report, down=self._breaker.down))
        await self._keep_stop()
        return Batch(0)

    async def _learn(self) -> None:
        """Begin with what workers before have learnt of the server."""
        with suppress(Unavailable):
            if self._limits:
                await asyncio.to_thread(delivering.count_anew, self._studio, self._limits)
            await asyncio.to_thread(delivering.look_again, self._studio)
            known = await asyncio.to_thread(delivering.standing, self._studio)
            is_fault = known.fault in set(Fault)
            down = RelayDown(Fault(known.fault), known.code, known.words) if is_fault else None
            self._breaker = Breaker(self._pace, known.refused, down)
            self._kept = down

    async def _conclude(self) -> None:
        """Say at the end what keeps mail from leaving, where there is mail that was tried."""
        self._breaker.concede()
        aside = list(self._breaker.aside.values())
        down = self._breaker.down or (aside[-1] if aside else None)
        with suppress(Unavailable):
            if down and (await asyncio.to_thread(delivering.waiting, self._studio))[1]:
                self._tell(replace(self.report, down=down))
        await self._keep_stop()

    async def _try_again(self) -> None:
        """Let be due what was refused before the server took another mail."""
        if ids := self._breaker.to_try_again():
            with suppress(Unavailable):
                await asyncio.to_thread(delivering.try_again, self._studio, ids)

    async def _keep_stop(self) -> None:
        """Keep for others, and for later, what keeps mail from leaving."""
        down = self._breaker.down
        if down != self._kept:
            stop = (str(down.fault), down.code, down.words) if down else None
            with suppress(Unavailable):
                await asyncio.to_thread(delivering.keep_stop, self._studio, stop)
                self._kept = down

    async def _seal(self) -> None:
        """Seal what a program that died has left without a seal (A3)."""
        with suppress(Unavailable):
            await asyncio.to_thread(seal_rest, self._studio)

    async def _read_clock(self) -> None:
        """Find out now and then whether the clock of this host is right."""
        now = self._lease.elapsed()
        if now - self._clock_read_at < self._pace.read_clock_every.total_seconds():
            return
        with suppress(Unavailable):
            problem = await asyncio.to_thread(clock_problem, self._studio)
            self._clock_read_at = now
            self._tell(replace(self.report, clock=problem))

    async def _remind(self) -> None:
        """Write the automatic reminders of today, and what new managers are told without a
        decision, now and then: once written, they are due. Erase who is kept no longer (U13)."""
        now = self._studio.now()
        if self._reminded_at and now - self._reminded_at < self._pace.remind_every:
            return
        with suppress(Unavailable):
            # What is made today may be reminded of today.
            await asyncio.to_thread(do_what_is_due, self._studio)
            await asyncio.to_thread(remind_by_schedule, self._studio)
            await asyncio.to_thread(tell_by_schedule, self._studio)
            self._reminded_at = now

    @property
    def _batch(self) -> int:
        # One mail tells whether a server that was away is back.
        return 1 if self._breaker.down else self._pace.claimed_per_transport * self._crew.limit

    async def _claim(self, *, all_domains: bool = False) -> Batch:
        take = partial(
            delivering.claim,
            self._studio,
            self._lease.name,
            lasting=self._lease.lasting,
            avoiding=() if all_domains else self._breaker.doubted,
            limits=self._limits,
            hours=self._hours,
        )
        try:
            async with self._leasing:
                began = self._lease.elapsed()
                claimed = await self._ask(partial(take, limit=self._batch))
            self._tell(replace(self.report, away="", stopped=""))
            await self._foresee(claimed)
            return Batch(claimed.taken, await self._prepare_all(claimed.deliveries, began))
        except MailRestored as error:
            self._tell(replace(self.report, away="", stopped=error.message))
            return Batch(0)
        except Unavailable as error:
            # The database is away for a while: what waits there waits on. It may have been claimed
            # all the same, and nobody takes from a worker that runs what it holds.
            self._holds_idle = True
            self._tell(replace(self.report, away=error.message))
            return Batch(0)

    async def _foresee(self, claimed: Claimed) -> None:
        """Say now and then what waits for a limit, until nothing does."""
        now = self._lease.elapsed()
        if not claimed.reached:
            if not claimed.taken and self.report.limited:
                self._tell(replace(self.report, limited=""))
            return
        if self.report.limited and now - self._foreseen_at < _FORESEE_EVERY:
            return
        self._foreseen_at = now
        found = await asyncio.to_thread(delivering.foresee, self._studio, self._limits)
        words = what_waits_for_limits(
            found, self._studio.now(), self._studio.zone, reached=claimed.reached
        )
        self._tell(replace(self.report, limited=words))

    async def _renew(self) -> None:
        """Renew the lease as long as mails are being sent."""
        while True:
            await asyncio.sleep(self._lease.renew_after)
            # Where the database is away, the lease runs out by itself.
            with suppress(Unavailable):
                # One after another with claims: what is claimed meanwhile is not renewed.
                async with self._leasing:
                    began = self._lease.elapsed()
                    await asyncio.to_thread(
                        delivering.renew,
                        self._studio,
                        self._lease.name,
                        lasting=self._lease.lasting,
                    )
                    self._lease.renewed(began)

    async def _prepare_all(
        self, deliveries: Sequence[Delivery], claimed_at: float
    ) -> tuple[ClaimedMail, ...]:
        """Write and pack mails, a moment at a time: the wire is to be listened to meanwhile.

        Of all threads one runs at a time, so that another would only take longer.
        """
        await self._open(deliveries)
        loop = asyncio.get_running_loop()
        mails, until = [], loop.time() + _MOMENT
        for each in deliveries:
            mails.append(self._prepare(each, claimed_at))
            if loop.time() > until:
                await asyncio.sleep(0)
                until = loop.time() + _MOMENT
        return tuple(mails)

    async def _open(self, deliveries: Sequence[Delivery]) -> None:
        """Read the wordings that are needed for the first time: files, and so off the loop."""
        # In the order of the mails: a set has another order in every process.
        for each in deliveries:
            wording = (each.kind, each.capacity, each.language)
            if wording not in self._opened:
                await asyncio.to_thread(self._prepare, each, 0)
                self._opened.add(wording)

    def _prepare(self, delivery: Delivery, claimed_at: float) -> ClaimedMail:
        try:
            mail = self._builder.mail(delivery)
            prepared = PreparedMail(mail, self._packing.packed(mail))
        except Unavailable:
            # What is claimed is claimed again when the lease is over.
            raise
        except StudioError as error:
            failed = Failed(delivery.id, delivery.address, error.message)
            return ClaimedMail(delivery, failed, claimed_at)
        return ClaimedMail(delivery, prepared, claimed_at)

    async def _feed(self, queue: SendQueue, batch: Batch) -> None:
        """Keep the queue filled: claim more while the transports still have half of the last."""
        while batch.taken:
            queue.fill(batch.mails)
            await queue.is_low()
            if self._stopping.is_set() or self._breaker.down:
                break
            batch = await self._claim()
        queue.end(len(self._transports))

    async def _carry(self, number: int, queue: SendQueue, before: RelayDown | None) -> None:
        """Send mails until the server is down for another reason than it was ``before``, or has
        no room for this connection."""
        transport, loop = self._transports[number], asyncio.get_running_loop()
        while (mail := await queue.next()) is not None:
            is_down = self._breaker.down not in (None, before)
            in_time = self._lease.may_begin(mail.claimed_at)
            if self._stopping.is_set() or is_down or not in_time or self._is_doubted(mail):
                # Handed back at the end.
                continue
            if isinstance(mail.prepared, Failed):
                queue.result(mail.prepared, mail)
                continue
            began, step = loop.time(), self._breaker.begin()
            clear_to_send = partial(self._clear_to_send, queue, mail)
            try:
                outcome = await self._hand_over(transport, mail, mail.prepared.mail, clear_to_send)
            except NotSent as why:
                # Nothing left, and so it was no try.
                later = Later(mail.delivery.id, self._studio.now(), str(why), tried=False)
                queue.result(later, mail)
                continue
            if isinstance(outcome, RelayDown) and outcome.crowded:
                if await self._crew.is_one_too_many(number, was_open=outcome.offered):
                    # Somebody else sends it, or this connection once there are fewer.
                    queue.again(mail)
                    if self._crew.lets_go(number, began):
                        try:
                            await transport.close()
                        finally:
                            self._crew.is_gone(loop.time())
                        return
                    continue
                self._crew.start_again()
            else:
                self._note(number, outcome, began)
            queue.result(self._settlement(mail, mail.prepared, outcome, step), mail)
        self._crew.leaves(number)

    async def _clear_to_send(self, queue: SendQueue, mail: ClaimedMail) -> None:
        """Wait until the message of ``mail`` may leave; raises `NotSent` where it may not."""
        await queue.reserve(mail.delivery.id)
        self._lease.require(mail.claimed_at)
        waited = self._lease.elapsed() - mail.claimed_at
        if waited > self._pace.look_again.total_seconds():
            await self._require_as_claimed(mail.delivery)
            self._lease.require(mail.claimed_at)

    async def _require_as_claimed(self, delivery: Delivery) -> None:
        """Raise `_Outdated` where a mail that waited for a slow server is not to leave as it is."""
        look = partial(delivering.is_as_claimed, self._studio, self._lease.name, delivery)
        try:
            is_so = await asyncio.to_thread(look, self._hours)
        except Unavailable:
            # Nobody can tell: it is looked at once the database is back.
            is_so = False
        if not is_so:
            raise _Outdated

    def _is_doubted(self, mail: ClaimedMail) -> bool:
        return bool(self._breaker.doubted) and self._breaker.skips(domain_of(mail.delivery.address))

    def _note(self, number: int, outcome: Outcome, began: float) -> None:
        self._crew.carried(number)
        if isinstance(outcome, Delivered) and (limit := self._crew.news(began)):
            self._tell(replace(self.report, connections=limit))

    def _settlement(
        self, mail: ClaimedMail, prepared: PreparedMail, outcome: Outcome, step: int
    ) -> Settlement:
        delivery, breaker = mail.delivery, self._breaker
        outcome = breaker.judge(outcome, delivery.id, domain_of(delivery.address), step)
        seen = breaker.down if breaker.was_seen else None
        if seen != self.report.down:
            self._tell(replace(self.report, down=seen))
        return decide(
            Try(delivery, prepared, outcome), self._studio.now(), self._random, self._pace
        )

    async def _hand_over(
        self, transport: Transport, claimed: ClaimedMail, mail: Mail, clear_to_send: ClearToSend
    ) -> Outcome:
        sender = self._builder.sender.address
        sending = transport.send(sender, mail.recipient, mail.message, clear_to_send)
        try:
            # Beyond its lease, somebody else may be sending the same mail (N8).
            return await self._lease.within(claimed.claimed_at, sending)
        except TimeoutError:
            words = "The mail server took too long over this mail."
            return Deferred(None, words, uncertain=True, about=About.SERVER)

    async def _write(self, queue: SendQueue) -> None:
        """Write results as they arrive, all that have arrived at once.

        Between two writes more of them arrive, and where a write locks others out, they have their
        turn.
        """
        written = asyncio.Event()
        flushing = asyncio.create_task(self._flush(written))
        try:
            while settlements := await queue.results():
                await self._settle(settlements)
                queue.written(settlements)
                self._tell(replace(self.report, away="").counting(settlements))
                if self._locks_others_out:
                    written.set()
                await queue.gather(_REST)
        finally:
            flushing.cancel()
            await asyncio.to_thread(self._flush_now)

    async def _flush(self, written: asyncio.Event) -> None:
        """Have the disk take in what is written, over and over, while the next mails leave."""
        while await written.wait():
            written.clear()
            await asyncio.to_thread(self._flush_now)
            await asyncio.sleep(_FLUSH_EVERY)

    def _flush_now(self) -> None:
        # What is written stays, and the next write meets the same disk.
        with suppress(Unavailable):
            delivering.flush(self._studio)

    async def _settle(self, settlements: Sequence[Settlement]) -> None:
        """Write results; where the database is away, as soon as it is back.

        Once the worker is stopped it waits no longer than the lease can cover them.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self._lease.lasting.total_seconds()
        while True:
            try:
                return await self._ask(
                    partial(
                        delivering.settle,
                        self._studio,
                        self._lease.name,
                        settlements,
                        limits=self._limits,
                    )
                )
            except Unavailable as error:
                self._tell(replace(self.report, away=error.message))
                if self._stopping.is_set() and loop.time() > until:
                    raise
                await asyncio.sleep(self._pace.idle.total_seconds())

    async def _ask(self, act: "partial[_Value]") -> _Value:
        """Have the database do something, on the loop where that waits for nobody."""
        if self._locks_others_out:
            # Nothing is asked over a network: another thread would take longer to ask it.
            with suppress(Busy):
                return act(wait=False)
        return await asyncio.to_thread(act)

    async def _pause(self) -> None:
        """Wait for more to be due, or for the server to come back."""
        await self._tell_owed()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), self._breaker.pause(self._random))

    async def _hand_back(self) -> None:
        # Where the database is away, the lease runs out by itself for others, and not for this one.
        self._holds_idle = True
        with suppress(Unavailable):
            await asyncio.to_thread(delivering.hand_back, self._studio, self._lease.name)
            self._holds_idle = False

    async def _tell_of_itself(self) -> None:
        """Let it be known, now and then, that this worker is there."""
        while True:
            await asyncio.sleep(workers.SEEN_EVERY.total_seconds())
            await self._be_seen(sending=self._sends)

    async def _be_seen(self, *, sending: bool) -> None:
        self._sends = sending
        with suppress(Unavailable):
            seen = partial(workers.seen, self._studio, self._lease.name, sending=sending)
            await asyncio.to_thread(seen)

    async def _tell_owed(self) -> None:
        with suppress(Unavailable):
            await asyncio.to_thread(delivering.tell_owed, self._studio)

    async def _close(self) -> None:
        await self._hand_back()
        await self._tell_owed()
        with suppress(Unavailable):
            await asyncio.to_thread(workers.end, self._studio, self._lease.name)
        for transport in self._transports:
            await transport.close()

    def _tell(self, report: WorkerReport) -> None:
        if report != self.report:
            self.report = report
            self._watch(report)
