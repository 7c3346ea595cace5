"""The days on which conversations of a push were held, or are planned (S2)."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from peewee import SQL, fn

from studio_tui.domain.shared.clock import local_day
from studio_tui.storage.engine.expressions import among
from studio_tui.storage.engine.sql import required_instant
from studio_tui.storage.engine.tables import AssignmentTable, ConversationTable
from studio_tui.storage.engine.unit import is_sqlite

_A: Any = AssignmentTable
_C: Any = ConversationTable
_HOUR, _MINUTE = 13, 16
"""Number of characters of an instant up to its hour, and up to its minute."""


def held_on(push_id: int, zone: ZoneInfo) -> dict[date, int]:
    """Return the number of conversations held, by day."""
    return _by_day(push_id, zone, _C.finished_at, _C.finished_at.is_null(False))


def planned_for(push_id: int, zone: ZoneInfo) -> dict[date, int]:
    """Return the number of planned conversations that have not begun, by day."""
    ahead = _C.planned_for.is_null(False) & _C.started_at.is_null() & _C.finished_at.is_null()
    return _by_day(push_id, zone, _C.planned_for, ahead)


def held_in(push_ids: Collection[int], zone: ZoneInfo) -> dict[int, dict[date, int]]:
    """Return the number of conversations held by push and day, with one query, to the hour.

    In zones whose days do not begin on an hour of UTC, that hour counts for the day before.
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
        instant = required_instant(f"{value}:00:00Z" if is_sqlite() else value)
        held[push_id][local_day(instant, zone)] += number
    return {push_id: dict(days) for push_id, days in held.items()}


def _by_day(push_id: int, zone: ZoneInfo, instant: Any, which: Any) -> dict[date, int]:
    # Days begin at a different instant in every zone, but never within a minute.
    minute = fn.SUBSTR(instant, 1, _MINUTE) if is_sqlite() else fn.date_trunc("minute", instant)
    found = (
        _C.select(minute, fn.COUNT(_C.id))
        .join(_A, on=(_A.id == _C.assignment))
        .where(_A.push == push_id, _A.unassigned_at.is_null(), _C.cancelled_at.is_null(), which)
        .group_by(SQL("1"))
    )
    days: Counter[date] = Counter()
    for value, number in found.tuples():
        days[local_day(required_instant(f"{value}:00Z" if is_sqlite() else value), zone)] += number
    return dict(days)
