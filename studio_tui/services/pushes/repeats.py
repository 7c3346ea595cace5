"""Repeats of pushes: set, skip, end (P17). `repeating` creates the pushes."""

from datetime import date, timedelta
from typing import NamedTuple

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.push import PushFacts
from studio_tui.domain.pushes.repeats import Occurrence, Recurrence, Repeat, Rhythm, check_until
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Invalid, NothingToDo, Refused
from studio_tui.domain.templates.template import require_pushable
from studio_tui.services.pushes.pushes import locked_push
from studio_tui.services.system.context import Studio
from studio_tui.services.templates.templates import stored_template
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.audiences.names import push_names
from studio_tui.storage.pushes import repeats

YEAR = timedelta(days=366)
"""How far ahead repeats are displayed."""


@dataclass(frozen=True, slots=True)
class RepeatDetails:
    """The repeat of a push and its occurrences within a year."""

    repeat: Repeat
    latest: str
    """The name of the latest push that was created."""
    coming: tuple[Occurrence, ...]
    """The occurrences of a rhythm, including skipped ones; empty for a repeat by hire dates."""


class _RepeatRule(NamedTuple):
    """The way in which a push repeats: by a rhythm, or a number of days after each hire."""

    rhythm: Rhythm | None = None
    days_after_hire: int | None = None
    until: date | None = None
    """Last day on which an occurrence of a rhythm may begin; None for no end."""

    @property
    def as_activity(self) -> dict[str, str | int | None]:
        """The values recorded in the activity."""
        return {
            "every": str(self.rhythm) if self.rhythm else None,
            "days after hire": self.days_after_hire,
            "until": self.until.isoformat() if self.until else None,
        }


def of_push(studio: Studio, actor: Actor, push: PushFacts) -> RepeatDetails | None:
    """Return the repeat of a push; None if it has none."""
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        return _of_push(studio, push)


def by_push(studio: Studio, actor: Actor) -> dict[int, RepeatDetails]:
    """Return all repeats, by the id of the latest push that was created."""
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        return {each.repeat.latest_id: each for each in _shown(studio, repeats.active())}


def set_rhythm(
    studio: Studio, actor: Actor, push: PushFacts, rhythm: Rhythm, until: date | None = None
) -> RepeatDetails:
    """Let ``push`` repeat by ``rhythm``, counted from its first day and deadline.

    Replaces an earlier repeat. Raises `Refused` if the template may not be pushed, `Invalid` if
    nothing could begin before ``until``, and `NothingToDo` if the push has this repeat already.
    """
    require(actor, Action.CREATE_PUSHES)
    require(actor, Action.ASSIGN)
    with studio.store.writing():
        current = locked_push(studio, push.id)
        require_pushable(stored_template(current.template_id))
        following = Recurrence(rhythm, current.available_from, current.deadline).next_after(
            studio.today()
        )
        if following is None:
            raise Invalid({"every": "nothing could begin within the years that there are"})
        check_until(until, following.first)
        before = repeats.of_push(push.id)
        if before and (before.every, before.until) == (rhythm, until):
            raise NothingToDo(f"“{current.name}” comes again {before.in_words} already.")
        return _set(studio, actor, current, before, _RepeatRule(rhythm, until=until))


def set_after_hire(studio: Studio, actor: Actor, push: PushFacts, days: int) -> RepeatDetails:
    """Assign everybody to ``push`` a number of days after their hire, from today on.

    Each person gets as many days as the push has. Replaces an earlier repeat.
    """
    require(actor, Action.CREATE_PUSHES)
    require(actor, Action.ASSIGN)
    require(actor, Action.ASSIGN_HIRED)
    with studio.store.writing():
        current = locked_push(studio, push.id)
        if current.closed_at is not None:
            raise Refused(f"“{current.name}” is closed: reopen it first.")
        before = repeats.of_push(push.id)
        if before and before.after_days == days:
            raise NothingToDo(f"“{current.name}” comes again {before.in_words} already.")
        return _set(studio, actor, current, before, _RepeatRule(days_after_hire=days))


def set_until(studio: Studio, actor: Actor, push: PushFacts, until: date | None) -> RepeatDetails:
    """Set the last day on which an occurrence of a rhythm may begin; None for no end."""
    require(actor, Action.CREATE_PUSHES)
    with studio.store.writing():
        before = _locked(push)
        if before.recurrence is None:
            raise Invalid({"until": "it comes again by hire dates: stop it on that day"})
        if before.until == until:
            raise NothingToDo(f"“{push.name}” comes again {before.in_words} already.")
        if coming := before.next(studio.today()):
            check_until(until, coming.first)
        repeats.set_until(before.id, until)
        _record_set(studio, actor, push, before, _RepeatRule(before.every, until=until))
        return _must_be_shown(studio, push)


def skip(studio: Studio, actor: Actor, push: PushFacts, day: date) -> RepeatDetails:
    """Skip the occurrence on ``day``; raises `Invalid` if there is none."""
    require(actor, Action.CREATE_PUSHES)
    with studio.store.writing():
        before = _locked(push)
        occurrence = _occurrence_on(studio, before, day)
        if occurrence.number in before.skipped:
            raise NothingToDo(f"{day} is skipped already.")
        repeats.record(before.id, [occurrence.number])
        _record(studio, actor, Verb.SKIP_REPEAT, push, {"day": day.isoformat()})
        return _must_be_shown(studio, push)


def keep(studio: Studio, actor: Actor, push: PushFacts, day: date) -> RepeatDetails:
    """Restore the skipped occurrence on ``day``."""
    require(actor, Action.CREATE_PUSHES)
    with studio.store.writing():
        before = _locked(push)
        occurrence = _occurrence_on(studio, before, day)
        if occurrence.number not in before.skipped:
            raise NothingToDo(f"{day} is not skipped.")
        repeats.forget_skipped(before.id, occurrence.number)
        _record(studio, actor, Verb.KEEP_REPEAT, push, {"day": day.isoformat()})
        return _must_be_shown(studio, push)


def stop(studio: Studio, actor: Actor, push: PushFacts) -> None:
    """End the repeat of a push; created pushes stay. Raises `NothingToDo` if it has none."""
    require(actor, Action.CREATE_PUSHES)
    with studio.store.writing():
        before = _locked(push)
        repeats.stop(before.id, studio.now())
        _record(studio, actor, Verb.END_REPEAT, push)


def _set(
    studio: Studio, actor: Actor, push: PushFacts, before: Repeat | None, rule: _RepeatRule
) -> RepeatDetails:
    """Set the repeat of ``push`` and end the repeat ``before``, if there is one."""
    if before is not None:
        repeats.stop(before.id, studio.now())
    repeats.insert(
        push.id,
        every=str(rule.rhythm) if rule.rhythm else None,
        after_days=rule.days_after_hire,
        first=push.available_from,
        deadline=push.deadline,
        until=rule.until,
        set_on=studio.today(),
    )
    _record_set(studio, actor, push, before, rule)
    return _must_be_shown(studio, push)


def _record_set(
    studio: Studio, actor: Actor, push: PushFacts, before: Repeat | None, rule: _RepeatRule
) -> None:
    was = _RepeatRule(before.every, before.after_days, before.until).as_activity if before else None
    write_activity(
        actor,
        studio.now(),
        Verb.REPEAT,
        push.name,
        push_id=push.id,
        before=was,
        after=rule.as_activity,
    )


def _record(
    studio: Studio,
    actor: Actor,
    verb: Verb,
    push: PushFacts,
    after: dict[str, str] | None = None,
) -> None:
    write_activity(actor, studio.now(), verb, push.name, push_id=push.id, after=after)


def _locked(push: PushFacts) -> Repeat:
    found = repeats.of_push(push.id)
    locked = repeats.lock(found.id) if found else None
    if locked is None:
        raise NothingToDo(f"“{push.name}” does not come again.")
    return locked


def _occurrence_on(studio: Studio, repeat: Repeat, day: date) -> Occurrence:
    """Return the coming occurrence on ``day``; raises `Invalid` with the nearest one."""
    today = studio.today()
    coming = repeat.ahead(today, max(day, today) + YEAR)
    if found := next((each for each in coming if each.first == day), None):
        return found
    if not coming:
        raise Invalid({"day": f"nothing begins on {day}, nor on another day"})
    nearest = min(coming, key=lambda each: abs(each.first - day))
    raise Invalid({"day": f"nothing begins on {day}; the nearest is {nearest.first}"})


def _of_push(studio: Studio, push: PushFacts) -> RepeatDetails | None:
    found = repeats.of_push(push.id)
    return _shown(studio, [found])[0] if found else None


def _shown(studio: Studio, found: list[Repeat]) -> list[RepeatDetails]:
    if not found:
        return []
    names, today = push_names([each.latest_id for each in found]), studio.today()
    return [
        RepeatDetails(each, names[each.latest_id], tuple(each.ahead(today, today + YEAR)))
        for each in found
    ]


def _must_be_shown(studio: Studio, push: PushFacts) -> RepeatDetails:
    shown = _of_push(studio, push)
    if shown is None:
        raise Refused(f"“{push.name}” does not come again.")
    return shown
