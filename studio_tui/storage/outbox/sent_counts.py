"""Counts of recently sent mails, for the limits that all workers share (N14).

Mails are counted by second for a minute and by minute for a day, as results are written. The
remaining quota is therefore known without reading the mails. Every worker that starts rebuilds the
counts from the outbox.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from peewee import EXCLUDED, fn

from studio_tui.domain.outbox.limits import DAY, MINUTE, SendingLimits
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.shared.addresses import domain_of
from studio_tui.storage.engine.expressions import N, U, among, column
from studio_tui.storage.engine.expressions import count as count_rows
from studio_tui.storage.engine.fields import literal
from studio_tui.storage.engine.prepared import Prepared, given
from studio_tui.storage.engine.sql import hold_lock, required_instant
from studio_tui.storage.engine.tables import SentCount
from studio_tui.storage.outbox.worker_queue import is_waiting

_S: Any = SentCount
_BY_SECOND, _BY_MINUTE = 1, 60
"""Length of a bucket in seconds."""
_ALL = ""
"""The domain of a count of all mails."""
_LOCK = 0x53_4D_4C_49
"""PostgreSQL advisory lock under which one worker at a time checks the quota and claims mails."""


class SendingQuota(NamedTuple):
    """The number of mails that may be sent in addition to those being sent."""

    mails: int | None
    """None: any number."""
    reached: str
    """The setting of the limit that is reached; empty if none is."""


def lock() -> None:
    """Keep other workers from claiming or counting mails until this transaction ends."""
    hold_lock(_LOCK)


def quota(limits: SendingLimits, now: datetime) -> SendingQuota:
    """Return how many more mails the limits allow. Mails being sent count as sent."""
    sending, found = _sending(), []
    for name, most, span, within in (
        ("per_minute", limits.per_minute, _BY_SECOND, MINUTE.total_seconds()),
        ("per_day", limits.per_day, _BY_MINUTE, DAY.total_seconds()),
    ):
        if most:
            found.append((max(most - sending - _sent(span, now, within), 0), name))
    if not found:
        return SendingQuota(None, "")
    mails, name = min(found)
    return SendingQuota(mails, name if not mails else "")


def domain_quotas(limits: SendingLimits, now: datetime) -> dict[str, int]:
    """Return how many more mails are allowed to each domain that got mail within a minute.

    Mails being sent count as sent.
    """
    if not limits.per_domain_minute:
        return {}
    since = _bucket(now, _BY_SECOND) - int(MINUTE.total_seconds())
    used = Counter(
        dict(
            _S.select(_S.domain, fn.SUM(_S.sent))
            .where(_S.span == _BY_SECOND, _S.bucket >= since, _S.domain != _ALL)
            .group_by(_S.domain)
            .tuples()
        )
    )
    for address in column(
        N.select(U.email_key)
        .join(U, on=U.id == N.recipient)
        .where(N.state == literal(NotificationState.SENDING))
    ):
        used[domain_of(address)] += 1
    return {domain: limits.per_domain_minute - number for domain, number in used.items()}


def domains(ids: Collection[int]) -> dict[int, str]:
    """Return the recipient's domain of each of these notifications."""
    found = N.select(N.id, U.email_key).join(U, on=U.id == N.recipient).where(among(N.id, ids))
    return {each: domain_of(address) for each, address in found.tuples()}


def count(sent: Iterable[tuple[datetime, str]], limits: SendingLimits, now: datetime) -> None:
    """Count sent mails, each an instant and an address; delete the buckets that no limit needs."""
    counted: Counter[tuple[int, int, str]] = Counter()
    for at, address in sent:
        counted[_BY_SECOND, _bucket(at, _BY_SECOND), _ALL] += 1
        counted[_BY_MINUTE, _bucket(at, _BY_MINUTE), _ALL] += 1
        if limits.per_domain_minute:
            counted[_BY_SECOND, _bucket(at, _BY_SECOND), domain_of(address)] += 1
    if not counted:
        return
    # In a fixed order, so that two workers cannot deadlock.
    values = [(*key, number) for key, number in sorted(counted.items())]
    adding = _S.insert_many(values, fields=[_S.span, _S.bucket, _S.domain, _S.sent])
    adding.on_conflict(
        conflict_target=[_S.span, _S.bucket, _S.domain],
        update={_S.sent: _S.sent + EXCLUDED.sent},
    ).as_rowcount().execute()
    for span, within in ((_BY_SECOND, 2 * MINUTE), (_BY_MINUTE, DAY + MINUTE)):
        past = _bucket(now - within, span)
        _S.delete().where(_S.span == span, _S.bucket < past).execute()


def rebuild(limits: SendingLimits, now: datetime) -> None:
    """Rebuild the counts from the outbox: others may have sent mails without limits."""
    _S.delete().execute()
    count(_sent_since(now), limits, now)


def by_minute(now: datetime) -> list[tuple[datetime, int]]:
    """Return the number of mails sent in each minute of the last 24 hours, in order of time.

    Each is the last instant of the minute and the number. Mails being sent count as sent now.
    """
    found = Counter(_bucket(at, _BY_MINUTE) for at, _ in _sent_since(now))
    sent = [
        (min(datetime.fromtimestamp(bucket, UTC) + MINUTE, now), number)
        for bucket, number in sorted(found.items())
    ]
    return [*sent, (now, _sending())]


def due(now: datetime) -> int:
    """Return how many mails are due."""
    due_by_now = (N.state == literal(NotificationState.QUEUED)) & (N.due_at <= now)
    return count_rows(N.select().where(is_waiting(N), due_by_now))


def _sending() -> int:
    return count_rows(N.select().where(N.state == literal(NotificationState.SENDING)))


class _Sent(NamedTuple):
    at: Any
    address: str | None


_SENT_SINCE = Prepared(
    _Sent,
    lambda: N.select(N.sent_at, N.sent_to).where(
        # The indexed expression covers both columns.
        fn.COALESCE(N.sent_at, N.due_at) > given("since"),
        N.state == literal(NotificationState.SENT),
        N.sent_at.is_null(False),
    ),
)


def _sent_since(now: datetime) -> list[tuple[datetime, str]]:
    found = _SENT_SINCE.rows(since=now - DAY)
    return [(required_instant(row.at), row.address or "") for row in found]


def _sent(span: int, now: datetime, within: float) -> int:
    since = _bucket(now, span) - int(within)
    counted = _S.select(fn.SUM(_S.sent)).where(
        _S.span == span, _S.bucket >= since, _S.domain == _ALL
    )
    return int(counted.scalar() or 0)


def _bucket(at: datetime, span: int) -> int:
    seconds = int(at.timestamp())
    return seconds - seconds % span
