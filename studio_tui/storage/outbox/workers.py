"""The running workers, each of which regularly records that it is alive."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from peewee import fn

from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.storage.engine.tables import NotificationTable, WorkerTable
from studio_tui.storage.outbox.notifications import leases

_W: Any = WorkerTable
_N: Any = NotificationTable


class StoredWorker(NamedTuple):
    """A worker. Of one that did not register, only the lease and its mails are known."""

    lease: str
    host: str
    version: str
    pid: int | None
    started_at: datetime | None
    seen_at: datetime | None
    since: datetime | None
    """When it began to hold mail without a break."""
    mails: int
    until: datetime | None
    """The latest end of the leases of its mails."""


def begin(lease: str, host: str, version: str, pid: int, now: datetime) -> None:
    """Register a worker that starts."""
    _W.insert(
        lease=lease, host=host, version=version, pid=pid, started_at=now, seen_at=now, since=None
    ).execute()


def record_heartbeat(lease: str, now: datetime, *, sending: bool) -> None:
    """Record that a worker is alive. ``sending``: it holds mail, or is about to."""
    since = fn.COALESCE(_W.since, now) if sending else None
    _W.update(seen_at=now, since=since).where(_W.lease == lease).execute()


def end(lease: str) -> None:
    """Remove a worker that has ended."""
    _W.delete().where(_W.lease == lease).execute()


def remove_stale(before: datetime) -> None:
    """Remove the workers that were last seen before then and hold no mail."""
    holding = _N.select(_N.lease).where(_N.state == NotificationState.SENDING)
    _W.delete().where(_W.seen_at < before, _W.lease.not_in(holding)).execute()


def workers() -> Sequence[StoredWorker]:
    """Return all workers in the order in which they began, then those that did not register."""
    held = {lease: (mails, until) for lease, mails, until in leases()}
    known = [
        StoredWorker(
            *(row.lease, row.host, row.version, row.pid, row.started_at, row.seen_at, row.since),
            *held.pop(row.lease, (0, None)),
        )
        for row in _W.select().order_by(_W.started_at, _W.lease)
    ]
    others = [
        StoredWorker(lease, "", "", None, None, None, None, mails, until)
        for lease, (mails, until) in sorted(held.items())
    ]
    return known + others
