"""Erasing of users whose retention time is over (U13), by hand and by schedule.

Each person is erased by an act of their own, see `services.people.erasing`. After the retention
time is set or changed, the schedule erases nobody until `NOTICE` has passed; Today displays the
date in the meantime.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.person_acts import EraseResult
from studio_tui.domain.people.retention import NOTICE, DueErasure, left_until
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.clock import end_of_day, local_day
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Busy, Conflict, NothingToDo, Refused
from studio_tui.domain.shared.written_dates import months_later
from studio_tui.services.people import erasing
from studio_tui.services.system.context import Studio
from studio_tui.storage.people import retention, users

NOT_SET = "Nobody is erased by itself: privacy.retention_months is not set in config.toml."
_AHEAD = timedelta(days=14)
"""How far ahead erasures are announced."""
_BATCH = 100
"""Maximum number of people erased per run of the schedule, so that mail is not delayed by it."""


@dataclass(frozen=True, slots=True)
class Retention:
    """The users whose retention time is over, or will be soon."""

    months: int
    """The retention time in months; 0 means that the schedule erases nobody."""
    over: tuple[DueErasure, ...]
    """Users whose retention time is over; the first to leave comes first."""
    soon: tuple[DueErasure, ...]
    """Users whose retention time is over within two weeks."""


def show(studio: Studio, actor: Actor) -> Retention:
    """Return the users whose retention time is over, or will be soon."""
    require(actor, Action.PERSONAL_DATA)
    months = studio.settings.privacy.retention_months
    if not months:
        return Retention(0, (), ())
    today = studio.today()
    with studio.store.reading():
        over = retention.ids_left_before(_left_before(studio, today))
        ahead = retention.ids_left_before(_left_before(studio, today + _AHEAD))
        known = set(over)
        soon = [user_id for user_id in ahead if user_id not in known]
        return Retention(months, _to_erase(studio, over), _to_erase(studio, soon))


def erase_over(
    studio: Studio, actor: Actor, user_ids: Sequence[int], progress: Progress = ignore_progress
) -> list[EraseResult]:
    """Erase those of ``user_ids`` whose retention time is over, each by an act of their own.

    If the loop is stopped, the users erased so far stay erased. Raises `NothingToDo` if no
    retention time is set or none of these users is due.
    """
    require(actor, Action.PERSONAL_DATA)
    if not studio.settings.privacy.retention_months:
        raise NothingToDo(NOT_SET)
    with studio.store.reading():
        over = set(retention.ids_left_before(_left_before(studio, studio.today())))
    chosen = [user_id for user_id in user_ids if user_id in over]
    if not chosen:
        raise NothingToDo("Nobody to erase: nobody's retention time is over.")
    try:
        return _erase_all(studio, actor, chosen, progress)
    finally:
        studio.store.purge_freed()


def erase_by_schedule(studio: Studio) -> int:
    """Erase users whose retention time is over, at most `_BATCH`; return how many.

    Idempotent: any number of workers may call it at any time. Each person is erased once.
    """
    months, today = studio.settings.privacy.retention_months, studio.today()
    if not months:
        return 0
    with studio.store.reading():
        # Check first without a write lock. Most calls find nothing and must not block other
        # writers.
        known = retention.retention_record(months, today)
        if known is not None and known.seen_on == today and not _is_due(known):
            return 0
    with studio.store.writing():
        known = retention.record_use(months, today)
        if not _is_due(known):
            return 0
        ids = retention.ids_left_before(_left_before(studio, today), _BATCH)
        if not ids:
            retention.record_done(months, today)
            return 0
    erased = _erase_all(studio, None, ids)
    if erased:
        studio.store.purge_freed()
    return len(erased)


def erasures_by_day(studio: Studio, until: date) -> dict[date, int]:
    """Return the number of people erased by schedule on each day up to ``until``.

    Call this inside an open unit of work.
    """
    months = studio.settings.privacy.retention_months
    if not months:
        return {}
    today, found = studio.today(), dict[date, int]()
    first = max(today, _first_day(studio, months))
    since: datetime | None = None
    day = first
    while day <= until:
        before = _left_before(studio, day)
        if number := retention.count_left(since, before):
            found[day] = number
        since, day = before, day + timedelta(days=1)
    return found


def erasure_cutoff(studio: Studio) -> datetime | None:
    """Return the instant before which users must have left to be erased within two weeks.

    None if no retention time is set.
    """
    if not studio.settings.privacy.retention_months:
        return None
    return _left_before(studio, studio.today() + _AHEAD)


def _is_due(known: retention.RetentionRecord) -> bool:
    """Return whether the schedule still has to erase people on the day of its last check."""
    return known.seen_on >= known.since + NOTICE and known.done_on != known.seen_on


def _first_day(studio: Studio, months: int) -> date:
    """Return the first day on which the schedule may erase people by this retention time."""
    today = studio.today()
    known = retention.retention_record(months, today)
    first = (known.since if known is not None else today) + NOTICE
    if known is not None and known.done_on == today:
        return max(first, today + timedelta(days=1))
    return first


def _left_before(studio: Studio, day: date) -> datetime:
    last = left_until(day, studio.settings.privacy.retention_months)
    return end_of_day(last, studio.zone)


def _to_erase(studio: Studio, user_ids: Sequence[int]) -> tuple[DueErasure, ...]:
    months = studio.settings.privacy.retention_months
    left_at, first = retention.left_at_of(user_ids), _first_day(studio, months)
    return tuple(
        DueErasure(
            user.id,
            user.login,
            user.name,
            left_on := local_day(left_at[user.id], studio.zone),
            max(months_later(left_on, months), first),
        )
        for user in users.users_by_id(list(user_ids))
    )


def _erase_all(
    studio: Studio,
    actor: Actor | None,
    user_ids: Iterable[int],
    progress: Progress = ignore_progress,
) -> list[EraseResult]:
    ids, erased = list(user_ids), list[EraseResult]()
    for place, user_id in enumerate(ids):
        progress(place / len(ids))
        try:
            erased.append(erasing.erase_one(studio, actor, user_id))
        except (Busy, Conflict):
            # Another process is importing users. The next run of the schedule continues.
            if actor is not None:
                raise
            break
        except NothingToDo:
            # Another host was quicker, or the record was reused after it had been erased.
            with studio.store.writing():
                retention.clear_leaving(user_id)
        except Refused:
            # The user was taken back in the meantime.
            continue
    return erased
