"""Conversations, as far as follow-up needs them: how far each is, and who holds it (C1, C2)."""

from dataclasses import dataclass
from datetime import datetime

from studio_tui.domain.access import Action, Actor, may
from studio_tui.domain.errors import Forbidden, Refused
from studio_tui.domain.notifications import DropReason, Kind
from studio_tui.domain.pushes import Assignment, Push, PushState, Status
from studio_tui.domain.text import clean_line
from studio_tui.services import naming
from studio_tui.services.context import Studio
from studio_tui.services.pushes import push_to_change
from studio_tui.storage import assignments, conversations, notifying, people
from studio_tui.storage.activity import about_users, write_activity
from studio_tui.storage.managers import managers_of
from studio_tui.storage.notifying import Cause
from studio_tui.storage.sql import Clause


@dataclass(frozen=True, slots=True)
class Conversation:
    """Which conversation: of whom, in which push."""

    push_id: int
    user_id: int


def find(studio: Studio, push_name: str, login: str) -> Conversation:
    """The conversation of a user in a push, by the name of the push."""
    with studio.store.reading():
        return Conversation(naming.push_id_named(push_name), naming.user_id_named(login))


def finish(
    studio: Studio,
    actor: Actor,
    conversation: Conversation,
    *,
    conductor: str | None = None,
    held_at: datetime | None = None,
) -> Assignment:
    """Record that a conversation was held, by ``conductor`` (a login), now unless said otherwise.

    Leaders and coaches record their own; an admin records anybody's, and names the conductor
    where the user has several managers. Raises `Forbidden` or `Refused`.
    """
    with studio.store.writing():
        assignment, push, conductor_id = _begin(studio, actor, conversation, conductor)
        now = studio.now()
        held = held_at or now
        if held > now:
            raise Refused("A conversation cannot have been held in the future.")
        _keep(assignment, push, conductor=conductor_id, finished_at=held, sealed_at=now)
        _record_conductor(
            studio, actor, "finished conversation", assignment, push, conductor_id, held
        )
        return assignments.assignments_by_id([assignment.id], studio.today())[0]


def plan(
    studio: Studio,
    actor: Actor,
    conversation: Conversation,
    planned_for: datetime,
    *,
    conductor: str | None = None,
) -> Assignment:
    """Record when a conversation is to be held; the rights are those of `finish`."""
    with studio.store.writing():
        assignment, push, conductor_id = _begin(studio, actor, conversation, conductor)
        if planned_for < studio.now():
            raise Refused("A conversation cannot be planned in the past.")
        _keep(assignment, push, conductor=conductor_id, planned_for=planned_for)
        _record_conductor(
            studio, actor, "planned conversation", assignment, push, conductor_id, planned_for
        )
        return assignments.assignments_by_id([assignment.id], studio.today())[0]


def prepare(studio: Studio, actor: Actor, conversation: Conversation) -> Assignment:
    """Record that a planned conversation is prepared, by the user or one of their managers."""
    with studio.store.writing():
        if actor.user_id != conversation.user_id:
            _require_rights(actor, conversation)
        push = push_to_change(studio, conversation.push_id)
        assignment = _open_assignment(studio, push, conversation)
        if assignment.status is not Status.PLANNED:
            raise Refused(f"The conversation with {assignment.name} is not planned yet.")
        _keep(assignment, push, user_prepared_at=studio.now())
        _record(studio, actor, "prepared conversation", assignment, push, {})
        return assignments.assignments_by_id([assignment.id], studio.today())[0]


def start(
    studio: Studio, actor: Actor, conversation: Conversation, *, conductor: str | None = None
) -> Assignment:
    """Record that a conversation has begun; the rights are those of `finish`."""
    with studio.store.writing():
        assignment, push, conductor_id = _begin(studio, actor, conversation, conductor)
        _keep(assignment, push, conductor=conductor_id, started_at=studio.now())
        _record_conductor(
            studio, actor, "began conversation", assignment, push, conductor_id, studio.now()
        )
        return assignments.assignments_by_id([assignment.id], studio.today())[0]


def hand_over(
    studio: Studio, actor: Actor, conversation: Conversation, conductor: str
) -> Assignment:
    """Name who is to hold a conversation (P10), a login among the user's managers; they are told,
    and the user.

    An admin may name anybody's conductor, a manager may hand over what is theirs.
    """
    with studio.store.writing():
        _require_rights(actor, conversation)
        push = push_to_change(studio, conversation.push_id)
        assignment = _open_assignment(studio, push, conversation)
        conductor_id = _manager_named(assignment, conductor)
        assignments.name_conductor(assignment.id, conductor_id)
        if (conversation_id := conversations.conversation_id_of(assignment.id)) is not None:
            conversations.change_conversation(conversation_id, conductor=conductor_id)
        now = studio.now()
        line = _record_conductor(
            studio, actor, "handed over conversation", assignment, push, conductor_id, now
        )
        cause = Cause(line, push.id, now, now + studio.settings.notifications.hold_time)
        user = Clause("SELECT CAST(? AS INTEGER) AS user_id", (assignment.user_id,))
        notifying.drop_superseded(push.id, Kind.HANDED_OVER, user, DropReason.SUPERSEDED)
        notifying.tell_users(cause, Kind.HANDED_OVER, user, str(line))
        notifying.tell_one_manager(cause, Kind.HANDED_OVER, user, conductor_id, str(line))
        return assignments.assignments_by_id([assignment.id], studio.today())[0]


def _keep(assignment: Assignment, push: Push, **values: int | datetime) -> None:
    conversation_id = conversations.conversation_id_of(assignment.id)
    if conversation_id is None:
        conversation_id = conversations.insert_conversation(
            assignment.user_id,
            push.template_id,
            int(values["conductor"]),  # type: ignore[arg-type]
            assignment_id=assignment.id,
        )
    conversations.change_conversation(conversation_id, **values)


def _manager_named(assignment: Assignment, login: str) -> int:
    user_id = naming.user_id_named(login)
    if user_id not in {manager.user_id for manager in assignment.managers}:
        raise Refused(f"{clean_line(login)} neither leads nor coaches {assignment.name}.")
    return user_id


def _require_rights(actor: Actor, conversation: Conversation) -> bool:
    """Whether ``actor`` manages the user; raises `Forbidden` for who neither does nor may any."""
    managers = managers_of([conversation.user_id]).get(conversation.user_id, ())
    is_manager = actor.user_id in {manager.user_id for manager in managers}
    if not is_manager and not may(actor, Action.FINISH_ANY):
        raise Forbidden(f"{actor.login} neither leads nor coaches this user.")
    return is_manager


def _begin(
    studio: Studio, actor: Actor, conversation: Conversation, conductor: str | None
) -> tuple[Assignment, Push, int]:
    is_manager = _require_rights(actor, conversation)
    push = push_to_change(studio, conversation.push_id)
    assignment = _open_assignment(studio, push, conversation)
    return assignment, push, _conductor(actor, assignment, conductor, is_manager=is_manager)


def _open_assignment(studio: Studio, push: Push, conversation: Conversation) -> Assignment:
    assignment_id = assignments.assignment_id_of(push.id, conversation.user_id)
    if assignment_id is None:
        user = people.users_by_id([conversation.user_id])[0]
        raise Refused(f"{user.name} is not assigned to “{push.name}”.")
    assignment = assignments.assignments_by_id([assignment_id], studio.today())[0]
    if assignment.status is Status.DONE:
        raise Refused(
            f"The conversation with {assignment.name} was held already, by {assignment.conductor}."
        )
    if push.state is PushState.CLOSED and assignment.status is not Status.IN_PROGRESS:
        raise Refused(f"“{push.name}” is closed: it can no longer be used.")
    if push.state is PushState.SCHEDULED:
        raise Refused(f"“{push.name}” is available from {push.available_from} on.")
    return assignment


def _conductor(actor: Actor, assignment: Assignment, named: str | None, *, is_manager: bool) -> int:
    if named is not None:
        user_id = _manager_named(assignment, named)
        if user_id != actor.user_id and not may(actor, Action.FINISH_ANY):
            raise Forbidden(f"{actor.login} may not record a conversation in another's name.")
        return user_id
    if is_manager:
        return actor.user_id
    if len(assignment.managers) == 1:
        return assignment.managers[0].user_id
    names = ", ".join(manager.login for manager in assignment.managers)
    if not names:
        raise Refused(f"{assignment.name} has no manager who could hold the conversation.")
    raise Refused(f"{assignment.name} has several managers: say which of them held it: {names}.")


def _record_conductor(
    studio: Studio,
    actor: Actor,
    action: str,
    assignment: Assignment,
    push: Push,
    conductor_id: int,
    at: datetime,
) -> int:
    conductor = people.users_by_id([conductor_id])[0]
    after = {"conductor": conductor.login, "at": at.isoformat()}
    return _record(studio, actor, action, assignment, push, after)


def _record(
    studio: Studio,
    actor: Actor,
    action: str,
    assignment: Assignment,
    push: Push,
    after: dict[str, str],
) -> int:
    line = write_activity(
        actor,
        studio.now(),
        action,
        assignment.login,
        push_id=push.id,
        before={"status": assignment.status},
        after=after,
    )
    about_users(line, Clause("SELECT CAST(? AS INTEGER) AS user_id", (assignment.user_id,)))
    return line
