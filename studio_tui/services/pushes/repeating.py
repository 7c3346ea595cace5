"""Scheduled creation of repeated pushes, each exactly once (P17).

Workers and every open Studio poll; the row of an occurrence prevents that it is created twice. Of
several occurrences that were missed, only one is created: the last (`Recurrence.to_make`).
"""

from collections.abc import Iterator
from datetime import timedelta

from studio_tui.domain.pushes.push import PushDraft, PushFacts
from studio_tui.domain.pushes.repeats import Occurrence, Repeat
from studio_tui.services.pushes.assign import assign_to
from studio_tui.services.pushes.duplicate import create_next_push, name_proposer
from studio_tui.services.pushes.pushes import locked_push, push_facts
from studio_tui.services.system.context import Studio
from studio_tui.services.templates.templates import stored_template
from studio_tui.storage.pushes import repeats


def repeat_by_schedule(studio: Studio) -> int:
    """Create the pushes that are due and assign the people whose day after their hire has come.

    Returns the number of created pushes plus that of assigned people. Idempotent: any number of
    workers may call it at any time.
    """
    today = studio.today()
    with studio.store.reading():
        # Check first without a write lock. Most calls find nothing and must not block other
        # writers.
        active = repeats.active()
        due = [each.id for each in active if each.due(today) and _may_be_made(studio, each)]
        hired = [each.id for each in active if any(hire_days(studio, each, timedelta()))]
    made = sum(_make(studio, repeat_id) for repeat_id in due)
    return made + sum(_assign_hired(studio, repeat_id) for repeat_id in hired)


def why_not(latest: PushFacts) -> str | None:
    """Return why a push cannot be repeated; None if it can.

    ``latest`` is the last push that was created. Call this inside an open unit of work.
    """
    return stored_template(latest.template_id).why_no_push


def hire_days(studio: Studio, repeat: Repeat, ahead: timedelta) -> Iterator[tuple[Occurrence, int]]:
    """Yield the days up to ``ahead`` on which people join a push after their hire, and how many.

    People whose day has passed are counted for today. Call this inside an open unit of work.
    """
    if repeat.after_days is None or push_facts(studio, repeat.push_id).closed_at is not None:
        return
    after, today = timedelta(days=repeat.after_days), studio.today()
    found = repeats.hire_days(repeat.push_id, repeat.set_on - after, today + ahead - after)
    for hired_on, number in found:
        yield Occurrence(0, max(hired_on + after, today), hired_on), number


def _make(studio: Studio, repeat_id: int) -> int:
    today = studio.today()
    with studio.store.writing():
        repeat = repeats.lock(repeat_id)
        due = repeat.due(today) if repeat else []
        if repeat is None or repeat.recurrence is None or not due:
            return 0
        making = repeat.recurrence.to_make(due, today)
        numbers = {each.number for each in due}
        if making is not None:
            push_id = _made(studio, repeat, making)
            numbers.discard(making.number)
            repeats.record(repeat.id, [making.number], push_id)
        repeats.record(repeat.id, sorted(numbers))
        return int(making is not None)


def _made(studio: Studio, repeat: Repeat, occurrence: Occurrence) -> int:
    latest = push_facts(studio, repeat.latest_id)
    name = name_proposer(latest)(occurrence.first)
    draft = PushDraft(name, occurrence.first, occurrence.deadline, latest.reminders)
    return create_next_push(studio, None, latest, draft).push.id


def _may_be_made(studio: Studio, repeat: Repeat) -> bool:
    return why_not(push_facts(studio, repeat.latest_id)) is None


def _assign_hired(studio: Studio, repeat_id: int) -> int:
    with studio.store.writing():
        repeat = repeats.lock(repeat_id)
        if repeat is None or repeat.after_days is None:
            return 0
        push, today = locked_push(studio, repeat.push_id), studio.today()
        after = timedelta(days=repeat.after_days)
        first, last = repeat.set_on - after, today - after
        days = repeats.hire_days(push.id, first, last)
        if push.closed_at is not None or not days:
            return 0
        done = assign_to(studio, None, push, repeats.hired(push.id, first, last))
        for hired_on, _ in days:
            begins = max(hired_on + after, push.available_from)
            until = begins + (repeat.deadline - repeat.first)
            repeats.set_deadline_of_hired(done.activity_id, hired_on, max(until, today))
        return done.added
