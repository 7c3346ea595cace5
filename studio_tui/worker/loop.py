"""The main loop of a worker: no transaction is open while a mail is on the wire (N3, N4).

Mails are claimed in batches and sent over several connections at once. Results are written as they
arrive: those that came in during one commit go into the next. Only a few mails at a time may be
known to the server and not yet to the database: only these are sent twice if the worker is killed.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from random import Random
from typing import TypeVar

from studio_tui.config.clock import seconds_since_boot
from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import Delivery
from studio_tui.domain.shared.addresses import domain_of
from studio_tui.domain.shared.dataclass import dataclass
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
from studio_tui.services.outbox.delivery import (
    ClaimedBatch,
    FailedSettlement,
    MessageCompressor,
    RetrySettlement,
    SentSettlement,
    Settlement,
)
from studio_tui.services.outbox.limits import limits_of
from studio_tui.services.outbox.messages import Mail, MessageBuilder
from studio_tui.services.outbox.restored import DatabaseReplaced
from studio_tui.services.outbox.sending_hours import hours_of
from studio_tui.services.people.reviews import tell_by_schedule
from studio_tui.services.pushes.remind import remind_by_schedule
from studio_tui.services.system.clocks import clock_problem
from studio_tui.services.system.context import Studio
from studio_tui.services.system.daily import run_daily_jobs
from studio_tui.wording.mail import what_waits_for_limits
from studio_tui.worker.circuit_breaker import CircuitBreaker
from studio_tui.worker.lease import Lease, NotSent
from studio_tui.worker.limits import ConnectionLimiter
from studio_tui.worker.queue import Batch, ClaimedMail, PreparedMail, SendQueue
from studio_tui.worker.retry import Attempt, decide
from studio_tui.worker.timing import Pace

_WRITE_PAUSE = 0.001
"""Seconds between two writes, in which more results arrive. On SQLite, waiting writers poll for the
lock at about this interval."""
_BUILD_SLICE = 0.001
"""Seconds for which mails are built before the event loop gets a turn."""
_FLUSH_EVERY = 0.01
"""Seconds between two flushes of the written results to disk."""
_FORECAST_EVERY = 30.0
"""Seconds between two forecasts of when mail that waits for a limit will leave."""
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """The counts of a worker so far, and what keeps it from sending."""

    sent: int = 0
    failed: int = 0
    deferred: int = 0
    down: RelayDown | None = None
    """Why nothing is being sent; None while the server accepts mail."""
    away: str = ""
    """Why the outbox cannot be read; empty while the database answers."""
    stopped: str = ""
    """Why mail is stopped until an admin resumes it; empty if it is not."""
    clock: str = ""
    """What is wrong with the clock of this host; empty if nothing is."""
    limited: str = ""
    """Which limit of the settings delays mail, and until when; empty if none does."""
    connections: int | None = None
    """How many connections the server allows; None if it allows all of them."""

    def counting(self, settlements: Sequence[Settlement]) -> "WorkerReport":
        """Return a copy with these results counted in."""
        return replace(
            self,
            sent=self.sent + sum(isinstance(each, SentSettlement) for each in settlements),
            failed=self.failed + sum(isinstance(each, FailedSettlement) for each in settlements),
            deferred=self.deferred
            + sum(isinstance(each, RetrySettlement) and each.tried for each in settlements),
        )


class _Outdated(NotSent):
    """Raised if the content of a mail changed after its claim, or the claim was lost."""

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
        """Set up a worker with one connection for each of ``transports``.

        ``watch`` is called with the report after every change; ``elapsed`` is the clock of `Lease`.
        Raises `Refused` if the sender's address is invalid or the holidays in the settings are
        unknown.
        """
        self._studio = studio
        self._builder = MessageBuilder(studio)
        self._compressor = MessageCompressor(studio)
        self._loaded_wordings: set[tuple[Kind, Capacity, str]] = set()
        self._transports = transports
        self._watch = watch
        self._random = random or Random()  # noqa: S311 - spreads retries, hides nothing
        self._pace = pace or Pace()
        self._lease = Lease(self._pace.lease_time(studio.settings.smtp.timeout), elapsed)
        self._leasing = asyncio.Lock()
        self._blocks_other_writers = delivering.blocks_other_writers(studio)
        self._breaker = CircuitBreaker(self._pace)
        self._connections = ConnectionLimiter(len(transports))
        self._limits = limits_of(studio)
        self._hours = hours_of(studio)
        self._limits_reported_at = float("-inf")
        self._stored_fault: RelayDown | None = None
        self._stopping = asyncio.Event()
        self._daily_jobs_at: datetime | None = None
        self._clock_read_at = float("-inf")
        self._sends = False
        self._holds_idle = False
        """Whether the worker may hold claims that it is not sending, because the database was
        unreachable."""
        self.report = WorkerReport()

    def stop(self) -> None:
        """Stop: finish what is on the wire, write the results, hand the rest back, end `run`."""
        self._stopping.set()

    async def run(self, *, drain: bool = False) -> WorkerReport:
        """Send until stopped.

        With ``drain``, stop as soon as nothing is due or the server accepts no more mail.
        """
        heartbeats = asyncio.create_task(self._send_heartbeats())
        try:
            with suppress(Unavailable):
                await asyncio.to_thread(workers.begin, self._studio, self._lease.name)
            await self._seal()
            await self._load_server_state()
            while not self._stopping.is_set():
                busy = await self._send_due()
                stopped = self._breaker.down is not None and self._breaker.was_seen
                if drain and (not busy or stopped):
                    await self._report_fault()
                    break
                if not busy or self._breaker.down:
                    await self._pause()
        finally:
            heartbeats.cancel()
            await asyncio.shield(self._close())
        return self.report

    async def _send_due(self) -> bool:
        """Send until nothing is due or the server accepts no more; return whether mail was due."""
        await self._read_clock()
        await self._run_daily_jobs()
        if self._holds_idle:
            await self._hand_back()
        first = await self._claim_first()
        if not first.taken:
            return False
        with suppress(Unavailable):
            await asyncio.to_thread(restored.begin_sending, self._studio)
        await self._heartbeat(sending=True)
        numbers = self._connections.start(
            asyncio.get_running_loop().time(), self._pace.more_connections
        )
        before = self._breaker.down
        queue = SendQueue(self._batch // 2, self._pace.unwritten(len(numbers)))
        writing = asyncio.create_task(self._write(queue))
        renewing = asyncio.create_task(self._renew())
        try:
            async with asyncio.TaskGroup() as tasks:
                sending = [tasks.create_task(self._feed(queue, first))]
                for number in numbers:
                    sending.append(tasks.create_task(self._carry(number, queue, before)))
                # If results cannot be written at all, stop sending instead of waiting for ever.
                writing.add_done_callback(lambda _: [each.cancel() for each in sending])
        finally:
            # Write what the server accepted even if the worker is cancelled.
            queue.close()
            try:
                await asyncio.shield(writing)
            finally:
                renewing.cancel()
        await self._hand_back()
        await self._heartbeat(sending=False)
        await self._try_again()
        await self._store_fault()
        return True

    async def _claim_first(self) -> Batch:
        """Claim the first batch, to domains that are not in doubt if possible."""
        first = await self._claim()
        if first.taken or not self._breaker.doubted:
            return first
        before = self._breaker.down
        self._breaker.blame_server()
        if self._breaker.down == before:
            return await self._claim(all_domains=True)
        self._publish(replace(self.report, down=self._breaker.down))
        await self._store_fault()
        return Batch(0)

    async def _load_server_state(self) -> None:
        """Load what earlier workers stored about the server."""
        with suppress(Unavailable):
            if self._limits:
                await asyncio.to_thread(delivering.recount_sent, self._studio, self._limits)
            await asyncio.to_thread(delivering.requeue_put_off, self._studio)
            known = await asyncio.to_thread(delivering.server_state, self._studio)
            is_fault = known.fault in set(Fault)
            down = RelayDown(Fault(known.fault), known.code, known.words) if is_fault else None
            self._breaker = CircuitBreaker(self._pace, known.refused, down)
            self._stored_fault = down

    async def _report_fault(self) -> None:
        """Report at the end what keeps mail from leaving, if any mail was tried and still waits."""
        self._breaker.blame_server()
        aside = list(self._breaker.set_aside.values())
        down = self._breaker.down or (aside[-1] if aside else None)
        with suppress(Unavailable):
            if down and (await asyncio.to_thread(delivering.waiting, self._studio))[1]:
                self._publish(replace(self.report, down=down))
        await self._store_fault()

    async def _try_again(self) -> None:
        """Make mail due again that was refused before the server accepted another mail."""
        if ids := self._breaker.take_retries():
            with suppress(Unavailable):
                await asyncio.to_thread(delivering.requeue_refused, self._studio, ids)

    async def _store_fault(self) -> None:
        """Store what keeps mail from leaving, for other workers and later runs."""
        down = self._breaker.down
        if down != self._stored_fault:
            stop = (str(down.fault), down.code, down.words) if down else None
            with suppress(Unavailable):
                await asyncio.to_thread(delivering.record_server_fault, self._studio, stop)
                self._stored_fault = down

    async def _seal(self) -> None:
        """Seal the lines of activity that a crashed process left unsealed (A3)."""
        with suppress(Unavailable):
            await asyncio.to_thread(seal_rest, self._studio)

    async def _read_clock(self) -> None:
        """Check at intervals whether the clock of this host is right."""
        now = self._lease.elapsed()
        if now - self._clock_read_at < self._pace.read_clock_every.total_seconds():
            return
        with suppress(Unavailable):
            problem = await asyncio.to_thread(clock_problem, self._studio)
            self._clock_read_at = now
            self._publish(replace(self.report, clock=problem))

    async def _run_daily_jobs(self) -> None:
        """Run the daily tasks at intervals: mail that they write is due at once.

        Writes today's automatic reminders and the mails to new managers that need no decision, and
        erases people whose retention time is over (U13).
        """
        now = self._studio.now()
        if self._daily_jobs_at and now - self._daily_jobs_at < self._pace.remind_every:
            return
        with suppress(Unavailable):
            # First: a push that is created today may have reminders today.
            await asyncio.to_thread(run_daily_jobs, self._studio)
            await asyncio.to_thread(remind_by_schedule, self._studio)
            await asyncio.to_thread(tell_by_schedule, self._studio)
            self._daily_jobs_at = now

    @property
    def _batch(self) -> int:
        # While the server is down, one mail is enough to find out whether it is back.
        return (
            1 if self._breaker.down else self._pace.claimed_per_transport * self._connections.limit
        )

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
                claimed = await self._call_database(partial(take, limit=self._batch))
            self._publish(replace(self.report, away="", stopped=""))
            await self._report_limits(claimed)
            return Batch(claimed.taken, await self._prepare_all(claimed.deliveries, began))
        except DatabaseReplaced as error:
            self._publish(replace(self.report, away="", stopped=error.message))
            return Batch(0)
        except Unavailable as error:
            # The database is unreachable for a while. The claim may have been committed all the
            # same, and no other worker recovers the claims of a worker that is running.
            self._holds_idle = True
            self._publish(replace(self.report, away=error.message))
            return Batch(0)

    async def _report_limits(self, claimed: ClaimedBatch) -> None:
        """Report at intervals which mail waits for a limit, until none does."""
        now = self._lease.elapsed()
        if not claimed.reached:
            if not claimed.taken and self.report.limited:
                self._publish(replace(self.report, limited=""))
            return
        if self.report.limited and now - self._limits_reported_at < _FORECAST_EVERY:
            return
        self._limits_reported_at = now
        found = await asyncio.to_thread(delivering.forecast_waiting, self._studio, self._limits)
        words = what_waits_for_limits(
            found, self._studio.now(), self._studio.zone, reached=claimed.reached
        )
        self._publish(replace(self.report, limited=words))

    async def _renew(self) -> None:
        """Renew the lease while mails are being sent."""
        while True:
            await asyncio.sleep(self._lease.renew_after)
            # If the database is unreachable, the lease runs out by itself.
            with suppress(Unavailable):
                # Never during a claim: mail that is claimed in the meantime would not be renewed.
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
        """Build and pack mails in short slices, so that the event loop can serve the connections.

        A thread would not be faster: only one thread runs Python code at a time.
        """
        await self._load_wordings(deliveries)
        loop = asyncio.get_running_loop()
        mails, until = [], loop.time() + _BUILD_SLICE
        for each in deliveries:
            mails.append(self._prepare(each, claimed_at))
            if loop.time() > until:
                await asyncio.sleep(0)
                until = loop.time() + _BUILD_SLICE
        return tuple(mails)

    async def _load_wordings(self, deliveries: Sequence[Delivery]) -> None:
        """Load the wordings that are needed for the first time, off the loop: they are files."""
        # In the order of the mails: the order of a set differs between processes.
        for each in deliveries:
            wording = (each.kind, each.capacity, each.language)
            if wording not in self._loaded_wordings:
                await asyncio.to_thread(self._prepare, each, 0)
                self._loaded_wordings.add(wording)

    def _prepare(self, delivery: Delivery, claimed_at: float) -> ClaimedMail:
        try:
            mail = self._builder.mail(delivery)
            prepared = PreparedMail(mail, self._compressor.compressed(mail))
        except Unavailable:
            # The mail is claimed again when its lease ends.
            raise
        except StudioError as error:
            failed = FailedSettlement(delivery.id, delivery.address, error.message)
            return ClaimedMail(delivery, failed, claimed_at)
        return ClaimedMail(delivery, prepared, claimed_at)

    async def _feed(self, queue: SendQueue, batch: Batch) -> None:
        """Keep the queue filled: claim more mails when it runs low."""
        while batch.taken:
            queue.fill(batch.mails)
            await queue.wait_until_low()
            if self._stopping.is_set() or self._breaker.down:
                break
            batch = await self._claim()
        queue.end(len(self._transports))

    async def _carry(self, number: int, queue: SendQueue, before: RelayDown | None) -> None:
        """Send mails over connection ``number`` until the queue is empty or the server refuses.

        Also ends if the server is down for another reason than ``before``, or has no room for this
        connection.
        """
        transport, loop = self._transports[number], asyncio.get_running_loop()
        while (mail := await queue.next()) is not None:
            is_down = self._breaker.down not in (None, before)
            in_time = self._lease.may_begin(mail.claimed_at)
            if self._stopping.is_set() or is_down or not in_time or self._is_doubted(mail):
                # Skipped mails are handed back at the end.
                continue
            if isinstance(mail.prepared, FailedSettlement):
                queue.add_result(mail.prepared, mail)
                continue
            began, step = loop.time(), self._breaker.begin()
            clear_to_send = partial(self._clear_to_send, queue, mail)
            try:
                outcome = await self._hand_over(transport, mail, mail.prepared.mail, clear_to_send)
            except NotSent as why:
                # Nothing was sent, so this does not count as an attempt.
                later = RetrySettlement(mail.delivery.id, self._studio.now(), str(why), tried=False)
                queue.add_result(later, mail)
                continue
            if isinstance(outcome, RelayDown) and outcome.crowded:
                if await self._connections.is_surplus(number, was_open=outcome.offered):
                    # Another connection sends it, or this one once fewer are open.
                    queue.put_back(mail)
                    if self._connections.give_up(number, began):
                        try:
                            await transport.close()
                        finally:
                            self._connections.mark_closed(loop.time())
                        return
                    continue
                self._connections.reset()
            else:
                self._note(number, outcome, began)
            queue.add_result(self._settlement(mail, mail.prepared, outcome, step), mail)
        self._connections.mark_idle(number)

    async def _clear_to_send(self, queue: SendQueue, mail: ClaimedMail) -> None:
        """Wait until the message of ``mail`` may leave; raises `NotSent` if it may not."""
        await queue.reserve(mail.delivery.id)
        self._lease.require(mail.claimed_at)
        waited = self._lease.elapsed() - mail.claimed_at
        if waited > self._pace.recheck_after.total_seconds():
            await self._require_as_claimed(mail.delivery)
            self._lease.require(mail.claimed_at)

    async def _require_as_claimed(self, delivery: Delivery) -> None:
        """Raise `_Outdated` if a mail that waited for a slow server is not to leave as built."""
        look = partial(delivering.is_as_claimed, self._studio, self._lease.name, delivery)
        try:
            is_so = await asyncio.to_thread(look, self._hours)
        except Unavailable:
            # The claim cannot be checked. The mail is checked again once the database is back.
            is_so = False
        if not is_so:
            raise _Outdated

    def _is_doubted(self, mail: ClaimedMail) -> bool:
        return bool(self._breaker.doubted) and self._breaker.skips(domain_of(mail.delivery.address))

    def _note(self, number: int, outcome: Outcome, began: float) -> None:
        self._connections.mark_working(number)
        if isinstance(outcome, Delivered) and (limit := self._connections.limit_to_report(began)):
            self._publish(replace(self.report, connections=limit))

    def _settlement(
        self, mail: ClaimedMail, prepared: PreparedMail, outcome: Outcome, step: int
    ) -> Settlement:
        delivery, breaker = mail.delivery, self._breaker
        outcome = breaker.judge(outcome, delivery.id, domain_of(delivery.address), step)
        seen = breaker.down if breaker.was_seen else None
        if seen != self.report.down:
            self._publish(replace(self.report, down=seen))
        return decide(
            Attempt(delivery, prepared, outcome), self._studio.now(), self._random, self._pace
        )

    async def _hand_over(
        self, transport: Transport, claimed: ClaimedMail, mail: Mail, clear_to_send: ClearToSend
    ) -> Outcome:
        sender = self._builder.sender.address
        sending = transport.send(sender, mail.recipient, mail.message, clear_to_send)
        try:
            # After the end of the lease, another worker may be sending the same mail (N8).
            return await self._lease.within(claimed.claimed_at, sending)
        except TimeoutError:
            words = "The mail server took too long over this mail."
            return Deferred(None, words, uncertain=True, about=About.SERVER)

    async def _write(self, queue: SendQueue) -> None:
        """Write results as they arrive, each time all that have arrived.

        Between two writes more results arrive, and on a database that locks as a whole other
        writers get their turn.
        """
        written = asyncio.Event()
        flushing = asyncio.create_task(self._flush(written))
        try:
            while settlements := await queue.results():
                await self._settle(settlements)
                queue.mark_written(settlements)
                self._publish(replace(self.report, away="").counting(settlements))
                if self._blocks_other_writers:
                    written.set()
                await queue.wait_for_results(_WRITE_PAUSE)
        finally:
            flushing.cancel()
            await asyncio.to_thread(self._flush_now)

    async def _flush(self, written: asyncio.Event) -> None:
        """Flush what was written to disk, over and over, while the next mails leave."""
        while await written.wait():
            written.clear()
            await asyncio.to_thread(self._flush_now)
            await asyncio.sleep(_FLUSH_EVERY)

    def _flush_now(self) -> None:
        # The data is written already; a failing disk shows at the next write.
        with suppress(Unavailable):
            delivering.flush(self._studio)

    async def _settle(self, settlements: Sequence[Settlement]) -> None:
        """Write results; if the database is unreachable, retry until it is back.

        Once the worker is stopped, it retries only as long as the lease can cover the mails.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self._lease.lasting.total_seconds()
        while True:
            try:
                return await self._call_database(
                    partial(
                        delivering.settle,
                        self._studio,
                        self._lease.name,
                        settlements,
                        limits=self._limits,
                    )
                )
            except Unavailable as error:
                self._publish(replace(self.report, away=error.message))
                if self._stopping.is_set() and loop.time() > until:
                    raise
                await asyncio.sleep(self._pace.idle.total_seconds())

    async def _call_database(self, act: "partial[_Value]") -> _Value:
        """Run a database call, on the event loop if that never blocks and else in a thread."""
        if self._blocks_other_writers:
            # The database is local: a thread would only add latency.
            with suppress(Busy):
                return act(wait=False)
        return await asyncio.to_thread(act)

    async def _pause(self) -> None:
        """Wait until more mail may be due or the server may be back."""
        await self._tell_owed()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), self._breaker.pause(self._random))

    async def _hand_back(self) -> None:
        # If the database is unreachable, the lease runs out by itself, but only for other workers.
        self._holds_idle = True
        with suppress(Unavailable):
            await asyncio.to_thread(delivering.hand_back, self._studio, self._lease.name)
            self._holds_idle = False

    async def _send_heartbeats(self) -> None:
        """Record at intervals that this worker is alive."""
        while True:
            await asyncio.sleep(workers.SEEN_EVERY.total_seconds())
            await self._heartbeat(sending=self._sends)

    async def _heartbeat(self, *, sending: bool) -> None:
        self._sends = sending
        with suppress(Unavailable):
            seen = partial(workers.seen, self._studio, self._lease.name, sending=sending)
            await asyncio.to_thread(seen)

    async def _tell_owed(self) -> None:
        with suppress(Unavailable):
            await asyncio.to_thread(delivering.notify_owed, self._studio)

    async def _close(self) -> None:
        await self._hand_back()
        await self._tell_owed()
        with suppress(Unavailable):
            await asyncio.to_thread(workers.end, self._studio, self._lease.name)
        for transport in self._transports:
            await transport.close()

    def _publish(self, report: WorkerReport) -> None:
        if report != self.report:
            self.report = report
            self._watch(report)
