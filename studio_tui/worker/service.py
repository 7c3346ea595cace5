"""The worker as a service of its own: ``studio-tui worker``, which runs until it is stopped."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from importlib import import_module
from typing import Any

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.mail.oauth2.tokens import tokens_of
from studio_tui.mail.secrets import find
from studio_tui.mail.transport.failover import FailoverConnection, RelayStates
from studio_tui.mail.transport.smtp import SmtpConnection
from studio_tui.services.activity import verify
from studio_tui.services.outbox import delivery
from studio_tui.services.system.context import Studio
from studio_tui.services.system.daily import run_daily_jobs
from studio_tui.wording.counting import counted
from studio_tui.worker.advice import in_words
from studio_tui.worker.loop import Worker, WorkerReport
from studio_tui.worker.timing import Pace

NO_SERVER = (
    "No mail server is set up, so that mail waits in the outbox: "
    "set host and sender in [smtp] of config.toml."
)
_SWITCH_INTERVAL = 0.0005
"""Seconds after which a running thread yields to the others of this process."""
_PROGRESS_EVERY = timedelta(minutes=1)
_ANCHOR_AFTER, _ANCHOR_EVERY = timedelta(minutes=1), timedelta(days=7)


class LogEventKind(StrEnum):
    """The type of a line in the log."""

    STARTED = "started"
    PROGRESS = "progress"
    """Mail was sent since the last line; logged at most once a minute."""
    DOWN = "down"
    """The server accepts no mail, or the database does not answer; mail waits."""
    UP = "up"
    """Both answer again."""
    CLOCK = "clock"
    """The clock of this host is wrong; mail is sent all the same."""
    ANCHOR = "anchor"
    """The anchor of the activity (A3); logged soon after the start, and weekly."""
    LIMITED = "limited"
    """Mail waits because of a limit of the settings; logged once until the wait is over."""
    CONNECTIONS = "connections"
    """The server allows fewer connections than the settings ask for."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One line of a worker's log."""

    at: datetime
    what: LogEventKind
    words: str
    """The line as text for people."""
    report: WorkerReport
    """The counts since the start."""
    waiting: int | None = None
    """Number of mails that wait in the outbox; given only at the end."""

    @property
    def _other_fault(self) -> str | None:
        if self.report.away:
            return "database"
        return "restored" if self.report.stopped else None

    def as_json(self) -> str:
        """Return the line as JSON, for programs that collect logs."""
        down = self.report.down
        return json.dumps(
            {
                "at": self.at.isoformat(),
                "event": self.what,
                "message": self.words,
                "sent": self.report.sent,
                "failed": self.report.failed,
                "deferred": self.report.deferred,
                "waiting": self.waiting,
                "fault": down.fault if down else self._other_fault,
            }
        )


def transports_of(studio: Studio) -> list[SmtpConnection] | list[FailoverConnection]:
    """Return the connections of the settings; raises `Refused` if no server is set up."""
    smtp = studio.settings.smtp
    if not smtp.host or not smtp.sender:
        raise Refused(NO_SERVER)
    smtp.require_usable()
    found = find(smtp) if smtp.has_secret else None
    password = found.password if found else None
    tokens = tokens_of(smtp, password)
    if not smtp.next_hosts:
        return [SmtpConnection(smtp, password, tokens) for _ in range(smtp.connections)]
    servers = smtp.in_order()
    relays = RelayStates(len(servers))
    return [
        FailoverConnection([SmtpConnection(each, password, tokens) for each in servers], relays)
        for _ in range(smtp.connections)
    ]


def run_worker(
    studio: Studio, *, drain: bool, report: Callable[[LogEvent], None], pace: Pace | None = None
) -> int:
    """Send until SIGTERM or SIGINT or, with ``drain``, until nothing is due; return the exit code.

    0: all due mail has been dealt with, or the worker was stopped; 1: with ``drain``, mail waits
    because the server does not accept it or the database does not answer. When it is stopped, the
    worker finishes what is on the wire and hands the rest back; a second signal changes nothing.
    ``report`` is called with each line of the log.
    """
    with suppress(Unavailable):
        # Before the worker starts: it cannot run without a mail server, and this is due all the
        # same.
        run_daily_jobs(studio)
    worker = _run_fast(_run(studio, drain, _Log(studio, report), pace))
    return 1 if drain and (worker.down or worker.away or worker.stopped) else 0


def shorten_thread_switches() -> None:
    """Make the threads of this process switch more often than by default.

    Otherwise a thread that holds a database lock would keep it while it waits for its turn.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL)


def _run_fast(main: Coroutine[Any, Any, WorkerReport]) -> WorkerReport:
    """Run ``main`` on uvloop if that is installed (the extra ``fast``)."""
    try:
        factory = import_module("uvloop").new_event_loop
    except ImportError:
        factory = None
    shorten_thread_switches()
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)


async def _run(studio: Studio, drain: bool, log: "_Log", pace: Pace | None) -> WorkerReport:
    worker = Worker(studio, transports_of(studio), watch=log.watch, pace=pace)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    log.write(LogEventKind.STARTED, "Sending mail until stopped.", worker.report)
    anchors = None if drain else asyncio.create_task(_log_anchors(studio, worker, log))
    try:
        done = await worker.run(drain=drain)
    finally:
        if anchors is not None:
            anchors.cancel()
    waiting = None
    with suppress(Unavailable):
        waiting = (await asyncio.to_thread(delivery.waiting, studio))[0]
    log.write(LogEventKind.STOPPED, _count(done, waiting), done, waiting)
    return done


async def _log_anchors(studio: Studio, worker: Worker, log: "_Log") -> None:
    """Log the anchor of the activity (A3): the log is outside the reach of the database."""
    await asyncio.sleep(_ANCHOR_AFTER.total_seconds())
    while True:
        # If the database is unreachable, the anchor is logged the next time.
        with suppress(Unavailable):
            found = await asyncio.to_thread(verify.anchor, studio)
            words = f"Anchor of the activity, for “activity verify --against”: {found}"
            log.write(LogEventKind.ANCHOR, words, worker.report)
        await asyncio.sleep(_ANCHOR_EVERY.total_seconds())


class _Log:
    """Turns the reports of a worker into the few log lines that are worth reading."""

    def __init__(self, studio: Studio, report: Callable[[LogEvent], None]) -> None:
        self._studio = studio
        self._report = report
        self._down = ""
        self._clock = ""
        self._limited = ""
        self._connections: int | None = None
        self._logged_at = studio.now()

    def watch(self, now: WorkerReport) -> None:
        """Log the change in ``now``, the report of the worker, if it is worth a line."""
        if now.clock and now.clock != self._clock:
            self.write(LogEventKind.CLOCK, now.clock, now)
        self._clock = now.clock
        words = _what_is_down(now)
        if now.limited and not self._limited:
            self.write(LogEventKind.LIMITED, _waits(now.limited), now)
        self._limited = now.limited
        if now.connections != self._connections and now.connections:
            self._connections = now.connections
            self.write(LogEventKind.CONNECTIONS, _fewer(now.connections), now)
        elif words and words != self._down:
            self.write(LogEventKind.DOWN, words, now)
        elif self._down and not words:
            self.write(LogEventKind.UP, "Mail is sent again.", now)
        elif self._studio.now() - self._logged_at >= _PROGRESS_EVERY:
            self.write(LogEventKind.PROGRESS, _count(now), now)

    def write(
        self, what: LogEventKind, words: str, now: WorkerReport, waiting: int | None = None
    ) -> None:
        """Write a line."""
        self._down = _what_is_down(now)
        self._logged_at = self._studio.now()
        self._report(LogEvent(self._logged_at, what, words, now, waiting))


def _what_is_down(report: WorkerReport) -> str:
    return in_words(report.down) if report.down else report.away or report.stopped


def _waits(limited: str) -> str:
    return f"Mail waits because of a limit of the settings: {limited}."


def _fewer(connections: int) -> str:
    allowed = counted(connections, "connection")
    return f"The mail server allows {allowed} at once: the Studio uses no more (smtp.connections)."


def _count(report: WorkerReport, waiting: int | None = None) -> str:
    counts = f"{report.sent:,} sent, {report.failed:,} failed"
    return f"{counts}, {waiting:,} waiting." if waiting is not None else f"{counts}."
