"""The subject of a conversation, and who may hold it (C2, P10, T3).

Requires an open unit of work.
"""

from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationRequest,
    asked_questions,
)
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.people.users import Manager, User
from studio_tui.domain.pushes.push import PushFacts, PushState
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Forbidden, NotFound, Refused
from studio_tui.domain.shared.text import clean_line, fold
from studio_tui.domain.templates.template import Definition
from studio_tui.services.conversations.state import (
    ask_questions,
    conversation_now,
    conversation_to_change,
)
from studio_tui.services.pushes.pushes import locked_push
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import definitions
from studio_tui.services.templates.templates import stored_template
from studio_tui.storage.conversations import conversations
from studio_tui.storage.people import users as people
from studio_tui.storage.pushes import assignments


@dataclass(frozen=True, slots=True)
class ConversationSubject:
    """The current state of a requested conversation: its user, template, push and conductor."""

    user: User
    template_id: int
    template: Definition
    push: PushFacts | None = None
    assignment_id: int | None = None
    named_id: int | None = None
    """The id of the user who was named to hold the conversation (P10)."""
    conversation: Conversation | None = None
    """The existing conversation, or None."""

    def managed_by(self, user_id: int) -> bool:
        """Return whether a user is one of the managers of the conversation's user."""
        return user_id in {manager.user_id for manager in self.user.managers}

    def require_managed_by(self, actor: Actor) -> None:
        """Raise `Forbidden` unless ``actor`` is one of the user's managers."""
        if not self.managed_by(actor.user_id):
            raise Forbidden(f"{actor.login} neither leads nor coaches {self.user.name}.")


def open_subject(studio: Studio, ask: ConversationRequest) -> ConversationSubject:
    """Load the subject of ``ask``. A push and an existing conversation are locked (A4).

    Raises `Refused` if the user, the assignment or the template is not available.
    """
    users = people.users_by_id([ask.user_id])
    if not users:
        raise Refused("This user is no longer there.")
    if ask.push_id is not None:
        return _of_push(studio, users[0], ask.push_id)
    if ask.template_id is None:
        raise Refused("Say by which push or by which template.")
    template = stored_template(ask.template_id)
    if template.archived:
        raise Refused(f"“{template.name}” is archived.")
    return ConversationSubject(users[0], template.id, template.definition)


def conductor_of(actor: Actor, subject: ConversationSubject, named: str | None) -> int:
    """Return the id of the conductor: ``named`` (a login), else the actor, else the only manager.

    Raises `Forbidden` if ``actor`` may not start the conversation, and `Refused` if this conductor
    is not allowed.
    """
    _require_right(actor, subject)
    conductor_id = _named(actor, subject, named)
    # A named conductor who no longer manages the user does not block others (N16).
    managing = {manager.user_id: manager for manager in subject.user.managers}
    other = managing.get(subject.named_id) if subject.named_id is not None else None
    if other and other.user_id != conductor_id and not may(actor, Action.FINISH_ANY):
        raise Refused(f"{other.name} is to hold it: hand it over first.")
    return conductor_id


def require_usable(subject: ConversationSubject) -> None:
    """Raise `Refused` if no conversation can be begun by the push or with the user."""
    push = subject.push
    if not subject.user.active:
        raise Refused(f"{subject.user.name} has left.")
    if push is not None and push.state is PushState.CLOSED and subject.conversation is None:
        raise Refused(f"“{push.name}” is closed: it can no longer be used.")
    if push is not None and push.state is PushState.SCHEDULED:
        raise Refused(f"“{push.name}” is available from {push.available_from} on.")


def begin_with(subject: ConversationSubject, conductor_id: int) -> Conversation:
    """Return the existing conversation, or a new one with the questions of its template."""
    return subject.conversation or conversation_now(begin_new(subject, conductor_id))


def begin_new(subject: ConversationSubject, conductor_id: int) -> int:
    """Create a conversation with the questions of its template; returns its id."""
    conversation_id = conversations.insert_conversation(
        subject.user.id,
        subject.template_id,
        conductor_id,
        assignment_id=subject.assignment_id,
        definition=None if subject.push else definitions.dump(subject.template),
    )
    ask_questions(conversation_id, asked_questions(subject.template))
    if subject.assignment_id is not None:
        assignments.set_not_mine(subject.assignment_id, conductor_id, None)
    return conversation_id


def manager_named(actor: Actor, user: User, login: str) -> Manager:
    """Return the manager of ``user`` with this login or address.

    To an actor who may not see users, the errors for other users and for unknown logins are the
    same. An actor with a scope can name managers outside of it by login (U12).
    """
    if actor.scope:
        for manager in user.managers:
            if fold(manager.login) == fold(login):
                return manager
    sees = may(actor, Action.READ_USERS)
    try:
        user_id = naming.user_id_named(login)
    except NotFound:
        if sees:
            raise
        user_id = None
    for manager in user.managers:
        if manager.user_id == user_id:
            return manager
    if sees:
        raise Refused(f"{clean_line(login)} neither leads nor coaches {user.name}.")
    names = ", ".join(manager.login for manager in user.managers)
    raise Refused(f"Only who leads or coaches {user.name} can hold it: {names or 'nobody does'}.")


def _of_push(studio: Studio, user: User, push_id: int) -> ConversationSubject:
    push = locked_push(studio, push_id)
    assignment_id = assignments.assignment_id_of(push_id, user.id)
    if assignment_id is None:
        raise Refused(f"{user.name} is not assigned to “{push.name}”.")
    conversation_id = conversations.conversation_id_of(assignment_id)
    return ConversationSubject(
        user=user,
        template_id=push.template_id,
        template=push.template,
        push=push,
        assignment_id=assignment_id,
        named_id=assignments.named_conductor(assignment_id),
        conversation=conversation_to_change(conversation_id) if conversation_id else None,
    )


def _require_right(actor: Actor, subject: ConversationSubject) -> None:
    if subject.push is not None:
        if not may(actor, Action.FINISH_ANY):
            subject.require_managed_by(actor)
        return
    allowed, name = subject.template.permissions, subject.template.name
    if subject.managed_by(actor.user_id):
        if not allowed.by_managers:
            raise Refused(f"“{name}” does not let leaders and coaches start it themselves.")
    elif actor.user_id == subject.user.id:
        if not allowed.by_users:
            raise Refused(f"“{name}” does not let users start it themselves.")
    else:
        subject.require_managed_by(actor)


def _named(actor: Actor, subject: ConversationSubject, named: str | None) -> int:
    managers = subject.user.managers
    if named is not None:
        user_id = manager_named(actor, subject.user, named).user_id
        of_oneself = actor.user_id == subject.user.id
        if user_id != actor.user_id and not of_oneself and not may(actor, Action.FINISH_ANY):
            raise Forbidden(f"{actor.login} may not speak in another's name: hand it over instead.")
        return user_id
    if subject.managed_by(actor.user_id):
        return actor.user_id
    if subject.conversation is not None:
        return subject.conversation.conductor_id
    if subject.named_id is not None:
        return subject.named_id
    if len(managers) == 1:
        return managers[0].user_id
    if not managers:
        raise Refused(f"{subject.user.name} has no manager who could hold the conversation.")
    names = ", ".join(manager.login for manager in managers)
    raise Refused(f"{subject.user.name} has several managers: say which of them holds it: {names}.")
