"""The running workers, the mail they hold, and the release of mail that a dead worker holds."""

import os
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from studio_tui import __version__
from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import NotFound, Refused
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.outbox import outbox_count, worker_queue, workers
from studio_tui.storage.outbox.workers import StoredWorker

SEEN_EVERY = timedelta(minutes=1)
"""Interval at which a worker reports that it is alive."""
_DEAD_AFTER = 3 * SEEN_EVERY
_REMOVED_AFTER = timedelta(days=1)


class WorkerState(StrEnum):
    """The activity of a worker."""

    IDLE = "idle"
    SENDING = "sending"
    GONE = "gone"
    """The worker has not reported for three minutes; or it never reports and its lease has
    ended."""


@dataclass(frozen=True, slots=True)
class SeenWorker:
    """A worker with its current state, identified by the name of its lease."""

    known: StoredWorker
    state: WorkerState


def begin(studio: Studio, lease: str) -> None:
    """Register a worker of this process."""
    now = studio.now()
    with studio.store.writing_unflushed():
        workers.remove_stale(now - _REMOVED_AFTER)
        workers.begin(lease, socket.gethostname(), __version__, os.getpid(), now)


def seen(studio: Studio, lease: str, *, sending: bool) -> None:
    """Record that a worker is alive."""
    with studio.store.writing_unflushed():
        workers.record_heartbeat(lease, studio.now(), sending=sending)
        outbox_count.sum_up()


def end(studio: Studio, lease: str) -> None:
    """Remove a worker that has ended."""
    with studio.store.writing_unflushed():
        workers.end(lease)


def every(studio: Studio) -> Sequence[SeenWorker]:
    """Return all workers, in the order in which they began."""
    with studio.store.reading():
        found = workers.workers()
    now = studio.now()
    return [SeenWorker(each, _state(each, now)) for each in found]


def free(studio: Studio, lease: str) -> int:
    """Put the mail that a dead worker still holds back in the queue; returns the number of mails.

    Raises `NotFound` if no such worker exists, and `Refused` if it is running: another worker would
    send its current mail a second time.
    """
    with studio.store.writing():
        now = studio.now()
        named = [each for each in workers.workers() if each.lease == lease]
        if not named:
            raise NotFound(f"There is no worker {lease}: “studio-tui worker list” names them.")
        if _state(named[0], now) is not WorkerState.GONE:
            raise Refused(f"Worker {lease} is at work: stop it, and it hands back what it holds.")
        freed = worker_queue.release_all(lease, now)
        workers.end(lease)
        write_activity(None, now, Verb.FREE_WORKER, lease, after={"mails": freed})
    return freed


def _state(worker: StoredWorker, now: datetime) -> WorkerState:
    if worker.seen_at is None:
        # Workers of older versions do not report: they count as running as long as their lease
        # lasts.
        lasts = worker.until is not None and worker.until > now
        return WorkerState.SENDING if lasts else WorkerState.GONE
    if now - worker.seen_at > _DEAD_AFTER:
        return WorkerState.GONE
    return WorkerState.SENDING if worker.mails else WorkerState.IDLE
