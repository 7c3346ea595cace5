"""Choice of the manager who is to hold a conversation (P10)."""

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.conversations.conversation import NOT_BEGUN, NOT_OVER, Ask, Conversation
from studio_tui.domain.outbox.kinds import DropReason, Kind
from studio_tui.domain.people.access import Action, Actor, may, require
from studio_tui.domain.people.users import Manager
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.services.conversations import inviting
from studio_tui.services.conversations.current import (
    record_about,
    require_state,
)
from studio_tui.services.conversations.opening import (
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


def hand_over(studio: Studio, actor: Actor, ask: Ask, conductor: str) -> Assignment:
    """Name the manager who is to hold a conversation of a push; ``conductor`` is their login.

    The new conductor and the user are notified. If the conversation is planned, new invitations
    notify them instead. An admin may name the conductor of any conversation; a manager may hand
    over their own, or take one over.
    """
    with studio.own_store.writing():
        opened = open_subject(studio, ask)
        if not may(actor, Action.FINISH_ANY):
            opened.require_managed_by(actor)
        if opened.conversation is not None:
            require_state(opened.conversation, *NOT_OVER)
        if opened.conversation is None or opened.conversation.state in NOT_BEGUN:
            require_usable(opened)
        chosen = manager_named(actor, opened.user, conductor)
        assignment_id = _assignment_id(opened)
        if _is_to_hold(opened, chosen.user_id):
            raise NothingToDo(
                f"{chosen.name} is to hold the conversation with {opened.user.name} already."
            )
        holder = opened.conversation.conductor_login if opened.conversation else None
        told = {"conductor": holder, "named": _login(opened.named_id)}
        before = {name: login for name, login in told.items() if login} or None
        assignments.name_conductor(assignment_id, chosen.user_id)
        assignments.set_not_mine(assignment_id, chosen.user_id, None)
        line = _record(studio, actor, Verb.HAND_OVER, opened, conductor=chosen.login, before=before)
        noticed = invited = False
        if opened.conversation is not None and opened.conversation.conductor_id != chosen.user_id:
            noticed, invited = _take_over(studio, line, opened.conversation, chosen.user_id)
        if not invited:
            _tell(studio, opened, chosen.user_id, line, noticed=noticed)
        return assignments.assignments_by_id([assignment_id], studio.today())[0]


def not_mine(studio: Studio, actor: Actor, ask: Ask) -> None:
    """Record that ``actor`` is not to hold a conversation of a push: it no longer waits for them.

    Raises `Refused` if no other manager is left, if ``actor`` is the conductor already, or if the
    conversation was handed over to them.
    """
    with studio.own_store.writing():
        opened = _own(studio, actor, ask)
        if opened.conversation is not None and opened.conversation.conductor_id == actor.user_id:
            raise Refused("You planned it: cancel it, or hand it over.")
        if opened.named_id == actor.user_id:
            raise Refused("It was handed to you: hand it over to somebody else.")
        assignment_id = _assignment_id(opened)
        said = set(assignments.who_said_not_mine(assignment_id))
        if actor.user_id in said:
            raise NothingToDo(f"{_about(opened)} does not ask you already.")
        others = {manager.user_id for manager in opened.user.managers} - {actor.user_id}
        if not others - said:
            raise Refused(
                f"Nobody else is left who leads or coaches {opened.user.name}: ask HR to name "
                "somebody."
            )
        assignments.set_not_mine(assignment_id, actor.user_id, studio.now())
        _record(studio, actor, Verb.NOT_MINE, opened)


def mine_again(studio: Studio, actor: Actor, ask: Ask) -> None:
    """Undo `not_mine`."""
    with studio.own_store.writing():
        opened = _own(studio, actor, ask)
        assignment_id = _assignment_id(opened)
        if actor.user_id not in assignments.who_said_not_mine(assignment_id):
            raise NothingToDo(f"{_about(opened)} asks you already.")
        assignments.set_not_mine(assignment_id, actor.user_id, None)
        _record(studio, actor, Verb.MINE_AGAIN, opened)


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


def _own(studio: Studio, actor: Actor, ask: Ask) -> ConversationSubject:
    opened = open_subject(studio, ask)
    opened.require_managed_by(actor)
    return opened


def _about(opened: ConversationSubject) -> str:
    return f"The conversation with {opened.user.name}"


def _is_to_hold(opened: ConversationSubject, user_id: int) -> bool:
    """Return whether the user is named to hold the conversation, and no other user holds it."""
    held = opened.conversation
    return opened.named_id == user_id and (held is None or held.conductor_id == user_id)


def _assignment_id(opened: ConversationSubject) -> int:
    if opened.assignment_id is None:
        raise Refused("No push asks for this conversation.")
    return opened.assignment_id


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


def _tell(
    studio: Studio, opened: ConversationSubject, conductor_id: int, line: int, *, noticed: bool
) -> None:
    """Notify the new conductor, and the user unless they get a notice of the take-over."""
    if opened.push is None:
        return
    push_id, user = opened.push.id, one_user(opened.user.id)
    enqueue.drop_superseded(push_id, Kind.HANDED_OVER, user, DropReason.SUPERSEDED)
    # A conversation under way changes hands at once, so its mail does not wait for the hold.
    cause_of_act = cause_of if opened.conversation is None else cause_at_once
    cause = cause_of_act(studio, line, push_id)
    if not noticed:
        enqueue.tell_users(cause, Kind.HANDED_OVER, user, str(line))
    enqueue.tell_one_manager(cause, Kind.HANDED_OVER, user, conductor_id, str(line))


def _record(
    studio: Studio,
    actor: Actor,
    verb: Verb,
    opened: ConversationSubject,
    *,
    conductor: str | None = None,
    before: Facts | None = None,
) -> int:
    push_id = opened.push.id if opened.push else None
    return record_about(
        studio,
        actor,
        verb,
        opened.user.id,
        opened.user.login,
        push_id,
        before=before,
        after={"conductor": conductor} if conductor else None,
    )
