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
class _Year:
    """The period of a calendar, for use inside an open unit of work."""

    studio: Studio
    first: date
    last: date
    known: dict[int, StoredPush]
    """All pushes, by id."""
    with_skipped: bool
    """Whether to include the skipped days of a rhythm."""

    @property
    def pushes(self) -> list[StoredPush]:
        """The pushes that are not closed."""
        return [each for each in self.known.values() if each.closed_at is None]

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
        year = _Year(
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
                *_begin(year),
                *_end_and_remind(year),
                *_repeat(year),
                *_mailed(year),
                *_planned(year),
            )
        )


def _with_day_off(entry: CalendarEntry, why: str) -> CalendarEntry:
    """Append the reason to the text of an entry whose day is off (N20)."""
    return replace(entry, text=", ".join(filter(None, (entry.text, why)))) if why else entry


def _begin(year: _Year) -> Iterator[CalendarEntry]:
    beginning = [each for each in year.pushes if year.holds(each.available_from)]
    assigned = found.count_assigned([each.id for each in beginning])
    for push in beginning:
        number = assigned.get(push.id, 0)
        yield CalendarEntry(push.available_from, DayKind.BEGINS, push.name, number, push_id=push.id)


def _end_and_remind(year: _Year) -> Iterator[CalendarEntry]:
    """Yield the deadlines, also those of single people, and their automatic reminders (P15, P18).

    The number of an entry is that of the people who still have to hold a conversation.
    """
    ids = [each.id for each in year.pushes]
    own = found.own_deadlines(ids)
    waiting = {group.push_id: group.count for group in found.still_to_talk(ids)}
    for push in year.pushes:
        later = [day for push_id, day in own if push_id == push.id and day > push.deadline]
        for day in (push.deadline, *later):
            number = waiting.get(push.id, 0)
            if later:
                groups = found.still_to_talk_by(push.id, push.deadline, day)
                number = sum(group.count for group in groups)
            if year.holds(day):
                yield CalendarEntry(day, DayKind.ENDS, push.name, number, push_id=push.id)
            if number:
                yield from _reminders(year, push, day, number)


def _reminders(
    year: _Year, push: StoredPush, deadline: date, number: int
) -> Iterator[CalendarEntry]:
    settings = year.studio.settings.notifications
    for day in push.reminders.days(deadline):
        leaves = start_of_day(day, year.studio.zone, settings.send_time)
        if year.holds(day) and day >= push.available_from and leaves > year.studio.now():
            yield CalendarEntry(day, DayKind.REMINDER, push.name, number, push_id=push.id)


def _repeat(year: _Year) -> Iterator[CalendarEntry]:
    """Yield the pushes to come. Their number is that of the people in the latest one."""
    active = repeats.active()
    people = found.count_assigned([each.latest_id for each in active])
    taken = [each.name for each in year.known.values()]
    for repeat in active:
        latest = year.known[repeat.latest_id]
        name, latest_id = latest.name, latest.id
        for each in repeat.ahead(year.first, year.last):
            skipped = each.number in repeat.skipped
            if skipped and not year.with_skipped:
                continue
            number = 0 if skipped else people.get(latest_id, 0)
            text = "" if skipped else next_name(name, latest.available_from, each.first, taken)
            yield CalendarEntry(each.first, DayKind.REPEATS, name, number, text, latest_id, skipped)
        for each, number in repeating.hire_days(year.studio, repeat, year.last - year.first):
            yield CalendarEntry(
                each.first, DayKind.REPEATS, name, number, repeat.in_words, latest_id
            )


def _mailed(year: _Year) -> Iterator[CalendarEntry]:
    end = end_of_day(year.last, year.studio.zone)
    yield from _by_day(year, DayKind.MAIL, calendar.mail_until(end))


def _planned(year: _Year) -> Iterator[CalendarEntry]:
    start = start_of_day(year.first, year.studio.zone)
    end = end_of_day(year.last, year.studio.zone)
    yield from _by_day(year, DayKind.PLANNED, calendar.planned_between(start, end))


def _by_day(
    year: _Year, kind: DayKind, counted: Iterable[tuple[int | None, datetime, int]]
) -> Iterator[CalendarEntry]:
    """Yield entries with the counts per day and push. Overdue counts go to the first day."""
    days = Counter[tuple[date, int | None]]()
    for push_id, at, number in counted:
        day = max(local_day(at, year.studio.zone), year.first)
        days[day, push_id] += number
    for (day, push_id), number in days.items():
        push = year.known.get(push_id) if push_id is not None else None
        yield CalendarEntry(day, kind, push.name if push else "", number, push_id=push_id)
