"""Who of a push is excused, and who has longer than it (P18)."""

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
"""Who has talked."""
EXCUSED: Assignments = C.finished_at.is_null() & A.excused_in.is_null(False)
"""Who is excused."""
ASKED: Assignments = IS_ASKED
"""Who has still to talk, whether or not they have left."""
WITH_OWN_DEADLINE: Assignments = A.own_deadline.is_null(False)
"""Who has a day of their own."""


def excused_for(reason: str) -> Assignments:
    """Who is excused for this very reason."""
    return EXCUSED & (A.excuse == reason)


def until(day: date) -> Assignments:
    """Whose own day this is."""
    return WITH_OWN_DEADLINE & (A.own_deadline == day)


def excuse(assignments: Assignments, activity_id: int, reason: str) -> None:
    """Let nothing be asked of those of whom a condition holds."""
    _A.update(excused_in=activity_id, excuse=reason).where(_are(assignments)).execute()


def ask_again(assignments: Assignments) -> None:
    """Let them be asked again."""
    _A.update(excused_in=None, excuse=None).where(_are(assignments)).execute()


def set_own_deadline(assignments: Assignments, day: date | None) -> None:
    """Let them have until a day of their own; None: as long as the push."""
    _A.update(own_deadline=day).where(_are(assignments)).execute()


def untold(users: Any, push_id: int) -> Any:
    """A query of one column, ``user_id``: those of ``users`` who did not get the mail about
    assigning because they were excused by then."""
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
