"""The recipients of reminders about a push: users, or managers alone (P15).

Conditions on users are `Assignments`; conditions on managers refer to ``pairs.manager_id``, as
`storage.outbox.enqueue` expects.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from peewee import SQL, fn

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import ON_THEIR_WAY, key_affixes
from studio_tui.domain.pushes.groups import GroupBy, GroupKey
from studio_tui.domain.pushes.push import AssignmentFilter
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.selection import Selection
from studio_tui.storage.engine.expressions import A, C, N, P, U, among, exists, joined
from studio_tui.storage.pushes.assignments import (
    TOLD,
    Assignments,
    assignment_condition,
    chosen,
)
from studio_tui.storage.pushes.pushes import IS_ASKED, IS_EXCEPTED

_STILL_TO_TALK = IS_ASKED & U.active
_DONE = C.finished_at.is_null(False)
_LEFT = C.finished_at.is_null() & ~U.active
_EXCUSED = C.finished_at.is_null() & U.active & A.excused_in.is_null(False)
_ON_ITS_WAY = N.state.in_(ON_THEIR_WAY)
_TOLD_AT = fn.COALESCE(N.sent_at, N.created_at)
_MANAGER = SQL("pairs.manager_id")


@dataclass(frozen=True, slots=True)
class ChosenToRemind:
    """The assignments of a push in a selection, by whether to remind them.

    A reminder after ``since`` counts as recent.
    """

    push_id: int
    selection: Selection[AssignmentFilter]
    today: date
    since: datetime

    @property
    def done(self) -> Assignments:
        """Assignments whose conversation was held."""
        return self._chosen & _DONE

    @property
    def left(self) -> Assignments:
        """Assignments of users who left before the conversation was held."""
        return self._chosen & _LEFT

    @property
    def excused(self) -> Assignments:
        """Assignments of active users who are excused (P18)."""
        return self._chosen & _EXCUSED

    @property
    def waiting(self) -> Assignments:
        """Assignments of active users with a conversation still to be held."""
        return self._chosen & _STILL_TO_TALK

    @property
    def recently(self) -> Assignments:
        """Those of `waiting` that were reminded recently."""
        return self.waiting & self._reminded

    def to_remind(self, *, again: bool) -> Assignments:
        """Return the assignments to remind; ``again`` includes those reminded recently."""
        return self.waiting if again else self.waiting & ~self._reminded

    def waiting_of(self, managers: Collection[int]) -> Assignments:
        """Return those of `waiting` whose user is managed by any of these managers."""
        theirs: Selection[AssignmentFilter] = Selection()
        for manager in managers:
            theirs = theirs.mark_matching(
                AssignmentFilter(group=GroupKey(GroupBy.MANAGER, manager))
            )
        return self.waiting & chosen(self.push_id, theirs, self.today)

    @property
    def _chosen(self) -> Assignments:
        return chosen(self.push_id, self.selection, self.today)

    @property
    def _reminded(self) -> Assignments:
        reminders = TOLD.where(N.kind == Kind.REMINDER, _ON_ITS_WAY, self.since < _TOLD_AT)
        return exists(reminders)


def own_deadlines(push_ids: Collection[int]) -> list[tuple[int, date]]:
    """Return the own deadlines in these pushes, each once with its push id (P18)."""
    own = A.select(A.push, A.own_deadline).where(
        among(A.push, push_ids),
        IS_EXCEPTED,
        A.unassigned_at.is_null(),
        A.excused_in.is_null(),
        A.own_deadline.is_null(False),
    )
    return list(own.distinct().order_by(A.push, A.own_deadline).tuples())


def of_round(
    push_id: int, round_: str, deadline: date, today: date, since: datetime
) -> Assignments:
    """Return the assignments to remind in a round for the last day ``deadline`` (N2, P18).

    Users who were notified of the push after ``since`` are left out.
    """
    own = (P.deadline == deadline) & (A.own_deadline.is_null() | (A.own_deadline <= deadline))
    return (
        assignment_condition(push_id, AssignmentFilter(), today)
        & _STILL_TO_TALK
        & (own | ((A.own_deadline == deadline) & (P.deadline < deadline)))
        & ~_told_since(since)
        & ~_reminded_in(push_id, round_)
    )


def these_managers(ids: Collection[int]) -> Any:
    """Return the condition that a manager is one of these."""
    return among(_MANAGER, ids)


def managers_reminded(ids: Collection[int], push_id: int, since: datetime) -> Any:
    """Return the condition that one of these managers was reminded, or is about to be.

    Reminders up to the instant ``since`` do not count.
    """
    return these_managers(ids) & _manager_reminded_since(push_id, since)


def managers_not_reminded(ids: Collection[int], push_id: int, since: datetime) -> Any:
    """Return the condition that one of these managers was not reminded since then."""
    return these_managers(ids) & ~_manager_reminded_since(push_id, since)


def _manager_reminded_since(push_id: int, instant: datetime) -> Any:
    return exists(
        N.select().where(
            N.push == push_id,
            N.recipient == _MANAGER,
            N.kind == Kind.REMINDER,
            N.capacity == Capacity.MANAGER,
            _ON_ITS_WAY,
            instant < _TOLD_AT,
        )
    )


def _told_since(instant: datetime) -> Any:
    return exists(TOLD.where(_ON_ITS_WAY, instant < _TOLD_AT))


def _reminded_in(push_id: int, round_: str) -> Any:
    before, after = key_affixes(push_id, Kind.REMINDER, Capacity.USER, round_)
    told = N.select().where(N.recipient == A.user, N.key == joined(before, A.user, after))
    return exists(told)
