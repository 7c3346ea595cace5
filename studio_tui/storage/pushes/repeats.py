"""Repeating pushes (P17): their rules, and the result of each time."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from peewee import fn

from studio_tui.domain.pushes.repeats import Repeat, parse_every
from studio_tui.storage.engine.expressions import ONE, A, U, among, column
from studio_tui.storage.engine.tables import AssignmentTable, RepeatedPush, RepeatTable
from studio_tui.storage.engine.unit import is_sqlite

_R: Any = RepeatTable
_M: Any = RepeatedPush
_A: Any = AssignmentTable
_L: Any = RepeatTable.alias("l")
"""A locked row."""


def active(repeat_ids: Collection[int] | None = None) -> list[Repeat]:
    """Return the repeats that are not stopped, or those of them with these ids.

    They are in the order in which they were set.
    """
    found = _R.select().where(_R.stopped_at.is_null()).order_by(_R.id)
    stored = list(found if repeat_ids is None else found.where(among(_R.id, repeat_ids)))
    if not stored:
        return []
    became: defaultdict[int, dict[int, int | None]] = defaultdict(dict)
    times = _M.select(_M.repeat, _M.number, _M.push).where(among(_M.repeat, [r.id for r in stored]))
    for repeat_id, number, push_id in times.tuples():
        became[repeat_id][number] = push_id
    return [_repeat(row, became[row.id]) for row in stored]


def _repeat(row: Any, became: dict[int, int | None]) -> Repeat:
    made = [number for number, push_id in became.items() if push_id is not None]
    last = max(made, default=0)
    return Repeat(
        id=row.id,
        push_id=row.push_id,
        latest_id=became[last] or row.push_id if made else row.push_id,
        every=parse_every(row.every) if row.every else None,
        after_days=row.after_days,
        first=row.first_day,
        deadline=row.deadline,
        until=row.until,
        set_on=row.set_on,
        made=last,
        skipped=frozenset(became) - frozenset(made),
    )


def of_push(push_id: int) -> Repeat | None:
    """Return the repeat that was set on a push or created it; None if there is none."""
    made = _M.select(_M.repeat).where(_M.push == push_id)
    found = _R.select(_R.id).where(_R.stopped_at.is_null(), (_R.push == push_id) | _R.id.in_(made))
    ids = column(found.order_by(_R.id.desc()).limit(1))
    return active(ids)[0] if ids else None


def lock(repeat_id: int) -> Repeat | None:
    """Return a repeat, locked until the unit of work ends; None if it was stopped."""
    if not is_sqlite():
        _L.select(ONE).where(_L.id == repeat_id).for_update().scalar()
    return next(iter(active([repeat_id])), None)


def insert(
    push_id: int,
    *,
    every: str | None,
    after_days: int | None,
    first: date,
    deadline: date,
    until: date | None,
    set_on: date,
) -> int:
    """Make a push repeat; return the id of the repeat."""
    return int(
        RepeatTable.insert(
            push=push_id,
            every=every,
            after_days=after_days,
            first_day=first,
            deadline=deadline,
            until=until,
            set_on=set_on,
        ).execute()
    )


def set_until(repeat_id: int, until: date | None) -> None:
    """Set the last day on which a push of the repeat may begin."""
    _R.update(until=until).where(_R.id == repeat_id).execute()


def stop(repeat_id: int, at: datetime) -> None:
    """Stop a repeat."""
    _R.update(stopped_at=at).where(_R.id == repeat_id).execute()


def record(repeat_id: int, numbers: Iterable[int], push_id: int | None = None) -> None:
    """Record the result of these times: the push that was created, or None for skipped."""
    rows = [{"repeat": repeat_id, "number": number, "push": push_id} for number in numbers]
    if rows:
        RepeatedPush.insert_many(rows).execute()


def forget_skipped(repeat_id: int, number: int) -> None:
    """Take back the skipping of a time."""
    _M.delete().where(_M.repeat == repeat_id, _M.number == number, _M.push.is_null()).execute()


def hired(push_id: int, first: date, last: date) -> Any:
    """Return the condition of users ``U`` hired in a period and never in the push.

    The period runs from ``first`` to ``last``, inclusive.
    """
    was_in = A.select(A.user).where(A.push == push_id)
    return U.hired_on.between(first, last) & U.id.not_in(was_in)


def hire_days(push_id: int, first: date, last: date) -> list[tuple[date, int]]:
    """Return the number of active users hired on each day and never in the push.

    Days run from ``first`` to ``last``.
    """
    found = U.select(U.hired_on, fn.COUNT(U.id)).where(U.active, hired(push_id, first, last))
    return list(found.group_by(U.hired_on).order_by(U.hired_on).tuples())


def set_deadline_of_hired(activity_id: int, hired_on: date, deadline: date) -> None:
    """Set the own deadline of the users whom an act assigned and who were hired on a day."""
    these = U.select(U.id).where(U.hired_on == hired_on)
    _A.update(own_deadline=deadline).where(
        _A.assigned_in == activity_id, _A.user.in_(these)
    ).execute()
