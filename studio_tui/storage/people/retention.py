"""When people left, and whose retention time is over (U13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from studio_tui.domain.people.retention import GAP
from studio_tui.domain.people.users import UserFilter
from studio_tui.storage.engine.expressions import U, among, column, count
from studio_tui.storage.engine.sql import known_instant
from studio_tui.storage.engine.tables import RetentionTable, UserTable
from studio_tui.storage.people.users import People, user_condition

_K: Any = UserTable
_R: Any = RetentionTable


def keep_leaving(people: People, at: datetime) -> None:
    """Keep that those of ``people`` who are there no more left at this instant, unless it is known
    when they did; of who is there, nothing is kept."""
    these = _K.id.in_(people)
    _K.update(left_at=at).where(these, ~_K.active, _K.left_at.is_null()).execute()
    _K.update(left_at=None).where(these, _K.active, _K.left_at.is_null(False)).execute()


def ids_left_before(until: datetime, limit: int | None = None) -> list[int]:
    """Who left before this instant, the first to leave first."""
    left = user_condition(UserFilter(left_before=until))
    found = U.select(U.id).where(left).order_by(U.left_at, U.id)
    return column(found.limit(limit) if limit is not None else found)


def count_left(since: datetime | None, until: datetime) -> int:
    """How many left before ``until``, and not before ``since``."""
    found = U.select().where(user_condition(UserFilter(left_before=until)))
    return count(found if since is None else found.where(U.left_at >= since))


def left_at_of(user_ids: Sequence[int]) -> dict[int, datetime]:
    """When each of these left, as far as they have and are not erased."""
    found = U.select(U.id, U.left_at).where(among(U.id, user_ids), U.left_at.is_null(False))
    return {user_id: known_instant(at) for user_id, at in found.tuples()}


def forget_leaving(user_id: int) -> None:
    """Nothing is to be erased of somebody any more."""
    _K.update(left_at=None).where(_K.id == user_id).execute()


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of a retention time."""

    since: date
    """Since when the Studio was opened with it, again and again."""
    seen_on: date
    done_on: date | None
    """Until which day everybody was erased whose time was over; None: never yet."""


def watched(months: int, today: date) -> Watched | None:
    """What is known of this retention time; None: it is new, or new again after a `GAP`."""
    columns = _R.select(_R.since, _R.seen_on, _R.done_on)
    found = columns.where(_R.months == months, _R.seen_on >= today - GAP).tuples()
    return next((Watched(*row) for row in found), None)


def watch(months: int, today: date) -> Watched:
    """Keep that the Studio is opened with this retention time."""
    kept = watched(months, today) or Watched(today, today, None)
    row = {_R.since: kept.since, _R.seen_on: today, _R.done_on: kept.done_on}
    _R.insert({_R.months: months, **row}).on_conflict(
        conflict_target=(_R.months,), update=row
    ).execute()
    return Watched(kept.since, today, kept.done_on)


def done(months: int, today: date) -> None:
    """Keep that everybody is erased whose time is over today."""
    _R.update(done_on=today).where(_R.months == months).execute()
