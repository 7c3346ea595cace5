"""Finding what a push asks for a user, and the conversation there is of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from studio_tui.domain.access import Action, Actor, may
from studio_tui.domain.conversations import Ask
from studio_tui.domain.errors import Forbidden, NotFound, Refused
from studio_tui.domain.pushes import Assignment
from studio_tui.services import naming
from studio_tui.services.context import Studio
from studio_tui.services.conversations.current import conversation_now
from studio_tui.services.pushes import push_facts
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


def find(studio: Studio, push_name: str, login: str, *, asked_by: Actor | None = None) -> Ask:
    """What a push asks for a user, by the name of the push and a login or address.

    Who may not see the pushes learns nothing of names that are not theirs: for them a name that is
    unknown is like one they have no part in.
    """
    with studio.store.reading(), _naming_for(asked_by):
        return Ask(naming.user_id_named(login), naming.push_id_named(push_name))


def user_named(studio: Studio, login: str, *, asked_by: Actor | None = None) -> int:
    """The id of the user of this login or address; see `find` for who asks."""
    with studio.store.reading(), _naming_for(asked_by):
        return naming.user_id_named(login)


def ask_about(
    studio: Studio, login: str, template_name: str, *, asked_by: Actor | None = None
) -> Ask:
    """A conversation that no push asks for, by a login or address and the name of a template; see
    `find` for who asks."""
    with studio.store.reading(), _naming_for(asked_by):
        template_id = naming.template_id_named(template_name)
        return Ask(naming.user_id_named(login), template_id=template_id)


@contextmanager
def _naming_for(actor: Actor | None) -> Iterator[None]:
    """Turn what names are known into what anybody without a part in it is told."""
    try:
        yield
    except NotFound as error:
        if actor is None or may(actor, Action.READ_PUSHES):
            raise
        raise _no_part(actor) from error


def _no_part(actor: Actor) -> Forbidden:
    """What somebody is told of a conversation that is not theirs, or is none."""
    return Forbidden(
        f"{actor.login} has no part in this conversation: “studio-tui conversations list” shows "
        "what you can name."
    )


def look_up(studio: Studio, actor: Actor, ask: Ask) -> Found:
    """What the push of ``ask`` asks for its user.

    Raises `Forbidden` for who is neither the user, nor manages them, nor holds it, nor sees the
    pushes; `Refused` where the user is not assigned.
    """
    with studio.store.reading():
        push = push_facts(studio, ask.push_id or 0)
        assignment_id = assignments.assignment_id_of(push.id, ask.user_id)
        found = conversations.conversation_id_of(assignment_id) if assignment_id else None
        if not _may_know(actor, ask.user_id, found):
            raise _no_part(actor)
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
