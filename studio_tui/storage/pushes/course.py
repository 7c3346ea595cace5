"""When the conversations of a push were held, and for when they are planned (S2)."""

from collections import Counter
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from peewee import SQL, fn

from studio_tui.domain.shared.clock import local_day
from studio_tui.storage.engine.sql import known_instant
from studio_tui.storage.engine.tables import AssignmentTable, ConversationTable
from studio_tui.storage.engine.unit import is_sqlite

_A: Any = AssignmentTable
_C: Any = ConversationTable
_MINUTE = 16
"""As many characters of an instant as tell its minute."""


def held_on(push_id: int, zone: ZoneInfo) -> dict[date, int]:
    """How many conversations were held, by day."""
    return _by_day(push_id, zone, _C.finished_at, _C.finished_at.is_null(False))


def planned_for(push_id: int, zone: ZoneInfo) -> dict[date, int]:
    """How many conversations that have not begun are planned, by day."""
    ahead = _C.planned_for.is_null(False) & _C.started_at.is_null() & _C.finished_at.is_null()
    return _by_day(push_id, zone, _C.planned_for, ahead)


def _by_day(push_id: int, zone: ZoneInfo, instant: Any, which: Any) -> dict[date, int]:
    # Days begin at another instant in every zone, and never within a minute.
    minute = fn.SUBSTR(instant, 1, _MINUTE) if is_sqlite() else fn.date_trunc("minute", instant)
    found = (
        _C.select(minute, fn.COUNT(_C.id))
        .join(_A, on=(_A.id == _C.assignment))
        .where(_A.push == push_id, _A.unassigned_at.is_null(), _C.cancelled_at.is_null(), which)
        .group_by(SQL("1"))
    )
    days: Counter[date] = Counter()
    for value, number in found.tuples():
        days[local_day(known_instant(f"{value}:00Z" if is_sqlite() else value), zone)] += number
    return dict(days)
