"""Mails to new managers of people in open pushes: one mail about all people of a manager (N16).

The mail is about no push in particular: what is asked of each person is queried when it leaves.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from peewee import JOIN, Select, Value, fn

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import ON_THEIR_WAY, ConcernedPerson, NotificationState
from studio_tui.domain.people.review import ReviewKind
from studio_tui.domain.people.users import full_name
from studio_tui.storage.engine.expressions import (
    A,
    C,
    H,
    N,
    P,
    U,
    among,
    column,
    count,
    exists,
    joined,
)
from studio_tui.storage.engine.tables import NotificationTable, NotificationUser, ReviewTable
from studio_tui.storage.engine.unit import unlimited_sight
from studio_tui.storage.outbox.enqueue import Cause
from studio_tui.storage.people.managers import managers_of, pairs
from studio_tui.storage.people.review_write import in_list
from studio_tui.storage.pushes.act_snapshot import snapshot_pairs
from studio_tui.storage.pushes.pushes import CONDUCTS, IS_ASKED_FOR

_N: Any = NotificationTable
_NU: Any = NotificationUser
_X: Any = NotificationUser.alias("x")
_R: Any = ReviewTable.alias("r")
_M: Any = ReviewTable.alias("m")
"""The change that records who managed the same person before."""


@unlimited_sight()
def notify_new_managers(cause: Cause, ids: Collection[int]) -> int:
    """Notify the new managers of the people in these changes, one mail each; return their number.

    A manager who was notified of the same change before is not notified again. If no change of
    managers is recorded for a person, all their managers are notified except the former conductor.
    """
    found = snapshot_pairs(_new_pairs(ids)).alias("pairs")
    manager, key = found.c.manager_id, _key(cause.activity_id, found.c.manager_id)
    _N.insert_from(
        Select(
            (found,),
            (
                key,
                *(
                    Value(Kind.NEW_MANAGER),
                    Value(Capacity.MANAGER),
                    Value(NotificationState.QUEUED),
                    manager,
                ),
                *(Value(cause.activity_id), Value(cause.at), Value(cause.due_at), Value(0)),
            ),
        )
        .distinct()
        .order_by(manager),
        (
            *(_N.key, _N.kind, _N.capacity, _N.state, _N.recipient),
            *(_N.caused_by, _N.created_at, _N.due_at, _N.attempts),
        ),
    ).as_rowcount().execute()
    told = N.select(N.id, found.c.user_id).join(found, on=N.key == key)
    _NU.insert_from(told, (_NU.notification, _NU.user)).as_rowcount().execute()
    return count(N.select().where(N.caused_by == cause.activity_id))


def people_in_mails_of(activity_id: int) -> Any:
    """Return a query of one column ``user_id``: those about whom an act notifies new managers."""
    told = _X.select(_X.user).join(N, on=N.id == _X.notification)
    return told.where(N.caused_by == activity_id, N.kind == Kind.NEW_MANAGER).distinct()


def people_asked_for(ids: Collection[int]) -> dict[int, tuple[ConcernedPerson, ...]]:
    """Return the people of these notifications to new managers, by id of the notification.

    A person has an entry for each open push, or a single one that is not assigned. Notifications of
    other kinds are left out.
    """
    wanted = N.select(N.id).where(among(N.id, ids), N.kind == Kind.NEW_MANAGER)
    if not (told := column(wanted)):
        return {}
    is_in = (A.user == U.id) & A.unassigned_at.is_null()
    found = [
        _AskedPersonRow(*row)
        for row in N.select(
            *(N.id, N.recipient, U.id, U.given_name, U.family_name, U.active),
            *(A.id, C.finished_at, C.started_at, C.planned_for, H.given_name, H.family_name),
            *(P.name, fn.COALESCE(A.own_deadline, P.deadline), A.excused_in),
        )
        .join(_X, on=_X.notification == N.id)
        .join_from(_X, U, on=U.id == _X.user)
        .join_from(U, A, JOIN.LEFT_OUTER, on=is_in & A.push.in_(P.select(P.id).where(_OPEN)))
        .join_from(A, P, JOIN.LEFT_OUTER, on=P.id == A.push)
        .join_from(A, C, JOIN.LEFT_OUTER, on=IS_ASKED_FOR)
        .join_from(A, H, JOIN.LEFT_OUTER, on=CONDUCTS)
        .where(among(N.id, told))
        .order_by(N.id, U.sort_name, U.id, P.deadline, P.id)
        .tuples()
    ]
    managers = managers_of(list(dict.fromkeys(row.user_id for row in found)))
    people: dict[int, list[ConcernedPerson]] = {}
    for row in found:
        managed = {manager.user_id for manager in managers.get(row.user_id, ())}
        people.setdefault(row.notification_id, []).append(
            ConcernedPerson(
                full_name(row.given_name, row.family_name),
                active=row.active,
                assigned=row.assignment_id is not None,
                done=row.finished_at is not None,
                conductor=full_name(row.conductor_given or "", row.conductor_family or ""),
                meets_at=row.started_at or row.planned_for,
                managed=row.recipient_id in managed,
                push=row.push or "",
                deadline=row.deadline,
                excused=row.excused_in is not None,
            )
        )
    return {notification_id: tuple(each) for notification_id, each in people.items()}


class _AskedPersonRow(NamedTuple):
    notification_id: int
    recipient_id: int
    user_id: int
    given_name: str
    family_name: str
    active: bool
    assignment_id: int | None
    finished_at: datetime | None
    started_at: datetime | None
    planned_for: datetime | None
    conductor_given: str | None
    conductor_family: str | None
    push: str | None
    deadline: date | None
    excused_in: int | None


_OPEN = P.closed_at.is_null()


def _key(activity_id: int, recipient: Any) -> Any:
    return joined(f"m{activity_id}-", recipient, f"-{Kind.NEW_MANAGER}")


def _new_pairs(ids: Collection[int]) -> Any:
    people = _R.select(_R.user).where(among(_R.id, ids))
    found = pairs(people, stand_ins=False).alias("found")
    user, manager = found.c.user_id, found.c.manager_id
    before = (
        (_M.user == _R.user)
        & (_M.push == _R.push)
        & (_M.kind == ReviewKind.MANAGER_CHANGED)
        & _M.decided_at.is_null()
    )
    told = (
        N.select()
        .join(_X, on=_X.notification == N.id)
        .where(
            N.kind == Kind.NEW_MANAGER,
            N.recipient == manager,
            N.state.in_(ON_THEIR_WAY),
            N.created_at >= _R.since,
            _X.user == user,
        )
    )
    return (
        _R.select(user, manager)
        .join(found, on=user == _R.user)
        .join_from(_R, _M, JOIN.LEFT_OUTER, on=before)
        .where(
            among(_R.id, ids),
            _M.id.is_null() | ~in_list(_M.before, manager),
            _R.conductor.is_null() | (_R.conductor != manager),
            ~exists(told),
        )
        .distinct()
    )
