"""Reading and writing pushes, and counting their progress (P1 to P9)."""

from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Case, Join, Select, fn

from studio_tui.domain.pushes.push import Milestone, Progress, Reminders
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import fold
from studio_tui.storage.engine.expressions import (
    COUNTED,
    IN_ORDER,
    ONE,
    ZERO,
    A,
    C,
    H,
    P,
    U,
    among,
    column,
    count,
    tables_of,
)
from studio_tui.storage.engine.fields import literal
from studio_tui.storage.engine.prepared import Prepared, among_given, given
from studio_tui.storage.engine.sql import execute
from studio_tui.storage.engine.tables import PushTable, status_case, talk_milestones
from studio_tui.storage.engine.unit import is_sqlite
from studio_tui.storage.people.managers import unmanaged

_SHARE = 8
"""Divisor: people count as many if they exceed this fraction of all conversations."""
_TURN = "60s"
"""How long to wait for the lock while the push is changed elsewhere."""


@dataclass(frozen=True, slots=True)
class StoredPush:
    """A row of the table of pushes; ``definition`` is JSON."""

    id: int
    name: str
    template_id: int
    definition: str
    available_from: date
    deadline: date
    reminders: Reminders
    created_at: datetime
    closed_at: datetime | None
    version: int


def pushes(push_id: int | None = None) -> list[StoredPush]:
    """Return all pushes, or only ``push_id``: open ones first, by deadline."""
    found = _STORED if push_id is None else _STORED.where(P.id == push_id)
    return [
        StoredPush(
            reminders=Reminders(_days(row.pop("remind_before")), _days(row.pop("remind_after"))),
            **row,
        )
        for row in found.order_by(_CLOSED, P.deadline, P.name_key, P.id).dicts()
    ]


_P: Any = PushTable
_CLOSED = Case(None, ((P.closed_at.is_null(), 0),), 1)
_STORED = P.select(
    *(P.id, P.name, P.template.alias("template_id"), P.definition, P.available_from, P.deadline),
    *(P.remind_before, P.remind_after, P.created_at, P.closed_at, P.version),
)


def open_pushes(today: date) -> list[StoredPush]:
    """Return the pushes that are not closed and whose first day has come."""
    return [push for push in pushes() if push.closed_at is None and push.available_from <= today]


def push_ids_of(name: str) -> list[int]:
    """Return the ids of the pushes with this name, ignoring case.

    An open push comes first, then the newest.
    """
    found = P.select(P.id).where(P.name_key == fold(name))
    return column(found.order_by(_CLOSED, P.id.desc()))


def push_names(*, closed: bool) -> list[str]:
    """Return the names of all pushes, or without the closed ones."""
    found = P.select(P.name).order_by(P.id)
    return column(found if closed else found.where(P.closed_at.is_null()))


def insert_push(
    name: str,
    template_id: int,
    definition: str,
    available_from: date,
    deadline: date,
    reminders: Reminders,
    created_at: datetime,
) -> int:
    """Add a push; return its id."""
    return int(
        PushTable.insert(
            name=name,
            name_key=fold(name),
            template=template_id,
            definition=definition,
            available_from=available_from,
            deadline=deadline,
            remind_before=_listed(reminders.before),
            remind_after=_listed(reminders.after),
            created_at=created_at,
            closed_at=None,
            version=1,
        ).execute()
    )


def lock_push(push_id: int) -> None:
    """Lock a push until the unit of work ends; on SQLite the transaction does so by itself."""
    if not is_sqlite():
        # The transaction that holds the lock may be assigning a hundred thousand users.
        execute(f"SET LOCAL lock_timeout = '{_TURN}'")
        P.select(ONE).where(P.id == push_id).for_update("FOR NO KEY UPDATE").scalar()


def update_push(
    push_id: int,
    *,
    name: str,
    available_from: date,
    deadline: date,
    reminders: Reminders,
    closed_at: datetime | None,
) -> None:
    """Write the next version of a locked push (A4)."""
    _P.update(
        name=name,
        name_key=fold(name),
        available_from=available_from,
        deadline=deadline,
        remind_before=_listed(reminders.before),
        remind_after=_listed(reminders.after),
        closed_at=closed_at,
        version=_P.version + 1,
    ).where(_P.id == push_id).execute()


def progress_of(push_ids: list[int], today: date) -> dict[int, Progress]:
    """Return the progress of each of these pushes; a push without users has no entry."""
    assigned = {row.push_id: row.number for row in _ASSIGNED.rows(ids=push_ids)}
    many = are_many(sum(assigned.values()))
    talks = {row.push_id: row for row in _TALKS[many].rows(ids=push_ids)}
    gone = {row.push_id: row for row in _GONE.rows(ids=push_ids)}
    alone = {row.push_id: row.number for row in _WITHOUT_MANAGER.rows(ids=push_ids)}
    overdue = late_pushes(push_ids, today)
    excepted = {row.push_id: row for row in _EXCEPTIONS.rows(ids=push_ids, today=today)}
    progress = {}
    for push_id, number in assigned.items():
        _, planned, prepared, in_progress, done = map(int, talks.get(push_id, _NO_TALKS))
        _, left, done_left = gone.get(push_id, _NOBODY_GONE)
        _, excused, in_time = map(int, excepted.get(push_id, _NO_EXCEPTIONS))
        progress[push_id] = Progress(
            assigned=number,
            not_planned=number - planned - prepared - in_progress - done - excused,
            planned=planned,
            prepared=prepared,
            in_progress=in_progress,
            done=done,
            overdue=number - done - excused - in_time if push_id in overdue else 0,
            no_manager=alone.get(push_id, 0),
            left=left,
            excused=excused,
            done_left=done_left,
        )
    return progress


def late_pushes(push_ids: list[int], today: date) -> frozenset[int]:
    """Return those of these pushes whose deadline has passed."""
    return frozenset(push_id for (push_id,) in _LATE.rows(ids=push_ids, today=today))


class _Late(NamedTuple):
    push_id: int


_LATE = Prepared(
    _Late,
    lambda: P.select(P.id).where(among_given(P.id, "ids"), P.deadline < given("today")),
)


def deadlines_of(push_ids: list[int]) -> dict[int, date]:
    """Return the deadline of each of these pushes."""
    return dict(_P.select(_P.id, _P.deadline).where(among(_P.id, push_ids)).tuples())


def are_many(assigned: int) -> bool:
    """Return whether scanning all conversations beats looking up those of ``assigned`` people.

    Always False on PostgreSQL, which plans this by itself.
    """
    if not is_sqlite():
        return False
    return assigned > int(C.select(fn.MAX(C.id)).scalar() or 0) // _SHARE


def talk_tables(*, many: bool) -> Join:
    """Return the join of the assignments ``A`` that have a conversation ``C``."""
    return Join(C, A, JOIN.CROSS, IS_ASKED_FOR) if many else Join(A, C, JOIN.INNER, IS_ASKED_FOR)


IS_ASKED_FOR = (C.assignment == A.id) & C.cancelled_at.is_null()
"""Whether ``C`` is the conversation of an assignment ``A``."""
TALK = Join(A, C, JOIN.LEFT_OUTER, IS_ASKED_FOR)
"""The assignments ``A`` with their conversation ``C``, if any."""
HOLDER = fn.COALESCE(C.conductor, A.conductor)
"""The id of the actual or named conductor of an assignment ``A``."""
CONDUCTS = H.id == HOLDER
"""Whether the user ``H`` is that conductor."""

STATUS = status_case({**talk_milestones(C), Milestone.EXCUSED: A.excused_in})
"""The status of an assignment ``A`` with its conversation ``C``: `domain.pushes.push.status_of` as
SQL."""
TALK_STATUS = status_case(talk_milestones(C))
"""The status of a conversation ``C``, ignoring excuses. It is indexed."""
IS_EXCEPTED = A.excused_in.is_null(False) | A.own_deadline.is_null(False)
"""Whether an assignment is excused or has its own deadline (P18): few are, and an index covers
them."""
IS_EXCUSED = Case(None, ((A.excused_in.is_null(), ZERO),), ONE)
"""1 if an assignment is excused (P18), else 0."""
IS_ASKED = C.finished_at.is_null() & A.excused_in.is_null()
"""Whether the conversation ``C`` of an assignment ``A`` is still to be held (P18)."""


class _Number(NamedTuple):
    push_id: int
    number: int


_ASSIGNED = Prepared(_Number, lambda: _of_given().select(A.push, COUNTED).group_by(A.push))
_WITHOUT_MANAGER = Prepared(
    _Number,
    lambda: (
        _of_given()
        .select(A.push, COUNTED)
        .where(A.user.in_(unmanaged(_of_given().select(A.user))))
        .group_by(A.push)
    ),
)


def _of_given() -> Any:
    return A.select().where(A.unassigned_at.is_null(), among_given(A.push, "ids"))


class _Talks(NamedTuple):
    """The number of conversations of a push in each status."""

    push_id: int
    planned: int
    prepared: int
    in_progress: int
    done: int


_NO_TALKS = _Talks(0, 0, 0, 0, 0)


def _talks(*, many: bool) -> Any:
    there = _of_given().select(A.push, STATUS.alias("status"))
    found = there.from_(talk_tables(many=many)).alias("found")
    counts = (_sum_of(found.c.status == literal(name)) for name in _Talks._fields[1:])
    return Select((found,), (found.c.push_id, *counts)).group_by(found.c.push_id)


_TALKS = {many: Prepared(_Talks, partial(_talks, many=many)) for many in (True, False)}


class _Exceptions(NamedTuple):
    """The number of excused users of a push, and of others with an own deadline not past (P18)."""

    push_id: int
    excused: int
    in_time: int


_NO_EXCEPTIONS = _Exceptions(0, 0, 0)


def _exceptions() -> Any:
    in_time = A.excused_in.is_null() & (A.own_deadline >= given("today"))
    found = _of_given().select(A.push, fn.SUM(IS_EXCUSED), _sum_of(in_time)).from_(TALK)
    return found.where(IS_EXCEPTED, C.finished_at.is_null()).group_by(A.push)


_EXCEPTIONS = Prepared(_Exceptions, _exceptions)


class _Gone(NamedTuple):
    """The number of users of a push who have left, and of those among them who had talked."""

    push_id: int
    left: int
    done: int


_NOBODY_GONE = _Gone(0, 0, 0)


def _gone() -> Any:
    # Few users have left: the join starts with them.
    of_user = (A, IN_ORDER[is_sqlite()], A.user == U.id)
    tables = tables_of(U, of_user, (C, JOIN.LEFT_OUTER, IS_ASKED_FOR))
    found = _of_given().select(A.push, COUNTED, fn.COUNT(C.finished_at)).from_(tables)
    return found.where(U.active == SQL("FALSE")).group_by(A.push)


_GONE = Prepared(_Gone, _gone)


def _sum_of(condition: Any) -> Any:
    """Return the number of rows that match a condition, as an expression."""
    return fn.SUM(Case(None, ((condition, ONE),), ZERO))


def is_late(today: Any) -> Any:
    """Return the condition that the last day of an assignment ``A`` of ``P`` is past (P18)."""
    return (P.deadline < today) & (A.own_deadline.is_null() | (A.own_deadline < today))


def any_assigned(push_id: int) -> bool:
    """Return whether anybody is assigned to a push."""
    return _assigned([push_id]).select(ONE).limit(1).scalar() is not None


def count_asked(push_id: int) -> int:
    """Return the number of assigned users who are not excused, or talked although excused (P18)."""
    excused = (
        _assigned([push_id])
        .join(C, JOIN.LEFT_OUTER, on=IS_ASKED_FOR)
        .where(IS_EXCEPTED, A.excused_in.is_null(False), C.finished_at.is_null())
    )
    return count(_assigned([push_id])) - count(excused)


def _assigned(push_ids: list[int]) -> Any:
    return A.select().where(A.unassigned_at.is_null(), among(A.push, push_ids))


def _days(listed: str) -> tuple[int, ...]:
    return tuple(int(number) for number in listed.split(",") if number)


def _listed(days: tuple[int, ...]) -> str:
    return ",".join(str(number) for number in days)
