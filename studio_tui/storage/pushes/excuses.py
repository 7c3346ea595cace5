"""Excused people of a push, and people with their own deadline (P18)."""

from datetime import date
from typing import Any

from studio_tui.domain.outbox.kinds import Capacity, DropReason, Kind
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.storage.engine.expressions import A, C, N, U, exists
from studio_tui.storage.engine.tables import AssignmentTable
from studio_tui.storage.pushes.assignments import Assignments, assignments_query
from studio_tui.storage.pushes.pushes import IS_ASKED

_A: Any = AssignmentTable
DONE: Assignments = C.finished_at.is_null(False)
"""Assignments whose conversation was held."""
EXCUSED: Assignments = C.finished_at.is_null() & A.excused_in.is_null(False)
"""Assignments whose user is excused."""
ASKED: Assignments = IS_ASKED
"""Assignments with a conversation still to be held, also of users who have left."""
WITH_OWN_DEADLINE: Assignments = A.own_deadline.is_null(False)
"""Assignments with their own deadline."""


def excused_for(reason: str) -> Assignments:
    """Return the condition of assignments that are excused for exactly this reason."""
    return EXCUSED & (A.excuse == reason)


def until(day: date) -> Assignments:
    """Return the condition of assignments whose own deadline is this day."""
    return WITH_OWN_DEADLINE & (A.own_deadline == day)


def excuse(assignments: Assignments, activity_id: int, reason: str) -> None:
    """Excuse the users of these assignments."""
    _A.update(excused_in=activity_id, excuse=reason).where(_are(assignments)).execute()


def ask_again(assignments: Assignments) -> None:
    """Take back the excuse of these assignments."""
    _A.update(excused_in=None, excuse=None).where(_are(assignments)).execute()


def set_own_deadline(assignments: Assignments, day: date | None) -> None:
    """Set the own deadline of these assignments; None: that of the push."""
    _A.update(own_deadline=day).where(_are(assignments)).execute()


def not_notified(users: Any, push_id: int) -> Any:
    """Return a query of one column, ``user_id``: users who missed the assignment mail.

    Those are the ones of ``users`` whose mail was dropped because they were excused.
    """
    kept_back = N.select().where(
        N.push == push_id,
        N.recipient == U.id,
        N.kind == Kind.ASSIGNED,
        N.capacity == Capacity.USER,
        N.state == NotificationState.DROPPED,
        N.error == DropReason.EXCUSED,
    )
    return U.select(U.id.alias("user_id")).where(U.id.in_(users), exists(kept_back))


def _are(assignments: Assignments) -> Any:
    return _A.id.in_(assignments_query().select(A.id).where(assignments))
