"""Enqueuing of the notifications of events, for any number of people at once (N1, N2, P6, P7).

Every notification refers to the activity that causes it. A key that was notified before is not
notified again, and one that was dropped unsent is queued again. Recipients and dropped mails do not
depend on what the actor sees of the organisation (U12). A query of users chosen by the actor
therefore has to be fixed before (`act_snapshot`), while it is still limited to what they see.
"""

from datetime import datetime
from typing import Any

from peewee import EXCLUDED, JOIN, SQL, Case, Cast, Select, Value, fn

from studio_tui.domain.outbox.kinds import NOTICES, Capacity, Kind
from studio_tui.domain.outbox.notification import NotificationState, key_affixes
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import EVERYBODY, A, C, H, N, count, exists, joined
from studio_tui.storage.engine.tables import NotificationTable, NotificationUser, NotMine
from studio_tui.storage.engine.unit import current_database, unlimited_sight
from studio_tui.storage.people.managers import pairs
from studio_tui.storage.people.stand_ins import stands_for
from studio_tui.storage.pushes.act_snapshot import snapshot_pairs
from studio_tui.storage.pushes.pushes import CONDUCTS, IS_ASKED_FOR


@dataclass(frozen=True, slots=True)
class Cause:
    """The act that enqueues: its line of activity, its push, its time, and when its mail leaves."""

    activity_id: int
    push_id: int | None
    """None for a conversation without a push."""
    at: datetime
    due_at: datetime


_N: Any = NotificationTable
_NU: Any = NotificationUser
_X: Any = NotificationUser.alias("x")
_COLUMNS = (
    *(_N.key, _N.kind, _N.capacity, _N.state, _N.push, _N.recipient, _N.caused_by),
    *(_N.created_at, _N.due_at, _N.attempts),
)


@unlimited_sight()
def notify_users(cause: Cause, kind: Kind, users: Any, round_: str) -> int:
    """Notify ``users``, a query of one column ``user_id``; return how many are notified."""
    found = users.alias("found")
    _insert(cause, kind, Capacity.USER, found, found.c.user_id, round_)
    themselves = N.select(N.id, N.recipient).where(
        N.caused_by == cause.activity_id, N.capacity == Capacity.USER
    )
    _link_people(themselves)
    return _count_notified(cause, Capacity.USER)


@unlimited_sight()
def notify_managers(cause: Cause, kind: Kind, users: Any, round_: str) -> int:
    """Notify all managers of ``users``, with one mail each that lists their people (P7)."""
    return _notify_pairs(cause, kind, pairs(users), round_)


@unlimited_sight()
def notify_asked_managers(
    cause: Cause, kind: Kind, users: Any, round_: str, only: Any = EVERYBODY
) -> int:
    """Notify the managers of ``users`` whom a push still asks (P10), with one mail each.

    ``only`` is a further condition on the manager, ``pairs.manager_id``. If a user is named to hold
    the conversation, nobody else is asked. A manager who said that it is not theirs is not asked.
    If the conductor has left, or does not manage the user any more, all managers are asked (N16).
    """
    return _notify_pairs(cause, kind, _asked_pairs(_push_of(cause), users, only), round_)


def asked_managers(push_id: int, users: Any, only: Any) -> frozenset[int]:
    """Return the ids of the managers whom `notify_asked_managers` would notify."""
    asked = _asked_pairs(push_id, users, only).alias("asked")
    found = Select((asked,), (asked.c.manager_id,)).distinct()
    return frozenset(manager_id for (manager_id,) in found.tuples().execute(current_database()))


def people_in_mails_of(activity_id: int) -> Any:
    """Return a query of one column ``user_id``: the users whom the mails of an act are about."""
    told = N.select(_X.user).join(_X, on=_X.notification == N.id)
    return told.where(N.caused_by == activity_id).distinct()


def _asked_pairs(push_id: int, users: Any, only: Any) -> Any:
    managing = pairs(users).alias("pairs")
    manager = managing.c.manager_id
    theirs = H.id.is_null() | ~H.active | (H.id == manager)
    if (standing := stands_for(H.id, manager, A.user)) is not None:
        theirs |= standing
    # Whether one of the user's managers is the conductor, for all managers in one pass.
    is_held = fn.MAX(Case(None, ((H.id == manager, 1),), 0)).over(partition_by=[A.id])
    every = (
        A.select(
            *(managing.c.user_id, manager, A.id.alias("assignment_id")),
            *(Case(None, ((theirs, 1),), 0).alias("theirs"), is_held.alias("is_held")),
        )
        .join(managing, on=(managing.c.user_id == A.user) & (A.push == push_id))
        .join_from(A, C, JOIN.LEFT_OUTER, on=IS_ASKED_FOR)
        .join_from(A, H, JOIN.LEFT_OUTER, on=CONDUCTS)
    )
    # The alias has to be ``pairs``, to which `only` refers.
    found = every.alias("pairs")
    not_theirs = NotMine.select().where(
        NotMine.assignment == found.c.assignment_id, NotMine.manager == found.c.manager_id
    )
    return Select((found,), (found.c.user_id, found.c.manager_id)).where(
        (found.c.theirs == 1) | (found.c.is_held == 0), ~exists(not_theirs), only
    )


@unlimited_sight()
def notify_one_manager(cause: Cause, kind: Kind, users: Any, manager_id: int, round_: str) -> int:
    """Notify one manager of ``users``, whoever else manages them."""
    found = users.alias("found")
    manager = Cast(Value(manager_id), "INTEGER").alias("manager_id")
    return _notify_pairs(cause, kind, Select((found,), (found.c.user_id, manager)), round_)


@unlimited_sight()
def notify_conductors(cause: Cause, kind: Kind, users: Any, round_: str) -> int:
    """Notify the users named to hold the conversations of ``users``, with one mail each."""
    user, named = A.user.alias("user_id"), A.conductor.alias("manager_id")
    of_push = A.select(user, named).where(A.push == _push_of(cause), A.user.in_(users))
    return _notify_pairs(cause, kind, of_push.where(A.conductor.is_null(False)), round_)


@unlimited_sight()
def notify_managers_once(cause: Cause, kind: Kind, users: Any, round_: str) -> int:
    """Notify managers as `notify_managers` does, but never twice about the same user (P12)."""
    return _notify_pairs(cause, kind, _unnotified_pairs(_push_of(cause), kind, users), round_)


def was_notified(push_id: int, kind: Kind, user: Any) -> Any:
    """Return the condition that ``user`` was notified of a push themself, or is about to be."""
    return exists(_of_push(push_id, kind, Capacity.USER).where(N.recipient == user))


def count_managers_to_notify(push_id: int, kind: Kind, users: Any) -> int:
    """Return how many managers `notify_managers_once` would notify."""
    return _count_managers(_unnotified_pairs(push_id, kind, users))


def _count_managers(found: Any) -> int:
    asked = found.alias("asked")
    managers = Select((asked,), (fn.COUNT(asked.c.manager_id.distinct()),))
    return int(managers.scalar(current_database()))


def _of_push(push_id: int, kind: Kind, capacity: Capacity) -> Any:
    """Return the notifications of one kind about a push that were not dropped."""
    return N.select().where(
        N.push == push_id,
        N.kind == kind,
        N.capacity == capacity,
        N.state != NotificationState.DROPPED,
    )


def without_notified_by(activity_id: int, users: Any) -> Any:
    """Return the query ``users``, of one column ``user_id``, without those an act notifies."""
    found = users.alias("found")
    told = N.select().where(
        N.caused_by == activity_id,
        N.capacity == Capacity.USER,
        N.recipient == found.c.user_id,
    )
    return Select((found,), (found.c.user_id,)).where(~exists(told))


@unlimited_sight()
def drop_unsent(push_id: int, reason: str) -> int:
    """Drop the waiting notifications of a push; return their number (P9)."""
    return _drop(_N.push == push_id, reason)


@unlimited_sight()
def drop_unsent_about_unassigned(push_id: int, reason: str) -> int:
    """Drop the waiting notifications about no assigned user; return their number (P11)."""
    assigned = (
        _X.select()
        .join(A, on=A.user == _X.user)
        .where(_X.notification == _N.id, A.push == _N.push, A.unassigned_at.is_null())
    )
    return _drop((_N.push == push_id) & ~exists(assigned), reason)


@unlimited_sight()
def drop_superseded(push_id: int, kind: Kind, users: Any, reason: str) -> int:
    """Drop the waiting notifications of a kind about ``users``, which new ones will replace.

    Returns their number.
    """
    about = _X.select().where(_X.notification == _N.id, _X.user.in_(users))
    return _drop((_N.push == push_id) & (_N.kind == kind) & exists(about), reason)


@unlimited_sight()
def drop_caused(activity_id: int, reason: str) -> int:
    """Drop the waiting notifications of an act that is undone; return their number (N5)."""
    return _drop(_N.caused_by == activity_id, reason)


def count_dropped(push_id: int, reason: str) -> int:
    """Return how many notifications of a push were dropped for ``reason``."""
    return count(
        N.select().where(N.push == push_id, N.state == NotificationState.DROPPED, N.error == reason)
    )


def requeue_dropped(
    push_id: int, reason: str, due_at: datetime, activity_id: int | None = None
) -> int:
    """Queue again what was dropped for ``reason``; return the number (P5, a push opened again).

    The notifications then belong to the act ``activity_id``; without one, still to the original
    act.
    """
    cause = {} if activity_id is None else {"caused_by": activity_id}
    again = _N.update(state=NotificationState.QUEUED, error=None, due_at=due_at, **cause)
    dropped = (_N.push == push_id) & (_N.state == NotificationState.DROPPED) & (_N.error == reason)
    return int(again.where(dropped).execute())


def change_drop_reason(activity_id: int, reason: str, instead: str) -> None:
    """Replace ``reason`` by ``instead`` in the dropped notifications of an act."""
    dropped = (
        (_N.caused_by == activity_id)
        & (_N.state == NotificationState.DROPPED)
        & (_N.error == reason)
    )
    _N.update(error=instead).where(dropped).execute()


def postpone_untried(push_id: int, due_at: datetime) -> None:
    """Set when the untried mails about an assignment leave (P7: the first day moved)."""
    _N.update(due_at=due_at).where(
        _N.push == push_id,
        _N.state == NotificationState.QUEUED,
        _N.attempts == 0,
        _N.kind == Kind.ASSIGNED,
    ).execute()


@unlimited_sight()
def count_irrevocable(activity_id: int) -> int:
    """Return how many mails of an act cannot be taken back any more (N5)."""
    left = N.state.in_(
        (NotificationState.SENDING, NotificationState.SENT, NotificationState.FAILED)
    ) | (N.attempts > 0)
    return count(N.select().where(N.caused_by == activity_id, left))


def _push_of(cause: Cause) -> int:
    if cause.push_id is None:
        raise ValueError("only an invitation can do without a push")
    return cause.push_id


def _unnotified_pairs(push_id: int, kind: Kind, users: Any) -> Any:
    """Return `pairs` without those whose manager was notified about the user before."""
    found = pairs(users).alias("pairs")
    told = (
        _of_push(push_id, kind, Capacity.MANAGER)
        .join(_X, on=_X.notification == N.id)
        .where(N.recipient == found.c.manager_id, _X.user == found.c.user_id)
    )
    return Select((found,), (found.c.user_id, found.c.manager_id)).where(~exists(told))


def _notify_pairs(cause: Cause, kind: Kind, found: Any, round_: str) -> int:
    fixed = snapshot_pairs(found).alias("pairs")
    managers = Select((fixed,), (fixed.c.manager_id.alias("id"),)).distinct().alias("found")
    _insert(cause, kind, Capacity.MANAGER, managers, managers.c.id, round_)
    before, after = key_affixes(_push_of(cause), kind, Capacity.MANAGER, round_)
    key = joined(before, fixed.c.manager_id, after)
    of_act = (N.key == key) & (N.caused_by == cause.activity_id)
    _link_people(N.select(N.id, fixed.c.user_id).join(fixed, on=of_act))
    return _count_notified(cause, Capacity.MANAGER)


def _insert(
    cause: Cause, kind: Kind, capacity: Capacity, found: Any, recipient: Any, round_: str
) -> None:
    """Enqueue a notification to each ``recipient`` in ``found``."""
    push_id = _push_of(cause)
    before, after = key_affixes(push_id, kind, capacity, round_)
    written = Select(
        (found,),
        (
            joined(before, recipient, after),
            *(
                Value(kind),
                Value(capacity),
                Value(NotificationState.QUEUED),
                Value(push_id),
                recipient,
            ),
            *(Value(cause.activity_id), Value(cause.at), Value(cause.due_at), Value(0)),
        ),
    )
    # SQLite would read ON CONFLICT as a join condition unless a WHERE clause precedes it.
    _N.insert_from(written.where(SQL("TRUE")).order_by(recipient), _COLUMNS).on_conflict(
        conflict_target=(_N.key,),
        update={
            _N.state: NotificationState.QUEUED,
            _N.due_at: EXCLUDED.due_at,
            _N.caused_by: EXCLUDED.caused_by_id,
            _N.error: None,
        },
        where=_N.state == NotificationState.DROPPED,
    ).as_rowcount().execute()


def _link_people(people: Any) -> None:
    """Record the users whom notifications are about; ``people`` selects the ids of both."""
    written = _NU.insert_from(people, (_NU.notification, _NU.user))
    written.on_conflict_ignore().as_rowcount().execute()


def _count_notified(cause: Cause, capacity: Capacity) -> int:
    return count(N.select().where(N.caused_by == cause.activity_id, N.capacity == capacity))


def _drop(condition: Any, reason: str) -> int:
    """Drop the waiting notifications that match, but never a notice (C6)."""
    waiting = (_N.state == NotificationState.QUEUED) & condition & _N.kind.not_in(list(NOTICES))
    return int(_N.update(state=NotificationState.DROPPED, error=reason).where(waiting).execute())
