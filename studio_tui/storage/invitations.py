"""Invitations in the outbox (C5): what planning, moving and cancelling write, and what they say.

Everybody who holds a conversation in their calendar has been sent an invitation to it and nothing
that took it back: whether they read *planned*, *moved* or *cancelled* next follows from that, and
from who the two are now. What was tried and may have arrived counts as sent.
"""

from collections.abc import Collection

from studio_tui.domain.notifications import (
    Capacity,
    DropReason,
    Invitee,
    Kind,
    Meeting,
    invitation_key,
)
from studio_tui.domain.users import full_name
from studio_tui.storage.fields import instant_of
from studio_tui.storage.notifying import Cause
from studio_tui.storage.sql import among, execute, rows, scalar

ABOUT = (
    "LEFT JOIN conversation c ON c.id = n.conversation_id "
    "LEFT JOIN template t ON t.id = c.template_id "
    "LEFT JOIN assignment a ON a.id = c.assignment_id "
    "LEFT JOIN push p ON p.id = COALESCE(n.push_id, a.push_id)"
)
"""What a notification ``n`` is joined with: the push ``p`` it tells of or, for an invitation, the
conversation ``c`` with its template ``t`` and, where one asked for it, its push."""


def invite(cause: Cause, conversation_id: int) -> int:
    """Send both sides the conversation as it is now planned; returns how many are told.

    Call it once the conversation is written, whenever its date, length, place or conductor is new.
    Who has it in the calendar already reads that it changed; who held it before and does no more,
    that it is cancelled. Invitations that wait are dropped: these say it anew.
    """
    user_id, conductor_id, sequence = _numbered_anew(conversation_id)
    _drop_unsent(conversation_id, DropReason.SUPERSEDED)
    holding = _holding(conversation_id)
    both = {user_id: Capacity.USER, conductor_id: Capacity.MANAGER}
    for recipient_id, capacity in both.items():
        kind = Kind.MOVED if recipient_id in holding else Kind.PLANNED
        _write(cause, conversation_id, sequence, kind, capacity, recipient_id)
    former = holding - both.keys()
    for recipient_id in sorted(former):
        _write(cause, conversation_id, sequence, Kind.CANCELLED, Capacity.MANAGER, recipient_id)
    return len(both) + len(former)


def withdraw(cause: Cause, conversation_id: int) -> int:
    """Take a cancelled conversation out of every calendar; returns how many are told.

    Call it once the conversation is written as cancelled, its date still in it. Who was sent
    nothing is told nothing.
    """
    user_id, _, sequence = _numbered_anew(conversation_id)
    _drop_unsent(conversation_id, DropReason.CANCELLED)
    holding = _holding(conversation_id)
    for recipient_id in sorted(holding, key=lambda each: (each != user_id, each)):
        capacity = Capacity.USER if recipient_id == user_id else Capacity.MANAGER
        _write(cause, conversation_id, sequence, Kind.CANCELLED, capacity, recipient_id)
    return len(holding)


def meetings(ids: Collection[int]) -> dict[int, Meeting]:
    """What these notifications invite to, by id; nothing for what is no invitation."""
    wanted = among("n.id", ids)
    return {
        row[0]: Meeting(
            conversation_id=row[1],
            sequence=row[2],
            newest=row[3],
            starts_at=instant_of(row[4]),
            minutes=row[5],
            place=row[6],
            user=Invitee(full_name(row[7], row[8]), row[9]),
            conductor=Invitee(full_name(row[10], row[11]), row[12]),
            planner=full_name(row[13], row[14]) or row[15],
            takes_part=bool(row[16]),
            cancelled=row[17] is not None,
            held=row[18] is not None,
        )
        for row in rows(
            "SELECT n.id, c.id, n.sequence, c.sequence, c.planned_for, c.minutes, c.place, "
            "u.given_name, u.family_name, u.email, h.given_name, h.family_name, h.email, "
            "COALESCE(w.given_name, ''), COALESCE(w.family_name, ''), act.actor_login, "
            "n.recipient_id IN (c.user_id, c.conductor_id), c.cancelled_at, c.finished_at "
            "FROM notification n JOIN conversation c ON c.id = n.conversation_id "
            "JOIN users u ON u.id = c.user_id JOIN users h ON h.id = c.conductor_id "
            # The first that wrote this sequence planned it; later ones only sent it again.
            "JOIN activity act ON act.id = (SELECT MIN(x.caused_by_id) FROM notification x "
            "WHERE x.conversation_id = c.id AND x.sequence = n.sequence) "
            f"LEFT JOIN users w ON w.id = act.actor_id WHERE {wanted.text}",
            *wanted.params,
        )
    }


def _numbered_anew(conversation_id: int) -> tuple[int, int, int]:
    """Who the two are, and the number of what they are sent now."""
    ((user_id, conductor_id, sequence),) = rows(
        "UPDATE conversation SET sequence = sequence + 1 WHERE id = ? "
        "RETURNING user_id, conductor_id, sequence",
        conversation_id,
    )
    return user_id, conductor_id, sequence


def _drop_unsent(conversation_id: int, reason: DropReason) -> None:
    execute(
        "UPDATE notification SET state = 'dropped', error = ? "
        "WHERE state = 'queued' AND conversation_id = ?",
        reason,
        conversation_id,
    )


def _holding(conversation_id: int) -> set[int]:
    """Who may have the conversation in their calendar."""
    return {
        recipient_id
        for (recipient_id,) in rows(
            "SELECT n.recipient_id FROM notification n "
            f"WHERE n.conversation_id = ? AND n.kind <> ? AND {_may_have_arrived('n')} "
            "AND NOT EXISTS (SELECT 1 FROM notification x "
            "WHERE x.conversation_id = n.conversation_id AND x.recipient_id = n.recipient_id "
            f"AND x.kind = ? AND x.sequence > n.sequence AND {_may_have_arrived('x')})",
            conversation_id,
            Kind.CANCELLED,
            Kind.CANCELLED,
        )
    }


def _may_have_arrived(notification: str) -> str:
    return (
        f"({notification}.state IN ('sending', 'sent') "
        f"OR ({notification}.state IN ('queued', 'dropped') AND {notification}.attempts > 0))"
    )


def _write(
    cause: Cause,
    conversation_id: int,
    sequence: int,
    kind: Kind,
    capacity: Capacity,
    recipient_id: int,
) -> None:
    notification_id = scalar(
        "INSERT INTO notification (key, kind, capacity, state, conversation_id, sequence, "
        "recipient_id, caused_by_id, created_at, due_at, attempts) "
        "VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, 0) RETURNING id",
        invitation_key(conversation_id, recipient_id, kind, sequence),
        kind,
        capacity,
        conversation_id,
        sequence,
        recipient_id,
        cause.activity_id,
        cause.at,
        cause.due_at,
    )
    execute(
        "INSERT INTO notification_user (notification_id, user_id) "
        "SELECT CAST(? AS INTEGER), user_id FROM conversation WHERE id = ?",
        notification_id,
        conversation_id,
    )
