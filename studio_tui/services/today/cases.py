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
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.today.today import (
    AHEAD_DAYS,
    MAX_BADGE,
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

_MAX_IDS = 1_000
"""Number of rows up to which a case holds their ids; above it, only their number."""
_NEWS_PERIOD = timedelta(days=7)
"""How long an act of the schedule is displayed."""
_MAX_NAMED = 3
"""Maximum number of changes of people named in a case."""
_LONG_WAIT = timedelta(minutes=10)
"""Waiting time after which mail that is due counts as not being sent by any worker."""


@dataclass(frozen=True)
class CaseContext:
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
        """The pushes that are not closed and whose first day has come."""
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


def _mail_failed(context: CaseContext) -> Iterator[Case]:
    for group in found.failed_mail(context.now):
        examples = found.examples_failed(group.push_id, context.now, _MAX_IDS)
        yield _of_mail(context, CaseKind.MAIL_FAILED, group, examples)


def _mail_bounced(context: CaseContext) -> Iterator[Case]:
    for group in found.bounced_mail(context.now):
        examples = found.examples_bounced(group.push_id, context.now, _MAX_IDS)
        yield _of_mail(context, CaseKind.MAIL_BOUNCED, group, examples)


def _of_mail(
    context: CaseContext, kind: CaseKind, group: Group, examples: Sequence[Example]
) -> Case:
    """Return a case for undelivered mail, with the newest error and the recipients.

    The recipients to whom another error applies are named apart.
    """
    why = examples[0].words if examples else ""
    same = {each.user_id: each.name for each in examples if each.words == why}
    others = {each.user_id: each.name for each in examples if each.user_id not in same}
    number = _people_in(group, examples) - len(others)
    names = names_in_words(list(same.values()), number)
    said = f"{why} ({names})" if why else names
    if others:
        said += f"; also {names_in_words(list(others.values()), len(others))}"
    return _case(context, kind, group, examples, said, since=group.first_at)


def _relay_down(context: CaseContext) -> Iterator[Case]:
    waiting = found.count_due(context.now)
    known = mail_origin.origin()
    if known is not None and known.restored_at is not None:
        why = f"restored: {known.why}; “studio-tui outbox resume” lets mail go on"
        yield Case(CaseKind.RELAY_DOWN, max(waiting, 1), why, since=known.restored_at, mark=why)
        return
    if not waiting:
        return
    since = notifications.waiting_since(context.now)
    mark = ""
    if stop := mail_stops.stop():
        fault, code, words, stopped = stop
        why, since = f"{code} {words}" if code else words, stopped
        # Leave out the words of the server, which may differ on each attempt.
        mark = f"{fault} {code}"
    elif since is None or context.now - since < _LONG_WAIT or _is_any_worker_sending(context):
        return
    elif not context.studio.settings.smtp.host:
        why = "no mail server is set up"
    else:
        why = "no worker sends it: start “studio-tui worker”, or open the Studio"
    yield Case(CaseKind.RELAY_DOWN, waiting, why, since=since, mark=mark or why)


def _is_any_worker_sending(context: CaseContext) -> bool:
    last = notifications.last_sent_at()
    return (last is not None and context.now - last < _LONG_WAIT) or any(
        until > context.now for _, _, until in notifications.leases()
    )


def _waiting_import(context: CaseContext) -> Iterator[Case]:
    """Yield a case for the unattended import that waits (U10), if there is one."""
    if not may(context.actor, Action.IMPORT_USERS):
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


def _review(context: CaseContext) -> Iterator[Case]:
    """Yield a case for a waiting import, and for the desk of changes of each push (U7)."""
    yield from _waiting_import(context)
    for group in review_read.waiting_groups():
        filter_ = ReviewFilter(push_id=group.push_id)
        ids = review_read.ids_of(Selection.matching(filter_)) if group.count <= _MAX_IDS else []
        named = review_read.reviews_by_id(ids[:_MAX_NAMED])
        alone = named[0] if group.first_user == group.last_user and named else None
        push = context.pushes.get(group.push_id)
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


def review_badge_cases(context: CaseContext, put_off: Mapping[str, Snooze]) -> Iterator[Case]:
    """Yield the cases of `_review` in the short form that a badge needs.

    They have no names. Pushes whose case is ``put_off`` have a case each, since the snooze may be
    over. All other pushes are one case, counted only up to the limit that a badge displays.
    """
    yield from _waiting_import(context)
    snoozed = {
        push_id
        for push_id in context.pushes
        if Case(CaseKind.REVIEW, 1, "", push_id).key in put_off
    }
    if snoozed:
        for group in review_read.waiting_groups(snoozed):
            yield Case(CaseKind.REVIEW, group.count, "", group.push_id, mark=_mark_of(group))
    if number := review_read.count_waiting(MAX_BADGE + 1, snoozed):
        yield Case(CaseKind.REVIEW, number, "")


def _mark_of(group: WaitingGroup) -> str:
    return f"{group.count} {group.first_user} {group.last_user} {group.total}"


def _no_manager(context: CaseContext) -> Iterator[Case]:
    if not context.pushes:
        return
    for push_id, group in by_push(found.without_manager(list(context.pushes))).items():
        examples = _examples_of_small(
            group, partial(found.people_without_manager, push_id, _MAX_IDS)
        )
        yield _case(context, CaseKind.NO_MANAGER, group, examples, _names(group, examples))


def _overdue(context: CaseContext) -> Iterator[Case]:
    for push in context.started:
        group = context.waiting.get(push.id)
        if group is None or push.deadline >= context.today:
            continue
        if push.id in context.own_deadlines:
            group = by_push(found.late([push.id], context.today)).get(push.id)
            if group is None:
                continue
        examples = _examples_of_small(
            group, partial(found.people_late, push.id, context.today, _MAX_IDS)
        )
        managers = managers_of([each.user_id for each in examples])
        having = [[m.name for m in managers.get(each.user_id, ())] for each in examples]
        text = _names(group, examples) if group.count == 1 else managers_in_words(having)
        since = end_of_day(push.deadline, context.studio.zone)
        yield _case(context, CaseKind.OVERDUE, group, examples, text, since=since)


def _waiting_until(context: CaseContext, push: StoredPush) -> Iterator[tuple[date, Group]]:
    """Yield each deadline of a push and of single people, with those who still must talk (P18)."""
    own = [day for day in context.own_deadlines.get(push.id, ()) if day > push.deadline]
    if not own:
        if group := context.waiting.get(push.id):
            yield push.deadline, group
        return
    for day in (push.deadline, *own):
        if group := by_push(found.still_to_talk_by(push.id, push.deadline, day)).get(push.id):
            yield day, group


def _planned_past(context: CaseContext) -> Iterator[Case]:
    start = context.start_of_today
    for push_id, group in by_push(found.planned_before(list(context.pushes), start)).items():
        examples = _examples_of_small(
            group, partial(found.people_planned_before, push_id, start, _MAX_IDS)
        )
        text = _planned(context, group, examples)
        yield _case(context, CaseKind.PLANNED_PAST, group, examples, text, since=group.first_at)


def _planned_late(context: CaseContext) -> Iterator[Case]:
    of_push = {push.id: _ends_of(context, push) for push in context.pushes.values()}
    start = context.start_of_today
    ends = {key: end for each in of_push.values() for key, end in each.items()}
    for push_id, group in by_push(found.planned_after(ends, start)).items():
        late = partial(found.people_planned_after, of_push[push_id], start, _MAX_IDS)
        examples = _examples_of_small(group, late)
        text = _planned(context, group, examples)
        yield _case(context, CaseKind.PLANNED_LATE, group, examples, text)


def _ends_of(context: CaseContext, push: StoredPush) -> Ends:
    days = (None, *context.own_deadlines.get(push.id, ()))
    return {
        (push.id, own): end_of_day(deadline_of(push.deadline, own), context.studio.zone)
        for own in days
    }


def _starts(context: CaseContext) -> Iterator[Case]:
    soon = [
        push
        for push in context.pushes.values()
        if context.today < push.available_from <= context.last_day
    ]
    assigned = found.count_assigned([push.id for push in soon])
    for push in soon:
        count = assigned.get(push.id, 0)
        if count:
            starts = start_of_day(push.available_from, context.studio.zone)
            yield Case(
                CaseKind.STARTS,
                count,
                f"starts {weekday_in_words(push.available_from, context.today)}",
                push.id,
                push.name,
                due=starts,
                mark=f"{count} {push.available_from}",
            )


def _ends(context: CaseContext) -> Iterator[Case]:
    soon = [
        (push, day, group)
        for push in context.started
        for day, group in _waiting_until(context, push)
        if context.today <= day <= context.last_day
    ]
    ids = [push.id for push, day, _ in soon if day == push.deadline]
    progress = pushes.progress_of(ids, context.today) if ids else {}
    for push, day, group in soon:
        own = day != push.deadline
        to_talk = partial(found.people_to_talk_by, push.id, push.deadline, day, _MAX_IDS)
        examples = _examples_of_small(group, to_talk)
        if own:
            text = f"{_names(group, examples)}, {days_left_in_words(day, context.today)}"
        else:
            text = ends_in_words(progress[push.id], day, context.today)
        due = start_of_day(day, context.studio.zone)
        about = day.isoformat() if own else ""
        yield _case(context, CaseKind.ENDS, group, examples, text, due=due, about=about)


def _repeats(context: CaseContext) -> Iterator[Case]:
    """Yield the pushes that the schedule will create (P17), or why it cannot create one."""
    for repeat in repeats.active():
        latest = push_facts(context.studio, repeat.latest_id)
        yield from _coming_pushes(context, repeat, latest)
        for each, number in repeating.hire_days(
            context.studio, repeat, context.last_day - context.today
        ):
            text = f"{repeat.in_words}: {weekday_in_words(each.first, context.today)}"
            yield _repeat(context, latest, each, text, number)


def _coming_pushes(context: CaseContext, repeat: Repeat, latest: PushFacts) -> Iterator[Case]:
    due, coming = repeat.due(context.today), repeat.coming(context.today, context.last_day)
    if not due and not coming:
        return
    number = found.count_assigned([latest.id]).get(latest.id, 0)
    why, naming = repeating.why_not(latest), name_proposer(latest)
    if why and due:
        yield _repeat(context, latest, due[-1], f"cannot be made: {why}", number)
    for each in coming:
        when = weekday_in_words(each.first, context.today)
        kept = f", unless {why}" if why else ""
        yield _repeat(context, latest, each, f"“{naming(each.first)}” is made {when}{kept}", number)


def _repeat(
    context: CaseContext, latest: PushFacts, each: Occurrence, text: str, number: int
) -> Case:
    return Case(
        CaseKind.REPEATS,
        max(number, 1),
        text,
        latest.id,
        latest.name,
        due=start_of_day(each.first, context.studio.zone),
        about=each.first.isoformat(),
        mark=f"{number} {text}",
    )


def _joined_by_audience(context: CaseContext) -> Iterator[Case]:
    """Yield the people whom an audience added to a push within `_NEWS_PERIOD` (P13)."""
    since = context.now - _NEWS_PERIOD
    for push_id, group in by_push(found.joined_by_audience(since)).items():
        if push_id in context.pushes:
            examples = _examples_of_small(
                group, partial(found.people_who_joined, push_id, since, _MAX_IDS)
            )
            yield _case(context, CaseKind.CAME_IN, group, examples, _names(group, examples))


def _erased(context: CaseContext) -> Iterator[Case]:
    """Yield the users who will be erased because their retention time ends (U13), by day."""
    for day, number in retention.erasures_by_day(context.studio, context.last_day).items():
        yield Case(
            CaseKind.ERASED,
            number,
            f"kept no longer: {weekday_in_words(day, context.today)}",
            due=start_of_day(day, context.studio.zone),
            about=day.isoformat(),
            mark=f"{number} {day}",
        )


def _sending(context: CaseContext) -> Iterator[Case]:
    until = end_of_day(context.last_day, context.studio.zone)
    for group in found.mail_ahead(context.now, until):
        examples = found.examples_ahead(group.push_id, context.now, until, _MAX_IDS)
        first = group.first_at or context.now
        local = first.astimezone(context.studio.zone)
        when = f"{weekday_in_words(local.date(), context.today)} {local:%H:%M}"
        text = when if group.count == 1 else f"from {when} on"
        yield _case(context, CaseKind.SENDING, group, examples, text, due=group.first_at)
    yield from _telling(context)
    yield from _reminders(context)


def _telling(context: CaseContext) -> Iterator[Case]:
    """Yield the mails to new managers that will be sent unless a user decides first (N16)."""
    waits = context.studio.settings.notifications.tell_new_managers_after
    for push_id, number, since in review_read.not_notified_by_push():
        push = context.pushes[push_id]
        first_day = start_of_day(push.available_from, context.studio.zone)
        at = max(since + waits, first_day, context.now)
        if context.day_of(at) <= context.last_day:
            local = at.astimezone(context.studio.zone)
            when = f"{weekday_in_words(local.date(), context.today)} {local:%H:%M}"
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


def _reminders(context: CaseContext) -> Iterator[Case]:
    """Yield the next automatic reminders (P15)."""
    for push in context.started:
        for deadline, group in _waiting_until(context, push):
            if (day := _next_round(context, push, deadline)) is None:
                continue
            settings = context.studio.settings.notifications
            at = start_of_day(day, context.studio.zone, settings.send_time)
            people = counted(group.count, "person", "people")
            own = f" {deadline}" if deadline != push.deadline else ""
            yield Case(
                CaseKind.SENDING,
                group.count,
                f"reminder to {people} and their managers, {weekday_in_words(day, context.today)}",
                push.id,
                push.name,
                due=at,
                about=f"reminder{own}",
                mark=f"{group.mark} {day}",
            )


def _next_round(context: CaseContext, push: StoredPush, deadline: date) -> date | None:
    settings = context.studio.settings.notifications
    ahead = [
        day
        for day in push.reminders.days(deadline)
        if day <= context.last_day
        and start_of_day(day, context.studio.zone, settings.send_time) > context.now
    ]
    return min(ahead, default=None)


Source = Callable[[CaseContext], Iterator[Case]]


def _nothing(_: CaseContext) -> Iterator[Case]:
    yield from ()


SOURCES: Mapping[CaseKind, Source] = DefaultTable(
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
        CaseKind.CAME_IN: _joined_by_audience,
        CaseKind.ERASED: _erased,
        CaseKind.SENDING: _sending,
    },
    otherwise=_nothing,
)
"""The source of each kind of case; a kind without a source of its own has an empty one."""


def _examples_of_small(group: Group, examples: Callable[[], list[Example]]) -> list[Example]:
    """Return the people of a small group by name; sorting a large one takes too long."""
    return examples() if group.count <= _MAX_IDS else []


def _case(
    context: CaseContext,
    kind: CaseKind,
    group: Group,
    examples: Sequence[Example],
    text: str,
    *,
    since: datetime | None = None,
    due: datetime | None = None,
    about: str = "",
) -> Case:
    push = context.pushes.get(group.push_id) if group.push_id is not None else None
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
        tuple(each.id for each in examples) if group.count <= _MAX_IDS else (),
        about=about,
        mark=group.mark,
    )


def _names(group: Group, examples: Sequence[Example]) -> str:
    return names_in_words([each.name for each in examples], group.count)


def _planned(context: CaseContext, group: Group, examples: Sequence[Example]) -> str:
    planned = [(each.name, context.day_of(each.at)) for each in examples if each.at]
    return days_of_names(planned, group.count, context.today)


def _people_in(group: Group, examples: Sequence[Example]) -> int:
    """Return the number of recipients of a group, or of its mails if there are too many to know."""
    people = len({each.user_id for each in examples})
    return people if group.count <= _MAX_IDS else group.count
