"""Several workers never send the same mail (N8)."""

import asyncio
import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from random import Random

import msgspec
import pytest

from studio_tui.config.clock import BootClock, SystemClock
from studio_tui.domain.outbox.sending_hours import SendingHours
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Busy
from studio_tui.mail.transport.outcomes import ClearToSend, Outcome, send_immediately
from studio_tui.mail.transport.smtp import SmtpConnection
from studio_tui.services.outbox import delivery
from studio_tui.services.outbox.sending_hours import RecipientHours
from studio_tui.services.system.context import Studio
from studio_tui.worker.lease import Lease, LeaseExpired
from studio_tui.worker.loop import Worker, WorkerReport
from studio_tui.worker.timing import Pace
from tests.acting import MESSAGE, assign, mail
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.simulation.database import BUSY, watch
from tests.simulation.event_loop import Process, SimulatedLoop, context_of
from tests.smtp_server import Server, smtp_server
from tests.worker.processes import LEASE, hurried_worker, stop, wait_until_sent


@made_once
def many(studio: Studio, first_admin: Actor, clock: MovableClock) -> int:
    """Three hundred due mails."""
    logins = [f"p{number}" for number in range(300)]
    rows = (f"{login},{login}@example.org,Pat,{login}" for login in logins)
    import_people(studio, first_admin, "\n".join(("login,email,given_name,family_name", *rows)))
    assign(studio, first_admin, create_push(studio, first_admin), *logins)
    clock.move(minutes=2)
    return len(logins)


class _SlowConnection(SmtpConnection):
    """A slow connection: a worker claims more mail than it can send during a lease."""

    async def send(
        self,
        sender: str,
        recipient: str,
        message: bytes,
        clear_to_send: ClearToSend = send_immediately,
    ) -> Outcome:
        await asyncio.sleep(LEASE / 100)
        return await super().send(sender, recipient, message, clear_to_send)


def _each_once(server: Server, count: int) -> None:
    copies = Counter(m.parsed["Message-ID"] for m in server.messages)
    assert len(copies) == count
    assert set(copies.values()) == {1}


def test_three_processes_send_each_mail_once(studio: Studio, first_admin: Actor, many: int) -> None:
    with smtp_server() as server:
        with (
            hurried_worker(studio, server, 2) as one,
            hurried_worker(studio, server, 2) as two,
            hurried_worker(studio, server, 2) as three,
        ):
            wait_until_sent(studio, first_admin)
            assert [stop(each)[0] for each in (one, two, three)] == [0, 0, 0]
        _each_once(server, many)


def test_a_renewed_lease_keeps_mail_that_is_not_sent_yet(
    studio: Studio, first_admin: Actor, many: int
) -> None:
    """Each worker claims more than it can send during its lease, and no other worker takes it."""
    pace = Pace(
        lease=timedelta(seconds=LEASE),
        idle=timedelta(seconds=0.05),
        claimed_per_transport=100,
    )

    async def work(server: Server) -> WorkerReport:
        smtp = server.settings()
        settings = msgspec.structs.replace(studio.settings, smtp=smtp)
        here = replace(studio, clock=SystemClock(), steady=BootClock(), settings=settings)
        worker = Worker(here, [_SlowConnection(smtp)], random=Random(0), pace=pace)
        running = asyncio.create_task(worker.run())
        await asyncio.to_thread(wait_until_sent, studio, first_admin)
        worker.stop()
        return await running

    with smtp_server() as server:
        with ThreadPoolExecutor(3) as pool:
            reports = list(pool.map(lambda _: asyncio.run(work(server)), range(3)))
        _each_once(server, many)
    assert sum(report.sent for report in reports) == many


def test_a_lease_covers_a_slow_server() -> None:
    """The server sends four replies per mail."""
    for timeout in (1, 30, 300):
        assert Pace().lease_time(timeout) > timedelta(seconds=4 * timeout)


class _Elapsed:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_no_mail_is_begun_in_the_last_third_of_a_lease_unless_it_is_renewed() -> None:
    elapsed = _Elapsed()
    lease = Lease(timedelta(seconds=30), elapsed)

    def may_begin(claimed_at: float, now: float) -> bool:
        elapsed.seconds = now
        return lease.may_begin(claimed_at)

    assert may_begin(claimed_at=100, now=120)
    assert not may_begin(claimed_at=100, now=121)
    lease.renewed(110)
    assert may_begin(claimed_at=100, now=130)
    assert not may_begin(claimed_at=100, now=131)
    # A later claim is held longer.
    assert may_begin(claimed_at=120, now=140)


def test_mail_whose_lease_expired_is_not_covered_by_a_later_renewal() -> None:
    elapsed = _Elapsed()
    lease = Lease(timedelta(seconds=30), elapsed)
    lease.renewed(100)
    # The database was unavailable, so another worker may have claimed the first mail.
    lease.renewed(130)
    elapsed.seconds = 131
    assert not lease.may_begin(claimed_at=95)
    assert lease.may_begin(claimed_at=105)
    lease.renewed(140)
    elapsed.seconds = 141
    assert not lease.may_begin(claimed_at=95)
    assert lease.may_begin(claimed_at=105)


def test_a_message_may_leave_until_the_last_tenth_of_its_lease() -> None:
    elapsed = _Elapsed()
    lease = Lease(timedelta(seconds=30), elapsed)
    elapsed.seconds = 126
    lease.require(claimed_at=100)
    elapsed.seconds = 127
    with pytest.raises(LeaseExpired):
        lease.require(claimed_at=100)


def test_a_mail_on_the_wire_is_cut_off_before_the_last_tenth_of_its_lease() -> None:
    loop = SimulatedLoop(Random(0))
    checks: list[float] = []

    def elapsed() -> float:
        checks.append(loop.time())
        return loop.time()

    lease = Lease(timedelta(seconds=30), elapsed)
    assert lease.renew_after == 10

    async def sending(claimed_at: float) -> float:
        await asyncio.sleep(claimed_at)
        with pytest.raises(TimeoutError):
            await lease.within(claimed_at, loop.create_future())
        return loop.time()

    async def all_sending() -> list[float]:
        return await asyncio.gather(*(sending(claimed_at) for claimed_at in (0, 0, 10)))

    ends = loop.run_until_complete(all_sending())
    loop.close()
    assert [end - claimed_at for end, claimed_at in zip(ends, (0, 0, 10), strict=True)] == [
        pytest.approx(26.85, abs=0.15)
    ] * 3
    # One timer serves all mails.
    assert len(checks) == pytest.approx(max(ends) / 0.3, abs=2)


def test_renewing_extends_only_the_claims_of_the_same_worker(
    studio: Studio, many: int, clock: MovableClock
) -> None:
    lasting = timedelta(minutes=5)
    held = delivery.claim(studio, "first", limit=100, lasting=lasting)
    delivery.claim(studio, "dead", limit=100, lasting=lasting)
    sent = held.deliveries[0]
    delivery.settle(
        studio, "first", [delivery.FailedSettlement(sent.id, "x@example.org", "550 no")]
    )
    clock.move(minutes=4)
    delivery.renew(studio, "first", lasting=lasting)
    clock.move(minutes=4)
    taken = delivery.claim(studio, "second", limit=many, lasting=lasting)
    assert taken.taken == many - 100
    assert {each.id for each in held.deliveries}.isdisjoint(each.id for each in taken.deliveries)


def test_a_claim_is_shown_until_its_lease_ends(
    studio: Studio, first_admin: Actor, many: int, clock: MovableClock
) -> None:
    delivery.claim(studio, "first", limit=many, lasting=timedelta(minutes=5))
    assert {each.due_at for each in mail(studio, first_admin)} == {
        clock.now() + timedelta(minutes=5)
    }


def test_each_mail_keeps_what_its_attempt_came_to(
    studio: Studio, first_admin: Actor, many: int, clock: MovableClock
) -> None:
    lasting, began = timedelta(minutes=5), clock.now()
    claimed = delivery.claim(studio, "first", limit=4, lasting=lasting).deliveries
    failed, tried, untried, refused = (each.id for each in claimed)
    due = began + timedelta(hours=1)
    delivery.settle(
        studio,
        "first",
        [
            delivery.FailedSettlement(failed, "x@example.org", "550 no"),
            delivery.RetrySettlement(tried, due, "451 later", tried=True),
            delivery.RetrySettlement(untried, due, "421 down", tried=False),
            delivery.RetrySettlement(refused, due, "550 spam", tried=True, refused=True),
        ],
    )
    kept = {each.id: (each.attempts, each.error) for each in mail(studio, first_admin)}
    assert [kept[each] for each in (failed, tried, untried, refused)] == [
        (1, "550 no"),
        (1, "451 later"),
        (0, "421 down"),
        (1, "550 spam"),
    ]
    assert delivery.server_state(studio).refused == {refused: "example.org"}

    def claim(*avoiding: str) -> dict[int, datetime]:
        found = delivery.claim(studio, "second", limit=many, lasting=lasting, avoiding=avoiding)
        return {each.id: each.dated_at for each in found.deliveries}

    # Only what waits is made due.
    clock.move(seconds=1)
    delivery.requeue_refused(studio, [failed, refused])
    due_at = {each.id: each.due_at for each in mail(studio, first_admin)}
    assert (due_at[failed], due_at[refused]) == (began, clock.now())
    assert claim("example.org") == {}
    now_due = claim()
    assert now_due.keys().isdisjoint((failed, tried, untried))
    assert now_due[refused] == began
    clock.move(hours=1)
    # The age of a mail begins with its first attempt.
    later = claim("example.net")
    assert (later[tried], later[untried]) == (began, clock.now())
    assert failed not in later


def test_mail_that_another_worker_has_claimed_is_not_to_leave(
    studio: Studio, many: int, clock: MovableClock
) -> None:
    lasting = timedelta(minutes=5)
    claimed = delivery.claim(studio, "first", limit=1, lasting=lasting).deliveries[0]
    assert delivery.is_as_claimed(studio, "first", claimed)
    clock.move(minutes=6)
    taken = delivery.claim(studio, "second", limit=many, lasting=lasting).deliveries
    (again,) = (each for each in taken if each.id == claimed.id)
    assert delivery.is_as_claimed(studio, "second", again)
    assert not delivery.is_as_claimed(studio, "first", again)


@pytest.mark.one_engine
def test_a_claim_waits_for_other_writers_unless_told_otherwise(studio: Studio, many: int) -> None:
    take = partial(delivery.claim, studio, "w", limit=many, lasting=timedelta(minutes=5))
    path = studio.settings.database.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            take(wait=False)
        with ThreadPoolExecutor(1) as pool:
            claimed = pool.submit(take)
            assert not wait([claimed], timeout=0.2).done
            other.execute("ROLLBACK")
            assert claimed.result().taken == many


@pytest.mark.one_engine
def test_mail_is_left_out_of_a_claim_if_what_became_of_it_cannot_be_written_yet(
    studio: Studio, many: int
) -> None:
    """It is handed back with the rest of the claim, and checked again at the next one."""
    hours = RecipientHours(SendingHours(time(23), None, frozenset(), frozenset()), "", studio.zone)
    begins = iter([None, None, BUSY])
    watch(studio.store, lambda sql: next(begins) if sql.startswith("BEGIN") else None)
    take = partial(delivery.claim, studio, "w", limit=many, lasting=timedelta(minutes=5))
    claimed = context_of(Process("worker")).run(partial(take, hours=hours, wait=False))
    assert next(begins, None) is None
    assert (claimed.taken, claimed.deliveries) == (many, ())
    assert delivery.hand_back(studio, "w") == many


def test_two_claims_are_disjoint(studio: Studio, many: int) -> None:
    lasting = timedelta(minutes=5)
    first = delivery.claim(studio, "first", limit=200, lasting=lasting)
    second = delivery.claim(studio, "second", limit=200, lasting=lasting)
    ids = [each.id for claimed in (first, second) for each in claimed.deliveries]
    assert (first.taken, second.taken) == (200, 100)
    assert len(set(ids)) == many


def test_a_worker_whose_lease_expired_changes_nothing(
    studio: Studio, first_admin: Actor, many: int, clock: MovableClock
) -> None:
    slow = delivery.claim(studio, "slow", limit=many, lasting=timedelta(minutes=5))
    clock.move(minutes=5)
    delivery.claim(studio, "quick", limit=many, lasting=timedelta(minutes=5))
    before = mail(studio, first_admin)
    late = [each.id for each in slow.deliveries]
    delivery.settle(
        studio,
        "slow",
        [
            delivery.SentSettlement(late[0], "x@example.org", studio.now(), MESSAGE),
            delivery.FailedSettlement(late[1], "x@example.org", "550 no"),
            delivery.RetrySettlement(late[2], studio.now(), "451 later", tried=True),
        ],
    )
    assert delivery.hand_back(studio, "slow") == 0
    assert mail(studio, first_admin) == before
