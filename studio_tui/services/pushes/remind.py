"""Reminding those who have still to talk, by hand and by schedule (P15).

Never anybody who is done, is excused or has left, and not twice within
``notifications.remind_again`` unless asked.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.push import (
    Assignment,
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
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.outbox import enqueue
from studio_tui.storage.outbox.enqueue import Cause
from studio_tui.storage.people.users import People
from studio_tui.storage.pushes import assignments, pushes, reminders
from studio_tui.storage.pushes.act_snapshot import fixed_users
from studio_tui.storage.pushes.assignments import Assignments
from studio_tui.storage.pushes.pushes import StoredPush

"""What the activity calls it."""
_SHOWN = 1_000
"""At most so many people are listed by name in a preview."""
_FEW = 20
"""Whom so many manage is looked up; of more, who manages each is."""
EVERYBODY: Selection[AssignmentFilter] = Selection.matching(AssignmentFilter())


@dataclass(frozen=True, slots=True)
class RemindPreview:
    """What reminding would do, before anything is sent (P14)."""

    reminding: int
    done: int
    """How many of those chosen are done; they are not reminded."""
    left: int
    """How many of those chosen have left; they are not reminded."""
    recently: tuple[Assignment, ...]
    """Those who were reminded a short while ago, the first thousand; they are skipped unless
    asked."""
    recently_count: int
    excused: int = 0
    """How many of those chosen are excused; they are not reminded (P18)."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """What reminding did."""

    activity_id: int
    """The act, as `services.outbox.undo` takes it back."""
    users_told: int
    managers_told: int
    leaves_at: datetime


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
        chosen = _chosen(studio, push, selection)
        ids = assignments.ids_of(chosen.recently, _SHOWN)
        return RemindPreview(
            reminding=assignments.count_assignments(chosen.to_remind(again=again)),
            done=assignments.count_assignments(chosen.done),
            left=assignments.count_assignments(chosen.left),
            recently=tuple(assignments.assignments_by_id(ids, studio.today())),
            recently_count=assignments.count_assignments(chosen.recently),
            excused=assignments.count_assignments(chosen.excused),
        )


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
        chosen = _chosen(studio, push, selection)
        reasons = [
            ("has held it", chosen.done),
            ("has left", chosen.left),
            ("is excused", chosen.excused),
        ]
        if not again:
            reasons.append(("was reminded a short while ago", chosen.recently))
        return [
            Skipped(login, name, why)
            for why, those in reasons
            for login, name in assignments.names_of(those)
        ]


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
        those = _chosen(studio, push, selection).to_remind(again=again)
        users, count = fixed_users(assignments.users_of(those))
        if not count:
            raise NothingToDo(
                "Nobody to remind: everyone chosen is done, is excused, has left or was reminded "
                "a short while ago."
            )
        leaves = studio.now() + studio.settings.notifications.hold_time
        return _remind(studio, actor, current, users, None, leaves, progress)


@dataclass(frozen=True, slots=True)
class ManagersPreview:
    """What reminding managers alone would do (P14)."""

    reminding: int
    recently: int
    """How many of those chosen were reminded a short while ago; they are skipped unless asked."""
    nothing: int
    """How many of those chosen are asked for nothing more; they are not reminded."""


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
        users = _still_asked(studio, push, managers, selection)
        since = _since(studio)
        asked = enqueue.count_managers_asked(push.id, users, reminders.these_managers(managers))
        recent = enqueue.count_managers_asked(
            push.id, users, reminders.managers_reminded(managers, push.id, since)
        )
    return ManagersPreview(
        reminding=asked if again else asked - recent,
        recently=recent,
        nothing=len(set(managers)) - asked,
    )


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
        now = studio.now()
        leaves = now + studio.settings.notifications.hold_time
        line = write_activity(actor, now, Verb.REMIND, current.name, push_id=current.id)
        cause = Cause(line, current.id, now, leaves)
        users, _ = fixed_users(_still_asked(studio, current, managers, selection))
        only = reminders.these_managers(managers)
        if not again:
            only = reminders.managers_not_reminded(managers, current.id, _since(studio))
        progress(0.2)
        told = enqueue.tell_managers_asked(cause, Kind.REMINDER, users, str(line), only)
        if not told:
            raise NothingToDo(
                "Nobody to remind: every manager chosen has nobody left to talk to, or was "
                "reminded a short while ago."
            )
        about_users(line, enqueue.people_told_of(line))
        return Reminded(line, 0, told, leaves)


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
        return _remind(studio, None, push, users, round_.name, studio.now()).users_told


def _of_round(studio: Studio, round_: _Round) -> Assignments:
    return reminders.of_round(
        round_.push_id, round_.name, round_.deadline, studio.today(), _since(studio)
    )


def _remind(
    studio: Studio,
    actor: Actor | None,
    push: PushFacts,
    users: People,
    round_: str | None,
    leaves_at: datetime,
    progress: Progress = unwatched,
) -> Reminded:
    """Remind ``users``, who are fixed: what is written changes who would be found."""
    now = studio.now()
    after = {"round": round_} if round_ else None
    line = write_activity(actor, now, Verb.REMIND, push.name, push_id=push.id, after=after)
    progress(0.1)
    about_users(line, users)
    cause, number = Cause(line, push.id, now, leaves_at), round_ or str(line)
    progress(0.2)
    users_told = enqueue.tell_users(cause, Kind.REMINDER, users, number)
    progress(0.5)
    return Reminded(
        activity_id=line,
        users_told=users_told,
        managers_told=enqueue.tell_managers_asked(cause, Kind.REMINDER, users, number),
        leaves_at=leaves_at,
    )


def _open_to_change(studio: Studio, push: PushFacts) -> PushFacts:
    current = push_to_change(studio, push.id)
    if current.state is not PushState.OPEN:
        raise Refused(f"“{current.name}” is {current.state}: only an open push reminds.")
    return current


def _still_asked(
    studio: Studio,
    push: PushFacts,
    managers: Collection[int],
    selection: Selection[AssignmentFilter],
) -> People:
    """Who has still to talk; of few managers, their people alone."""
    asked = _chosen(studio, push, selection)
    if len(managers) > _FEW:
        return assignments.users_of(asked.waiting)
    return assignments.users_of(asked.waiting_of(managers))


def _chosen(
    studio: Studio, push: PushFacts, selection: Selection[AssignmentFilter]
) -> reminders.ChosenToRemind:
    return reminders.ChosenToRemind(push.id, selection, studio.today(), _since(studio))


def _since(studio: Studio) -> datetime:
    """Who was reminded after this instant was so a short while ago."""
    return studio.now() - studio.settings.notifications.remind_again_after
