"""Lookup of the conversation that a push asks a user for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from studio_tui.domain.conversations.conversation import ConversationRequest
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import NotFound, Refused
from studio_tui.services.conversations.state import (
    conversation_now,
    no_part_error,
    relations_of,
)
from studio_tui.services.pushes.pushes import push_facts
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.templates.templates import stored_template
from studio_tui.storage.conversations import conversations
from studio_tui.storage.conversations.history import finds_any
from studio_tui.storage.people import users
from studio_tui.storage.people.managers import manages
from studio_tui.storage.pushes import assignments


@dataclass(frozen=True, slots=True)
class FoundConversation:
    """The conversation that a push asks a user for, and its status."""

    ask: ConversationRequest
    push: str
    """The name of the push."""
    assignment: Assignment
    conversation_id: int | None
    """The id of the conversation that is not cancelled, or None."""


def find(
    studio: Studio, push_name: str, login: str, *, asked_by: Actor | None = None
) -> ConversationRequest:
    """Return the ask of a push, by the name of the push and the login or address of the user.

    If ``asked_by`` may not see pushes, conversations in which they have no part are reported as if
    they did not exist.
    """
    with studio.own_store.reading():
        with _naming_for(asked_by):
            ask = ConversationRequest(naming.user_id_named(login), naming.push_id_named(push_name))
        if asked_by is not None:
            _require_known(studio, asked_by, ask)
        return ask


def user_named(studio: Studio, login: str, *, asked_by: Actor | None = None) -> int:
    """Return the id of the user with this login or address.

    If ``asked_by`` may not see users, and sees no conversation of this user, the user is reported
    as if they did not exist; see `find`.
    """
    with studio.own_store.reading():
        with _naming_for(asked_by):
            user_id = naming.user_id_named(login)
        if asked_by is not None and not _may_know_user(asked_by, user_id):
            raise no_part_error(asked_by)
        return user_id


def ask_about(
    studio: Studio, login: str, template_name: str, *, asked_by: Actor | None = None
) -> ConversationRequest:
    """Return the ask for a conversation without a push, by login or address and template name.

    See `find` for ``asked_by``.
    """
    with studio.own_store.reading():
        with _naming_for(asked_by):
            template_id = naming.template_id_named(template_name)
            ask = ConversationRequest(naming.user_id_named(login), template_id=template_id)
        if asked_by is not None and not may(asked_by, Action.READ_TEMPLATES):
            _require_startable(asked_by, ask)
        return ask


@contextmanager
def _naming_for(actor: Actor | None) -> Iterator[None]:
    """Convert `NotFound` to the same `Forbidden` that an actor without a part in it gets."""
    try:
        yield
    except NotFound:
        if actor is None or may(actor, Action.READ_PUSHES):
            raise
        # Suppress the cause: it would reveal the difference in a logged stack trace.
        raise no_part_error(actor) from None


def _require_known(studio: Studio, actor: Actor, ask: ConversationRequest) -> None:
    """Raise `Forbidden` if ``actor`` may not know of the push, or of the user's part in it."""
    if may(actor, Action.READ_PUSHES):
        return
    assignment_id = assignments.assignment_id_of(ask.push_id or 0, ask.user_id)
    found = conversations.conversation_id_of(assignment_id) if assignment_id else None
    if assignment_id is None or not _may_know(actor, ask.user_id, found):
        raise no_part_error(actor)


def _require_startable(actor: Actor, ask: ConversationRequest) -> None:
    """Raise `Forbidden` if ``actor`` cannot start a conversation with the user by the template."""
    template = stored_template(ask.template_id or 0)
    allowed = template.definition.permissions
    managed = manages(ask.user_id, actor.user_id)
    own = ask.user_id == actor.user_id
    startable = (managed and allowed.by_managers) or (own and allowed.by_users)
    if template.archived or not startable:
        raise no_part_error(actor)


def id_by_number(studio: Studio, actor: Actor, number: int) -> int:
    """Return the id of the conversation with this number.

    Raises `NotFound` if none exists. For an actor who may not see pushes it raises the same
    `Forbidden` as for a conversation in which they have no part.
    """
    with studio.own_store.reading(), _naming_for(actor):
        if not relations_of(actor, conversation_now(number)):
            raise no_part_error(actor)
        return number


def look_up(studio: Studio, actor: Actor, ask: ConversationRequest) -> FoundConversation:
    """Return the conversation that the push of ``ask`` asks its user for.

    Raises `Forbidden` unless ``actor`` is the user, manages them, holds the conversation or sees
    pushes; `Refused` if the user is not assigned.
    """
    with studio.own_store.reading():
        push = push_facts(studio, ask.push_id or 0)
        assignment_id = assignments.assignment_id_of(push.id, ask.user_id)
        found = conversations.conversation_id_of(assignment_id) if assignment_id else None
        if not _may_know(actor, ask.user_id, found):
            raise no_part_error(actor)
        if assignment_id is None and not may(actor, Action.READ_PUSHES):
            raise no_part_error(actor)
        if assignment_id is None:
            raise Refused(f"{_name(ask.user_id)} is not assigned to “{push.name}”.")
        assignment = assignments.assignments_by_id([assignment_id], studio.today())[0]
        if not may(actor, Action.READ_PUSHES) and not manages(ask.user_id, actor.user_id):
            # The reason of an excuse is shown only to HR and to those who lead or coach the user
            # (P18).
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
    return manages(user_id, actor.user_id) or finds_any(user_id, actor.user_id)


def _name(user_id: int) -> str:
    return users.users_by_id([user_id])[0].name
