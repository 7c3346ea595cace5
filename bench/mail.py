"""The rate at which a worker empties the outbox, against floors of the same run.

    python -m bench.mail [--messages 5000] [--connections 8] [--rounds 3]

A mail server that accepts everything runs on loopback: Postfix's ``smtp-sink``, which supports
command pipelining, as nearly all servers do. All programs send messages of the same size over the
same number of connections:

smtp-source      Postfix's own program in C, the practical limit.
bare aiosmtplib  ``sendmail`` of one prepared message, repeatedly: no database, no wording.
our connection   the same with `SmtpConnection`, which pipelines sender, recipient and DATA.
worker           claims, checks, composes, sends and settles a mail for each person.
 … while others  the same while another process writes a small transaction every few milliseconds,
 write           as a user at a screen would; the time that its writes take is printed, too.

The bare loop runs before and after the worker in each round. Ratios are computed within a round,
and their median is printed. If uvloop is installed, the Python programs also run on uvloop, as the
service does with the extra ``fast``.
"""

import argparse
import asyncio
import multiprocessing
import random
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
from aiosmtplib import SMTP

from bench.bulk_databases import Fresh, databases
from bench.figures import Figure
from studio_tui.config.settings import Database, Security, Settings, Smtp
from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people import hr_file
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import PushDraft
from studio_tui.domain.shared.clock import FixedClock
from studio_tui.domain.shared.selection import Selection
from studio_tui.mail.transport.outcomes import Delivered
from studio_tui.mail.transport.smtp import SmtpConnection
from studio_tui.services.people import imports
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.system.context import Studio, open_studio
from studio_tui.services.templates import templates
from studio_tui.storage.activity.activity import write_activity
from studio_tui.worker.loop import Worker, WorkerReport
from studio_tui.worker.service import shorten_thread_switches

_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_SENDER = "studio@example.org"
_SOURCE, _BARE = "smtp-source (C)", "bare aiosmtplib"
_BETWEEN = 0.02
"""Seconds between two writes of the other process."""


def main() -> None:
    """Run the measurements and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    shorten_thread_switches()
    rounds: list[dict[str, RunResult]] = []
    waits: list[float] = []
    with databases("sqlite") as fresh, _sink() as port:
        for _ in range(asked.rounds):
            rounds.append({})
            for loop, factory in _loops().items():
                with asyncio.Runner(loop_factory=factory) as runner:
                    for label, measured in _measure(runner, fresh, port, asked, waits):
                        rounds[-1][label + loop] = measured
    _print(rounds, asked)
    _print_waits(waits)


def worker_figure(fresh: Fresh, engine: str, messages: int, connections: int = 8) -> Figure:
    """Return the figure of a worker that sends ``messages`` mails, against the bare loop.

    Exits with a message if ``smtp-sink`` is not installed.
    """
    shorten_thread_switches()
    asked = argparse.Namespace(messages=messages, connections=connections)
    with _sink() as port, asyncio.Runner() as runner:
        found = dict(_measure_alone(runner, fresh, port, asked))
    worker, bare = (messages / found[label].rate for label in ("worker", _BARE))
    return Figure("send mails", messages, engine, worker, _BARE, bare)


@dataclass(frozen=True, slots=True)
class RunResult:
    """The result of one run."""

    rate: float
    """Messages per second."""
    cpu: float
    """CPU microseconds of this process per message; 0 for a program in another process."""

    def combined_with(self, other: "RunResult") -> "RunResult":
        """Return the combined result of two runs of the same length."""
        rate = 2 / (1 / self.rate + 1 / other.rate)
        return RunResult(rate, (self.cpu + other.cpu) / 2)


def _loops() -> dict[str, Callable[[], asyncio.AbstractEventLoop] | None]:
    try:
        return {"": None, " on uvloop": import_module("uvloop").new_event_loop}
    except ImportError:
        return {"": None}


def _measure(
    runner: asyncio.Runner, fresh: Fresh, port: int, asked: argparse.Namespace, waits: list[float]
) -> Iterator[tuple[str, RunResult]]:
    yield from _measure_alone(runner, fresh, port, asked)
    studio, _ = _filled(fresh(), port, asked.messages, asked.connections)
    with closing(studio), _concurrent_writer(studio.settings.database.url, waits):
        yield "worker while others write", _timed_worker(runner, studio, asked)


def _measure_alone(
    runner: asyncio.Runner, fresh: Fresh, port: int, asked: argparse.Namespace
) -> Iterator[tuple[str, RunResult]]:
    messages, connections = asked.messages, asked.connections
    studio, message = _filled(fresh(), port, messages, connections)
    source = shutil.which("smtp-source") or "/usr/sbin/smtp-source"
    if Path(source).exists():
        rate = _smtp_source(source, port, messages, len(message), connections)
        yield _SOURCE, RunResult(rate, 0)
    with _timed(messages) as ours:
        runner.run(_ours(studio.settings.smtp, messages, message, connections))
    yield "our connection", ours[0]
    with _timed(messages) as before:
        runner.run(_bare(port, messages, message, connections))
    with closing(studio):
        yield "worker", _timed_worker(runner, studio, asked)
    with _timed(messages) as after:
        runner.run(_bare(port, messages, message, connections))
    yield _BARE, before[0].combined_with(after[0])


def _timed_worker(runner: asyncio.Runner, studio: Studio, asked: argparse.Namespace) -> RunResult:
    with _timed(asked.messages) as worker:
        report = runner.run(_worker(studio, asked.connections))
    if report.sent != asked.messages:
        raise SystemExit(f"Of {asked.messages} mails {report.sent} were sent: {report}")
    return worker[0]


@contextmanager
def _timed(messages: int) -> Iterator[list[RunResult]]:
    found: list[RunResult] = []
    start, cpu = time.perf_counter(), time.process_time()
    yield found
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    found.append(RunResult(messages / seconds, used / messages * 1e6))


@contextmanager
def _concurrent_writer(url: str, waits: list[float]) -> Iterator[None]:
    """Run a process that writes, and add the durations of its writes in seconds to ``waits``."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_write, args=(url, there))
    process.start()
    there.close()
    here.recv()
    try:
        yield
    finally:
        here.send("stop")
        waits += here.recv()
        process.join()


def _write(url: str, asked: Connection) -> None:
    studio = open_studio(Settings(database=Database(url=url)), FixedClock(_NOW))
    taken: list[float] = []
    asked.send("ready")
    while not asked.poll(_BETWEEN):
        start = time.perf_counter()
        with studio.store.writing():
            write_activity(None, _NOW, Verb.SEND_AGAIN, "bench")
        taken.append(time.perf_counter() - start)
    asked.send(taken)
    studio.close()


def _filled(url: str, port: int, messages: int, connections: int) -> tuple[Studio, bytes]:
    """Return a Studio with ``messages`` mails due, and one composed message."""
    smtp = Smtp(
        host="127.0.0.1",
        port=port,
        security=Security.NONE,
        sender=f"HR Studio <{_SENDER}>",
        connections=connections,
    )
    settings = Settings(database=Database(url=url), smtp=smtp)
    studio = open_studio(settings, FixedClock(_NOW))
    admin = sign_in(studio, Account("admin", "Admin"))
    people = (
        f"p{number}@example.org,Ann,Peeters{number},{random.choice(('en', 'nl', 'fr'))}"
        for number in range(messages)
    )
    text = "\n".join(("email,given_name,family_name,language", *people))
    imports.apply(studio, admin, hr_file.read(text.encode()))
    template = templates.find(studio, admin, "Regular")
    draft = PushDraft("Q1", _NOW.date(), _NOW.date() + timedelta(days=30))
    push = pushes.create(studio, admin, template.id, [draft])[0]
    everyone = Selection.matching(UserFilter()).unmark([admin.user_id])
    assign.assign(studio, admin, push, everyone)
    later = msgspec.structs.replace(settings)
    return Studio(studio.store, FixedClock(_NOW + timedelta(hours=1)), later), _message(studio)


def _message(studio: Studio) -> bytes:
    from studio_tui.services.outbox.messages import MessageBuilder
    from studio_tui.storage.outbox import deliveries

    with studio.store.reading():
        delivery = deliveries.deliveries_by_id([1], studio.now())[0]
    return MessageBuilder(studio).mail(delivery).message


async def _worker(studio: Studio, connections: int) -> WorkerReport:
    transports = [SmtpConnection(studio.settings.smtp) for _ in range(connections)]
    return await Worker(studio, transports).run(drain=True)


async def _bare(port: int, messages: int, message: bytes, connections: int) -> None:
    async def carry(count: int) -> None:
        async with SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
            for _ in range(count):
                await smtp.sendmail(_SENDER, ["p1@example.org"], message)

    await asyncio.gather(*map(carry, _shares(messages, connections)))


async def _ours(smtp: Smtp, messages: int, message: bytes, connections: int) -> None:
    async def carry(count: int) -> None:
        connection = SmtpConnection(smtp)
        for _ in range(count):
            outcome = await connection.send(_SENDER, "p1@example.org", message)
            if not isinstance(outcome, Delivered):
                raise SystemExit(f"smtp-sink does not take a mail: {outcome}")
        await connection.close()

    await asyncio.gather(*map(carry, _shares(messages, connections)))


def _shares(messages: int, connections: int) -> list[int]:
    return [len(range(number, messages, connections)) for number in range(connections)]


def _smtp_source(program: str, port: int, messages: int, size: int, connections: int) -> float:
    start = time.perf_counter()
    subprocess.run(
        [
            *(program, "-s", str(connections), "-m", str(messages), "-l", str(size)),
            *("-f", _SENDER, "-t", "p1@example.org", f"127.0.0.1:{port}"),
        ],
        check=True,
        capture_output=True,
    )
    return messages / (time.perf_counter() - start)


def _sink_program() -> Path:
    return Path(shutil.which("smtp-sink") or "/usr/sbin/smtp-sink")


@contextmanager
def _sink() -> Iterator[int]:
    program = _sink_program()
    if not program.exists():
        raise SystemExit("Install Postfix for smtp-sink: apt-get install postfix")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    running = subprocess.Popen([program, "-u", "nobody", f"127.0.0.1:{port}", "1000"])
    try:
        _await(port)
        yield port
    finally:
        running.terminate()
        running.wait()


def _await(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise SystemExit("smtp-sink does not answer")


def _print(rounds: list[dict[str, RunResult]], asked: argparse.Namespace) -> None:
    print(f"{asked.messages} messages, {asked.connections} connections, ", end="")
    print(f"median of {asked.rounds} rounds")
    print(f"{'':34}{'messages/s':>12}{'× bare loop':>13}{'× smtp-source':>15}{'µs of CPU':>11}")
    for label in sorted(rounds[0], key=lambda label: label.endswith("uvloop")):
        rate = statistics.median(each[label].rate for each in rounds)
        cpu = statistics.median(each[label].cpu for each in rounds)
        print(f"{label:34}{rate:>12,.0f}", end="")
        print(f"{_ratio(rounds, label, _BARE):>13.2f}", end="")
        print(f"{_ratio(rounds, label, _SOURCE):>15.2f}", end="")
        print(f"{cpu or '':>11.4}")


def _ratio(rounds: list[dict[str, RunResult]], label: str, to: str) -> float:
    """Return the median ratio to another figure of the same round and the same event loop."""
    to += " on uvloop" if label.endswith("uvloop") else ""
    return statistics.median(
        each[label].rate / each[to].rate if to in each else 0 for each in rounds
    )


def _print_waits(waits: list[float]) -> None:
    middle, high = statistics.median(waits), statistics.quantiles(waits, n=20)[-1]
    print(f"\nwrites of another process meanwhile, {len(waits)}: ", end="")
    print(
        f"median {middle * 1e3:.1f} ms, p95 {high * 1e3:.1f} ms, longest {max(waits) * 1e3:.0f} ms"
    )


if __name__ == "__main__":
    main()
