"""Assignments to a push: choose users, assign, unassign, list (P3, P6, P8, P11, P12)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import DropReason, Kind
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.users import User, UserFilter
from studio_tui.domain.pushes.push import (
    Assignment,
    AssignmentFilter,
    PushFacts,
    PushState,
    SkippedPerson,
)
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.clock import start_of_day
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Conflict, NothingToDo, Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.people.users import listed
from studio_tui.services.pushes.pushes import locked_push, push_facts, release_time
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.system.listing import StoredSource
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.outbox import enqueue
from studio_tui.storage.outbox.enqueue import Cause
from studio_tui.storage.people import users as people
from studio_tui.storage.people.users import People
from studio_tui.storage.pushes import assignments
from studio_tui.storage.pushes import candidates as choosing
from studio_tui.storage.pushes import pushes as stored

_EVERYBODY = AssignmentFilter()
LISTED = 1_000
"""Maximum number of people listed by name in a preview."""


@dataclass(frozen=True, slots=True)
class AssignPreview:
    """What assigning would do, computed before anything is sent (P14)."""

    adding: int
    already: int
    """Number of chosen users who are assigned already and stay as they are (P12)."""
    left: int
    """Number of chosen users who have left and are not assigned."""
    without_manager: tuple[User, ...]
    """Users to add who have no manager (U4), at most `LISTED` of them."""
    more_without_manager: bool
    """Whether there are further users without a manager."""
    users_told: int
    """Number of added users who would get mail. Users told of this push before get none (N2)."""
    managers: int
    """Number of managers who would be notified, with one mail each (P7)."""
    leaves_at: datetime

    @property
    def without_manager_in_words(self) -> str:
        """The number in words: ``1 user``, ``1,000 users``, ``more than 1,000 users``."""
        more = "more than " if self.more_without_manager else ""
        count = len(self.without_manager)
        return f"{more}{count:,} {'user' if count == 1 else 'users'}"


@dataclass(frozen=True, slots=True)
class AssignResult:
    """The result of assigning."""

    push: PushFacts
    activity_id: int
    """Id of the act, to be taken back by `services.outbox.undo`."""
    added: int
    users_told: int
    managers_told: int
    leaves_at: datetime
    """When the mails are released. Until then the act can be undone."""


def candidates(
    studio: Studio, actor: Actor, filter_: UserFilter, sort: Sort
) -> StoredSource[User, UserFilter]:
    """Return the users to choose from."""
    require(actor, Action.ASSIGN)
    return listed(studio, filter_, sort)


def users_named(studio: Studio, actor: Actor, names: Sequence[str]) -> Selection[UserFilter]:
    """Return a selection of these logins or addresses; raises `NotFound` with all unknown ones."""
    require(actor, Action.ASSIGN)
    with studio.store.reading():
        return Selection.of(naming.user_ids_named(names))


def of_push(push: PushFacts) -> UserFilter:
    """Return a filter for the users of an earlier push, to add them to a selection (P3)."""
    return UserFilter(push_id=push.id, include_left=True)


def preview(
    studio: Studio, actor: Actor, push: PushFacts, selection: Selection[UserFilter]
) -> AssignPreview:
    """Return what assigning ``selection`` would do, without writing anything."""
    require(actor, Action.ASSIGN)
    with studio.store.reading():
        current = _assignable(push_facts(studio, push.id))
        adding = choosing.to_add(push.id, selection)
        alone = people.without_manager(adding, limit=LISTED + 1)
        return AssignPreview(
            adding=people.count_users(adding),
            already=people.count_users(choosing.already_in(push.id, selection)),
            left=people.count_users(choosing.left(push.id, selection)),
            without_manager=tuple(people.users_by_id(alone[:LISTED])),
            more_without_manager=len(alone) > LISTED,
            users_told=people.count_users(choosing.never_notified(push.id, adding)),
            managers=enqueue.count_managers_to_notify(
                push.id, Kind.ASSIGNED, people.users_of(adding)
            ),
            leaves_at=release_time(studio, current.available_from),
        )


def skipped(
    studio: Studio, actor: Actor, push: PushFacts, selection: Selection[UserFilter]
) -> list[SkippedPerson]:
    """Return the users in ``selection`` who would not be assigned, and why, by name (P14)."""
    require(actor, Action.ASSIGN)
    with studio.store.reading():
        reasons = (
            ("is in it already", choosing.already_in(push.id, selection)),
            ("has left", choosing.left(push.id, selection)),
        )
        return [
            SkippedPerson(login, name, why)
            for why, users in reasons
            for login, name in people.names_of(users)
        ]


def assign(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    selection: Selection[UserFilter],
    *,
    expected: int | None = None,
    progress: Progress = ignore_progress,
) -> AssignResult:
    """Assign the selected users, and notify them and all their managers (P6).

    Users who are assigned already are skipped. Raises `Refused` for a closed push, `NothingToDo` if
    no user would be added, and `Conflict` if their number differs from ``expected``.
    """
    require(actor, Action.ASSIGN)
    with studio.store.writing():
        current = _assignable(locked_push(studio, push.id))
        done = assign_to(studio, actor, current, people.chosen(selection), progress=progress)
        if not done.added:
            raise NothingToDo(
                f"Nobody to assign: everyone chosen is in “{current.name}” already, or has left."
            )
        if expected is not None and done.added != expected:
            would = f"they would be {done.added:,}, and {expected:,} were expected"
            raise Conflict(f"Nobody was assigned: {would}.")
        return done


def assign_to(
    studio: Studio,
    actor: Actor | None,
    push: PushFacts,
    users: People,
    *,
    verb: Verb = Verb.ASSIGN,
    after: Mapping[str, str | int] | None = None,
    progress: Progress = ignore_progress,
) -> AssignResult:
    """Assign those of ``users`` who are active and not in ``push`` yet; the result may be empty.

    Call this inside an open unit of work that has locked the push. ``actor`` is None if the
    schedule acts; its mails leave at the send time of the day at the earliest (P7). ``verb`` and
    ``after`` go into the line of activity.
    """
    progress(0.0)
    now, leaves = studio.now(), release_time(studio, push.available_from)
    if actor is None:
        send_time = studio.settings.notifications.send_time
        leaves = max(leaves, start_of_day(studio.today(), studio.zone, send_time))
    line = write_activity(actor, now, verb, push.name, push_id=push.id, after=after)
    added = assignments.assign(push.id, users, line)
    progress(0.1)
    assigned = assignments.assigned_in(line)
    about_users(line, assigned)
    progress(0.2)
    cause = Cause(line, push.id, now, leaves)
    users_told = enqueue.notify_users(cause, Kind.ASSIGNED, assigned, "1")
    progress(0.5)
    managers_told = enqueue.notify_managers_once(cause, Kind.ASSIGNED, assigned, str(line))
    return AssignResult(push_facts(studio, push.id), line, added, users_told, managers_told, leaves)


def unassign(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    selection: Selection[AssignmentFilter],
    *,
    progress: Progress = ignore_progress,
) -> int:
    """Remove users from a push (P11).

    Written texts stay; unsent mail is dropped. Assigning the users again reverses it. Returns the
    number of removed users; raises `NothingToDo` if it is zero.
    """
    require(actor, Action.ASSIGN)
    with studio.store.writing():
        current = _assignable(locked_push(studio, push.id))
        progress(0.0)
        taken_out = assignments.chosen(push.id, selection, studio.today())
        count = assignments.count_assignments(taken_out)
        if not count:
            raise NothingToDo("Nobody to unassign: nobody is chosen.")
        now = studio.now()
        line = write_activity(actor, now, Verb.UNASSIGN, current.name, push_id=push.id)
        about_users(line, assignments.users_of(taken_out))
        assignments.unassign(taken_out, now)
        progress(0.5)
        enqueue.drop_unsent_about_unassigned(push.id, DropReason.UNASSIGNED)
        return count


def unassign_users(studio: Studio, actor: Actor, push: PushFacts, names: Sequence[str]) -> int:
    """Remove the users with these logins or addresses from a push (P11); return how many.

    Raises `NothingToDo` if none of them is in the push, and `NotFound` if only some are.
    """
    require(actor, Action.ASSIGN)
    with studio.store.reading():
        user_ids = naming.user_ids_named(names)
        if not any(assignments.assignment_id_of(push.id, user_id) for user_id in user_ids):
            raise NothingToDo(f"Nobody to unassign: none of them is in “{push.name}”.")
        found = naming.assignment_ids_named(push.id, push.name, names)
    return unassign(studio, actor, push, Selection.of(found))


def source(
    studio: Studio, actor: Actor, push: PushFacts, filter_: AssignmentFilter, sort: Sort
) -> StoredSource[Assignment, AssignmentFilter]:
    """Return the assignments of a push, with the status of each conversation (P8)."""
    require(actor, Action.READ_PUSHES)
    today = studio.today()
    return StoredSource(
        store=studio.store,
        listed=lambda: assignments.assignment_listing(push.id, filter_, sort, today),
        read=lambda ids: assignments.assignments_by_id(ids, today),
        match=lambda other, ids: assignments.matching_assignments(push.id, other, ids, today),
        count_of=lambda chosen: assignments.count_selected(push.id, chosen, today),
    )


def source_everywhere(
    studio: Studio, actor: Actor, filter_: AssignmentFilter, sort: Sort
) -> StoredSource[Assignment, AssignmentFilter]:
    """Return the assignments of all open pushes; a user has one row per push (S2)."""
    require(actor, Action.READ_PUSHES)
    today = studio.today()

    def open_() -> list[int]:
        return [push.id for push in stored.open_pushes(today)]

    return StoredSource(
        store=studio.store,
        listed=lambda: assignments.assignment_listing(open_(), filter_, sort, today),
        read=lambda ids: assignments.assignments_by_id(ids, today),
        match=lambda other, ids: assignments.matching_assignments(open_(), other, ids, today),
        count_of=lambda chosen: assignments.count_selected(open_(), chosen, today),
    )


def every(
    studio: Studio, actor: Actor, push: PushFacts, filter_: AssignmentFilter = _EVERYBODY
) -> list[Assignment]:
    """Return all assignments of a push that match a filter, by name, for an export."""
    everyone = source(studio, actor, push, filter_, Sort("name"))
    return list(everyone.rows(0, everyone.count()))


def count(
    studio: Studio, actor: Actor, push: PushFacts, selection: Selection[AssignmentFilter]
) -> int:
    """Return the number of assignments in ``selection``."""
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        return assignments.count_selected(push.id, selection, studio.today())


def chosen(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    selection: Selection[AssignmentFilter],
    most: int,
) -> list[Assignment]:
    """Return the assignments in ``selection`` by name, at most ``most`` of them."""
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        today = studio.today()
        ids = assignments.ids_of(assignments.chosen(push.id, selection, today), most)
        return assignments.assignments_by_id(ids, today)


def _assignable(push: PushFacts) -> PushFacts:
    if push.state is PushState.CLOSED:
        raise Refused(f"“{push.name}” is closed: reopen it first.")
    return push
