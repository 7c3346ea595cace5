"""Sources of the cases of Today (S1), one for each kind.

`SOURCES` has an entry for every kind of case, which is empty for a kind without a source.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property, partial

from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.people.review import ReviewFilter
from studio_tui.domain.pushes.push import PushFacts, deadline_of
from studio_tui.domain.pushes.repeats import Occurrence, Repeat
from studio_tui.domain.shared.clock import end_of_day, local_day, start_of_day
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import OfSome
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.today.today import (
    AHEAD_DAYS,
    MOST_TOLD,
    NEW_MANAGERS,
    WAITING_IMPORT,
    Case,
    CaseKind,
    Snooze,
)
from studio_tui.services.people import retention
from studio_tui.services.pushes import repeating
from studio_tui.services.pushes.duplicate import name_proposer
from studio_tui.services.pushes.pushes import push_facts
from studio_tui.services.system.context import Studio
from studio_tui.storage.outbox import mail_origin, mail_stops, notifications
from studio_tui.storage.people import last_file, review_read
from studio_tui.storage.people.managers import managers_of
from studio_tui.storage.people.review_read import WaitingGroup
from studio_tui.storage.pushes import pushes, repeats
from studio_tui.storage.pushes.pushes import StoredPush
from studio_tui.storage.today import today as found
from studio_tui.storage.today.today import Ends, Example, Group
from studio_tui.wording.counting import counted
from studio_tui.wording.days import days_left_in_words, weekday_in_words
from studio_tui.wording.today import (
    days_of_names,
    ends_in_words,
    managers_in_words,
    names_in_words,
)

_MOST = 1_000
"""Number of rows up to which a case holds their ids; above it, only their number."""
_NEWS = timedelta(days=7)
"""How long an act of the schedule is displayed."""
_NAMED = 3
"""Maximum number of changes of people named in a case."""
_LONG = timedelta(minutes=10)
"""Waiting time after which mail that is due counts as not being sent by any worker."""


@dataclass(frozen=True)
class Desk:
    """The common input of all sources, read once inside an open unit of work."""

    studio: Studio
    actor: Actor
    now: datetime
    today: date

    @cached_property
    def pushes(self) -> Mapping[int, StoredPush]:
        """The pushes that are not closed, by id."""
        return {push.id: push for push in pushes.pushes() if push.closed_at is None}

    @cached_property
    def started(self) -> list[StoredPush]:
        """The pushes of these whose first day has come."""
        return [push for push in self.pushes.values() if push.available_from <= self.today]

    @cached_property
    def waiting(self) -> Mapping[int, Group]:
        """The people who still have to talk in started pushes, by push."""
        return by_push(found.still_to_talk([push.id for push in self.started]))

    @cached_property
    def own_deadlines(self) -> Mapping[int, Sequence[date]]:
        """The own deadlines of people, by push (P18)."""
        days: defaultdict[int, list[date]] = defaultdict(list)
        for push_id, day in found.own_deadlines(list(self.pushes)):
            days[push_id].append(day)
        return days

    @property
    def last_day(self) -> date:
        """The last day for which coming events are displayed."""
        return self.today + timedelta(days=AHEAD_DAYS)

    @property
    def start_of_today(self) -> datetime:
        """The instant before which a planned conversation is past."""
        return start_of_day(self.today, self.studio.zone)

    def day_of(self, instant: datetime) -> date:
        """Return the day of an instant in the time zone of the organisation."""
        return local_day(instant, self.studio.zone)


def by_push(groups: Sequence[Group]) -> dict[int, Group]:
    """Return groups by the id of their push, without groups that belong to none."""
    return {group.push_id: group for group in groups if group.push_id is not None}


def _mail_failed(desk: Desk) -> Iterator[Case]:
    for group in found.failed_mail(desk.now):
        examples = found.examples_failed(group.push_id, desk.now, _MOST)
        yield _of_mail(desk, CaseKind.MAIL_FAILED, group, examples)


def _mail_bounced(desk: Desk) -> Iterator[Case]:
    for group in found.bounced_mail(desk.now):
        examples = found.examples_bounced(group.push_id, desk.now, _MOST)
        yield _of_mail(desk, CaseKind.MAIL_BOUNCED, group, examples)


def _of_mail(desk: Desk, kind: CaseKind, group: Group, examples: Sequence[Example]) -> Case:
    """Return a case for undelivered mail, with the error and the recipients."""
    why = examples[0].words if examples else ""
    names = names_in_words([each.name for each in examples], _people_in(group, examples))
    said = f"{why} ({names})" if why else names
    return _case(desk, kind, group, examples, said, since=group.first_at)


def _relay_down(desk: Desk) -> Iterator[Case]:
    waiting = found.count_due(desk.now)
    known = mail_origin.origin()
    if known is not None and known.restored_at is not None:
        why = f"restored: {known.why}; “studio-tui outbox resume” lets mail go on"
        yield Case(CaseKind.RELAY_DOWN, max(waiting, 1), why, since=known.restored_at, mark=why)
        return
    if not waiting:
        return
    since = notifications.waiting_since(desk.now)
    mark = ""
    if stop := mail_stops.stop():
        fault, code, words, stopped = stop
        why, since = f"{code} {words}" if code else words, stopped
        # Leave out the words of the server, which may differ on each attempt.
        mark = f"{fault} {code}"
    elif since is None or desk.now - since < _LONG or _somebody_sends(desk):
        return
    elif not desk.studio.settings.smtp.host:
        why = "no mail server is set up"
    else:
        why = "no worker sends it: start “studio-tui worker”, or open the Studio"
    yield Case(CaseKind.RELAY_DOWN, waiting, why, since=since, mark=mark or why)


def _somebody_sends(desk: Desk) -> bool:
    last = notifications.last_sent_at()
    return (last is not None and desk.now - last < _LONG) or any(
        until > desk.now for _, _, until in notifications.leases()
    )


def _waiting_import(desk: Desk) -> Iterator[Case]:
    """Yield a case for the unattended import that waits (U10), if there is one."""
    if not may(desk.actor, Action.IMPORT_USERS):
        return
    last = last_file.last_file()
    if last is not None and last.waits:
        yield Case(
            CaseKind.REVIEW,
            max(last.people, 1),
            f"{last.name} waits to be imported: {last.why}",
            since=last.at,
            about=WAITING_IMPORT,
            mark=f"{last.digest[:16]} {last.people}",
        )


def _review(desk: Desk) -> Iterator[Case]:
    """Yield a case for a waiting import, and for the desk of changes of each push (U7)."""
    yield from _waiting_import(desk)
    for group in review_read.waiting_groups():
        filter_ = ReviewFilter(push_id=group.push_id)
        ids = review_read.ids_of(Selection.matching(filter_)) if group.count <= _MOST else []
        named = review_read.reviews_by_id(ids[:_NAMED])
        alone = named[0] if group.first_user == group.last_user and named else None
        push = desk.pushes.get(group.push_id)
        yield Case(
            CaseKind.REVIEW,
            group.count,
            names_in_words([f"{each.name}: {each.kind.label}" for each in named], group.count),
            group.push_id,
            push.name if push else "",
            alone.user_id if alone else None,
            alone.login if alone else "",
            group.since,
            ids=tuple(ids),
            mark=_mark_of(group),
        )


def review_badge_cases(desk: Desk, put_off: Mapping[str, Snooze]) -> Iterator[Case]:
    """Yield the cases of `_review` in the short form that a badge needs.

    They have no names. Pushes whose case is ``put_off`` have a case each, since the snooze may be
    over. All other pushes are one case, counted only up to the limit that a badge displays.
    """
    yield from _waiting_import(desk)
    snoozed = {
        push_id for push_id in desk.pushes if Case(CaseKind.REVIEW, 1, "", push_id).key in put_off
    }
    if snoozed:
        for group in review_read.waiting_groups(snoozed):
            yield Case(CaseKind.REVIEW, group.count, "", group.push_id, mark=_mark_of(group))
    if number := review_read.count_waiting(MOST_TOLD + 1, snoozed):
        yield Case(CaseKind.REVIEW, number, "")


def _mark_of(group: WaitingGroup) -> str:
    return f"{group.count} {group.first_user} {group.last_user} {group.total}"


def _no_manager(desk: Desk) -> Iterator[Case]:
    if not desk.pushes:
        return
    for push_id, group in by_push(found.without_manager(list(desk.pushes))).items():
        examples = _few(group, partial(found.people_without_manager, push_id, _MOST))
        yield _case(desk, CaseKind.NO_MANAGER, group, examples, _names(group, examples))


def _overdue(desk: Desk) -> Iterator[Case]:
    for push in desk.started:
        group = desk.waiting.get(push.id)
        if group is None or push.deadline >= desk.today:
            continue
        if push.id in desk.own_deadlines:
            group = by_push(found.late([push.id], desk.today)).get(push.id)
            if group is None:
                continue
        examples = _few(group, partial(found.people_late, push.id, desk.today, _MOST))
        managers = managers_of([each.user_id for each in examples])
        having = [[m.name for m in managers.get(each.user_id, ())] for each in examples]
        text = _names(group, examples) if group.count == 1 else managers_in_words(having)
        since = end_of_day(push.deadline, desk.studio.zone)
        yield _case(desk, CaseKind.OVERDUE, group, examples, text, since=since)


def _waiting_until(desk: Desk, push: StoredPush) -> Iterator[tuple[date, Group]]:
    """Yield each deadline of a push and of single people, with those who still must talk (P18)."""
    own = [day for day in desk.own_deadlines.get(push.id, ()) if day > push.deadline]
    if not own:
        if group := desk.waiting.get(push.id):
            yield push.deadline, group
        return
    for day in (push.deadline, *own):
        if group := by_push(found.still_to_talk_by(push.id, push.deadline, day)).get(push.id):
            yield day, group


def _planned_past(desk: Desk) -> Iterator[Case]:
    start = desk.start_of_today
    for push_id, group in by_push(found.planned_before(list(desk.pushes), start)).items():
        examples = _few(group, partial(found.people_planned_before, push_id, start, _MOST))
        text = _planned(desk, group, examples)
        yield _case(desk, CaseKind.PLANNED_PAST, group, examples, text, since=group.first_at)


def _planned_late(desk: Desk) -> Iterator[Case]:
    of_push = {push.id: _ends_of(desk, push) for push in desk.pushes.values()}
    start = desk.start_of_today
    ends = {key: end for each in of_push.values() for key, end in each.items()}
    for push_id, group in by_push(found.planned_after(ends, start)).items():
        late = partial(found.people_planned_after, of_push[push_id], start, _MOST)
        examples = _few(group, late)
        text = _planned(desk, group, examples)
        yield _case(desk, CaseKind.PLANNED_LATE, group, examples, text)


def _ends_of(desk: Desk, push: StoredPush) -> Ends:
    days = (None, *desk.own_deadlines.get(push.id, ()))
    return {
        (push.id, own): end_of_day(deadline_of(push.deadline, own), desk.studio.zone)
        for own in days
    }


def _starts(desk: Desk) -> Iterator[Case]:
    soon = [
        push for push in desk.pushes.values() if desk.today < push.available_from <= desk.last_day
    ]
    assigned = found.count_assigned([push.id for push in soon])
    for push in soon:
        count = assigned.get(push.id, 0)
        if count:
            starts = start_of_day(push.available_from, desk.studio.zone)
            yield Case(
                CaseKind.STARTS,
                count,
                f"starts {weekday_in_words(push.available_from, desk.today)}",
                push.id,
                push.name,
                due=starts,
                mark=f"{count} {push.available_from}",
            )


def _ends(desk: Desk) -> Iterator[Case]:
    soon = [
        (push, day, group)
        for push in desk.started
        for day, group in _waiting_until(desk, push)
        if desk.today <= day <= desk.last_day
    ]
    ids = [push.id for push, day, _ in soon if day == push.deadline]
    progress = pushes.progress_of(ids, desk.today) if ids else {}
    for push, day, group in soon:
        own = day != push.deadline
        to_talk = partial(found.people_to_talk_by, push.id, push.deadline, day, _MOST)
        examples = _few(group, to_talk)
        if own:
            text = f"{_names(group, examples)}, {days_left_in_words(day, desk.today)}"
        else:
            text = ends_in_words(progress[push.id], day, desk.today)
        due = end_of_day(day, desk.studio.zone)
        about = day.isoformat() if own else ""
        yield _case(desk, CaseKind.ENDS, group, examples, text, due=due, about=about)


def _repeats(desk: Desk) -> Iterator[Case]:
    """Yield the pushes that the schedule will create (P17), or why it cannot create one."""
    for repeat in repeats.active():
        latest = push_facts(desk.studio, repeat.latest_id)
        yield from _made(desk, repeat, latest)
        for each, number in repeating.hire_days(desk.studio, repeat, desk.last_day - desk.today):
            text = f"{repeat.in_words}: {weekday_in_words(each.first, desk.today)}"
            yield _repeat(desk, latest, each, text, number)


def _made(desk: Desk, repeat: Repeat, latest: PushFacts) -> Iterator[Case]:
    due, coming = repeat.due(desk.today), repeat.coming(desk.today, desk.last_day)
    if not due and not coming:
        return
    number = found.count_assigned([latest.id]).get(latest.id, 0)
    why, naming = repeating.why_not(latest), name_proposer(latest)
    if why and due:
        yield _repeat(desk, latest, due[-1], f"cannot be made: {why}", number)
    for each in coming:
        when = weekday_in_words(each.first, desk.today)
        kept = f", unless {why}" if why else ""
        yield _repeat(desk, latest, each, f"“{naming(each.first)}” is made {when}{kept}", number)


def _repeat(desk: Desk, latest: PushFacts, each: Occurrence, text: str, number: int) -> Case:
    return Case(
        CaseKind.REPEATS,
        max(number, 1),
        text,
        latest.id,
        latest.name,
        due=start_of_day(each.first, desk.studio.zone),
        about=each.first.isoformat(),
        mark=f"{number} {text}",
    )


def _came_in(desk: Desk) -> Iterator[Case]:
    """Yield the people whom an audience added to a push within `_NEWS` (P13)."""
    since = desk.now - _NEWS
    for push_id, group in by_push(found.joined_by_audience(since)).items():
        if push_id in desk.pushes:
            examples = _few(group, partial(found.people_who_joined, push_id, since, _MOST))
            yield _case(desk, CaseKind.CAME_IN, group, examples, _names(group, examples))


def _erased(desk: Desk) -> Iterator[Case]:
    """Yield the users who will be erased because their retention time ends (U13), by day."""
    for day, number in retention.erasures_by_day(desk.studio, desk.last_day).items():
        yield Case(
            CaseKind.ERASED,
            number,
            f"kept no longer: {weekday_in_words(day, desk.today)}",
            due=start_of_day(day, desk.studio.zone),
            about=day.isoformat(),
            mark=f"{number} {day}",
        )


def _sending(desk: Desk) -> Iterator[Case]:
    until = end_of_day(desk.last_day, desk.studio.zone)
    for group in found.mail_ahead(desk.now, until):
        examples = found.examples_ahead(group.push_id, desk.now, until, _MOST)
        first = group.first_at or desk.now
        local = first.astimezone(desk.studio.zone)
        when = f"{weekday_in_words(local.date(), desk.today)} {local:%H:%M}"
        text = when if group.count == 1 else f"from {when} on"
        yield _case(desk, CaseKind.SENDING, group, examples, text, due=group.first_at)
    yield from _telling(desk)
    yield from _reminders(desk)


def _telling(desk: Desk) -> Iterator[Case]:
    """Yield the mails to new managers that will be sent unless a user decides first (N16)."""
    waits = desk.studio.settings.notifications.tell_new_managers_after
    for push_id, number, since in review_read.untold_by_push():
        push = desk.pushes[push_id]
        first_day = start_of_day(push.available_from, desk.studio.zone)
        at = max(since + waits, first_day, desk.now)
        if desk.day_of(at) <= desk.last_day:
            local = at.astimezone(desk.studio.zone)
            when = f"{weekday_in_words(local.date(), desk.today)} {local:%H:%M}"
            people = counted(number, "person", "people")
            yield Case(
                CaseKind.SENDING,
                number,
                f"to the new managers of {people}, {when}, unless it is decided before",
                push.id,
                push.name,
                due=at,
                about=NEW_MANAGERS,
                mark=f"{number} {at.isoformat()}",
            )


def _reminders(desk: Desk) -> Iterator[Case]:
    """Yield the next automatic reminders (P15)."""
    for push in desk.started:
        for deadline, group in _waiting_until(desk, push):
            if (day := _next_round(desk, push, deadline)) is None:
                continue
            settings = desk.studio.settings.notifications
            at = start_of_day(day, desk.studio.zone, settings.send_time)
            people = counted(group.count, "person", "people")
            own = f" {deadline}" if deadline != push.deadline else ""
            yield Case(
                CaseKind.SENDING,
                group.count,
                f"reminder to {people} and their managers, {weekday_in_words(day, desk.today)}",
                push.id,
                push.name,
                due=at,
                about=f"reminder{own}",
                mark=f"{group.mark} {day}",
            )


def _next_round(desk: Desk, push: StoredPush, deadline: date) -> date | None:
    settings = desk.studio.settings.notifications
    ahead = [
        day
        for day in push.reminders.days(deadline)
        if day <= desk.last_day
        and start_of_day(day, desk.studio.zone, settings.send_time) > desk.now
    ]
    return min(ahead, default=None)


Source = Callable[[Desk], Iterator[Case]]


def _nothing(_: Desk) -> Iterator[Case]:
    yield from ()


SOURCES: Mapping[CaseKind, Source] = OfSome(
    {
        CaseKind.MAIL_FAILED: _mail_failed,
        CaseKind.MAIL_BOUNCED: _mail_bounced,
        CaseKind.RELAY_DOWN: _relay_down,
        CaseKind.REVIEW: _review,
        CaseKind.NO_MANAGER: _no_manager,
        CaseKind.OVERDUE: _overdue,
        CaseKind.PLANNED_PAST: _planned_past,
        CaseKind.PLANNED_LATE: _planned_late,
        CaseKind.STARTS: _starts,
        CaseKind.ENDS: _ends,
        CaseKind.REPEATS: _repeats,
        CaseKind.CAME_IN: _came_in,
        CaseKind.ERASED: _erased,
        CaseKind.SENDING: _sending,
    },
    otherwise=_nothing,
)
"""The source of each kind of case; a kind without a source of its own has an empty one."""


def _few(group: Group, examples: Callable[[], list[Example]]) -> list[Example]:
    """Return the people of a small group by name; sorting a large one takes too long."""
    return examples() if group.count <= _MOST else []


def _case(
    desk: Desk,
    kind: CaseKind,
    group: Group,
    examples: Sequence[Example],
    text: str,
    *,
    since: datetime | None = None,
    due: datetime | None = None,
    about: str = "",
) -> Case:
    push = desk.pushes.get(group.push_id) if group.push_id is not None else None
    alone = group.user_id is not None and bool(examples)
    return Case(
        kind,
        group.count,
        text,
        group.push_id,
        push.name if push else "",
        group.user_id if alone else None,
        examples[0].login if alone else "",
        since,
        due,
        tuple(each.id for each in examples) if group.count <= _MOST else (),
        about=about,
        mark=group.mark,
    )


def _names(group: Group, examples: Sequence[Example]) -> str:
    return names_in_words([each.name for each in examples], group.count)


def _planned(desk: Desk, group: Group, examples: Sequence[Example]) -> str:
    planned = [(each.name, desk.day_of(each.at)) for each in examples if each.at]
    return days_of_names(planned, group.count, desk.today)


def _people_in(group: Group, examples: Sequence[Example]) -> int:
    """Return the number of recipients of a group, or of its mails if there are too many to know."""
    people = len({each.user_id for each in examples})
    return people if group.count <= _MOST else group.count
