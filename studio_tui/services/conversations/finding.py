"""Finding what a push asks for a user, and the conversation there is of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from studio_tui.domain.conversations.conversation import Ask
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.errors import NotFound, Refused
from studio_tui.services.conversations.current import (
    conversation_now,
    no_part,
    relations_of,
)
from studio_tui.services.pushes.pushes import push_facts
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.templates.templates import stored_template
from studio_tui.storage.conversations import conversations
from studio_tui.storage.conversations.history import is_any_seen
from studio_tui.storage.people import users
from studio_tui.storage.people.managers import manages
from studio_tui.storage.pushes import assignments


@dataclass(frozen=True, slots=True)
class FoundConversation:
    """What a push asks for a user, and how far it is."""

    ask: Ask
    push: str
    """Name of the push."""
    assignment: Assignment
    conversation_id: int | None
    """Of the conversation that was not cancelled, None where there is none."""


def find(studio: Studio, push_name: str, login: str, *, asked_by: Actor | None = None) -> Ask:
    """What a push asks for a user, by the name of the push and a login or address.

    Who may not see the pushes learns nothing of what is not theirs: what they have no part in is
    to them like what is not there.
    """
    with studio.own_store.reading():
        with _naming_for(asked_by):
            ask = Ask(naming.user_id_named(login), naming.push_id_named(push_name))
        if asked_by is not None:
            _require_known(studio, asked_by, ask)
        return ask


def user_named(studio: Studio, login: str, *, asked_by: Actor | None = None) -> int:
    """The id of the user of this login or address; see `find` for who asks: for them, who has no
    conversation that they see is like nobody."""
    with studio.own_store.reading():
        with _naming_for(asked_by):
            user_id = naming.user_id_named(login)
        if asked_by is not None and not _may_know_user(asked_by, user_id):
            raise no_part(asked_by)
        return user_id


def ask_about(
    studio: Studio, login: str, template_name: str, *, asked_by: Actor | None = None
) -> Ask:
    """A conversation that no push asks for, by a login or address and the name of a template; see
    `find` for who asks."""
    with studio.own_store.reading():
        with _naming_for(asked_by):
            template_id = naming.template_id_named(template_name)
            ask = Ask(naming.user_id_named(login), template_id=template_id)
        if asked_by is not None and not may(asked_by, Action.READ_TEMPLATES):
            _require_startable(asked_by, ask)
        return ask


@contextmanager
def _naming_for(actor: Actor | None) -> Iterator[None]:
    """Turn what names are known into what anybody without a part in it is told."""
    try:
        yield
    except NotFound:
        if actor is None or may(actor, Action.READ_PUSHES):
            raise
        # Not from it: what caused this is part of a stack that is logged.
        raise no_part(actor) from None


def _require_known(studio: Studio, actor: Actor, ask: Ask) -> None:
    """Raise `Forbidden` for a push of which somebody may not know, or which asks nothing of the
    user that they could know of."""
    if may(actor, Action.READ_PUSHES):
        return
    assignment_id = assignments.assignment_id_of(ask.push_id or 0, ask.user_id)
    found = conversations.conversation_id_of(assignment_id) if assignment_id else None
    if assignment_id is None or not _may_know(actor, ask.user_id, found):
        raise no_part(actor)


def _require_startable(actor: Actor, ask: Ask) -> None:
    """Raise `Forbidden` for a template by which somebody cannot start with a user, or for who is
    nothing to them."""
    template = stored_template(ask.template_id or 0)
    allowed = template.definition.permissions
    managed = manages(ask.user_id, actor.user_id)
    own = ask.user_id == actor.user_id
    startable = (managed and allowed.by_managers) or (own and allowed.by_users)
    if template.archived or not startable:
        raise no_part(actor)


def numbered(studio: Studio, actor: Actor, number: int) -> int:
    """The id of the conversation of this number.

    Raises `NotFound` where there is none, to who may not see the pushes the same `Forbidden` as for
    one they have no part in.
    """
    with studio.own_store.reading(), _naming_for(actor):
        if not relations_of(actor, conversation_now(number)):
            raise no_part(actor)
        return number


def look_up(studio: Studio, actor: Actor, ask: Ask) -> FoundConversation:
    """What the push of ``ask`` asks for its user.

    Raises `Forbidden` for who is neither the user, nor manages them, nor holds it, nor sees the
    pushes; `Refused` where the user is not assigned.
    """
    with studio.own_store.reading():
        push = push_facts(studio, ask.push_id or 0)
        assignment_id = assignments.assignment_id_of(push.id, ask.user_id)
        found = conversations.conversation_id_of(assignment_id) if assignment_id else None
        if not _may_know(actor, ask.user_id, found):
            raise no_part(actor)
        if assignment_id is None and not may(actor, Action.READ_PUSHES):
            raise no_part(actor)
        if assignment_id is None:
            raise Refused(f"{_name(ask.user_id)} is not assigned to “{push.name}”.")
        assignment = assignments.assignments_by_id([assignment_id], studio.today())[0]
        if not may(actor, Action.READ_PUSHES) and not manages(ask.user_id, actor.user_id):
            # Why somebody is excused is for HR and those who lead or coach them (P18).
            assignment = replace(assignment, excuse="")
        return FoundConversation(ask, push.name, assignment, found)


def _may_know(actor: Actor, user_id: int, conversation_id: int | None) -> bool:
    return (
        may(actor, Action.READ_PUSHES)
        or actor.user_id == user_id
        or manages(user_id, actor.user_id)
        or (
            conversation_id is not None
            and bool(relations_of(actor, conversation_now(conversation_id)))
        )
    )


def _may_know_user(actor: Actor, user_id: int) -> bool:
    if may(actor, Action.READ_USERS) or user_id == actor.user_id:
        return True
    return manages(user_id, actor.user_id) or is_any_seen(user_id, actor.user_id)


def _name(user_id: int) -> str:
    return users.users_by_id([user_id])[0].name
