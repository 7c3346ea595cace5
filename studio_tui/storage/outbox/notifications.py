"""The outbox as it is read, and what people do with single mails in it (N4, N10).

What events write into it is in `storage.outbox.enqueue`, what sends from it in
`storage.outbox.worker_queue`.
"""

from collections.abc import Mapping
from datetime import datetime

from studio_tui.domain.outbox.kinds import KEPT_BY_HAND, Capacity, Kind
from studio_tui.domain.outbox.notification import (
    Notification,
    NotificationFilter,
    NotificationState,
)
from studio_tui.domain.people.users import full_name
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.shared.text import fold_search
from studio_tui.storage.engine.fields import instant_of
from studio_tui.storage.engine.sql import (
    Clause,
    among,
    containing,
    execute,
    known_instant,
    one_of,
    rows,
    scalar,
    selected,
)
from studio_tui.storage.engine.unit import is_sqlite
from studio_tui.storage.lists.keyset import Listing
from studio_tui.storage.outbox.invitations import ABOUT
from studio_tui.storage.outbox.worker_queue import template_name

_ALONE = "notification n"
_BY_USER = f"{_ALONE} JOIN users u ON u.id = n.recipient_id"
_FROM = f"{_BY_USER} {ABOUT}"
_USERS_FIRST = "users u CROSS JOIN notification n ON n.recipient_id = u.id"
"""In the order of the users, which SQLite takes as it is written."""
_ABOUT_KEY = "COALESCE(p.name_key, t.name_key, '')"
_HELD = "(n.state = 'queued' AND n.attempts = 0 AND n.due_at > ?)"
_SORTS = {
    "due_at": "n.due_at",
    "sent_at": "COALESCE(n.sent_at, n.due_at)",
    "recipient": "u.sort_name",
    "state": "n.state",
    "push": _ABOUT_KEY,
}


def notification_clause(filter_: NotificationFilter, now: datetime) -> Clause:
    """The notifications ``n`` that a filter matches."""
    words = filter_.text.split()
    clause = Clause("(1 = 1)")
    for word in words:
        clause &= containing("u.search", [fold_search(word)]) | containing(
            _ABOUT_KEY, [fold_search(word)]
        )
    if filter_.state is not None:
        clause &= _state_clause(filter_.state, now)
    if filter_.push_id is not None:
        clause &= Clause("(n.push_id IS NOT NULL AND n.push_id = ?)", (filter_.push_id,))
    if filter_.recipient_id is not None:
        clause &= Clause("n.recipient_id = ?", (filter_.recipient_id,))
    return clause


def notification_listing(filter_: NotificationFilter, sort: Sort, now: datetime) -> Listing:
    """The notifications that a filter matches."""
    key = _SORTS.get(sort.column, _SORTS["due_at"])
    by_user = sort.column == "recipient"
    whole = _FROM if filter_.text or key == _ABOUT_KEY else _BY_USER if by_user else _ALONE
    return Listing(
        _FROM if filter_.text else _ALONE,
        "n.id",
        notification_clause(filter_, now),
        key,
        descending=sort.descending,
        narrowed=filter_ != NotificationFilter(),
        computed=key == _ABOUT_KEY,
        whole=whole,
        walked=_USERS_FIRST if whole == _BY_USER and is_sqlite() else "",
    )


def ids_caused_by(activity_id: int) -> list[int]:
    """The notifications that an act wrote: users first, by name."""
    return [
        found
        for (found,) in rows(
            f"SELECT n.id FROM {_FROM} WHERE n.caused_by_id = ? "
            "ORDER BY n.capacity DESC, u.sort_name, u.id",
            activity_id,
        )
    ]


def samples_caused_by(activity_id: int) -> list[int]:
    """Of the notifications that an act wrote, one of each kind, capacity and language."""
    return [
        found
        for (found,) in rows(
            f"SELECT MIN(n.id) FROM {_FROM} WHERE n.caused_by_id = ? "
            "GROUP BY n.kind, n.capacity, u.language",
            activity_id,
        )
    ]


def matching_notifications(
    filter_: NotificationFilter, ids: list[int], now: datetime
) -> frozenset[int]:
    """Those of ``ids`` that a filter matches."""
    clause = notification_clause(filter_, now) & among("n.id", ids)
    return frozenset(
        found for (found,) in rows(f"SELECT n.id FROM {_FROM} WHERE {clause.text}", *clause.params)
    )


def count_selected(selection: Selection[NotificationFilter], now: datetime) -> int:
    """How many notifications a selection holds."""
    clause = _selected(selection, now)
    return int(scalar(f"SELECT COUNT(*) FROM {_FROM} WHERE {clause.text}", *clause.params))


def notifications_by_id(ids: list[int], now: datetime) -> list[Notification]:
    """These notifications, in the order of ``ids``."""
    wanted = among("n.id", ids)
    about = _about(ids)
    found = {
        row[0]: Notification(
            id=row[0],
            key=row[1],
            kind=Kind(row[2]),
            capacity=Capacity(row[3]),
            state=NotificationState.HELD if row[4] else NotificationState(row[5]),
            recipient_id=row[6],
            recipient=row[7],
            name=full_name(row[8], row[9]),
            to=row[10],
            push_id=row[11],
            push=row[12] or "",
            about=about.get(row[0], ()),
            due_at=known_instant(row[13]),
            attempts=row[14],
            sent_at=instant_of(row[15]),
            error=row[16],
            template=template_name(row[17]) if row[17] else "",
        )
        for row in rows(
            f"SELECT n.id, n.key, n.kind, n.capacity, {_HELD}, n.state, u.id, u.login, "
            "u.given_name, u.family_name, COALESCE(n.former_address, n.sent_to, u.email), "
            "n.push_id, p.name, n.due_at, n.attempts, n.sent_at, n.error, "
            "CASE WHEN n.conversation_id IS NOT NULL "
            "THEN COALESCE(p.definition, c.definition, t.definition) END "
            f"FROM {_FROM} WHERE {wanted.text}",
            now,
            *wanted.params,
        )
    }
    return [found[notification_id] for notification_id in ids if notification_id in found]


def retry(selection: Selection[NotificationFilter], now: datetime) -> list[int]:
    """Let what failed of a selection be due once more (N10); returns which."""
    notifications = _selected(selection, now)
    return [
        found
        for (found,) in rows(
            "UPDATE notification SET state = 'queued', due_at = ?, attempts = 0, "
            "dated_at = NULL, error = NULL WHERE state = 'failed' "
            f"AND id IN (SELECT n.id FROM {_FROM} WHERE {notifications.text}) RETURNING id",
            now,
            *notifications.params,
        )
    ]


def drop_untrue(reasons: Mapping[int, str]) -> None:
    """Drop these that wait, each for its reason."""
    for reason in dict.fromkeys(reasons.values()):
        ids = [each for each, why in reasons.items() if why == reason]
        wanted = among("id", ids)
        execute(
            "UPDATE notification SET state = 'dropped', error = ? WHERE state = 'queued' "
            f"AND {wanted.text}",
            reason,
            *wanted.params,
        )


def send_again(selection: Selection[NotificationFilter], activity_id: int, at: datetime) -> int:
    """Write what was sent of a selection once more, each as a notification of its own; returns how
    many (N10)."""
    notifications = _selected(selection, at)
    suffix = f"-again-{activity_id}"
    cursor = execute(
        "INSERT INTO notification (key, kind, capacity, state, push_id, conversation_id, sequence, "
        "recipient_id, caused_by_id, created_at, due_at, attempts) "
        "SELECT n.key || CAST(? AS TEXT), n.kind, n.capacity, 'queued', n.push_id, "
        "n.conversation_id, n.sequence, n.recipient_id, ?, ?, ?, 0 "
        f"FROM {_FROM} WHERE n.state = 'sent' AND {notifications.text}",
        suffix,
        activity_id,
        at,
        at,
        *notifications.params,
    )
    execute(
        "INSERT INTO notification_user (notification_id, user_id) "
        "SELECT again.id, x.user_id FROM notification again "
        "JOIN notification n ON again.key = n.key || CAST(? AS TEXT) "
        "JOIN notification_user x ON x.notification_id = n.id WHERE again.caused_by_id = ?",
        suffix,
        activity_id,
    )
    return int(cursor.rowcount)


def drop(selection: Selection[NotificationFilter], reason: str, now: datetime) -> int:
    """Drop what waits or failed of a selection, of the kinds that can be dropped (N10); returns how
    many."""
    notifications = _selected(selection, now)
    droppable = ~one_of("kind", KEPT_BY_HAND)
    cursor = execute(
        "UPDATE notification SET state = 'dropped', error = ? WHERE state IN ('queued', 'failed') "
        f"AND {droppable.text} AND id IN (SELECT n.id FROM {_FROM} WHERE {notifications.text})",
        reason,
        *droppable.params,
        *notifications.params,
    )
    return int(cursor.rowcount)


def state_counts(now: datetime) -> dict[NotificationState, int]:
    """How many notifications are in each state."""
    return {
        NotificationState(state): count
        for state, count in rows(
            f"SELECT CASE WHEN {_HELD} THEN 'held' ELSE n.state END, COUNT(*) "
            "FROM notification n GROUP BY 1",
            now,
        )
    }


def waiting_since(now: datetime) -> datetime | None:
    """Since when the oldest of what should have left waits; None where nothing does."""
    found = scalar(
        "SELECT MIN(CASE WHEN error IS NULL THEN due_at ELSE COALESCE(dated_at, due_at) END) "
        "FROM notification WHERE state = 'queued' AND (due_at <= ? OR error IS NOT NULL)",
        now,
    )
    return instant_of(found)


def leases() -> list[tuple[str, int, datetime]]:
    """Each worker that is sending: its lease, how many mails it holds, and until when at most."""
    return [
        (lease, count, known_instant(until))
        for lease, count, until in rows(
            "SELECT lease, COUNT(*), MAX(due_at) FROM notification WHERE state = 'sending' "
            "GROUP BY lease ORDER BY lease"
        )
    ]


def last_sent_at() -> datetime | None:
    """When the server last took a mail."""
    return instant_of(scalar("SELECT MAX(sent_at) FROM notification WHERE state = 'sent'"))


def last_error() -> tuple[str, str] | None:
    """Address and words of the newest mail that failed or is to be tried again."""
    found = rows(
        f"SELECT COALESCE(n.former_address, n.sent_to, u.email), n.error FROM {_FROM} "
        "WHERE n.error IS NOT NULL AND n.state IN ('queued', 'failed') "
        "ORDER BY COALESCE(n.dated_at, n.due_at) DESC, n.id DESC LIMIT 1"
    )
    return (found[0][0], found[0][1]) if found else None


def _selected(selection: Selection[NotificationFilter], now: datetime) -> Clause:
    return selected(selection, lambda filter_: notification_clause(filter_, now), "n.id")


def _state_clause(state: NotificationState, now: datetime) -> Clause:
    held = Clause(_HELD, (now,))
    if state is NotificationState.HELD:
        return held
    clause = Clause("n.state = ?", (str(state),))
    return clause & ~held if state is NotificationState.QUEUED else clause


def _about(ids: list[int]) -> dict[int, tuple[str, ...]]:
    wanted = among("x.notification_id", ids)
    found: dict[int, list[str]] = {}
    for notification_id, login in rows(
        "SELECT x.notification_id, u.login FROM notification_user x "
        f"JOIN users u ON u.id = x.user_id WHERE {wanted.text} ORDER BY u.sort_name, u.id",
        *wanted.params,
    ):
        found.setdefault(notification_id, []).append(login)
    return {notification_id: tuple(logins) for notification_id, logins in found.items()}
