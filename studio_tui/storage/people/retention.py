"""When users left, and whose retention time is over (U13)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from studio_tui.domain.people.retention import GAP
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import U, among, column, count
from studio_tui.storage.engine.sql import required_instant
from studio_tui.storage.engine.tables import RetentionTable, UserTable
from studio_tui.storage.people.users import People, user_condition

_K: Any = UserTable
_R: Any = RetentionTable


def record_leaving(people: People, at: datetime) -> None:
    """Record ``at`` as the leaving time of inactive ``people``, and clear it for active ones.

    A time that is already recorded stays.
    """
    these = _K.id.in_(people)
    _K.update(left_at=at).where(these, ~_K.active, _K.left_at.is_null()).execute()
    _K.update(left_at=None).where(these, _K.active, _K.left_at.is_null(False)).execute()


def ids_left_before(until: datetime, limit: int | None = None) -> list[int]:
    """Return the users who left before ``until``, the first to leave first."""
    left = user_condition(UserFilter(left_before=until))
    found = U.select(U.id).where(left).order_by(U.left_at, U.id)
    return column(found.limit(limit) if limit is not None else found)


def count_left(since: datetime | None, until: datetime) -> int:
    """Return the number of users who left in the period from ``since`` to ``until``, exclusive."""
    found = U.select().where(user_condition(UserFilter(left_before=until)))
    return count(found if since is None else found.where(U.left_at >= since))


def left_at_of(user_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when each of these users left. Active and erased users are missing."""
    found = U.select(U.id, U.left_at).where(among(U.id, user_ids), U.left_at.is_null(False))
    return {user_id: required_instant(at) for user_id, at in found.tuples()}


def clear_leaving(user_id: int) -> None:
    """Clear the leaving time: the user is not to be erased any more."""
    _K.update(left_at=None).where(_K.id == user_id).execute()


@dataclass(frozen=True, slots=True)
class RetentionRecord:
    """The record of a retention time."""

    since: date
    """First day of the continuous period in which the Studio has used this retention time."""
    seen_on: date
    done_on: date | None
    """Last day for which everybody whose time was over was erased; None if never."""


def retention_record(months: int, today: date) -> RetentionRecord | None:
    """Return the record of this retention time.

    None if it is new, or was unused for longer than `GAP`.
    """
    columns = _R.select(_R.since, _R.seen_on, _R.done_on)
    found = columns.where(_R.months == months, _R.seen_on >= today - GAP).tuples()
    return next((RetentionRecord(*row) for row in found), None)


def record_use(months: int, today: date) -> RetentionRecord:
    """Record that the Studio uses this retention time today."""
    kept = retention_record(months, today) or RetentionRecord(today, today, None)
    row = {_R.since: kept.since, _R.seen_on: today, _R.done_on: kept.done_on}
    _R.insert({_R.months: months, **row}).on_conflict(
        conflict_target=(_R.months,), update=row
    ).execute()
    return RetentionRecord(kept.since, today, kept.done_on)


def record_done(months: int, today: date) -> None:
    """Record that everybody whose time is over today was erased."""
    _R.update(done_on=today).where(_R.months == months).execute()
