"""Reminding those who have still to talk, by hand and by schedule (P15).

Never anybody who is done, is excused or has left, and not twice within
``notifications.remind_again`` unless asked.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.push import (
    AssignmentFilter,
    PushFacts,
    PushState,
    Skipped,
)
from studio_tui.domain.shared.cancellation import Progress, unwatched
from studio_tui.domain.shared.clock import start_of_day
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes.pushes import push_to_change
from studio_tui.services.pushes.reminding import (
    ManagersPreview,
    Reminded,
    Reminding,
    RemindPreview,
    preview_of_managers,
)
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.pushes import assignments, pushes, reminders
from studio_tui.storage.pushes.act_snapshot import fixed_users
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
    """A selection of those of a push who go by these logins or addresses.

    Raises `NotFound` naming all that are unknown, or all that are not assigned.
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
    """What reminding ``selection`` would do, with nothing written."""
    require(actor, Action.REMIND)
    with studio.store.reading():
        return Reminding(studio, push.id).preview(selection, again=again)


def skipped(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    selection: Selection[AssignmentFilter],
    *,
    again: bool = False,
) -> list[Skipped]:
    """Who of ``selection`` would not be reminded, and why, by name (P14)."""
    require(actor, Action.REMIND)
    with studio.store.reading():
        return Reminding(studio, push.id).skipped(selection, again=again)


def remind(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    selection: Selection[AssignmentFilter],
    *,
    again: bool = False,
    progress: Progress = unwatched,
) -> Reminded:
    """Remind those selected who have still to talk, and their managers.

    Who was reminded a short while ago is left out unless ``again``. Raises `Refused` for a push
    that is not open, or where there is nobody to remind.
    """
    require(actor, Action.REMIND)
    with studio.store.writing():
        current = _open_to_change(studio, push)
        progress(0.0)
        done = Reminding(studio, current.id).remind(
            actor, current.name, selection, again=again, progress=progress
        )
        if done is None:
            raise NothingToDo(NOBODY)
        return done


def managers_named(studio: Studio, actor: Actor, names: Sequence[str]) -> list[int]:
    """The ids of those who go by these logins or addresses; raises `NotFound` naming all that are
    unknown."""
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
    """What `remind_managers` would do, with nothing written."""
    require(actor, Action.REMIND)
    with studio.store.reading():
        asked = Reminding(studio, push.id).managers_asked(managers, selection)
    return preview_of_managers(managers, [asked], again=again)


def remind_managers(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    managers: Collection[int],
    selection: Selection[AssignmentFilter] = EVERYBODY,
    *,
    again: bool = False,
    progress: Progress = unwatched,
) -> Reminded:
    """Remind these managers alone, each of all their people in ``selection`` who have still to
    talk and whom the push asks them for (S2, P10); the people themselves are told nothing.

    Who was reminded a short while ago is left out unless ``again``. Raises `Refused` for a push
    that is not open, or where there is nobody to remind.
    """
    require(actor, Action.REMIND)
    with studio.store.writing():
        current = _open_to_change(studio, push)
        progress(0.0)
        done = Reminding(studio, current.id).remind_managers(
            actor, current.name, managers, selection, again=again
        )
        if not done.managers_told:
            raise NothingToDo(NO_MANAGER)
        return done


def remind_by_schedule(studio: Studio) -> int:
    """Write the automatic reminders that fall on today; returns how many users are told.

    May be called again and again, by any number of workers: each person is told once a round (N2).
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
    """An automatic reminder of those of a push who have until ``deadline``."""

    push_id: int
    name: str
    deadline: date


def _deadlines(open_pushes: Sequence[StoredPush]) -> Iterator[tuple[StoredPush, date]]:
    """Each push with its deadline and with the later days of single people, each once (P18)."""
    own = reminders.own_deadlines([push.id for push in open_pushes])
    for push in open_pushes:
        yield push, push.deadline
        for push_id, day in own:
            if push_id == push.id and day > push.deadline:
                yield push, day


def _remind_round(studio: Studio, round_: _Round) -> int:
    with studio.store.reading():
        # Most looks find nobody: they must not lock others out.
        if not assignments.count_assignments(_of_round(studio, round_)):
            return 0
    with studio.store.writing():
        push = push_to_change(studio, round_.push_id)
        users, count = fixed_users(assignments.users_of(_of_round(studio, round_)))
        if push.state is not PushState.OPEN or not count:
            return 0
        reminding = Reminding(studio, push.id)
        return reminding.tell(None, push.name, users, round_.name, studio.now()).users_told


def _of_round(studio: Studio, round_: _Round) -> Assignments:
    since = Reminding(studio, round_.push_id).since
    return reminders.of_round(round_.push_id, round_.name, round_.deadline, studio.today(), since)


def _open_to_change(studio: Studio, push: PushFacts) -> PushFacts:
    current = push_to_change(studio, push.id)
    if current.state is not PushState.OPEN:
        raise Refused(f"“{current.name}” is {current.state}: only an open push reminds.")
    return current
