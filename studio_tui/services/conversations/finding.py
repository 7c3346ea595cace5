"""Finding what a push asks for a user, and the conversation there is of it."""

from dataclasses import dataclass

from studio_tui.domain.access import Action, Actor, may
from studio_tui.domain.conversations import Ask
from studio_tui.domain.errors import Forbidden, Refused
from studio_tui.domain.pushes import Assignment
from studio_tui.services import naming
from studio_tui.services.context import Studio
from studio_tui.services.conversations.current import conversation_now
from studio_tui.services.pushes import push_now
from studio_tui.storage import assignments, conversations, people
from studio_tui.storage.managers import manages_as


@dataclass(frozen=True, slots=True)
class Found:
    """What a push asks for a user, and how far it is."""

    ask: Ask
    push: str
    """Name of the push."""
    assignment: Assignment
    conversation_id: int | None
    """Of the conversation that was not cancelled, None where there is none."""


def find(studio: Studio, push_name: str, login: str) -> Ask:
    """What a push asks for a user, by the name of the push and a login or address."""
    with studio.store.reading():
        return Ask(naming.user_id_named(login), naming.push_id_named(push_name))


def user_named(studio: Studio, login: str) -> int:
    """The id of the user of this login or address."""
    with studio.store.reading():
        return naming.user_id_named(login)


def ask_about(studio: Studio, login: str, template_name: str) -> Ask:
    """A conversation that no push asks for, by a login or address and the name of a template."""
    with studio.store.reading():
        template_id = naming.template_id_named(template_name)
        return Ask(naming.user_id_named(login), template_id=template_id)


def look_up(studio: Studio, actor: Actor, ask: Ask) -> Found:
    """What the push of ``ask`` asks for its user.

    Raises `Forbidden` for who is neither the user, nor manages them, nor holds it, nor sees the
    pushes; `Refused` where the user is not assigned.
    """
    with studio.store.reading():
        push = push_now(studio, ask.push_id or 0)
        assignment_id = assignments.assignment_id_of(push.id, ask.user_id)
        found = conversations.conversation_id_of(assignment_id) if assignment_id else None
        if not _may_know(actor, ask.user_id, found):
            raise Forbidden(f"{actor.login} has no part in this conversation.")
        if assignment_id is None:
            raise Refused(f"{_name(ask.user_id)} is not assigned to “{push.name}”.")
        assignment = assignments.assignments_by_id([assignment_id], studio.today())[0]
        return Found(ask, push.name, assignment, found)


def _may_know(actor: Actor, user_id: int, conversation_id: int | None) -> bool:
    return (
        may(actor, Action.READ_PUSHES)
        or actor.user_id == user_id
        or any(manages_as(user_id, actor.user_id))
        or (
            conversation_id is not None
            and conversation_now(conversation_id).conductor_id == actor.user_id
        )
    )


def _name(user_id: int) -> str:
    return people.users_by_id([user_id])[0].name
