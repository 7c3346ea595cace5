"""Pushes and how far they are: reading and writing (P1 to P9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Case, fn

from studio_tui.domain.pushes.push import MILESTONES, Milestone, Progress, Reminders, Status
from studio_tui.domain.shared.enum_tables import OfAll
from studio_tui.domain.shared.text import fold
from studio_tui.storage.engine.expressions import (
    COUNTED,
    ONE,
    A,
    C,
    H,
    P,
    among,
    column,
    count,
)
from studio_tui.storage.engine.prepared import Prepared, among_given, given
from studio_tui.storage.engine.sql import Clause, execute, rows, scalar
from studio_tui.storage.engine.sql import among as among_text
from studio_tui.storage.engine.tables import PushTable
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
    there = Clause("a.unassigned_at IS NULL") & among_text("a.push_id", push_ids)
    counted = _assigned(push_ids).select(A.push, COUNTED).group_by(A.push)
    assigned: dict[int, int] = dict(counted.tuples())
    talks = _talks(there, sum(assigned.values()))
    gone = _gone(there)
    without_manager = _without_manager(push_ids)
    overdue = late_pushes(push_ids, today)
    exceptions = _exceptions(there, today)
    progress = {}
    for push_id, number in assigned.items():
        planned, prepared, in_progress, done = talks.get(push_id, (0, 0, 0, 0))
        left, done_left = gone.get(push_id, (0, 0))
        excused, in_time = exceptions.get(push_id, (0, 0))
        progress[push_id] = Progress(
            assigned=number,
            not_planned=number - planned - prepared - in_progress - done - excused,
            planned=planned,
            prepared=prepared,
            in_progress=in_progress,
            done=done,
            overdue=number - done - excused - in_time if push_id in overdue else 0,
            no_manager=without_manager.get(push_id, 0),
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


def _talks(there: Clause, assigned: int) -> dict[int, tuple[int, ...]]:
    """How many assignments ``a`` of each push are planned, prepared, in progress and done, where
    ``there`` holds of ``assigned`` of them."""
    statuses = ("planned", "prepared", "in_progress", "done")
    counts = ", ".join(f"SUM(CASE WHEN status = '{each}' THEN 1 ELSE 0 END)" for each in statuses)
    return {
        push_id: tuple(map(int, counted))
        for push_id, *counted in rows(
            f"SELECT push_id, {counts} FROM (SELECT a.push_id, {STATUS} AS status "
            f"FROM {talk_tables(assigned)} WHERE {there.text}) AS found GROUP BY push_id",
            *there.params,
        )
    }


def talk_tables(assigned: int) -> str:
    """The assignments ``a`` with their conversation ``c``, of those that have one, where so many
    are ``assigned``."""
    if is_sqlite() and assigned > int(scalar("SELECT MAX(id) FROM conversation") or 0) // _SHARE:
        # All conversations are gone through sooner than those of so many are looked up.
        return f"conversation c CROSS JOIN assignment a ON {ASKED_FOR}"
    return f"assignment a JOIN conversation c ON {ASKED_FOR}"


def _exceptions(there: Clause, today: date) -> dict[int, tuple[int, int]]:
    """Of how many assignments ``a`` of each push, where ``there`` holds, the user is excused, and
    how many others that are not done have a day of their own that is not past (P18)."""
    return {
        push_id: (int(excused), int(in_time))
        for push_id, excused, in_time in rows(
            "SELECT a.push_id, SUM(CASE WHEN a.excused_in_id IS NULL THEN 0 ELSE 1 END), "
            f"SUM(CASE WHEN {IN_TIME} THEN 1 ELSE 0 END) FROM assignment a {TALK} "
            f"WHERE {IS_EXCEPTED} AND c.finished_at IS NULL AND {there.text} GROUP BY a.push_id",
            today,
            *there.params,
        )
    }


def _gone(there: Clause) -> dict[int, tuple[int, int]]:
    """Of how many assignments ``a`` of each push, where ``there`` holds, the user has left, and how
    many of those are done."""
    join = "CROSS JOIN" if is_sqlite() else "JOIN"
    return {
        push_id: (left, done)
        for push_id, left, done in rows(
            "SELECT a.push_id, COUNT(*), COUNT(c.finished_at) "
            f"FROM users u {join} assignment a ON a.user_id = u.id {TALK} "
            f"WHERE u.active = FALSE AND {there.text} GROUP BY a.push_id",
            *there.params,
        )
    }


ASKED_FOR = "c.assignment_id = a.id AND c.cancelled_at IS NULL"
"""Whether ``c`` is the conversation of an assignment ``a``."""
TALK = f"LEFT JOIN conversation c ON {ASKED_FOR}"
"""What an assignment ``a`` is joined with: its conversation ``c``, where there is one."""
CONDUCTOR = "LEFT JOIN every_users h ON h.id = COALESCE(c.conductor_id, a.conductor_id)"
"""And with who holds it or is to hold it, ``h``."""
CONVERSATION = f"{TALK} {CONDUCTOR}"
"""With both."""

IS_ASKED_FOR = (C.assignment == A.id) & C.cancelled_at.is_null()
"""Whether ``C`` is the conversation of an assignment ``A``."""
CONDUCTS = H.id == fn.COALESCE(C.conductor, A.conductor)
"""Whether ``H`` holds it or is to hold it."""

_MILESTONE_COLUMNS = OfAll(
    {
        Milestone.FINISHED: "c.finished_at",
        Milestone.EXCUSED: "a.excused_in_id",
        Milestone.STARTED: "c.started_at",
        Milestone.PREPARED: "c.user_prepared_at",
        Milestone.PLANNED: "c.planned_for",
    }
)


def _status(milestones: Iterable[Milestone]) -> str:
    whens = (
        f"WHEN {_MILESTONE_COLUMNS[milestone]} IS NOT NULL THEN '{MILESTONES[milestone]}'"
        for milestone in milestones
    )
    return f"CASE {' '.join(whens)} ELSE '{Status.NOT_PLANNED}' END"


STATUS = _status(MILESTONES)
"""The status of an assignment ``a``, from its conversation ``c``: `domain.pushes.push.status_of` in
SQL. Text, as its index is."""
TALK_STATUS = _status(each for each in MILESTONES if each is not Milestone.EXCUSED)
"""How far a conversation ``c`` is, whether or not its user is excused; there is an index of it."""
IS_EXCEPTED = "(a.excused_in_id IS NOT NULL OR a.own_deadline IS NOT NULL)"
"""Whether somebody is excused or has a day of their own (P18): few are, and there is an index of
them, of the same text."""
IN_TIME = "a.excused_in_id IS NULL AND a.own_deadline >= ?"
"""Whether somebody who is not excused has a day of their own that is not past."""
IS_ASKED = C.finished_at.is_null() & A.excused_in.is_null()
"""Whether an assignment ``A`` with its conversation ``C`` still asks for it (P18)."""


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
        .where(SQL(IS_EXCEPTED), A.excused_in.is_null(False), C.finished_at.is_null())
    )
    return count(_assigned([push_id])) - count(excused)


def _assigned(push_ids: list[int]) -> Any:
    return A.select().where(A.unassigned_at.is_null(), among(A.push, push_ids))


def _days(listed: str) -> tuple[int, ...]:
    return tuple(int(number) for number in listed.split(",") if number)


def _listed(days: tuple[int, ...]) -> str:
    return ",".join(str(number) for number in days)


def _without_manager(push_ids: list[int]) -> dict[int, int]:
    assigned = _assigned(push_ids)
    alone = A.user.in_(unmanaged(assigned.select(A.user)))
    return dict(assigned.select(A.push, COUNTED).where(alone).group_by(A.push).tuples())
