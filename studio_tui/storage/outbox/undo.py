"""Which acts can still be taken back (N5)."""

from datetime import datetime

from studio_tui.domain.outbox.notification import DropReason
from studio_tui.storage.engine.sql import execute, known_instant, one_of, rows, scalar

WaitingAct = tuple[int, str, str, int, int, datetime, datetime]
"""Id of the activity, action, name of the push or else the login it is about, how many users it is
about, how many mails wait, when it was done, when the first mail leaves."""


def waiting_acts(actor_id: int, actions: tuple[str, ...], now: datetime) -> list[WaitingAct]:
    """The acts of somebody all of whose mail still waits, the newest first."""
    wanted = one_of("a.action", actions)
    return [
        (activity_id, action, push, users, mails, known_instant(done_at), known_instant(leaves_at))
        for activity_id, action, push, users, mails, done_at, leaves_at in rows(
            "SELECT a.id, a.action, COALESCE(p.name, a.subject), "
            "(SELECT COUNT(*) FROM activity_user x WHERE x.activity_id = a.id), "
            "COUNT(*), a.at, MIN(n.due_at) FROM activity a "
            "LEFT JOIN push p ON p.id = a.push_id JOIN notification n ON n.caused_by_id = a.id "
            f"WHERE a.actor_id = ? AND {wanted.text} "
            "AND a.id IN (SELECT caused_by_id FROM notification "
            "WHERE state = 'queued' AND attempts = 0 AND due_at > ?) "
            "GROUP BY a.id, a.action, COALESCE(p.name, a.subject), a.at "
            "HAVING SUM(CASE WHEN n.state IN ('queued', 'dropped') AND n.attempts = 0 "
            "THEN 0 ELSE 1 END) = 0 AND MIN(n.due_at) > ? ORDER BY a.id DESC",
            actor_id,
            *wanted.params,
            now,
            now,
        )
    ]


def conversations_told_by(activity_id: int) -> list[int]:
    """The conversations that an act sent invitations to."""
    return [
        found
        for (found,) in rows(
            "SELECT DISTINCT conversation_id FROM notification WHERE caused_by_id = ? "
            "AND conversation_id IS NOT NULL ORDER BY conversation_id",
            activity_id,
        )
    ]


def is_newest(activity_id: int, conversation_id: int) -> bool:
    """Whether an act wrote the newest invitations to a conversation."""
    newest = scalar(
        "SELECT MAX(sequence) FROM notification WHERE conversation_id = ? AND caused_by_id = ?",
        conversation_id,
        activity_id,
    )
    sequence = scalar("SELECT sequence FROM conversation WHERE id = ?", conversation_id)
    return newest is not None and newest == sequence


def former_place(conversation_id: int) -> str | None:
    """Where a conversation was to be held before it was moved the last time; None once that was
    taken back, and where it was not moved."""
    found = scalar("SELECT former_place FROM conversation WHERE id = ?", conversation_id)
    return None if found is None else str(found)


def take_up_superseded(activity_id: int, at: datetime, due_at: datetime) -> int:
    """Let wait once more what an act that is undone took the place of; returns how many.

    An invitation is written anew under the number that follows: those of the act stay the newest.
    """
    told = execute(
        "UPDATE notification SET state = 'queued', error = NULL, due_at = ? WHERE id IN ("
        "SELECT MAX(o.id) FROM notification n JOIN notification o ON o.push_id = n.push_id "
        "AND o.recipient_id = n.recipient_id AND o.kind = n.kind AND o.capacity = n.capacity "
        "WHERE n.caused_by_id = ? AND o.id < n.id AND o.state = 'dropped' AND o.error = ? "
        "AND o.attempts = 0 GROUP BY n.id)",
        due_at,
        activity_id,
        DropReason.SUPERSEDED,
    )
    invited = execute(
        "INSERT INTO notification (key, kind, capacity, state, conversation_id, sequence, "
        "recipient_id, caused_by_id, created_at, due_at, attempts) "
        "SELECT 'c' || CAST(o.conversation_id AS TEXT) || '-' || CAST(o.recipient_id AS TEXT) "
        "|| '-' || o.kind || '-' || CAST(c.sequence + 1 AS TEXT), o.kind, o.capacity, 'queued', "
        "o.conversation_id, c.sequence + 1, o.recipient_id, o.caused_by_id, ?, ?, 0 "
        "FROM notification o JOIN conversation c ON c.id = o.conversation_id "
        "WHERE o.state = 'dropped' AND o.error IN (?, ?) AND o.attempts = 0 "
        "AND EXISTS (SELECT 1 FROM notification n WHERE n.caused_by_id = ? "
        "AND n.conversation_id = o.conversation_id AND n.sequence = o.sequence + 1)",
        at,
        due_at,
        DropReason.SUPERSEDED,
        DropReason.CANCELLED,
        activity_id,
    )
    execute(
        "INSERT INTO notification_user (notification_id, user_id) "
        "SELECT n.id, c.user_id FROM notification n "
        "JOIN conversation c ON c.id = n.conversation_id AND n.sequence = c.sequence + 1 "
        "ON CONFLICT DO NOTHING"
    )
    execute(
        "UPDATE conversation SET sequence = sequence + 1 WHERE id IN (SELECT n.conversation_id "
        "FROM notification n WHERE n.conversation_id = conversation.id "
        "AND n.sequence = conversation.sequence + 1)"
    )
    return int(told.rowcount) + int(invited.rowcount)


def restore_cancelled(push_id: int, at: datetime) -> None:
    """Let the conversations of a push that were cancelled at this instant be on again."""
    execute(
        "UPDATE conversation SET cancelled_at = NULL, version = version + 1 "
        "WHERE cancelled_at = ? AND assignment_id IN (SELECT id FROM assignment WHERE push_id = ?)",
        at,
        push_id,
    )
