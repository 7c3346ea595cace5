"""Who is to be reminded of a push: users, and managers alone (P15).

Conditions on users are `Assignments`; those on managers are of ``pairs.manager_id``, as
`storage.outbox.enqueue` takes them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import SQL, fn

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import ON_THEIR_WAY, key_around_recipient
from studio_tui.domain.pushes.groups import By, GroupKey
from studio_tui.domain.pushes.push import AssignmentFilter
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
    """Those of a push that a selection holds; who was reminded after ``since`` was so a short while
    ago."""

    push_id: int
    selection: Selection[AssignmentFilter]
    today: date
    since: datetime

    @property
    def done(self) -> Assignments:
        """Who has talked."""
        return self._chosen & _DONE

    @property
    def left(self) -> Assignments:
        """Who has left before they talked."""
        return self._chosen & _LEFT

    @property
    def excused(self) -> Assignments:
        """Who is there and is excused (P18)."""
        return self._chosen & _EXCUSED

    @property
    def waiting(self) -> Assignments:
        """Who is there and has still to talk."""
        return self._chosen & _STILL_TO_TALK

    @property
    def recently(self) -> Assignments:
        """Who of them was reminded a short while ago."""
        return self.waiting & self._reminded

    def to_remind(self, *, again: bool) -> Assignments:
        """Who of them is reminded; also who was a short while ago where it is done ``again``."""
        return self.waiting if again else self.waiting & ~self._reminded

    def waiting_of(self, managers: Collection[int]) -> Assignments:
        """Who of them is managed by any of these."""
        theirs: Selection[AssignmentFilter] = Selection()
        for manager in managers:
            theirs = theirs.mark_matching(AssignmentFilter(group=GroupKey(By.MANAGER, manager)))
        return self.waiting & chosen(self.push_id, theirs, self.today)

    @property
    def _chosen(self) -> Assignments:
        return chosen(self.push_id, self.selection, self.today)

    @property
    def _reminded(self) -> Assignments:
        reminders = TOLD.where(N.kind == Kind.REMINDER, _ON_ITS_WAY, self.since < _TOLD_AT)
        return exists(reminders)


def own_deadlines(push_ids: Collection[int]) -> list[tuple[int, date]]:
    """The days of their own that those of these pushes have, each once with its push (P18)."""
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
    """Who is to be reminded in a round of those whose last day is ``deadline`` (N2, P18): nobody
    told anything of the push after ``since``."""
    own = (P.deadline == deadline) & (A.own_deadline.is_null() | (A.own_deadline <= deadline))
    return (
        assignment_condition(push_id, AssignmentFilter(), today)
        & _STILL_TO_TALK
        & (own | ((A.own_deadline == deadline) & (P.deadline < deadline)))
        & ~_told_since(since)
        & ~_reminded_in(push_id, round_)
    )


def these_managers(ids: Collection[int]) -> Any:
    """The managers who are among these."""
    return among(_MANAGER, ids)


def managers_reminded(ids: Collection[int], push_id: int, since: datetime) -> Any:
    """Those of them who were reminded after an instant, or are about to be."""
    return these_managers(ids) & _manager_reminded_since(push_id, since)


def managers_not_reminded(ids: Collection[int], push_id: int, since: datetime) -> Any:
    """The others of them."""
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
    before, after = key_around_recipient(push_id, Kind.REMINDER, Capacity.USER, round_)
    told = N.select().where(N.recipient == A.user, N.key == joined(before, A.user, after))
    return exists(told)
