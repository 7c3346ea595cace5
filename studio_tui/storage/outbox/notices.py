"""Notices in the outbox: what others did to what is somebody's (C6, A1).

``sequence`` of a notice is the line of activity that it tells of: sent again, it tells the same.
"""

import json
from collections.abc import Collection

from studio_tui.domain.outbox.kinds import NOTICES, Capacity, Kind
from studio_tui.domain.outbox.notification import Notice
from studio_tui.domain.people.users import full_name
from studio_tui.storage.engine.sql import among, known_instant, one_of, rows
from studio_tui.storage.engine.tables import NotificationTable, NotificationUser
from studio_tui.storage.outbox.enqueue import Cause


def give_notice(
    cause: Cause,
    kind: Kind,
    capacity: Capacity,
    recipient_id: int,
    about_id: int,
    conversation_id: int | None = None,
) -> None:
    """Tell somebody of the act of ``cause``, which is about a user; it leaves when ``cause`` says.

    Its key is act × person × kind (N2).
    """
    notification_id = NotificationTable.insert(
        key=f"a{cause.activity_id}-{recipient_id}-{kind}",
        kind=kind,
        capacity=capacity,
        state="queued",
        conversation=conversation_id,
        sequence=cause.activity_id,
        recipient=recipient_id,
        caused_by=cause.activity_id,
        created_at=cause.at,
        due_at=cause.due_at,
        attempts=0,
    ).execute()
    NotificationUser.insert(notification=notification_id, user=about_id).execute()


def notices(ids: Collection[int]) -> dict[int, Notice]:
    """What these notifications give notice of, by id; nothing for any other kind."""
    wanted, kinds = among("n.id", ids), one_of("n.kind", NOTICES)
    found = rows(
        "SELECT n.id, act.at, COALESCE(w.given_name, ''), COALESCE(w.family_name, ''), "
        "act.actor_login, n.conversation_id, COALESCE(u.given_name, ''), "
        "COALESCE(u.family_name, ''), COALESCE(h.given_name, ''), COALESCE(h.family_name, ''), "
        "COALESCE(f.given_name, ''), COALESCE(f.family_name, ''), n.kind, act.after "
        "FROM notification n JOIN activity act ON act.id = n.sequence "
        "LEFT JOIN users w ON w.id = act.actor_id "
        "LEFT JOIN conversation c ON c.id = n.conversation_id "
        "LEFT JOIN take_over o ON o.activity_id = n.sequence "
        "LEFT JOIN users u ON u.id = c.user_id "
        "LEFT JOIN users h ON h.id = COALESCE(o.conductor_id, c.conductor_id) "
        f"LEFT JOIN users f ON f.id = o.former_id WHERE {wanted.text} AND {kinds.text}",
        *wanted.params,
        *kinds.params,
    )
    closed = _closed_to_conductor(ids) if found else frozenset()
    return {
        row[0]: Notice(
            at=known_instant(row[1]),
            by=full_name(row[2], row[3]) or row[4],
            conversation_id=row[5],
            person=full_name(row[6], row[7]),
            conductor=full_name(row[8], row[9]),
            former=full_name(row[10], row[11]),
            closed=row[0] in closed,
            fingerprint=_fingerprint(row[13]) if row[12] == Kind.KEY_ADDED else "",
        )
        for row in found
    }


_CLOSED = (
    "SELECT n.id FROM notification n JOIN take_over o ON o.activity_id = n.sequence "
    "JOIN conversation c ON c.id = o.conversation_id AND c.conductor_id <> n.recipient_id "
    "JOIN conversation_question q ON q.conversation_id = c.id "
    "JOIN {} x ON x.question_id = q.id AND x.author_id = n.recipient_id AND x.text <> '' "
    "LEFT JOIN opening p ON p.conversation_id = c.id AND p.author_id = n.recipient_id "
    "AND p.reader_id = o.conductor_id WHERE x.term < o.term AND x.term > COALESCE(p.term, 0) "
    "AND (n.recipient_id <> c.user_id OR x.term <= (SELECT MAX(s.term) FROM opening s "
    "WHERE s.conversation_id = c.id AND s.author_id = c.user_id)) AND {}"
)


def _closed_to_conductor(ids: Collection[int]) -> frozenset[int]:
    """Those that tell who wrote something before the take-over that the conductor does not read."""
    wanted = among("n.id", ids)
    by_table = [_CLOSED.format(table, wanted.text) for table in ("preparation", "answer")]
    found = rows(" UNION ".join(by_table), *wanted.params, *wanted.params)
    return frozenset(row_id for (row_id,) in found)


def _fingerprint(after: str | None) -> str:
    return str(json.loads(after or "{}").get("fingerprint", ""))
