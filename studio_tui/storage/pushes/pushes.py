"""Pushes and how far they are: reading and writing (P1 to P9)."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Case, Join, Select, fn

from studio_tui.domain.pushes.push import Milestone, Progress, Reminders
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
"""Who are more than so small a part of all conversations are many of them."""
_TURN = "60s"
"""How long to wait for whoever changes the same push."""


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
    """All pushes, or one: those not closed first, by deadline."""
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
    """The pushes that are not closed and whose first day has come."""
    return [push for push in pushes() if push.closed_at is None and push.available_from <= today]


def push_ids_of(name: str) -> list[int]:
    """The pushes of this name, ignoring case: the one not closed first, then the newest."""
    found = P.select(P.id).where(P.name_key == fold(name))
    return column(found.order_by(_CLOSED, P.id.desc()))


def push_names(*, closed: bool) -> list[str]:
    """The names of the pushes that are not closed, or of all."""
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
    """Add a push; returns its id."""
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
    """Keep others from changing a push until the unit of work ends; SQLite does so by itself."""
    if not is_sqlite():
        # Who is before may be assigning a hundred thousand.
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
    """Write a push, which is locked, as its next version (A4)."""
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
    """How far each of these pushes is; one without users has no entry."""
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
    """Those of these pushes whose deadline has passed."""
    return frozenset(push_id for (push_id,) in _LATE.rows(ids=push_ids, today=today))


class _Late(NamedTuple):
    push_id: int


_LATE = Prepared(
    _Late,
    lambda: P.select(P.id).where(among_given(P.id, "ids"), P.deadline < given("today")),
)


def deadlines_of(push_ids: list[int]) -> dict[int, date]:
    """The deadline of each of these pushes."""
    return dict(_P.select(_P.id, _P.deadline).where(among(_P.id, push_ids)).tuples())


def are_many(assigned: int) -> bool:
    """Whether so many are ``assigned`` that all conversations are gone through sooner, on SQLite,
    than those of so many are looked up."""
    if not is_sqlite():
        return False
    return assigned > int(C.select(fn.MAX(C.id)).scalar() or 0) // _SHARE


def talk_tables(*, many: bool) -> Join:
    """The assignments ``A`` with their conversation ``C``, of those that have one."""
    return Join(C, A, JOIN.CROSS, IS_ASKED_FOR) if many else Join(A, C, JOIN.INNER, IS_ASKED_FOR)


IS_ASKED_FOR = (C.assignment == A.id) & C.cancelled_at.is_null()
"""Whether ``C`` is the conversation of an assignment ``A``."""
TALK = Join(A, C, JOIN.LEFT_OUTER, IS_ASKED_FOR)
"""The assignments ``A`` with their conversation ``C``, where there is one."""
HOLDER = fn.COALESCE(C.conductor, A.conductor)
"""Who holds, or is to hold, what an assignment ``A`` asks for, by id."""
CONDUCTS = H.id == HOLDER
"""Whether that is ``H``."""

STATUS = status_case({**talk_milestones(C), Milestone.EXCUSED: A.excused_in})
"""The status of an assignment ``A``, from its conversation ``C``: `domain.pushes.push.status_of` in
SQL."""
TALK_STATUS = status_case(talk_milestones(C))
"""How far a conversation ``C`` is, whether or not its user is excused; there is an index of it."""
IS_EXCEPTED = A.excused_in.is_null(False) | A.own_deadline.is_null(False)
"""Whether somebody is excused or has a day of their own (P18): few are, and there is an index of
them."""
IS_EXCUSED = Case(None, ((A.excused_in.is_null(), ZERO),), ONE)
"""1 where somebody is excused (P18), else 0."""
IS_ASKED = C.finished_at.is_null() & A.excused_in.is_null()
"""Whether an assignment ``A`` with its conversation ``C`` still asks for it (P18)."""


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
    """How many conversations of a push are so far."""

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
    """Of how many of a push the user is excused, and how many others that are not done have a day
    of their own that is not past (P18)."""

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
    """How many users of a push have left, and how many of those had talked."""

    push_id: int
    left: int
    done: int


_NOBODY_GONE = _Gone(0, 0, 0)


def _gone() -> Any:
    # Few have left: they are looked up first.
    of_user = (A, IN_ORDER[is_sqlite()], A.user == U.id)
    tables = tables_of(U, of_user, (C, JOIN.LEFT_OUTER, IS_ASKED_FOR))
    found = _of_given().select(A.push, COUNTED, fn.COUNT(C.finished_at)).from_(tables)
    return found.where(U.active == SQL("FALSE")).group_by(A.push)


_GONE = Prepared(_Gone, _gone)


def _sum_of(condition: Any) -> Any:
    """Of how many rows a condition holds."""
    return fn.SUM(Case(None, ((condition, ONE),), ZERO))


def is_late(today: Any) -> Any:
    """Whether the last day of an assignment ``A`` of ``P`` is past (P18)."""
    return (P.deadline < today) & (A.own_deadline.is_null() | (A.own_deadline < today))


def any_assigned(push_id: int) -> bool:
    """Whether anybody is assigned."""
    return _assigned([push_id]).select(ONE).limit(1).scalar() is not None


def count_asked(push_id: int) -> int:
    """How many are assigned and not excused, or have held it all the same (P18)."""
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
