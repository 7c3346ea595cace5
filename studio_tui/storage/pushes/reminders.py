"""Who is to be reminded of a push: users, and managers alone (P15).

Conditions on users are `Assignments`; those on managers are of ``pairs.manager_id``, as
`storage.outbox.enqueue` takes them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import key_around_recipient
from studio_tui.domain.pushes.groups import By, GroupKey
from studio_tui.domain.pushes.push import AssignmentFilter
from studio_tui.domain.shared.selection import Selection
from studio_tui.storage.engine.sql import Clause, among
from studio_tui.storage.pushes.assignments import (
    REMINDED,
    Assignments,
    assignment_clause,
    chosen,
)

_STILL_TO_TALK = Clause("c.finished_at IS NULL AND u.active")
_DONE = Clause("c.finished_at IS NOT NULL")
_LEFT = Clause("c.finished_at IS NULL AND NOT u.active")


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
        return Clause(
            f"EXISTS (SELECT 1 {REMINDED} AND COALESCE(n.sent_at, n.created_at) > ?)",
            (self.since,),
        )


def of_round(push_id: int, round_: str, today: date, since: datetime) -> Assignments:
    """Who is to be reminded in a round (N2): nobody told anything of the push after ``since``."""
    return (
        assignment_clause(push_id, AssignmentFilter(), today)
        & _STILL_TO_TALK
        & ~_told_since(since)
        & ~_reminded_in(push_id, round_)
    )


def these_managers(ids: Collection[int]) -> Clause:
    """The managers who are among these."""
    return among("pairs.manager_id", ids)


def managers_reminded(ids: Collection[int], push_id: int, since: datetime) -> Clause:
    """Those of them who were reminded after an instant, or are about to be."""
    return these_managers(ids) & _manager_reminded_since(push_id, since)


def managers_not_reminded(ids: Collection[int], push_id: int, since: datetime) -> Clause:
    """The others of them."""
    return these_managers(ids) & ~_manager_reminded_since(push_id, since)


def _manager_reminded_since(push_id: int, instant: datetime) -> Clause:
    return Clause(
        "EXISTS (SELECT 1 FROM notification n WHERE n.push_id = ? "
        "AND n.recipient_id = pairs.manager_id AND n.kind = 'reminder' AND n.capacity = 'manager' "
        "AND n.state IN ('queued', 'sending', 'sent') AND COALESCE(n.sent_at, n.created_at) > ?)",
        (push_id, instant),
    )


def _told_since(instant: datetime) -> Clause:
    return Clause(
        "EXISTS (SELECT 1 FROM notification n WHERE n.push_id = a.push_id "
        "AND n.recipient_id = a.user_id AND n.capacity = 'user' "
        "AND n.state IN ('queued', 'sending', 'sent') "
        "AND COALESCE(n.sent_at, n.created_at) > ?)",
        (instant,),
    )


def _reminded_in(push_id: int, round_: str) -> Clause:
    before, after = key_around_recipient(push_id, Kind.REMINDER, Capacity.USER, round_)
    return Clause(
        "EXISTS (SELECT 1 FROM notification n WHERE n.recipient_id = a.user_id AND n.key = "
        "CAST(? AS TEXT) || CAST(a.user_id AS TEXT) || CAST(? AS TEXT))",
        (before, after),
    )
