"""Clocks that jump, differ or sleep cause no copies beyond the documented window (N3, N8)."""

import asyncio
import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest

from studio_tui.config.clock import BootClock, SystemClock, seconds_since_boot
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.clock import Clock, SteadyClock, SteadyTime
from studio_tui.domain.shared.errors import Busy
from studio_tui.mail.transport.outcomes import ClearToSend, Outcome, send_immediately
from studio_tui.mail.transport.smtp import SmtpConnection
from studio_tui.services.system.clocks import clock_problem
from studio_tui.services.system.context import Studio, open_studio
from studio_tui.worker.lease import LeaseExpired
from studio_tui.worker.loop import Worker, WorkerReport
from studio_tui.worker.timing import Pace
from tests.acting import assign
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.smtp_server import Server, smtp_server
from tests.worker.processes import (
    LEASE,
    Process,
    hurried_worker,
    stop,
    wait_until,
    wait_until_sent,
)

_MAILS = 80
_LONG_LEASE = 20.0
"""Seconds. Far less than the difference between the clocks.

Long enough not to expire while a mail is on the wire if a busy machine suspends a worker for a
while.
"""


@made_once
def due(studio: Studio, first_admin: Actor, clock: MovableClock) -> None:
    """Mail for `_MAILS` users is due."""
    logins = [f"p{number}" for number in range(_MAILS)]
    rows = (f"{login},{login}@example.org,Pat,{login}" for login in logins)
    import_people(studio, first_admin, "\n".join(("login,email,given_name,family_name", *rows)))
    assign(studio, first_admin, create_push(studio, first_admin), *logins)
    clock.move(minutes=2)


@pytest.fixture
def many(studio: Studio, due: None) -> Studio:
    """A Studio with due mail for `_MAILS` users."""
    return studio


@dataclass
class _WrongClock:
    """A clock that is ``ahead``, and jumps as far again at every ``every``-th read."""

    ahead: timedelta
    every: int
    looks: int = 0

    def now(self) -> datetime:
        """Return the wrong time."""
        self.looks += 1
        return datetime.now(UTC) + self.ahead * (1 + self.looks // self.every)


@dataclass
class _SleepingHost:
    """The clock of a host that sleeps when a test says so."""

    slept: float = 0
    kept_back: int = 0
    """Number of mails that did not leave after the host woke up."""

    def elapsed(self) -> float:
        """Return the seconds since the host started, including sleep."""
        return seconds_since_boot() + self.slept

    def time(self) -> SteadyTime:
        """Return the same time, for leases."""
        return SteadyTime(self.elapsed(), "host")

    def jumped_within(self, seconds: float) -> bool:
        """Return False: the clock never jumps."""
        return False


@dataclass
class _Wire(SmtpConnection):
    """A slow connection: leases would expire while its mails are sent."""

    pause: float
    sleeps: list[_SleepingHost] = field(default_factory=list)
    """Hosts that fall asleep when the next message is about to leave."""

    async def send(
        self,
        sender: str,
        recipient: str,
        message: bytes,
        clear_to_send: ClearToSend = send_immediately,
    ) -> Outcome:
        await asyncio.sleep(self.pause)

        async def leave_after_sleeping() -> None:
            for host in self.sleeps:
                host.slept += 2 * LEASE
            try:
                await clear_to_send()
            except (LeaseExpired, asyncio.CancelledError):
                for host in self.sleeps:
                    host.kept_back += 1
                raise
            finally:
                self.sleeps.clear()

        return await super().send(sender, recipient, message, leave_after_sleeping)


def _wire(server: Server, pause: float, *sleeps: _SleepingHost) -> _Wire:
    wire = _Wire(pause, list(sleeps))
    SmtpConnection.__init__(wire, server.settings())
    return wire


async def _work(
    studio: Studio,
    server: Server,
    wire: _Wire,
    clock: Clock,
    steady: SteadyClock,
    host: _SleepingHost | None = None,
    lease: float = LEASE,
) -> WorkerReport:
    settings = msgspec.structs.replace(studio.settings, smtp=server.settings())
    here = replace(studio, clock=clock, steady=steady, settings=settings)
    pace = Pace(
        lease=timedelta(seconds=lease),
        first_pause=timedelta(seconds=0.1),
        idle=timedelta(seconds=0.05),
        claimed_per_transport=100,
    )
    elapsed = host.elapsed if host else seconds_since_boot
    worker = Worker(here, [wire], random=Random(0), pace=pace, elapsed=elapsed)
    running = asyncio.create_task(worker.run())
    await asyncio.to_thread(wait_until, lambda: _all_are_there(server))
    worker.stop()
    return await running


def _all_are_there(server: Server) -> bool:
    # Parsing messages takes far longer than counting them, and this condition is polled.
    return len(server.messages) >= _MAILS and len(_message_ids(server)) >= _MAILS


def _message_ids(server: Server) -> Counter[str]:
    """Return how often each mail arrived."""
    return Counter(message.parsed["Message-ID"] for message in server.messages)


def _copies(server: Server) -> int:
    """Return the number of mails that arrived more than once."""
    counted = _message_ids(server)
    assert len(counted) == _MAILS
    return sum(counted.values()) - _MAILS


def _run(
    studio: Studio, server: Server, clocks: list[Clock], lease: float = _LONG_LEASE
) -> list[WorkerReport]:
    """Run one worker per clock on the same database."""

    def work(clock: Clock) -> WorkerReport:
        wire = _wire(server, LEASE / 50)
        return asyncio.run(_work(studio, server, wire, clock, BootClock(), lease=lease))

    with ThreadPoolExecutor(len(clocks)) as pool:
        return list(pool.map(work, clocks))


def test_a_clock_that_is_set_forward_sends_nothing_twice(many: Studio) -> None:
    with smtp_server() as server:
        _run(many, server, [_WrongClock(timedelta(minutes=5), every=20)], LEASE)
        assert _copies(server) == 0


def test_a_host_whose_clock_is_ahead_takes_over_no_lease(many: Studio) -> None:
    ahead = _WrongClock(timedelta(minutes=10), every=1_000_000)
    with smtp_server() as server:
        _run(many, server, [SystemClock(), ahead, SystemClock()])
        assert _copies(server) == 0


def test_clocks_that_are_set_back_and_forward_send_nothing_twice(many: Studio) -> None:
    forward = _WrongClock(timedelta(minutes=5), every=7)
    back = _WrongClock(timedelta(minutes=-5), every=500)
    with smtp_server() as server:
        _run(many, server, [forward, back])
        assert _copies(server) == 0


def test_mail_about_to_leave_when_the_host_sleeps_is_not_sent_twice(
    many: Studio,
) -> None:
    """Both workers of the host wake at once, and the second sees that the first's lease expired."""
    host = _SleepingHost()

    def work(number: int) -> WorkerReport:
        if number:
            # The first worker holds a mail when the second starts.
            wait_until(lambda: host.slept > 0)
        wire = _wire(server, LEASE / 100, *([] if number else [host]))
        return asyncio.run(_work(many, server, wire, SystemClock(), host, host))

    with smtp_server() as server, ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(work, range(2)))
        assert host.kept_back == 1
        # The mails that each had sent but not recorded when the host fell asleep.
        assert _copies(server) <= 2 * Pace().unwritten(1)
    assert sum(report.sent for report in reports) == _MAILS


def _stands_still(studio: Studio, process: Process) -> bool:
    """Stop a process unless it holds the write lock of SQLite; return whether it is stopped."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        with studio.store.writing_unflushed(wait=False):
            return True
    except Busy:
        os.kill(process.pid, signal.SIGCONT)
        return False


def test_a_worker_suspended_beyond_its_lease_repeats_at_most_the_mail_on_the_wire(
    many: Studio, first_admin: Actor
) -> None:
    connections = 4
    with smtp_server() as server:
        with hurried_worker(many, server, connections) as sleeper:
            wait_until(lambda: len(server.messages) > 5)
            wait_until(lambda: _stands_still(many, sleeper))
            with hurried_worker(many, server, connections) as other:
                wait_until_sent(many, first_admin)
                os.kill(sleeper.pid, signal.SIGCONT)
                assert [stop(each)[0] for each in (sleeper, other)] == [0, 0]
        assert _copies(server) <= Pace().unwritten(connections)


def test_the_clock_of_the_database_server_is_authoritative(many: Studio) -> None:
    opened = open_studio(many.settings, SystemClock())
    try:
        assert clock_problem(opened) == ""
        server = opened.store.clock
        if server is None:
            assert isinstance(opened.clock, SystemClock)
            assert isinstance(opened.steady, BootClock)
            return
        assert opened.clock is server
        assert opened.steady is server
        behind = timedelta(minutes=10, seconds=30)
        server.set_by(lambda: datetime.now(UTC) - behind)
        assert abs(datetime.now(UTC) - behind - opened.now()) < timedelta(seconds=9)
        assert "10 minutes ahead of that of the database server" in clock_problem(opened)
    finally:
        opened.close()


def test_a_clock_that_was_set_back_is_reported(studio: Studio, first_admin: Actor) -> None:
    if studio.store.clock is not None:
        # The database server's clock is authoritative, so the host's clock is not checked.
        assert clock_problem(studio) == ""
        return
    assert clock_problem(studio) == ""
    earlier = MovableClock(studio.now() - timedelta(hours=3))
    assert "3 hours behind the newest line of activity" in clock_problem(
        replace(studio, clock=earlier)
    )
