"""Choice of the manager who is to hold a conversation (P10)."""

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.conversations.conversation import (
    NOT_BEGUN,
    NOT_OVER,
    Conversation,
    ConversationRequest,
)
from studio_tui.domain.outbox.kinds import DropReason, Kind
from studio_tui.domain.people.access import Action, Actor, may, require
from studio_tui.domain.people.users import Manager
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.services.conversations import inviting
from studio_tui.services.conversations.state import (
    record_about,
    require_state,
)
from studio_tui.services.conversations.subject import (
    ConversationSubject,
    manager_named,
    open_subject,
    require_usable,
)
from studio_tui.services.conversations.taking_over import begin_term
from studio_tui.services.pushes.pushes import cause_at_once, cause_of
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import Facts
from studio_tui.storage.outbox import enqueue
from studio_tui.storage.people import users
from studio_tui.storage.people.users import one_user
from studio_tui.storage.pushes import assignments


def hand_over(studio: Studio, actor: Actor, ask: ConversationRequest, conductor: str) -> Assignment:
    """Name the manager who is to hold a conversation of a push; ``conductor`` is their login.

    The new conductor and the user are notified. If the conversation is planned, new invitations
    notify them instead. An admin may name the conductor of any conversation; a manager may hand
    over their own, or take one over.
    """
    with studio.own_store.writing():
        subject = open_subject(studio, ask)
        if not may(actor, Action.FINISH_ANY):
            subject.require_managed_by(actor)
        if subject.conversation is not None:
            require_state(subject.conversation, *NOT_OVER)
        if subject.conversation is None or subject.conversation.state in NOT_BEGUN:
            require_usable(subject)
        chosen = manager_named(actor, subject.user, conductor)
        assignment_id = _assignment_id(subject)
        if _is_to_hold(subject, chosen.user_id):
            raise NothingToDo(
                f"{chosen.name} is to hold the conversation with {subject.user.name} already."
            )
        holder = subject.conversation.conductor_login if subject.conversation else None
        previous = {"conductor": holder, "named": _login(subject.named_id)}
        before = {name: login for name, login in previous.items() if login} or None
        assignments.name_conductor(assignment_id, chosen.user_id)
        assignments.set_not_mine(assignment_id, chosen.user_id, None)
        line = _record(
            studio, actor, Verb.HAND_OVER, subject, conductor=chosen.login, before=before
        )
        noticed = invited = False
        if subject.conversation is not None and subject.conversation.conductor_id != chosen.user_id:
            noticed, invited = _take_over(studio, line, subject.conversation, chosen.user_id)
        if not invited:
            _notify(studio, subject, chosen.user_id, line, noticed=noticed)
        return assignments.assignments_by_id([assignment_id], studio.today())[0]


def not_mine(studio: Studio, actor: Actor, ask: ConversationRequest) -> None:
    """Record that ``actor`` is not to hold a conversation of a push: it no longer waits for them.

    Raises `Refused` if no other manager is left, if ``actor`` is the conductor already, or if the
    conversation was handed over to them.
    """
    with studio.own_store.writing():
        subject = _managed_subject(studio, actor, ask)
        if subject.conversation is not None and subject.conversation.conductor_id == actor.user_id:
            raise Refused("You planned it: cancel it, or hand it over.")
        if subject.named_id == actor.user_id:
            raise Refused("It was handed to you: hand it over to somebody else.")
        assignment_id = _assignment_id(subject)
        said = set(assignments.who_said_not_mine(assignment_id))
        if actor.user_id in said:
            raise NothingToDo(f"{_about(subject)} does not ask you already.")
        others = {manager.user_id for manager in subject.user.managers} - {actor.user_id}
        if not others - said:
            raise Refused(
                f"Nobody else is left who leads or coaches {subject.user.name}: ask HR to name "
                "somebody."
            )
        assignments.set_not_mine(assignment_id, actor.user_id, studio.now())
        _record(studio, actor, Verb.NOT_MINE, subject)


def mine_again(studio: Studio, actor: Actor, ask: ConversationRequest) -> None:
    """Undo `not_mine`."""
    with studio.own_store.writing():
        subject = _managed_subject(studio, actor, ask)
        assignment_id = _assignment_id(subject)
        if actor.user_id not in assignments.who_said_not_mine(assignment_id):
            raise NothingToDo(f"{_about(subject)} asks you already.")
        assignments.set_not_mine(assignment_id, actor.user_id, None)
        _record(studio, actor, Verb.MINE_AGAIN, subject)


def conductors(studio: Studio, actor: Actor, user_id: int) -> tuple[Manager, ...]:
    """Return the managers of a user, who could hold a conversation with them (U4).

    Allowed to the user, to their managers, and to an actor who may see users; raises `Forbidden`
    for others.
    """
    with studio.own_store.reading():
        found = users.users_by_id([user_id])
    managers = found[0].managers if found else ()
    around = {user_id, *(manager.user_id for manager in managers)}
    if actor.user_id not in around:
        require(actor, Action.READ_USERS)
    return managers


def _managed_subject(studio: Studio, actor: Actor, ask: ConversationRequest) -> ConversationSubject:
    subject = open_subject(studio, ask)
    subject.require_managed_by(actor)
    return subject


def _about(subject: ConversationSubject) -> str:
    return f"The conversation with {subject.user.name}"


def _is_to_hold(subject: ConversationSubject, user_id: int) -> bool:
    """Return whether the user is named to hold the conversation, and no other user holds it."""
    held = subject.conversation
    return subject.named_id == user_id and (held is None or held.conductor_id == user_id)


def _assignment_id(subject: ConversationSubject) -> int:
    if subject.assignment_id is None:
        raise Refused("No push asks for this conversation.")
    return subject.assignment_id


def _login(user_id: int | None) -> str | None:
    return users.users_by_id([user_id])[0].login if user_id is not None else None


def _take_over(
    studio: Studio, line: int, before: Conversation, conductor_id: int
) -> tuple[bool, bool]:
    """Return whether notices of the take-over are sent, and whether both are invited anew."""
    noticed = begin_term(studio, line, before, conductor_id)
    planned = before.state in NOT_BEGUN and before.planned_for is not None
    if planned:
        inviting.invite(studio, line, before)
    return noticed, planned


def _notify(
    studio: Studio, subject: ConversationSubject, conductor_id: int, line: int, *, noticed: bool
) -> None:
    """Notify the new conductor, and the user unless they get a notice of the take-over."""
    if subject.push is None:
        return
    push_id, user = subject.push.id, one_user(subject.user.id)
    enqueue.drop_superseded(push_id, Kind.HANDED_OVER, user, DropReason.SUPERSEDED)
    # A conversation under way changes hands at once, so its mail does not wait for the hold.
    cause_of_act = cause_of if subject.conversation is None else cause_at_once
    cause = cause_of_act(studio, line, push_id)
    if not noticed:
        enqueue.notify_users(cause, Kind.HANDED_OVER, user, str(line))
    enqueue.notify_one_manager(cause, Kind.HANDED_OVER, user, conductor_id, str(line))


def _record(
    studio: Studio,
    actor: Actor,
    verb: Verb,
    subject: ConversationSubject,
    *,
    conductor: str | None = None,
    before: Facts | None = None,
) -> int:
    push_id = subject.push.id if subject.push else None
    return record_about(
        studio,
        actor,
        verb,
        subject.user.id,
        subject.user.login,
        push_id,
        before=before,
        after={"conductor": conductor} if conductor else None,
    )
