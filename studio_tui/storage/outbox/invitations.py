"""Invitations in the outbox (C5): what planning, moving and cancelling write, and what they say.

Everybody who holds a conversation in their calendar has been sent an invitation to it and nothing
that took it back: whether they read *planned*, *moved* or *cancelled* next follows from that, and
from who the two are now. What was tried and may have arrived counts as sent.
"""

from collections.abc import Collection

from studio_tui.domain.outbox.acts import Act
from studio_tui.domain.outbox.notification import INVITATIONS, DropReason, Invitee, Kind, Meeting
from studio_tui.domain.people.users import full_name
from studio_tui.storage.engine.fields import instant_of
from studio_tui.storage.engine.sql import Clause, among, execute, one_of, rows
from studio_tui.storage.outbox.enqueue import Cause

ABOUT = (
    "LEFT JOIN conversation c ON c.id = n.conversation_id "
    "LEFT JOIN template t ON t.id = c.template_id "
    "LEFT JOIN assignment a ON a.id = c.assignment_id "
    "LEFT JOIN push p ON p.id = COALESCE(n.push_id, a.push_id)"
)
"""What a notification ``n`` is joined with: the push ``p`` it tells of or, for an invitation, the
conversation ``c`` with its template ``t`` and, where one asked for it, its push."""


_INVITES = f"kind IN ({', '.join(repr(str(kind)) for kind in sorted(INVITATIONS))})"
"""Whether a notification is an invitation: it is not all that is told of a conversation."""
_DECIDED = "y.action IN ({})".format(
    ", ".join(f"'{act}'" for act in (Act.PLAN, Act.MOVE, Act.CANCEL, Act.HAND_OVER, Act.CLOSE))
)
"""Whether an activity ``y`` decided something about a conversation."""


def invite(cause: Cause, conversation_ids: Collection[int]) -> int:
    """Send both sides each conversation as it is now planned; returns how many are told.

    Call it once they are written, whenever date, length, place or conductor of them is new. Who
    has one in the calendar already reads that it changed; who held it before and does no more,
    that it is cancelled. Invitations that wait are dropped: these say it anew.
    """
    _begin(conversation_ids, DropReason.SUPERSEDED)
    both, holding = _both(conversation_ids), _holding(conversation_ids)
    told = _write(cause, Kind.MOVED, _combined(both, "INTERSECT", holding))
    told += _write(cause, Kind.PLANNED, _combined(both, "EXCEPT", holding))
    return told + _write(cause, Kind.CANCELLED, _combined(holding, "EXCEPT", both))


def withdraw(cause: Cause, conversation_ids: Collection[int]) -> int:
    """Take cancelled conversations out of every calendar; returns how many are told.

    Call it once they are written as cancelled, their dates still in them. Who was sent nothing is
    told nothing.
    """
    _begin(conversation_ids, DropReason.CANCELLED)
    return _write(cause, Kind.CANCELLED, _holding(conversation_ids))


def follow_addresses(cause: Cause) -> int:
    """Send what is planned and ahead to the new address of whoever's address changed since they
    were invited, and take it out of the calendar of the old one; returns how many are told.

    What failed at the old address is sent to the new one; there is nothing there to take back.
    """
    return _readdress(cause, Kind.PLANNED, "TRUE") + _readdress(
        cause, Kind.CANCELLED, _may_have_arrived("n")
    )


def _readdress(cause: Cause, kind: Kind, which: str) -> int:
    """One `Kind.PLANNED` to each new address, or one `Kind.CANCELLED` to each old one."""
    invited = (
        "SELECT n.id FROM notification n JOIN conversation c ON c.id = n.conversation_id "
        "JOIN users u ON u.id = n.recipient_id AND u.active "
        "WHERE n.sent_to IS NOT NULL AND LOWER(n.sent_to) <> LOWER(u.email) "
        "AND n.former_address IS NULL AND n.kind <> ? AND n.state IN ('sending', 'sent', 'failed') "
        "AND n.recipient_id IN (c.user_id, c.conductor_id) AND c.planned_for > ? "
        "AND c.cancelled_at IS NULL AND c.started_at IS NULL AND c.finished_at IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM notification x "
        "WHERE x.conversation_id = n.conversation_id AND x.recipient_id = n.recipient_id "
        "AND x.former_address IS NULL AND x.caused_by_id <> ? AND x.state <> 'dropped' "
        f"AND (x.sequence > n.sequence OR (x.sequence = n.sequence AND x.id > n.id))) AND {which}"
    )
    return _write_readdressed(cause, kind, invited)


def _write_readdressed(cause: Cause, kind: Kind, invited: str) -> int:
    former = "n.sent_to" if kind is Kind.CANCELLED else "NULL"
    cursor = execute(
        "INSERT INTO notification (key, kind, capacity, state, conversation_id, sequence, "
        "recipient_id, caused_by_id, created_at, due_at, attempts, former_address) "
        "SELECT 'c' || CAST(n.conversation_id AS TEXT) || '-' || CAST(n.recipient_id AS TEXT) "
        "|| '-' || CAST(? AS TEXT) || '-' || CAST(c.sequence + 1 AS TEXT), ?, n.capacity, "
        f"'queued', n.conversation_id, c.sequence + 1, n.recipient_id, ?, ?, ?, 0, {former} "
        "FROM notification n JOIN conversation c ON c.id = n.conversation_id "
        f"WHERE n.id IN ({invited}) ORDER BY n.id ON CONFLICT (key) DO NOTHING",
        kind,
        kind,
        cause.activity_id,
        cause.at,
        cause.due_at,
        Kind.CANCELLED,
        cause.at,
        cause.activity_id,
    )
    if kind is Kind.CANCELLED:
        execute(
            "INSERT INTO notification_user (notification_id, user_id) "
            "SELECT n.id, c.user_id FROM notification n "
            "JOIN conversation c ON c.id = n.conversation_id "
            "WHERE n.caused_by_id = ? ON CONFLICT DO NOTHING",
            cause.activity_id,
        )
        execute(
            "UPDATE conversation SET sequence = sequence + 1 WHERE id IN ("
            "SELECT conversation_id FROM notification WHERE caused_by_id = ? "
            "AND conversation_id IS NOT NULL)",
            cause.activity_id,
        )
    return int(cursor.rowcount)


def meetings(ids: Collection[int]) -> dict[int, Meeting]:
    """What these notifications invite to, by id; nothing for what is no invitation."""
    wanted = among("n.id", ids) & one_of("n.kind", INVITATIONS)
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
            handed_over=row[19] == Act.HAND_OVER,
        )
        for row in rows(
            "SELECT n.id, c.id, n.sequence, (SELECT MAX(x.sequence) FROM notification x "
            "WHERE x.conversation_id = c.id AND x.recipient_id = n.recipient_id "
            f"AND x.{_INVITES}), "
            "c.planned_for, c.minutes, c.place, "
            "u.given_name, u.family_name, u.email, h.given_name, h.family_name, h.email, "
            "COALESCE(w.given_name, ''), COALESCE(w.family_name, ''), act.actor_login, "
            "n.recipient_id IN (c.user_id, c.conductor_id), c.cancelled_at, c.finished_at, "
            "act.action FROM notification n JOIN conversation c ON c.id = n.conversation_id "
            "JOIN users u ON u.id = c.user_id JOIN users h ON h.id = c.conductor_id "
            # Who decided it last: what only sends it again decides nothing.
            "JOIN activity act ON act.id = (SELECT MAX(x.caused_by_id) FROM notification x "
            "JOIN activity y ON y.id = x.caused_by_id WHERE x.conversation_id = c.id "
            f"AND x.sequence <= n.sequence AND COALESCE(x.error, '') <> ? AND {_DECIDED}) "
            f"LEFT JOIN users w ON w.id = act.actor_id WHERE {wanted.text}",
            DropReason.UNDONE,
            *wanted.params,
        )
    }


def _begin(conversation_ids: Collection[int], reason: DropReason) -> None:
    """Number what follows, and drop what it takes the place of."""
    wanted = among("id", conversation_ids)
    execute(f"UPDATE conversation SET sequence = sequence + 1 WHERE {wanted.text}", *wanted.params)
    waiting = among("conversation_id", conversation_ids)
    execute(
        "UPDATE notification SET state = 'dropped', error = ? "
        f"WHERE state = 'queued' AND {_INVITES} AND {waiting.text}",
        reason,
        *waiting.params,
    )


def _both(conversation_ids: Collection[int]) -> Clause:
    """``conversation_id, recipient_id`` of the two who talk."""
    wanted = among("c.id", conversation_ids)
    return Clause(
        "SELECT c.id AS conversation_id, c.user_id AS recipient_id FROM conversation c "
        f"WHERE {wanted.text} UNION "
        f"SELECT c.id, c.conductor_id FROM conversation c WHERE {wanted.text}",
        wanted.params * 2,
    )


def _holding(conversation_ids: Collection[int]) -> Clause:
    """``conversation_id, recipient_id`` of who may have it in their calendar."""
    wanted = among("n.conversation_id", conversation_ids)
    return Clause(
        "SELECT DISTINCT n.conversation_id, n.recipient_id FROM notification n "
        f"WHERE {wanted.text} AND n.{_INVITES} AND n.kind <> ? AND {_may_have_arrived('n')} "
        "AND NOT EXISTS (SELECT 1 FROM notification x "
        "WHERE x.conversation_id = n.conversation_id AND x.recipient_id = n.recipient_id "
        f"AND x.kind = ? AND x.sequence > n.sequence AND {_may_have_arrived('x')})",
        (*wanted.params, Kind.CANCELLED, Kind.CANCELLED),
    )


def _may_have_arrived(notification: str) -> str:
    return (
        f"({notification}.state IN ('sending', 'sent') "
        f"OR ({notification}.state IN ('queued', 'dropped') AND {notification}.attempts > 0))"
    )


def _combined(one: Clause, how: str, other: Clause) -> Clause:
    return Clause(
        f"SELECT * FROM ({one.text}) AS one {how} SELECT * FROM ({other.text}) AS other",
        one.params + other.params,
    )


def _write(cause: Cause, kind: Kind, recipients: Clause) -> int:
    """One invitation each; its key is conversation × person × kind × sequence (N2)."""
    cursor = execute(
        "INSERT INTO notification (key, kind, capacity, state, conversation_id, sequence, "
        "recipient_id, caused_by_id, created_at, due_at, attempts) "
        "SELECT 'c' || CAST(c.id AS TEXT) || '-' || CAST(found.recipient_id AS TEXT) || '-' "
        "|| CAST(? AS TEXT) || '-' || CAST(c.sequence AS TEXT), ?, "
        "CASE WHEN found.recipient_id = c.user_id THEN 'user' ELSE 'manager' END, 'queued', "
        f"c.id, c.sequence, found.recipient_id, ?, ?, ?, 0 FROM ({recipients.text}) AS found "
        "JOIN conversation c ON c.id = found.conversation_id "
        "ORDER BY c.id, found.recipient_id <> c.user_id, found.recipient_id",
        kind,
        kind,
        cause.activity_id,
        cause.at,
        cause.due_at,
        *recipients.params,
    )
    execute(
        "INSERT INTO notification_user (notification_id, user_id) "
        "SELECT n.id, c.user_id FROM notification n "
        "JOIN conversation c ON c.id = n.conversation_id "
        "WHERE n.caused_by_id = ? AND n.kind = ? ON CONFLICT DO NOTHING",
        cause.activity_id,
        kind,
    )
    return int(cursor.rowcount)
