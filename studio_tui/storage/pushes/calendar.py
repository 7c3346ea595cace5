"""Planned conversations and queued mail, by push and instant (P17)."""

from datetime import datetime
from typing import Any

from peewee import JOIN, fn

from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.storage.engine.expressions import COUNTED, A, C, N
from studio_tui.storage.engine.sql import required_instant


def planned_between(start: datetime, end: datetime) -> list[tuple[int | None, datetime, int]]:
    """Count the conversations planned from ``start`` to ``end`` that have not begun.

    Returns push id, instant and number; the push is None if no push asked for the conversation.
    """
    found = (
        C.select(A.push, C.planned_for, COUNTED)
        .join(A, JOIN.LEFT_OUTER, on=A.id == C.assignment)
        .where(
            C.planned_for >= start,
            C.planned_for < end,
            C.cancelled_at.is_null(),
            C.started_at.is_null(),
            C.finished_at.is_null(),
        )
        .group_by(A.push, C.planned_for)
    )
    return _read(found)


def mail_until(end: datetime) -> list[tuple[int | None, datetime, int]]:
    """Count the queued mails that are due before ``end``.

    Returns push id, instant and number; an invitation belongs to the push of its conversation.
    """
    push = fn.COALESCE(N.push, A.push)
    found = (
        N.select(push, N.due_at, COUNTED)
        .join(C, JOIN.LEFT_OUTER, on=C.id == N.conversation)
        .join_from(C, A, JOIN.LEFT_OUTER, on=A.id == C.assignment)
        .where(N.state == NotificationState.QUEUED, N.due_at < end)
        .group_by(push, N.due_at)
    )
    return _read(found)


def _read(found: Any) -> list[tuple[int | None, datetime, int]]:
    return [(push_id, required_instant(at), int(number)) for push_id, at, number in found.tuples()]
