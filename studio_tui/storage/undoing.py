"""Which acts can still be taken back (N5)."""

from datetime import datetime

from studio_tui.storage.sql import known_instant, one_of, rows

WaitingAct = tuple[int, str, str, int, int, datetime, datetime]
"""Id of the activity, action, name of the push, how many users it is about, how many mails wait,
when it was done, when the first mail leaves."""


def waiting_acts(actor_id: int, actions: tuple[str, ...], now: datetime) -> list[WaitingAct]:
    """The acts of somebody all of whose mail still waits, the newest first."""
    wanted = one_of("a.action", actions)
    return [
        (activity_id, action, push, users, mails, known_instant(done_at), known_instant(leaves_at))
        for activity_id, action, push, users, mails, done_at, leaves_at in rows(
            "SELECT a.id, a.action, p.name, "
            "(SELECT COUNT(*) FROM activity_user x WHERE x.activity_id = a.id), "
            "COUNT(*), a.at, MIN(n.due_at) FROM activity a "
            "JOIN push p ON p.id = a.push_id JOIN notification n ON n.caused_by_id = a.id "
            f"WHERE a.actor_id = ? AND {wanted.text} "
            "AND a.id IN (SELECT caused_by_id FROM notification "
            "WHERE state = 'queued' AND attempts = 0 AND due_at > ?) "
            "GROUP BY a.id, a.action, p.name, a.at "
            "HAVING SUM(CASE WHEN n.state IN ('queued', 'dropped') AND n.attempts = 0 "
            "THEN 0 ELSE 1 END) = 0 AND MIN(n.due_at) > ? ORDER BY a.id DESC",
            actor_id,
            *wanted.params,
            now,
            now,
        )
    ]
