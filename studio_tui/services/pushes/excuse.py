"""Excusing people from a push, and giving them a deadline of their own (P18).

Neither sends mail. Waiting mail to an excused user is dropped at the time of sending (N6), and a
later deadline is used in the mails that follow. A planned conversation stays planned.
"""

from collections.abc import Sequence
from datetime import date, datetime

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.push import (
    AssignmentFilter,
    PushFacts,
    PushState,
    SkippedPerson,
    check_own_deadline,
    clean_excuse,
)
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes.pushes import locked_push, push_facts, release_time
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.outbox import enqueue
from studio_tui.storage.outbox.enqueue import Cause
from studio_tui.storage.pushes import assignments, excuses
from studio_tui.storage.pushes.act_snapshot import snapshot_users
from studio_tui.storage.pushes.assignments import Assignments

Chosen = Selection[AssignmentFilter]
"""A selection of people in a push: marked rows or a filter."""
_HELD = "has held it"
_EXCUSED = "is excused"
_NOT_EXCUSED = {
    _HELD: excuses.DONE,
    "is not excused": excuses.ASKED,
}


@dataclass(frozen=True, slots=True)
class ExcuseResult:
    """The result of excusing, of setting a deadline, or of taking either back."""

    push: PushFacts
    activity_id: int
    """Id of the act, to find its notifications."""
    changed: int
    """Number of people of the push who changed."""
    users_told: int = 0
    """Number of users notified because the push asks them again and they never got mail about it.
    """
    managers_told: int = 0
    leaves_at: datetime | None = None
    """When these mails are released; None if there are none."""


def users_named(studio: Studio, actor: Actor, push: PushFacts, names: Sequence[str]) -> Chosen:
    """Return a selection of the people of a push with these logins or addresses.

    Raises `NotFound` with all who are unknown, or all who are not assigned.
    """
    require(actor, Action.EXCUSE)
    with studio.store.reading():
        return Selection.of(naming.assignment_ids_named(push.id, push.name, names))


def excuse(
    studio: Studio, actor: Actor, push: PushFacts, selection: Chosen, reason: str
) -> ExcuseResult:
    """Excuse the selected people from a push, for a reason that HR and their managers can read.

    People who have held their conversation are skipped. Raises `Invalid` for the ``reason``,
    `Refused` for a closed push, and `NothingToDo` if all are done or excused for this reason.
    """
    require(actor, Action.EXCUSE)
    reason = clean_excuse(reason)
    with studio.store.writing():
        current = _to_change(studio, push)
        those = _chosen(studio, push, selection) & (
            excuses.ASKED | excuses.EXCUSED & ~excuses.excused_for(reason)
        )
        done = _act(studio, actor, current, those, Verb.EXCUSE, {"reason": reason})
        if done is None:
            raise _nothing_to_do("excuse", studio, push, selection, _why_not_excused(reason))
        excuses.excuse(those, done.activity_id, reason)
        return done


def take_back(studio: Studio, actor: Actor, push: PushFacts, selection: Chosen) -> ExcuseResult:
    """Take back the excuse of the selected people, so that the push asks them again.

    If their mail about the assignment was dropped because of the excuse, they and their managers
    are notified again. Raises `Refused` for a closed push, and `NothingToDo` if nobody is excused.
    """
    require(actor, Action.EXCUSE)
    with studio.store.writing():
        current = _to_change(studio, push)
        those = _chosen(studio, push, selection) & excuses.EXCUSED
        users, _ = snapshot_users(assignments.users_of(those))
        done = _act(studio, actor, current, those, Verb.ASK_AGAIN)
        if done is None:
            raise _nothing_to_do("ask again", studio, push, selection, _NOT_EXCUSED)
        excuses.ask_again(those)
        now, leaves = studio.now(), release_time(studio, current.available_from)
        cause = Cause(done.activity_id, push.id, now, leaves)
        users_told = enqueue.notify_users(
            cause, Kind.ASSIGNED, excuses.not_notified(users, push.id), "1"
        )
        managers = enqueue.notify_managers_once(cause, Kind.ASSIGNED, users, str(done.activity_id))
        return ExcuseResult(
            current,
            done.activity_id,
            done.changed,
            users_told,
            managers,
            leaves if users_told or managers else None,
        )


def set_deadline(
    studio: Studio, actor: Actor, push: PushFacts, selection: Chosen, day: date | None
) -> ExcuseResult:
    """Give the selected people who still have to talk the deadline ``day``; None: that of the push.

    Raises `Invalid` for a day that is past or not after the deadline of the push, `Refused` for a
    closed push, and `NothingToDo` if no deadline would change.
    """
    require(actor, Action.EXCUSE)
    with studio.store.writing():
        current = _to_change(studio, push)
        if day is not None:
            check_own_deadline(day, current.deadline, studio.today())
        chosen = _chosen(studio, push, selection)
        if day is None:
            those = chosen & excuses.WITH_OWN_DEADLINE
        else:
            those = chosen & excuses.ASKED & ~excuses.until(day)
        facts = {"deadline": day.isoformat() if day else None}
        done = _act(studio, actor, current, those, Verb.OWN_DEADLINE, facts)
        if done is None:
            act = "give another deadline"
            raise _nothing_to_do(act, studio, push, selection, _why_no_other_day(day))
        excuses.set_own_deadline(those, day)
        return done


def skipped_by_excuse(
    studio: Studio, actor: Actor, push: PushFacts, selection: Chosen, reason: str
) -> list[SkippedPerson]:
    """Return the people in ``selection`` whom `excuse` would skip, and why, by name (P14)."""
    require(actor, Action.EXCUSE)
    with studio.store.reading():
        return _skipped(studio, push, selection, _why_not_excused(clean_excuse(reason)))


def skipped_by_deadline(
    studio: Studio, actor: Actor, push: PushFacts, selection: Chosen, day: date | None
) -> list[SkippedPerson]:
    """Return the people in ``selection`` whom `set_deadline` would skip, and why, by name (P14)."""
    require(actor, Action.EXCUSE)
    with studio.store.reading():
        return _skipped(studio, push, selection, _why_no_other_day(day))


def skipped_by_taking_back(
    studio: Studio, actor: Actor, push: PushFacts, selection: Chosen
) -> list[SkippedPerson]:
    """Return the people in ``selection`` whom `take_back` would skip, and why, by name (P14)."""
    require(actor, Action.EXCUSE)
    with studio.store.reading():
        return _skipped(studio, push, selection, _NOT_EXCUSED)


def count(studio: Studio, actor: Actor, push: PushFacts, selection: Chosen) -> int:
    """Return the number of people in a selection, including those whom an act would skip."""
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
) -> ExcuseResult | None:
    """Write the line of activity of an act on people of a push; return None if there are none."""
    count = assignments.count_assignments(those)
    if not count:
        return None
    line = write_activity(actor, studio.now(), verb, push.name, push_id=push.id, after=after)
    about_users(line, assignments.users_of(those))
    return ExcuseResult(push_facts(studio, push.id), line, count)


def _to_change(studio: Studio, push: PushFacts) -> PushFacts:
    current = locked_push(studio, push.id)
    if current.state is PushState.CLOSED:
        raise Refused(f"“{current.name}” is closed: reopen it first.")
    return current


def _chosen(studio: Studio, push: PushFacts, selection: Chosen) -> Assignments:
    return assignments.chosen(push.id, selection, studio.today())


def _why_not_excused(reason: str) -> dict[str, Assignments]:
    return {_HELD: excuses.DONE, "is excused already": excuses.excused_for(reason)}


def _why_no_other_day(day: date | None) -> dict[str, Assignments]:
    if day is None:
        return {"has no day of their own": ~excuses.WITH_OWN_DEADLINE}
    until = excuses.ASKED & excuses.until(day)
    return {
        _HELD: excuses.DONE,
        _EXCUSED: excuses.EXCUSED,
        f"has until {day} already": until,
    }


def _skipped(
    studio: Studio, push: PushFacts, selection: Chosen, reasons: dict[str, Assignments]
) -> list[SkippedPerson]:
    chosen = _chosen(studio, push, selection)
    return [
        SkippedPerson(login, name, why)
        for why, those in reasons.items()
        for login, name in assignments.names_of(chosen & those)
    ]


def _nothing_to_do(
    act: str, studio: Studio, push: PushFacts, selection: Chosen, reasons: dict[str, Assignments]
) -> NothingToDo:
    """Return the error for an act without people to act on; it names a single person."""
    chosen = _chosen(studio, push, selection)
    number = assignments.count_assignments(chosen)
    if number == 1:
        (only,) = _skipped(studio, push, selection, reasons)
        return NothingToDo(f"Nobody to {act}: {only.name} {only.why}.")
    found = [why for why, those in reasons.items() if assignments.count_assignments(chosen & those)]
    who = f"everyone chosen {' or '.join(found)}" if found else "nobody is chosen"
    return NothingToDo(f"Nobody to {act}: {who}.")
