"""What events write into the outbox, for any number of people at once (N1, N2, P6, P7).

Everything is written by the activity that causes it; what was told before under the same key is
not told again, and what was dropped unsent is taken up once more.
"""

from dataclasses import dataclass
from datetime import datetime

from studio_tui.domain.outbox.kinds import NOTICES, Capacity, Kind
from studio_tui.domain.outbox.notification import key_around_recipient
from studio_tui.storage.engine.sql import EVERYBODY, Clause, execute, one_of, scalar
from studio_tui.storage.people.managers import managing
from studio_tui.storage.pushes.act_snapshot import fixed_pairs
from studio_tui.storage.pushes.pushes import CONVERSATION


@dataclass(frozen=True, slots=True)
class Cause:
    """Which act writes: its line of activity, its push, when, and when its mail leaves."""

    activity_id: int
    push_id: int | None
    """None for a conversation that no push asked for."""
    at: datetime
    due_at: datetime


def tell_users(cause: Cause, kind: Kind, users: Clause, round_: str) -> int:
    """Tell ``users``, a query of one column ``user_id``; returns how many are told."""
    recipients = Clause(f"SELECT found.user_id AS id FROM ({users.text}) AS found", users.params)
    _insert(cause, kind, Capacity.USER, recipients, round_)
    execute(
        "INSERT INTO notification_user (notification_id, user_id) "
        "SELECT id, recipient_id FROM notification WHERE caused_by_id = ? AND capacity = ? "
        "ON CONFLICT DO NOTHING",
        cause.activity_id,
        Capacity.USER,
    )
    return _told(cause, Capacity.USER)


def tell_managers(cause: Cause, kind: Kind, users: Clause, round_: str) -> int:
    """Tell all managers of ``users``, one mail each with the people in it (P7)."""
    return _tell_pairs(cause, kind, _pairs(users), round_)


def tell_managers_asked(
    cause: Cause, kind: Kind, users: Clause, round_: str, only: Clause = EVERYBODY
) -> int:
    """Like `tell_managers`, but only those whom a push still asks (P10), and for whom ``only``
    holds: of the manager in ``pairs.manager_id``.

    Once somebody is to hold a conversation, it asks nobody else; who said that it is not theirs is
    not asked. Where who was to hold it has left, all are.
    """
    return _tell_pairs(cause, kind, _asked_pairs(_push_of(cause), users, only), round_)


def count_managers_asked(push_id: int, users: Clause, only: Clause) -> int:
    """How many managers `tell_managers_asked` would tell."""
    pairs = _asked_pairs(push_id, users, only)
    return int(
        scalar(
            f"SELECT COUNT(DISTINCT asked.manager_id) FROM ({pairs.text}) AS asked", *pairs.params
        )
    )


def people_told_of(activity_id: int) -> Clause:
    """A query of one column, ``user_id``: whom the mails of an act tell of."""
    return Clause(
        "SELECT DISTINCT x.user_id FROM notification n "
        "JOIN notification_user x ON x.notification_id = n.id WHERE n.caused_by_id = ?",
        (activity_id,),
    )


def _asked_pairs(push_id: int, users: Clause, only: Clause) -> Clause:
    pairs = _pairs(users)
    return Clause(
        f"SELECT pairs.user_id, pairs.manager_id FROM ({pairs.text}) AS pairs "
        "JOIN assignment a ON a.user_id = pairs.user_id AND a.push_id = ? "
        f"{CONVERSATION} WHERE (h.id IS NULL OR NOT h.active OR h.id = pairs.manager_id) "
        "AND NOT EXISTS (SELECT 1 FROM not_mine x "
        f"WHERE x.assignment_id = a.id AND x.manager_id = pairs.manager_id) AND {only.text}",
        (*pairs.params, push_id, *only.params),
    )


def tell_one_manager(cause: Cause, kind: Kind, users: Clause, manager_id: int, round_: str) -> int:
    """Tell one manager of ``users``, whoever else manages them."""
    pairs = Clause(
        f"SELECT found.user_id, CAST(? AS INTEGER) AS manager_id FROM ({users.text}) AS found",
        (manager_id, *users.params),
    )
    return _tell_pairs(cause, kind, pairs, round_)


def tell_managers_once(cause: Cause, kind: Kind, users: Clause, round_: str) -> int:
    """Like `tell_managers`, but of nobody whom the same manager was told of before (P12)."""
    return _tell_pairs(cause, kind, _untold_pairs(_push_of(cause), kind, users), round_)


def told_before(push_id: int, kind: Kind, user_column: str) -> Clause:
    """Whether the user in a column was told of a push themself, or is about to be."""
    return Clause(
        f"EXISTS (SELECT 1 FROM notification n WHERE n.push_id = ? AND n.kind = ? "
        f"AND n.capacity = ? AND n.state <> 'dropped' AND n.recipient_id = {user_column})",
        (push_id, kind, Capacity.USER),
    )


def count_managers_to_tell(push_id: int, kind: Kind, users: Clause) -> int:
    """How many managers `tell_managers_once` would tell."""
    pairs = _untold_pairs(push_id, kind, users)
    return int(
        scalar(
            f"SELECT COUNT(DISTINCT pairs.manager_id) FROM ({pairs.text}) AS pairs", *pairs.params
        )
    )


def without_told_by(activity_id: int, users: Clause) -> Clause:
    """``users``, a query of one column ``user_id``, without those whom an act tells already."""
    return Clause(
        f"SELECT found.user_id FROM ({users.text}) AS found WHERE NOT EXISTS ("
        "SELECT 1 FROM notification n WHERE n.caused_by_id = ? AND n.capacity = ? "
        "AND n.recipient_id = found.user_id)",
        (*users.params, activity_id, Capacity.USER),
    )


def drop_unsent(push_id: int, reason: str) -> int:
    """Drop what waits for a push; returns how many (P9)."""
    return _drop(Clause("push_id = ?", (push_id,)), reason)


def drop_unsent_about_unassigned(push_id: int, reason: str) -> int:
    """Drop what waits and tells of nobody who is still assigned; returns how many (P11)."""
    return _drop(
        Clause(
            "push_id = ? AND NOT EXISTS ("
            "SELECT 1 FROM notification_user x JOIN assignment a ON a.user_id = x.user_id "
            "WHERE x.notification_id = notification.id AND a.push_id = notification.push_id "
            "AND a.unassigned_at IS NULL)",
            (push_id,),
        ),
        reason,
    )


def drop_superseded(push_id: int, kind: Kind, users: Clause, reason: str) -> int:
    """Drop what waits of a kind about ``users``, because it is about to be said anew."""
    return _drop(
        Clause(
            "push_id = ? AND kind = ? AND EXISTS (SELECT 1 FROM notification_user x "
            f"WHERE x.notification_id = notification.id AND x.user_id IN ({users.text}))",
            (push_id, kind, *users.params),
        ),
        reason,
    )


def drop_caused(activity_id: int, reason: str) -> int:
    """Drop what waits because of an act that is undone; returns how many (N5)."""
    return _drop(Clause("caused_by_id = ?", (activity_id,)), reason)


def count_dropped(push_id: int, reason: str) -> int:
    """How many mails of a push were dropped for ``reason``."""
    return int(
        scalar(
            "SELECT COUNT(*) FROM notification WHERE push_id = ? AND state = 'dropped' "
            "AND error = ?",
            push_id,
            reason,
        )
    )


def take_up_dropped(
    push_id: int, reason: str, due_at: datetime, activity_id: int | None = None
) -> int:
    """Put back what was dropped for ``reason``; returns how many (P5, a push opened again).

    It belongs to the act ``activity_id`` from then on, or still to the one that wrote it.
    """
    cursor = execute(
        "UPDATE notification SET state = 'queued', error = NULL, due_at = ?, "
        "caused_by_id = COALESCE(CAST(? AS INTEGER), caused_by_id) "
        "WHERE push_id = ? AND state = 'dropped' AND error = ?",
        due_at,
        activity_id,
        push_id,
        reason,
    )
    return int(cursor.rowcount)


def call_dropped(activity_id: int, reason: str, instead: str) -> None:
    """Give another reason for what was dropped of an act for ``reason``."""
    execute(
        "UPDATE notification SET error = ? WHERE caused_by_id = ? AND state = 'dropped' "
        "AND error = ?",
        instead,
        activity_id,
        reason,
    )


def postpone_untried(push_id: int, due_at: datetime) -> None:
    """Set when the mail about assigning, not tried yet, leaves (P7: its first day moved)."""
    execute(
        "UPDATE notification SET due_at = ? "
        "WHERE push_id = ? AND state = 'queued' AND attempts = 0 AND kind = ?",
        due_at,
        push_id,
        Kind.ASSIGNED,
    )


def left_already(activity_id: int) -> int:
    """How many mails that an act caused can no longer be taken back (N5)."""
    return int(
        scalar(
            "SELECT COUNT(*) FROM notification WHERE caused_by_id = ? "
            "AND (state IN ('sending', 'sent', 'failed') OR attempts > 0)",
            activity_id,
        )
    )


def _push_of(cause: Cause) -> int:
    if cause.push_id is None:
        raise ValueError("only an invitation can do without a push")
    return cause.push_id


def _pairs(users: Clause) -> Clause:
    """``user_id, manager_id`` of ``users``: each pair once, whatever the reasons."""
    body = managing(users)
    return Clause(
        f"WITH RECURSIVE {body.text} SELECT DISTINCT user_id, manager_id FROM managing",
        body.params,
    )


def _untold_pairs(push_id: int, kind: Kind, users: Clause) -> Clause:
    """`_pairs` without those where the manager was told of the user before."""
    pairs = _pairs(users)
    return Clause(
        f"SELECT pairs.user_id, pairs.manager_id FROM ({pairs.text}) AS pairs "
        "WHERE NOT EXISTS (SELECT 1 FROM notification n "
        "JOIN notification_user x ON x.notification_id = n.id "
        "WHERE n.push_id = ? AND n.recipient_id = pairs.manager_id AND n.kind = ? "
        "AND n.capacity = ? AND n.state <> 'dropped' AND x.user_id = pairs.user_id)",
        (*pairs.params, push_id, kind, Capacity.MANAGER),
    )


def _tell_pairs(cause: Cause, kind: Kind, found: Clause, round_: str) -> int:
    pairs = fixed_pairs(found)
    recipients = Clause(
        f"SELECT DISTINCT pairs.manager_id AS id FROM ({pairs.text}) AS pairs", pairs.params
    )
    _insert(cause, kind, Capacity.MANAGER, recipients, round_)
    before, after = key_around_recipient(_push_of(cause), kind, Capacity.MANAGER, round_)
    execute(
        "INSERT INTO notification_user (notification_id, user_id) "
        f"SELECT n.id, pairs.user_id FROM ({pairs.text}) AS pairs JOIN notification n "
        "ON n.key = CAST(? AS TEXT) || CAST(pairs.manager_id AS TEXT) || CAST(? AS TEXT) "
        "AND n.caused_by_id = ? WHERE TRUE ON CONFLICT DO NOTHING",
        *pairs.params,
        before,
        after,
        cause.activity_id,
    )
    return _told(cause, Capacity.MANAGER)


def _insert(cause: Cause, kind: Kind, capacity: Capacity, recipients: Clause, round_: str) -> None:
    push_id = _push_of(cause)
    before, after = key_around_recipient(push_id, kind, capacity, round_)
    execute(
        "INSERT INTO notification (key, kind, capacity, state, push_id, recipient_id, "
        "caused_by_id, created_at, due_at, attempts) "
        "SELECT CAST(? AS TEXT) || CAST(found.id AS TEXT) || CAST(? AS TEXT), ?, ?, 'queued', "
        f"?, found.id, ?, ?, ?, 0 FROM ({recipients.text}) AS found WHERE TRUE ORDER BY found.id "
        "ON CONFLICT (key) DO UPDATE SET state = 'queued', due_at = excluded.due_at, "
        "caused_by_id = excluded.caused_by_id, error = NULL WHERE notification.state = 'dropped'",
        before,
        after,
        kind,
        capacity,
        push_id,
        cause.activity_id,
        cause.at,
        cause.due_at,
        *recipients.params,
    )


def _told(cause: Cause, capacity: Capacity) -> int:
    return int(
        scalar(
            "SELECT COUNT(*) FROM notification WHERE caused_by_id = ? AND capacity = ?",
            cause.activity_id,
            capacity,
        )
    )


def _drop(clause: Clause, reason: str) -> int:
    """Drop what waits and matches; a notice (C6) never does."""
    dropped = clause & ~one_of("kind", NOTICES)
    cursor = execute(
        f"UPDATE notification SET state = 'dropped', error = ? WHERE state = 'queued' "
        f"AND {dropped.text}",
        reason,
        *dropped.params,
    )
    return int(cursor.rowcount)
