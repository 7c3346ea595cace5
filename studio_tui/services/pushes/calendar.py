"""The calendar of all pushes: starts, deadlines, repeats, reminders, mail and meetings (P17)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.calendar import CalendarEntry, DayKind, in_order
from studio_tui.domain.pushes.repeats import next_name
from studio_tui.domain.shared.clock import end_of_day, local_day, start_of_day
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.written_dates import months_later
from studio_tui.services.pushes import repeating
from studio_tui.services.system.context import Studio
from studio_tui.services.system.working_days import days_off
from studio_tui.storage.pushes import calendar, pushes, repeats
from studio_tui.storage.pushes.pushes import StoredPush
from studio_tui.storage.today import today as found


@dataclass(frozen=True, slots=True)
class _Period:
    """The period of a calendar, for use inside an open unit of work."""

    studio: Studio
    first: date
    last: date
    pushes_by_id: dict[int, StoredPush]
    """All pushes, by id."""
    with_skipped: bool
    """Whether to include the skipped days of a rhythm."""

    @property
    def open_pushes(self) -> list[StoredPush]:
        """The pushes that are not closed."""
        return [each for each in self.pushes_by_id.values() if each.closed_at is None]

    def holds(self, day: date) -> bool:
        """Return whether the period contains a day."""
        return self.first <= day <= self.last


def show(
    studio: Studio, actor: Actor, months: int = 12, *, with_skipped: bool = False
) -> list[CalendarEntry]:
    """Return the events of the next ``months`` months from today on, by day.

    ``with_skipped`` includes the skipped days of a rhythm.
    """
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        today = studio.today()
        period = _Period(
            studio,
            today,
            months_later(today, months) - timedelta(days=1),
            {each.id: each for each in pushes.pushes()},
            with_skipped,
        )
        off = days_off(studio)
        return in_order(
            _with_day_off(each, off(each.day))
            for each in (
                *_begin(period),
                *_end_and_remind(period),
                *_repeat(period),
                *_mailed(period),
                *_planned(period),
            )
        )


def _with_day_off(entry: CalendarEntry, why: str) -> CalendarEntry:
    """Append the reason to the text of an entry whose day is off (N20)."""
    return replace(entry, text=", ".join(filter(None, (entry.text, why)))) if why else entry


def _begin(period: _Period) -> Iterator[CalendarEntry]:
    beginning = [each for each in period.open_pushes if period.holds(each.available_from)]
    assigned = found.count_assigned([each.id for each in beginning])
    for push in beginning:
        number = assigned.get(push.id, 0)
        yield CalendarEntry(push.available_from, DayKind.BEGINS, push.name, number, push_id=push.id)


def _end_and_remind(period: _Period) -> Iterator[CalendarEntry]:
    """Yield the deadlines, also those of single people, and their automatic reminders (P15, P18).

    The number of an entry is that of the people who still have to hold a conversation.
    """
    ids = [each.id for each in period.open_pushes]
    own = found.own_deadlines(ids)
    waiting = {group.push_id: group.count for group in found.still_to_talk(ids)}
    for push in period.open_pushes:
        later = [day for push_id, day in own if push_id == push.id and day > push.deadline]
        for day in (push.deadline, *later):
            number = waiting.get(push.id, 0)
            if later:
                groups = found.still_to_talk_by(push.id, push.deadline, day)
                number = sum(group.count for group in groups)
            if period.holds(day):
                yield CalendarEntry(day, DayKind.ENDS, push.name, number, push_id=push.id)
            if number:
                yield from _reminders(period, push, day, number)


def _reminders(
    period: _Period, push: StoredPush, deadline: date, number: int
) -> Iterator[CalendarEntry]:
    settings = period.studio.settings.notifications
    for day in push.reminders.days(deadline):
        leaves = start_of_day(day, period.studio.zone, settings.send_time)
        if period.holds(day) and day >= push.available_from and leaves > period.studio.now():
            yield CalendarEntry(day, DayKind.REMINDER, push.name, number, push_id=push.id)


def _repeat(period: _Period) -> Iterator[CalendarEntry]:
    """Yield the pushes to come. Their number is that of the people in the latest one."""
    active = repeats.active()
    people = found.count_assigned([each.latest_id for each in active])
    taken = [each.name for each in period.pushes_by_id.values()]
    for repeat in active:
        latest = period.pushes_by_id[repeat.latest_id]
        name, latest_id = latest.name, latest.id
        for each in repeat.ahead(period.first, period.last):
            skipped = each.number in repeat.skipped
            if skipped and not period.with_skipped:
                continue
            number = 0 if skipped else people.get(latest_id, 0)
            text = "" if skipped else next_name(name, latest.available_from, each.first, taken)
            yield CalendarEntry(each.first, DayKind.REPEATS, name, number, text, latest_id, skipped)
        for each, number in repeating.hire_days(period.studio, repeat, period.last - period.first):
            yield CalendarEntry(
                each.first, DayKind.REPEATS, name, number, repeat.in_words, latest_id
            )


def _mailed(period: _Period) -> Iterator[CalendarEntry]:
    end = end_of_day(period.last, period.studio.zone)
    yield from _by_day(period, DayKind.MAIL, calendar.mail_until(end))


def _planned(period: _Period) -> Iterator[CalendarEntry]:
    start = start_of_day(period.first, period.studio.zone)
    end = end_of_day(period.last, period.studio.zone)
    yield from _by_day(period, DayKind.PLANNED, calendar.planned_between(start, end))


def _by_day(
    period: _Period, kind: DayKind, counted: Iterable[tuple[int | None, datetime, int]]
) -> Iterator[CalendarEntry]:
    """Yield entries with the counts per day and push. Overdue counts go to the first day."""
    days = Counter[tuple[date, int | None]]()
    for push_id, at, number in counted:
        day = max(local_day(at, period.studio.zone), period.first)
        days[day, push_id] += number
    for (day, push_id), number in days.items():
        push = period.pushes_by_id.get(push_id) if push_id is not None else None
        yield CalendarEntry(day, kind, push.name if push else "", number, push_id=push_id)
