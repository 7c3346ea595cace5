"""Erasing who left so long ago that they are kept no longer (U13): by hand, and by schedule.

Each person is erased by an act of their own, as `services.people.erasing` does it. A retention time
that is new erases nobody by itself before `NOTICE` is over: Today tells of it meanwhile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.person_acts import Erased
from studio_tui.domain.people.retention import NOTICE, ToErase, left_until, months_after
from studio_tui.domain.shared.cancellation import Progress, unwatched
from studio_tui.domain.shared.clock import end_of_day, local_day
from studio_tui.domain.shared.errors import Busy, Conflict, NothingToDo, Refused
from studio_tui.services.people import erasing
from studio_tui.services.system.context import Studio
from studio_tui.storage.people import retention, users

NOT_SET = "Nobody is erased by itself: privacy.retention_months is not set in config.toml."
_AHEAD = timedelta(days=14)
"""So far ahead it is told who will be erased."""
_AT_A_TIME = 100
"""So many are erased by one look of the schedule: mail is not to wait longer for it."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Whose retention time is over, and whose is soon."""

    months: int
    """0: nobody is erased by itself."""
    over: tuple[ToErase, ...]
    """Whose time is over, the first to leave first."""
    soon: tuple[ToErase, ...]
    """Whose time is over within two weeks."""


def show(studio: Studio, actor: Actor) -> Retention:
    """Whose retention time is over, and whose is soon."""
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
    studio: Studio, actor: Actor, user_ids: Sequence[int], progress: Progress = unwatched
) -> list[Erased]:
    """Erase those of ``user_ids`` whose retention time is over, each by an act of their own; who is
    erased stays so where it is stopped.

    Raises `NothingToDo` where there is nobody.
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
        studio.store.forget_freed()


def erase_by_schedule(studio: Studio) -> int:
    """Erase whose retention time is over, once a day, a hundred at a time; returns how many.

    May be called again and again, by any number of workers: each person is erased once.
    """
    months, today = studio.settings.privacy.retention_months, studio.today()
    if not months:
        return 0
    with studio.store.reading():
        # Most looks find nothing: they must not lock others out.
        known = retention.watched(months, today)
        if known is not None and known.seen_on == today and not _is_due(known):
            return 0
    with studio.store.writing():
        known = retention.watch(months, today)
        if not _is_due(known):
            return 0
        ids = retention.ids_left_before(_left_before(studio, today), _AT_A_TIME)
        if not ids:
            retention.done(months, today)
            return 0
    erased = _erase_all(studio, None, ids)
    if erased:
        studio.store.forget_freed()
    return len(erased)


def erasing_ahead(studio: Studio, until: date) -> dict[date, int]:
    """How many are erased by schedule on each day to ``until``; inside an open unit of work."""
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


def erased_within(studio: Studio) -> datetime | None:
    """Who left before this instant is erased within two weeks; None: nobody is by itself."""
    if not studio.settings.privacy.retention_months:
        return None
    return _left_before(studio, studio.today() + _AHEAD)


def _is_due(known: retention.Watched) -> bool:
    """Whether somebody may have to be erased on the day on which it was seen last."""
    return known.seen_on >= known.since + NOTICE and known.done_on != known.seen_on


def _first_day(studio: Studio, months: int) -> date:
    """The first day on which anybody is erased by this retention time."""
    today = studio.today()
    known = retention.watched(months, today)
    first = (known.since if known is not None else today) + NOTICE
    if known is not None and known.done_on == today:
        return max(first, today + timedelta(days=1))
    return first


def _left_before(studio: Studio, day: date) -> datetime:
    last = left_until(day, studio.settings.privacy.retention_months)
    return end_of_day(last, studio.zone)


def _to_erase(studio: Studio, user_ids: Sequence[int]) -> tuple[ToErase, ...]:
    months = studio.settings.privacy.retention_months
    left_at, first = retention.left_at_of(user_ids), _first_day(studio, months)
    return tuple(
        ToErase(
            user.id,
            user.login,
            user.name,
            left_on := local_day(left_at[user.id], studio.zone),
            max(months_after(left_on, months), first),
        )
        for user in users.users_by_id(list(user_ids))
    )


def _erase_all(
    studio: Studio, actor: Actor | None, user_ids: Iterable[int], progress: Progress = unwatched
) -> list[Erased]:
    ids, erased = list(user_ids), list[Erased]()
    for place, user_id in enumerate(ids):
        progress(place / len(ids))
        try:
            erased.append(erasing.erase_one(studio, actor, user_id))
        except (Busy, Conflict):
            # Somebody imports users: whose turn it was has it the next time.
            if actor is not None:
                raise
            break
        except NothingToDo:
            # Another host was quicker, or somebody whose record was used again is erased already.
            with studio.store.writing():
                retention.forget_leaving(user_id)
        except Refused:
            # They came back meanwhile.
            continue
    return erased
