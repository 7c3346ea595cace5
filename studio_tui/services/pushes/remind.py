"""Reminders to people who still have to talk, sent by hand and by schedule (P15).

People who are done, are excused or have left are never reminded, and others not twice within
``notifications.remind_again`` unless the actor asks for it.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.push import (
    AssignmentFilter,
    PushFacts,
    PushState,
    SkippedPerson,
)
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.clock import start_of_day
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes.push_reminders import (
    ManagersPreview,
    PushReminders,
    RemindPreview,
    RemindResult,
    preview_of_managers,
)
from studio_tui.services.pushes.pushes import locked_push
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.pushes import assignments, pushes, reminders
from studio_tui.storage.pushes.act_snapshot import snapshot_users
from studio_tui.storage.pushes.assignments import Assignments
from studio_tui.storage.pushes.pushes import StoredPush

EVERYBODY: Selection[AssignmentFilter] = Selection.matching(AssignmentFilter())
NOBODY = (
    "Nobody to remind: everyone chosen is done, is excused, has left or was reminded a short while "
    "ago."
)
NO_MANAGER = (
    "Nobody to remind: every manager chosen has nobody left to talk to, or was reminded a short "
    "while ago."
)


def users_named(
    studio: Studio, actor: Actor, push: PushFacts, names: Sequence[str]
) -> Selection[AssignmentFilter]:
    """Return a selection of the people of a push with these logins or addresses.

    Raises `NotFound` with all who are unknown, or all who are not assigned.
    """
    require(actor, Action.REMIND)
    with studio.store.reading():
        return Selection.of(naming.assignment_ids_named(push.id, push.name, names))


def preview(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    selection: Selection[AssignmentFilter],
    *,
    again: bool = False,
) -> RemindPreview:
    """Return what reminding ``selection`` would do, without writing anything."""
    require(actor, Action.REMIND)
    with studio.store.reading():
        return PushReminders(studio, push.id).preview(selection, again=again)


def skipped(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    selection: Selection[AssignmentFilter],
    *,
    again: bool = False,
) -> list[SkippedPerson]:
    """Return the people in ``selection`` who would not be reminded, and why, by name (P14)."""
    require(actor, Action.REMIND)
    with studio.store.reading():
        return PushReminders(studio, push.id).skipped(selection, again=again)


def remind(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    selection: Selection[AssignmentFilter],
    *,
    again: bool = False,
    progress: Progress = ignore_progress,
) -> RemindResult:
    """Remind the selected people who still have to talk, and their managers.

    People who were reminded recently are skipped unless ``again``. Raises `Refused` for a push that
    is not open, and `NothingToDo` if nobody would be reminded.
    """
    require(actor, Action.REMIND)
    with studio.store.writing():
        current = _open_to_change(studio, push)
        progress(0.0)
        done = PushReminders(studio, current.id).remind(
            actor, current.name, selection, again=again, progress=progress
        )
        if done is None:
            raise NothingToDo(NOBODY)
        return done


def managers_named(studio: Studio, actor: Actor, names: Sequence[str]) -> list[int]:
    """Return the user ids of these logins or addresses; raises `NotFound` with all unknown ones."""
    require(actor, Action.REMIND)
    with studio.store.reading():
        return naming.user_ids_named(names)


def preview_managers(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    managers: Collection[int],
    selection: Selection[AssignmentFilter] = EVERYBODY,
    *,
    again: bool = False,
) -> ManagersPreview:
    """Return what `remind_managers` would do, without writing anything."""
    require(actor, Action.REMIND)
    with studio.store.reading():
        asked = PushReminders(studio, push.id).managers_asked(managers, selection)
    return preview_of_managers(managers, [asked], again=again)


def remind_managers(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    managers: Collection[int],
    selection: Selection[AssignmentFilter] = EVERYBODY,
    *,
    again: bool = False,
    progress: Progress = ignore_progress,
) -> RemindResult:
    """Remind these managers of their people in ``selection`` who still have to talk (S2, P10).

    A manager is only reminded of people for whom the push asks them. The people themselves are not
    notified. Managers who were reminded recently are skipped unless ``again``. Raises `Refused` for
    a push that is not open, and `NothingToDo` if nobody would be reminded.
    """
    require(actor, Action.REMIND)
    with studio.store.writing():
        current = _open_to_change(studio, push)
        progress(0.0)
        done = PushReminders(studio, current.id).remind_managers(
            actor, current.name, managers, selection, again=again
        )
        if not done.managers_told:
            raise NothingToDo(NO_MANAGER)
        return done


def remind_by_schedule(studio: Studio) -> int:
    """Enqueue the automatic reminders that fall on today; return how many users are notified.

    Idempotent: any number of workers may call it at any time. Each person is notified once per
    round (N2).
    """
    today, now = studio.today(), studio.now()
    if now < start_of_day(today, studio.zone, studio.settings.notifications.send_time):
        return 0
    with studio.store.reading():
        due = [
            _Round(push.id, name, deadline)
            for push, deadline in _deadlines(pushes.open_pushes(today))
            if (name := push.reminders.round_on(today, deadline))
        ]
    return sum(_remind_round(studio, round_) for round_ in due)


@dataclass(frozen=True, slots=True)
class _Round:
    """An automatic reminder of the people of a push whose deadline is ``deadline``."""

    push_id: int
    name: str
    deadline: date


def _deadlines(open_pushes: Sequence[StoredPush]) -> Iterator[tuple[StoredPush, date]]:
    """Yield each push with its deadline and with the later deadlines of single people (P18)."""
    own = reminders.own_deadlines([push.id for push in open_pushes])
    for push in open_pushes:
        yield push, push.deadline
        for push_id, day in own:
            if push_id == push.id and day > push.deadline:
                yield push, day


def _remind_round(studio: Studio, round_: _Round) -> int:
    with studio.store.reading():
        # Check first without a write lock. Most calls find nobody and must not block other writers.
        if not assignments.count_assignments(_of_round(studio, round_)):
            return 0
    with studio.store.writing():
        push = locked_push(studio, round_.push_id)
        users, count = snapshot_users(assignments.users_of(_of_round(studio, round_)))
        if push.state is not PushState.OPEN or not count:
            return 0
        reminding = PushReminders(studio, push.id)
        return reminding.send(None, push.name, users, round_.name, studio.now()).users_told


def _of_round(studio: Studio, round_: _Round) -> Assignments:
    since = PushReminders(studio, round_.push_id).since
    return reminders.of_round(round_.push_id, round_.name, round_.deadline, studio.today(), since)


def _open_to_change(studio: Studio, push: PushFacts) -> PushFacts:
    current = locked_push(studio, push.id)
    if current.state is not PushState.OPEN:
        raise Refused(f"“{current.name}” is {current.state}: only an open push reminds.")
    return current
