"""When the conversations of a push were held, and for when they are planned (S2)."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from peewee import SQL, fn

from studio_tui.domain.shared.clock import local_day
from studio_tui.storage.engine.expressions import among
from studio_tui.storage.engine.sql import known_instant
from studio_tui.storage.engine.tables import AssignmentTable, ConversationTable
from studio_tui.storage.engine.unit import is_sqlite

_A: Any = AssignmentTable
_C: Any = ConversationTable
_HOUR, _MINUTE = 13, 16
"""As many characters of an instant as tell its hour, and its minute."""


def held_on(push_id: int, zone: ZoneInfo) -> dict[date, int]:
    """How many conversations were held, by day."""
    return _by_day(push_id, zone, _C.finished_at, _C.finished_at.is_null(False))


def planned_for(push_id: int, zone: ZoneInfo) -> dict[date, int]:
    """How many conversations that have not begun are planned, by day."""
    ahead = _C.planned_for.is_null(False) & _C.started_at.is_null() & _C.finished_at.is_null()
    return _by_day(push_id, zone, _C.planned_for, ahead)


def held_in(push_ids: Collection[int], zone: ZoneInfo) -> dict[int, dict[date, int]]:
    """How many conversations of each of these pushes were held, by day: by one query, to the hour.

    Where days do not begin with an hour of UTC, what was held in that hour is of the day before.
    """
    hour = fn.SUBSTR(_C.finished_at, 1, _HOUR).coerce(False)
    if not is_sqlite():
        hour = fn.date_trunc("hour", _C.finished_at)
    found = (
        _C.select(_A.push, hour, fn.COUNT(_C.id))
        .join(_A, on=(_A.id == _C.assignment))
        .where(
            among(_A.push, push_ids),
            _A.unassigned_at.is_null(),
            _C.cancelled_at.is_null(),
            _C.finished_at.is_null(False),
        )
        .group_by(SQL("1"), SQL("2"))
    )
    held: defaultdict[int, Counter[date]] = defaultdict(Counter)
    for push_id, value, number in found.tuples():
        instant = known_instant(f"{value}:00:00Z" if is_sqlite() else value)
        held[push_id][local_day(instant, zone)] += number
    return {push_id: dict(days) for push_id, days in held.items()}


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
