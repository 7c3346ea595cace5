"""The current state of a conversation and an actor's relation to it.

Requires an open unit of work.
"""

from collections.abc import Iterable

import msgspec

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.conversations.conversation import (
    AskedQuestion,
    Conversation,
    ConversationState,
    Relation,
)
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.people.roles import Role
from studio_tui.domain.pushes.push import Status
from studio_tui.domain.shared.errors import Forbidden, NotFound, Refused
from studio_tui.domain.templates.template import Question, QuestionKind, StepKind
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import definitions
from studio_tui.storage.activity.activity import Facts, about_users, write_activity
from studio_tui.storage.conversations import conversations, texts
from studio_tui.storage.conversations.conversations import StoredConversation, StoredQuestion
from studio_tui.storage.people.managers import manages, manages_as
from studio_tui.storage.people.users import one_user

_ROLES = {Role.ADMIN: Relation.ADMIN, Role.SUPPORT: Relation.SUPPORT, Role.USER: None}


def conversation_now(conversation_id: int) -> Conversation:
    """Return the current state of a conversation. Raises `NotFound`."""
    found = conversations.conversations([conversation_id])
    if not found:
        raise NotFound("This conversation is no longer there.")
    return conversation_of(found[0])


def conversation_to_change(conversation_id: int) -> Conversation:
    """Return a conversation and lock it until the unit of work ends (A4)."""
    conversations.lock_conversation(conversation_id)
    return conversation_now(conversation_id)


def conversation_of(stored: StoredConversation) -> Conversation:
    """Convert a stored row to a conversation."""
    fields = {name: getattr(stored, name) for name in StoredConversation.__slots__}
    template = definitions.load(fields.pop("definition"))
    return Conversation(template=template, **fields)


def relations_of(actor: Actor, conversation: Conversation) -> frozenset[Relation]:
    """Return the relations of ``actor`` to a conversation at the moment."""
    leads, coaches = manages_as(conversation.user_id, actor.user_id)
    found = {
        Relation.USER: actor.user_id == conversation.user_id,
        Relation.CONDUCTOR: actor.user_id == conversation.conductor_id,
        Relation.LEADER: leads,
        Relation.COACH: coaches,
        Relation.STAND_IN: not (leads or coaches) and manages(conversation.user_id, actor.user_id),
        Relation.FORMER: actor.user_id in _held_before(conversation),
        _ROLES[actor.role]: True,
    }
    return frozenset(relation for relation, holds in found.items() if relation and holds)


def _held_before(conversation: Conversation) -> frozenset[int]:
    """Return the ids of former conductors."""
    terms = texts.tenure_of(conversation).terms
    return frozenset(term.conductor_id for term in terms) - {conversation.conductor_id}


def no_part_error(actor: Actor) -> Forbidden:
    """Return the error for a conversation that does not exist or is not the actor's.

    Its message is the same for all these cases, so that it does not reveal which one applies (A2).
    """
    return Forbidden(
        f"{actor.login} has no part in this conversation: it is no longer there, it is not "
        f"assigned, or {actor.login} neither leads nor coaches the user. “studio-tui conversations "
        "list” shows what you can name."
    )


def require_conductor(actor: Actor, conversation: Conversation) -> None:
    """Raise `Forbidden` unless ``actor`` is the conductor or may record for any conductor (A2)."""
    if actor.user_id == conversation.conductor_id or may(actor, Action.FINISH_ANY):
        return
    if manages(conversation.user_id, actor.user_id):
        raise Forbidden(
            f"{conversation.conductor} holds the conversation with {conversation.name}: "
            "hand it over first."
        )
    if actor.user_id == conversation.user_id:
        raise Forbidden(f"{actor.login} does not hold this conversation.")
    raise no_part_error(actor)


def require_state(conversation: Conversation, *allowed: ConversationState) -> None:
    """Raise `Refused` unless the conversation is in one of these states."""
    if conversation.state in allowed:
        return
    name = f"The conversation with {conversation.name}"
    match conversation.state:
        case ConversationState.DONE:
            raise Refused(f"{name} was held already, by {conversation.conductor}.")
        case ConversationState.CANCELLED:
            raise Refused(f"{name} was cancelled.")
        case ConversationState.IN_PROGRESS:
            raise Refused(f"{name} has begun already.")
        case _:
            raise Refused(f"{name} has not begun yet.")


def asked_in(conversation_id: int) -> list[AskedQuestion]:
    """Return the questions of a conversation in order, including removed ones that have answers."""
    return [_asked(stored) for stored in conversations.questions_of(conversation_id)]


def ask_questions(conversation_id: int, asked: Iterable[AskedQuestion]) -> None:
    """Store the questions of a conversation, in this order."""
    conversations.insert_questions(
        conversation_id, [stored_question(each, place) for place, each in enumerate(asked)]
    )


def stored_question(asked: AskedQuestion, position: int) -> StoredQuestion:
    """Convert a question to a row, at a position among those of its conversation."""
    return StoredQuestion(
        id=0,
        position=position,
        step=asked.step,
        step_position=asked.step_position,
        topic=asked.topic,
        text=asked.question.text,
        kind=asked.question.kind,
        options=msgspec.json.encode(asked.question.options).decode(),
        added_by=asked.added_by,
        removed=False,
        term=asked.term,
    )


def record(
    studio: Studio,
    actor: Actor | None,
    verb: Verb,
    conversation: Conversation,
    *,
    before: Facts | None = None,
    after: Facts | None = None,
) -> int:
    """Record an act on a conversation in the activity, without any of its content (C6)."""
    about = (conversation.user_id, conversation.login, conversation.push_id)
    return record_about(studio, actor, verb, *about, before=before, after=after)


def record_about(
    studio: Studio,
    actor: Actor | None,
    verb: Verb,
    user_id: int,
    login: str,
    push_id: int | None,
    *,
    before: Facts | None = None,
    after: Facts | None = None,
) -> int:
    """Record an act as `record` does, even if no conversation with the user exists yet."""
    line = write_activity(
        actor, studio.now(), verb, login, push_id=push_id, before=before, after=after
    )
    about_users(line, one_user(user_id))
    return line


def status_of(conversation: Conversation) -> str:
    """Return the status of a conversation for the activity, ``not_planned`` if it has no date."""
    if conversation.state is ConversationState.PLANNED and conversation.planned_for is None:
        return Status.NOT_PLANNED
    return conversation.state


def _asked(stored: StoredQuestion) -> AskedQuestion:
    options = msgspec.json.decode(stored.options, type=tuple[str, ...])
    question = Question(stored.text, QuestionKind(stored.kind), options)
    return AskedQuestion(
        id=stored.id,
        step=StepKind(stored.step),
        step_position=stored.step_position,
        topic=stored.topic,
        question=question,
        added_by=stored.added_by,
        removed=bool(stored.removed),
        term=stored.term,
    )
