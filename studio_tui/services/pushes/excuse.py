"""Excusing people of a push, and giving them longer than it (P18).

Neither sends mail: what waits for who is excused is dropped when it would leave (N6), and a later
day stands in the mail that follows. A conversation that is planned stays planned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.push import (
    AssignmentFilter,
    PushFacts,
    PushState,
    Skipped,
    check_own_deadline,
    clean_excuse,
)
from studio_tui.domain.shared.cancellation import Progress, unwatched
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes.pushes import leaving, push_facts, push_to_change
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.outbox import enqueue
from studio_tui.storage.outbox.enqueue import Cause
from studio_tui.storage.pushes import assignments, exceptions
from studio_tui.storage.pushes.act_snapshot import fixed_users
from studio_tui.storage.pushes.assignments import Assignments

Chosen = Selection[AssignmentFilter]
"""Who of a push: those marked, or those a filter matches."""
_HELD = "has held it"
_EXCUSED = "is excused"
_NOT_EXCUSED = {
    _HELD: exceptions.DONE,
    "is not excused": exceptions.ASKED,
}


@dataclass(frozen=True, slots=True)
class Excepted:
    """What excusing, giving another deadline, or taking either back did."""

    push: PushFacts
    activity_id: int
    """The act, by which what it tells is found."""
    changed: int
    """How many people of the push it changed."""
    users_told: int = 0
    """How many are told of the push because they are asked again and never were."""
    managers_told: int = 0
    leaves_at: datetime | None = None
    """When that mail leaves; None where nobody is told."""


def users_named(studio: Studio, actor: Actor, push: PushFacts, names: Sequence[str]) -> Chosen:
    """A selection of those of a push who go by these logins or addresses.

    Raises `NotFound` naming all that are unknown, or all that are not assigned.
    """
    require(actor, Action.EXCUSE)
    with studio.store.reading():
        return Selection.of(naming.assignment_ids_named(push.id, push.name, names))


def excuse(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    selection: Chosen,
    reason: str,
    *,
    progress: Progress = unwatched,
) -> Excepted:
    """Let a push ask nothing of those selected, for a reason that HR and their managers read.

    Who has held it is left as they are. Raises `Invalid` for the ``reason``, `Refused` for a push
    that is closed, `NothingToDo` where all are done or excused for this reason.
    """
    require(actor, Action.EXCUSE)
    reason = clean_excuse(reason)
    with studio.store.writing():
        current = _to_change(studio, push)
        progress(0.0)
        those = _chosen(studio, push, selection) & (
            exceptions.ASKED | exceptions.EXCUSED & ~exceptions.excused_for(reason)
        )
        done = _act(studio, actor, current, those, Verb.EXCUSE, {"reason": reason})
        if done is None:
            raise _nothing_to("excuse", studio, push, selection, _why_not_excused(reason))
        exceptions.excuse(those, done.activity_id, reason)
        return done


def take_back(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    selection: Chosen,
    *,
    progress: Progress = unwatched,
) -> Excepted:
    """Ask those selected again who are excused.

    Whose mail about assigning was dropped because they were excused is told once more, with their
    managers. Raises `Refused` for a push that is closed, `NothingToDo` where nobody is excused.
    """
    require(actor, Action.EXCUSE)
    with studio.store.writing():
        current = _to_change(studio, push)
        progress(0.0)
        those = _chosen(studio, push, selection) & exceptions.EXCUSED
        users, _ = fixed_users(assignments.users_of(those))
        done = _act(studio, actor, current, those, Verb.ASK_AGAIN)
        if done is None:
            raise _nothing_to("ask again", studio, push, selection, _NOT_EXCUSED)
        exceptions.ask_again(those)
        progress(0.5)
        now, leaves = studio.now(), leaving(studio, current.available_from)
        cause = Cause(done.activity_id, push.id, now, leaves)
        told = enqueue.tell_users(cause, Kind.ASSIGNED, exceptions.untold(users, push.id), "1")
        managers = enqueue.tell_managers_once(cause, Kind.ASSIGNED, users, str(done.activity_id))
        return Excepted(
            current,
            done.activity_id,
            done.changed,
            told,
            managers,
            leaves if told or managers else None,
        )


def set_deadline(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    selection: Chosen,
    day: date | None,
    *,
    progress: Progress = unwatched,
) -> Excepted:
    """Give those selected who have still to talk until ``day``; None: as long as the push.

    Raises `Invalid` for a day that is past or not after the deadline of the push, `Refused` for a
    push that is closed, `NothingToDo` where nobody would have another day.
    """
    require(actor, Action.EXCUSE)
    with studio.store.writing():
        current = _to_change(studio, push)
        if day is not None:
            check_own_deadline(day, current.deadline, studio.today())
        progress(0.0)
        chosen = _chosen(studio, push, selection)
        if day is None:
            those = chosen & exceptions.WITH_OWN_DEADLINE
        else:
            those = chosen & exceptions.ASKED & ~exceptions.until(day)
        told = {"deadline": day.isoformat() if day else None}
        done = _act(studio, actor, current, those, Verb.OWN_DEADLINE, told)
        if done is None:
            act = "give another deadline"
            raise _nothing_to(act, studio, push, selection, _why_no_other_day(day))
        exceptions.set_own_deadline(those, day)
        return done


def skipped_by_excuse(
    studio: Studio, actor: Actor, push: PushFacts, selection: Chosen, reason: str
) -> list[Skipped]:
    """Who of ``selection`` `excuse` would leave as they are, and why, by name (P14)."""
    require(actor, Action.EXCUSE)
    with studio.store.reading():
        return _skipped(studio, push, selection, _why_not_excused(clean_excuse(reason)))


def skipped_by_deadline(
    studio: Studio, actor: Actor, push: PushFacts, selection: Chosen, day: date | None
) -> list[Skipped]:
    """Who of ``selection`` `set_deadline` would leave as they are, and why, by name (P14)."""
    require(actor, Action.EXCUSE)
    with studio.store.reading():
        return _skipped(studio, push, selection, _why_no_other_day(day))


def skipped_by_taking_back(
    studio: Studio, actor: Actor, push: PushFacts, selection: Chosen
) -> list[Skipped]:
    """Who of ``selection`` `take_back` would leave as they are, and why, by name (P14)."""
    require(actor, Action.EXCUSE)
    with studio.store.reading():
        return _skipped(studio, push, selection, _NOT_EXCUSED)


def count(studio: Studio, actor: Actor, push: PushFacts, selection: Chosen) -> int:
    """How many people of a push are selected, whatever would become of them."""
    require(actor, Action.EXCUSE)
    with studio.store.reading():
        return assignments.count_assignments(_chosen(studio, push, selection))


def _act(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    those: Assignments,
    verb: Verb,
    after: dict[str, str | None] | None = None,
) -> Excepted | None:
    """Write the line of activity of an act on some of a push; None where they are nobody."""
    count = assignments.count_assignments(those)
    if not count:
        return None
    line = write_activity(actor, studio.now(), verb, push.name, push_id=push.id, after=after)
    about_users(line, assignments.users_of(those))
    return Excepted(push_facts(studio, push.id), line, count)


def _to_change(studio: Studio, push: PushFacts) -> PushFacts:
    current = push_to_change(studio, push.id)
    if current.state is PushState.CLOSED:
        raise Refused(f"“{current.name}” is closed: reopen it first.")
    return current


def _chosen(studio: Studio, push: PushFacts, selection: Chosen) -> Assignments:
    return assignments.chosen(push.id, selection, studio.today())


def _why_not_excused(reason: str) -> dict[str, Assignments]:
    return {_HELD: exceptions.DONE, "is excused already": exceptions.excused_for(reason)}


def _why_no_other_day(day: date | None) -> dict[str, Assignments]:
    if day is None:
        return {"has no day of their own": ~exceptions.WITH_OWN_DEADLINE}
    until = exceptions.ASKED & exceptions.until(day)
    return {
        _HELD: exceptions.DONE,
        _EXCUSED: exceptions.EXCUSED,
        f"has until {day} already": until,
    }


def _skipped(
    studio: Studio, push: PushFacts, selection: Chosen, reasons: dict[str, Assignments]
) -> list[Skipped]:
    chosen = _chosen(studio, push, selection)
    return [
        Skipped(login, name, why)
        for why, those in reasons.items()
        for login, name in assignments.names_of(chosen & those)
    ]


def _nothing_to(
    act: str, studio: Studio, push: PushFacts, selection: Chosen, reasons: dict[str, Assignments]
) -> NothingToDo:
    """Why there was nobody to act on: by name where it is one person."""
    chosen = _chosen(studio, push, selection)
    number = assignments.count_assignments(chosen)
    if number == 1:
        (only,) = _skipped(studio, push, selection, reasons)
        return NothingToDo(f"Nobody to {act}: {only.name} {only.why}.")
    found = [why for why, those in reasons.items() if assignments.count_assignments(chosen & those)]
    who = f"everyone chosen {' or '.join(found)}" if found else "nobody is chosen"
    return NothingToDo(f"Nobody to {act}: {who}.")
