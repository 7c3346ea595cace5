"""Planning, moving and cancelling of conversations (C2, C3, C5)."""

from datetime import date

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.conversations.conversation import (
    NOT_BEGUN,
    NOT_OVER,
    Conversation,
    ConversationRequest,
    ConversationState,
    Plan,
    check_plan,
)
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.pushes.push import PushState, Status
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Conflict, NothingToDo, Refused
from studio_tui.domain.templates.template import Definition, Permissions
from studio_tui.services.conversations import inviting
from studio_tui.services.conversations.state import (
    conversation_now,
    conversation_to_change,
    record,
    require_conductor,
    require_state,
    status_of,
)
from studio_tui.services.conversations.subject import (
    ConversationSubject,
    begin_new,
    conductor_of,
    open_subject,
    require_usable,
)
from studio_tui.services.conversations.taking_over import change_conductor
from studio_tui.services.pushes.pushes import push_facts
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import definitions
from studio_tui.storage.conversations import conversations
from studio_tui.storage.people import users
from studio_tui.storage.pushes import assignments
from studio_tui.storage.templates import templates


@dataclass(frozen=True, slots=True)
class UsableSource:
    """A push or a template by which a conversation with a user can be started (C2)."""

    ask: ConversationRequest
    name: str
    """The name of the push or of the template."""
    template: Definition
    deadline: date | None = None


def usable(studio: Studio, actor: Actor, user_id: int) -> list[UsableSource]:
    """Return what ``actor`` can start a conversation with a user by: pushes first, then templates.

    Empty if ``actor`` is neither the user nor one of their managers.
    """
    with studio.own_store.reading():
        user = users.users_by_id([user_id])[0]
        manages = actor.user_id in {manager.user_id for manager in user.managers}
        found = _asked_by_pushes(studio, user_id) if manages else []
        for stored in templates.templates():
            definition = definitions.load(stored.definition)
            allowed = definition.permissions
            if not stored.archived and _may_start(
                allowed, manages=manages, own=actor.user_id == user_id
            ):
                ask = ConversationRequest(user_id, template_id=stored.id)
                found.append(UsableSource(ask, definition.name, definition))
        return found


def plan(
    studio: Studio,
    actor: Actor,
    ask: ConversationRequest,
    wanted: Plan,
    *,
    conductor: str | None = None,
) -> Conversation:
    """Plan a conversation, or move the existing one; both sides get an invitation (C5).

    ``conductor`` is the login of a manager of the user. It can be given by an admin, and by the
    user if the template lets users start. Raises `Invalid` if the input is invalid, `Refused` if
    the push or the template does not allow it or another manager holds the conversation, and
    `NothingToDo` if the plan is unchanged.
    """
    check_plan(wanted, studio.now())
    with studio.own_store.writing():
        subject = open_subject(studio, ask)
        conductor_id = conductor_of(actor, subject, conductor)
        if subject.conversation is not None:
            require_state(subject.conversation, *NOT_BEGUN)
        require_usable(subject)
        _require_planning(subject)
        if subject.conversation is not None:
            require_conductor(actor, subject.conversation)
            return _moved(studio, actor, subject.conversation, wanted, conductor_id)
        conversation_id = begin_new(subject, conductor_id)
        _write(conversation_id, wanted)
        planned = conversation_now(conversation_id)
        line = record(studio, actor, Verb.PLAN, planned, after=_facts(planned))
        return inviting.invite(studio, line, planned)


def move(studio: Studio, actor: Actor, conversation: Conversation, wanted: Plan) -> Conversation:
    """Plan ``conversation``, as it was read, for another time or place, and send invitations (C5).

    Raises `Invalid`, `Conflict` if it was changed since it was read (A4), `NothingToDo` if the plan
    is unchanged, or `Refused`.
    """
    check_plan(wanted, studio.now())
    with studio.own_store.writing():
        current = conversation_to_change(conversation.id)
        require_conductor(actor, current)
        require_state(current, *NOT_BEGUN)
        if current.version != conversation.version:
            raise Conflict(_changed(studio, current))
        return _moved(studio, actor, current, wanted, current.conductor_id)


def cancel(studio: Studio, actor: Actor, conversation_id: int) -> Conversation:
    """Cancel a conversation (C3). Its texts are kept, invitations are withdrawn (C5).

    Leaders and coaches cancel what they hold, an admin any conversation. Raises `Forbidden`,
    `Refused`, or `NothingToDo` if it is already cancelled.
    """
    with studio.own_store.writing():
        current = conversation_to_change(conversation_id)
        require_conductor(actor, current)
        if current.state is ConversationState.CANCELLED:
            raise NothingToDo(f"The conversation with {current.name} is cancelled already.")
        require_state(current, *NOT_OVER)
        return cancel_now(studio, actor, current)


def cancel_now(studio: Studio, actor: Actor | None, current: Conversation) -> Conversation:
    """Cancel a conversation that is not over, in an open unit of work.

    Without an actor, the program itself acts.
    """
    conversations.change_conversation(current.id, cancelled_at=studio.now())
    before = {"status": status_of(current), **_facts(current)}
    line = record(studio, actor, Verb.CANCEL, current, before=before)
    inviting.withdraw(studio, line, current.id)
    return conversation_now(current.id)


def _asked_by_pushes(studio: Studio, user_id: int) -> list[UsableSource]:
    found = []
    for _, assignment in assignments.pushes_of(user_id, studio.today()):
        push = push_facts(studio, assignment.push_id)
        if push.state is PushState.OPEN and assignment.status is not Status.DONE:
            ask = ConversationRequest(user_id, push.id)
            found.append(UsableSource(ask, push.name, push.template, push.deadline))
    return found


def _may_start(allowed: Permissions, *, manages: bool, own: bool) -> bool:
    return (manages and allowed.by_managers) or (own and allowed.by_users)


def _require_planning(subject: ConversationSubject) -> None:
    if not subject.template.planning:
        raise Refused(
            f"“{subject.template.name}” starts at the talk: there is nothing to plan or prepare."
        )


def _moved(
    studio: Studio, actor: Actor, current: Conversation, wanted: Plan, conductor_id: int
) -> Conversation:
    if conductor_id != current.conductor_id and not may(actor, Action.FINISH_ANY):
        raise Refused(f"{current.conductor} holds it: hand it over first.")
    change_conductor(studio, actor, current, conductor_id)
    _write(current.id, wanted, former_place=current.place)
    moved = conversation_now(current.id)
    before, after = _facts(current), _facts(moved)
    if before == after and current.place == moved.place:
        at = f"{wanted.planned_for.astimezone(studio.zone):%Y-%m-%d %H:%M} ({studio.zone.key})"
        raise NothingToDo(f"The conversation with {current.name} is planned for {at} already.")
    line = record(studio, actor, Verb.MOVE, moved, before=before, after=after)
    return inviting.invite(studio, line, moved)


def _write(conversation_id: int, wanted: Plan, *, former_place: str | None = None) -> None:
    conversations.change_conversation(
        conversation_id,
        planned_for=wanted.planned_for,
        minutes=wanted.minutes,
        place=wanted.place,
        former_place=former_place,
    )


def _facts(conversation: Conversation) -> dict[str, object]:
    """Return the facts of a plan for the activity. The place is omitted because it is free text."""
    planned = conversation.planned_for
    return {
        "planned_for": planned.isoformat() if planned else None,
        "minutes": conversation.minutes,
        "conductor": conversation.conductor_login,
    }


def _changed(studio: Studio, current: Conversation) -> str:
    planned = current.planned_for
    at = f"{planned.astimezone(studio.zone):%Y-%m-%d %H:%M}" if planned else "no day yet"
    return (
        f"Somebody else changed this conversation in the meantime: it is now planned for {at} "
        f"({studio.zone.key}), {current.minutes} minutes, with {current.conductor}. Look at it "
        "again before you move it."
    )
