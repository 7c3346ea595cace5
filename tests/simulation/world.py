"""One simulation: hosts with workers, a mail server, an admin who acts, and all faults."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import msgspec

from studio_tui.config.settings import Security, Smtp
from studio_tui.domain.shared.clock import SteadyTime
from studio_tui.domain.shared.errors import Unavailable
from studio_tui.mail.transport import smtp as smtp_connection
from studio_tui.mail.transport.smtp import SmtpConnection
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine import sqlite
from studio_tui.storage.engine.fields import for_sqlite
from studio_tui.worker import lease
from studio_tui.worker.loop import Worker
from studio_tui.worker.timing import Pace
from tests.simulation import database, organisation
from tests.simulation.acts import Acts
from tests.simulation.event_loop import Process, SimulatedLoop, Stuck, current_process
from tests.simulation.faults import Faults, stop_ends
from tests.simulation.invariants import Invariants
from tests.simulation.mail_server import MailServer, MailSession
from tests.simulation.network import Connection

_CHECK_EVERY = 20.0
"""Seconds between two checks of the outbox."""
_PATIENCE = 12 * 3600.0
"""Seconds after the last fault within which all mail must have reached a final state."""
_STEPS = 400_000
"""Number of callbacks after which a simulation is aborted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a seed."""

    seed: int
    kinds: frozenset[str]
    problems: tuple[str, ...]
    """The violated invariants; empty if there are none."""
    trace: tuple[str, ...]
    seconds: float
    """Simulated seconds."""
    kills: int
    stops: int
    taken: int
    """Number of mails that the server accepted, including copies."""
    copies: dict[str, int]
    """Number of copies by permitted cause."""


@dataclass
class _HostClock:
    """The clock of a host: it runs ahead or behind, and may jump."""

    loop: SimulatedLoop
    ahead: float
    jumps: list[tuple[float, float]] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the time that the clock shows."""
        now = self.loop.time()
        jumped = sum(seconds for at, seconds in self.jumps if at <= now)
        return organisation.BEGINS + timedelta(seconds=now + self.ahead + jumped)


@dataclass
class _Steady:
    """The clock of leases, which is never set."""

    loop: SimulatedLoop

    def time(self) -> SteadyTime:
        """Return the simulated time."""
        return SteadyTime(self.loop.time(), "simulation")

    def jumped_within(self, seconds: float) -> bool:
        """Return False: the clock never jumps."""
        return False


class World:
    """Runs the simulation of a seed."""

    def __init__(self, studio: Studio, admin: Any, faults: Faults, path: Path) -> None:
        self._faults = faults
        self._loop = SimulatedLoop(Random(f"{faults.seed} schedule"))
        self._random = Random(f"{faults.seed} world")
        self._path = path
        self._processes: list[Process] = []
        self._workers: dict[str, Worker] = {}
        self._kills = self._stops = 0
        self._is_over = False
        self.trace: list[str] = []
        smtp = Smtp(
            host="mail.example.org",
            security=Security.NONE,
            sender="HR Studio <studio@example.org>",
            timeout=int(faults.timeout),
            connections=faults.connections,
            per_minute=faults.per_minute,
            per_domain_minute=faults.per_domain_minute,
        )
        settings = msgspec.structs.replace(studio.settings, smtp=smtp)
        clock = _HostClock(self._loop, 0.0)
        self._studio = replace(studio, settings=settings, clock=clock, steady=_Steady(self._loop))
        self._pace = Pace(
            idle=timedelta(seconds=self._random.choice((30, 60, 120))),
            remind_every=timedelta(minutes=20),
            read_clock_every=timedelta(minutes=20),
        )
        faults.now = self._loop.time
        self._observer = sqlite3.connect(path, isolation_level=None)
        self.rules = Invariants(self._observer, self._loop, faults, self._pace)
        self._server = MailServer(
            self._loop,
            Random(f"{faults.seed} server"),
            faults,
            self._note,
            self.rules.check_processed,
        )
        self._acts = Acts(self._studio, admin, self.rules, self._note)
        self._network = Random(f"{faults.seed} network")
        self._threads = Random(f"{faults.seed} threads")
        self._loop.connect = self._connect
        self._loop.thread_seconds = lambda: self._threads.random() * faults.thread_seconds

    def run(self) -> Outcome:
        """Run the simulation and return its outcome."""
        database.watch(self._studio.store, self._of_statement)
        self._spread()
        for host in self._faults.hosts:
            self._loop.outside(self._random.random() * 5, self._start, host, 1)
        if self._faults.has("acts"):
            for at, act in self._acts.drawn(self._random, self._faults.until):
                self._loop.outside(at, act)
        for at, host in self._faults.kills():
            self._loop.outside(at, self._kill, host)
        self._loop.outside(_CHECK_EVERY, self._check_progress)
        self._loop.outside(0.5, self._stop_and_go)
        try:
            with self._patched_system():
                self._loop.run_forever()
        except Stuck:
            self.rules.break_rule("nothing happens any more, and mail waits")
        finally:
            self._loop.dispose()
            self._loop.close()
        self.rules.at_the_end(self._server, self._processes)
        self._observer.close()
        return Outcome(
            self._faults.seed,
            self._faults.kinds or frozenset(),
            tuple(self.rules.problems),
            tuple(self.trace),
            self._loop.time(),
            self._kills,
            self._stops,
            len(self._server.taken),
            dict(self.rules.copies),
        )

    @contextmanager
    def _patched_system(self) -> Iterator[None]:
        with (
            patch.object(lease, "token_hex", _name_of_process),
            patch.object(smtp_connection, "speaks_tls", _no_tls),
            patch.object(sqlite, "flush", self._flush),
        ):
            yield

    def _flush(self, path: Path) -> None:
        """Flush to disk, or raise `Unavailable` if the disk is full."""
        process = current_process()
        if process is not None:
            process.step()
            if self._faults.happens("full"):
                raise Unavailable("The disk does not take it.")

    def _spread(self) -> None:
        """Spread the due times of mail over a few bursts while faults are active."""
        draw, bursts = self._random, self._faults.bursts
        ids = [found for (found,) in self._observer.execute("SELECT id FROM notification")]
        due = [organisation.BEGINS + timedelta(seconds=draw.choice(bursts)) for _ in ids]
        self._observer.execute("BEGIN")
        self._observer.executemany(
            "UPDATE notification SET due_at = ? WHERE id = ?",
            zip(map(for_sqlite, due), ids, strict=True),
        )
        self._observer.execute("COMMIT")

    def _note(self, words: str) -> None:
        self.trace.append(f"{self._loop.time():10.3f} {words}")

    def _of_statement(self, sql: str) -> database.Failure | None:
        failure = self._faults.of_statement(sql)
        if failure is not None:
            process = current_process()
            assert process is not None
            self.rules.database_failed(process)
            self._note(f"{process.name}: {failure[0]}: {sql.partition(' ')[0]}")
        return failure

    def _start(self, host: str, number: int) -> None:
        """Start a worker on a host, as systemd does."""
        if self._is_over:
            return
        process = Process(f"{host}.{number}", killed_at_step=self._faults.death())
        process.at_death = self._died
        self._processes.append(process)
        self._note(f"{process.name} starts")
        self._loop.start(process, self._work(process, host, number))

    async def _work(self, process: Process, host: str, number: int) -> None:
        jumps = [(at, seconds) for at, where, seconds in self._faults.jumps if where == host]
        clock = _HostClock(self._loop, self._faults.skew[host], jumps)
        studio = replace(self._studio, clock=clock)
        smtp = studio.settings.smtp
        worker = Worker(
            studio,
            [SmtpConnection(smtp) for _ in range(smtp.connections)],
            random=Random(f"{self._faults.seed} {process.name}"),
            pace=self._pace,
            elapsed=self._loop.time,
        )
        self._workers[process.name] = worker
        try:
            await worker.run()
        except Exception as error:
            process.require_alive()
            self._note(f"{process.name} ended by {error!r}")
            self.rules.crashed(process, error)
        del self._workers[process.name]
        if not self._is_over:
            self._loop.outside(1.0, self._start, host, number + 1)

    def _kill(self, host: str) -> None:
        for process in self._processes:
            if process.is_alive and process.name.startswith(f"{host}."):
                process.kill()

    def _died(self, process: Process) -> None:
        self._kills += 1
        self._note(f"{process.name} is killed")
        self.rules.died(process)
        self._workers.pop(process.name, None)
        for connection in self._server.connections:
            if connection.process is process:
                connection.client_ends()
        host, _, number = process.name.partition(".")
        self._loop.outside(self._faults.pause(), self._start, host, int(number) + 1)

    def _stop_and_go(self) -> None:
        """Stop the processes whose stop has begun, and check again later."""
        for process in self._processes:
            until = stop_ends(self._faults, process)
            if process.is_alive and until > process.stopped_until:
                process.stopped_at = self._loop.time()
                process.stopped_until = until
                self._stops += 1
                self._note(f"{process.name} stands still until {until:.3f}")
        if self._loop.time() < self._faults.until:
            self._loop.outside(0.5, self._stop_and_go)

    async def _connect(self, protocol: asyncio.BaseProtocol, host: str, port: int) -> Connection:
        how = self._faults.connects()
        await asyncio.sleep(self._network.random() * self._faults.network_seconds)
        if how == "hangs":
            await asyncio.sleep(3600)
        if how:
            raise ConnectionRefusedError("Connection refused")
        connection = Connection(self._loop, self._network, protocol, self._faults.network_seconds)
        connection.cut_there, connection.cut_back = self._faults.cuts()
        connection.watch = self.rules.written
        connection.session = MailSession(self._server, connection)
        self._server.connections = [each for each in self._server.connections if each.is_open]
        self._server.connections.append(connection)
        protocol.connection_made(connection)
        self._loop.outside(0, connection.session.begin)
        return connection

    def _check_progress(self) -> None:
        """Check progress; end the simulation if all mail is done or it takes too long."""
        now = self._loop.time()
        waiting = self.rules.waiting()
        if now > self._faults.until and not waiting:
            self._end()
        elif now > self._faults.until + _PATIENCE:
            self.rules.break_rule(f"{waiting} mails wait for ever")
            self._end()
        elif sum(process.steps for process in self._processes) > _STEPS:
            self.rules.break_rule("it never comes to an end")
            self._end()
        else:
            self._loop.outside(_CHECK_EVERY, self._check_progress)

    def _end(self) -> None:
        """Stop all workers, and check after a minute that they have stopped."""
        self._is_over = True
        for worker in self._workers.values():
            worker.stop()
        self._loop.outside(60.0, self._stop)

    def _stop(self) -> None:
        for name in self._workers:
            self.rules.break_rule(f"{name} does not stop")
        self._loop.stop()


async def _no_tls(host: str, port: int, seconds: float) -> bool:
    return False


def _name_of_process(size: int) -> str:
    process = current_process()
    return process.name if process is not None else "nobody"


def simulate(seed: int, folder: Path, *, kinds: frozenset[str] | None = None) -> Outcome:
    """Run the simulation of ``seed``.

    ``folder`` holds ``made.db``, the database made by `organisation.make`.
    """
    path = folder / "studio.db"
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    shutil.copy(folder / "made.db", path)
    studio, admin = organisation.opened(f"sqlite:///{path}")
    try:
        return World(studio, admin, Faults(seed, kinds), path).run()
    finally:
        studio.close()
