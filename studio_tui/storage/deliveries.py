"""What a worker does with the outbox: claim, load, settle (N4, N6).

A claim is one statement, so that two workers never take the same row. While a notification is
being sent, ``due_at`` is the end of its lease: once that has passed, anybody may claim it again.
"""

import json
import zlib
from collections.abc import Collection
from datetime import datetime

from studio_tui.domain.notifications import Capacity, Delivery, Kind, Person
from studio_tui.domain.users import full_name
from studio_tui.storage.sql import (
    Clause,
    among,
    day,
    execute,
    is_sqlite,
    known_instant,
    rows,
    scalar,
)


def claim(lease: str, now: datetime, until: datetime, limit: int) -> list[int]:
    """Take up to ``limit`` notifications that are due, for the worker ``lease``, until then."""
    skip = "" if is_sqlite() else "FOR UPDATE SKIP LOCKED"
    return [
        found
        for (found,) in rows(
            "UPDATE notification SET state = 'sending', lease = ?, due_at = ?, "
            "dated_at = COALESCE(dated_at, ?) WHERE id IN ("
            "SELECT id FROM notification WHERE state IN ('queued', 'sending') AND due_at <= ? "
            f"ORDER BY due_at, id LIMIT ? {skip}) RETURNING id",
            lease,
            until,
            now,
            now,
            limit,
        )
    ]


def deliveries(ids: Collection[int]) -> list[Delivery]:
    """These notifications with all that is true of them at this moment, in order of id."""
    wanted = among("n.id", ids)
    about = _people(ids)
    return [
        Delivery(
            id=row[0],
            key=row[1],
            kind=Kind(row[2]),
            capacity=Capacity(row[3]),
            attempts=row[4],
            dated_at=known_instant(row[5]),
            created_at=known_instant(row[6]),
            name=full_name(row[7], row[8]),
            given_name=row[7],
            address=row[9],
            language=row[10],
            time_zone=row[11],
            recipient_active=bool(row[12]),
            push=row[13],
            template=json.loads(row[14])["name"],
            deadline=day(row[15]),
            closed=row[16] is not None,
            about=about.get(row[0], ()),
        )
        for row in rows(
            "SELECT n.id, n.key, n.kind, n.capacity, n.attempts, COALESCE(n.dated_at, n.due_at), "
            "n.created_at, u.given_name, u.family_name, u.email, u.language, u.time_zone, "
            "u.active, p.name, p.definition, p.deadline, p.closed_at FROM notification n "
            "JOIN users u ON u.id = n.recipient_id JOIN push p ON p.id = n.push_id "
            f"WHERE {wanted.text} ORDER BY n.id",
            *wanted.params,
        )
    ]


def settle_sent(
    notification_id: int, lease: str, address: str, at: datetime, message: bytes
) -> bool:
    """Write that the server took it, and keep what it took; whether the lease was still ours."""
    ours = _settle(
        notification_id,
        lease,
        Clause(
            "state = 'sent', sent_to = ?, sent_at = ?, attempts = attempts + 1, error = NULL",
            (address, at),
        ),
    )
    if ours:
        execute(
            "INSERT INTO notification_mail (notification_id, message) VALUES (?, ?) "
            "ON CONFLICT (notification_id) DO UPDATE SET message = excluded.message",
            notification_id,
            zlib.compress(message),
        )
    return ours


def sent_message(notification_id: int) -> bytes | None:
    """The mail as it was handed to the server, None where it was not."""
    found = scalar(
        "SELECT message FROM notification_mail WHERE notification_id = ?", notification_id
    )
    return zlib.decompress(found) if found is not None else None


def settle_failed(notification_id: int, lease: str, address: str, words: str) -> bool:
    """Write that it will never arrive, with the server's words; whether the lease was ours."""
    return _settle(
        notification_id,
        lease,
        Clause(
            "state = 'failed', sent_to = ?, attempts = attempts + 1, error = ?", (address, words)
        ),
    )


def settle_dropped(notification_id: int, lease: str, reason: str) -> bool:
    """Write that it is no longer true, and why; whether the lease was ours."""
    return _settle(notification_id, lease, Clause("state = 'dropped', error = ?", (reason,)))


def settle_later(
    notification_id: int, lease: str, due_at: datetime, words: str | None, *, tried: bool
) -> bool:
    """Put it back to be tried again at ``due_at``; whether the lease was ours."""
    return _settle(
        notification_id,
        lease,
        Clause(
            "state = 'queued', due_at = ?, error = ?, attempts = attempts + ?",
            (due_at, words, int(tried)),
        ),
    )


def hand_back(lease: str, now: datetime) -> int:
    """Give back everything a worker still holds; returns how many."""
    cursor = execute(
        "UPDATE notification SET state = 'queued', due_at = ?, lease = NULL "
        "WHERE state = 'sending' AND lease = ?",
        now,
        lease,
    )
    return int(cursor.rowcount)


def next_due() -> datetime | None:
    """When the next notification is due, None where nothing waits."""
    found = scalar(
        "SELECT due_at FROM notification WHERE state IN ('queued', 'sending') "
        "ORDER BY due_at LIMIT 1"
    )
    return known_instant(found) if found is not None else None


def _settle(notification_id: int, lease: str, change: Clause) -> bool:
    cursor = execute(
        f"UPDATE notification SET {change.text}, lease = NULL "
        "WHERE id = ? AND lease = ? AND state = 'sending'",
        *change.params,
        notification_id,
        lease,
    )
    return bool(cursor.rowcount)


def _people(ids: Collection[int]) -> dict[int, tuple[Person, ...]]:
    wanted = among("n.id", ids)
    found: dict[int, list[Person]] = {}
    for notification_id, given, family, active, assigned, done in rows(
        "SELECT n.id, u.given_name, u.family_name, u.active, "
        "a.id IS NOT NULL, c.finished_at IS NOT NULL "
        "FROM notification n JOIN notification_user x ON x.notification_id = n.id "
        "JOIN users u ON u.id = x.user_id "
        "LEFT JOIN assignment a ON a.push_id = n.push_id AND a.user_id = u.id "
        "AND a.unassigned_at IS NULL LEFT JOIN conversation c ON c.assignment_id = a.id "
        f"WHERE {wanted.text} ORDER BY n.id, u.sort_name, u.id",
        *wanted.params,
    ):
        person = Person(full_name(given, family), bool(active), bool(assigned), bool(done))
        found.setdefault(notification_id, []).append(person)
    return {notification_id: tuple(people) for notification_id, people in found.items()}
