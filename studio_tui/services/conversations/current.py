"""A conversation as it is now, and what somebody is to it: inside an open unit of work."""

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
    """One conversation as it is."""
    found = conversations.conversations([conversation_id])
    if not found:
        raise NotFound("This conversation is no longer there.")
    return conversation_of(found[0])


def conversation_to_change(conversation_id: int) -> Conversation:
    """One conversation that nobody else changes until the open unit of work ends (A4)."""
    conversations.lock_conversation(conversation_id)
    return conversation_now(conversation_id)


def conversation_of(stored: StoredConversation) -> Conversation:
    """A conversation from its row."""
    fields = {name: getattr(stored, name) for name in StoredConversation.__slots__}
    template = definitions.load(fields.pop("definition"))
    return Conversation(template=template, **fields)


def relations_of(actor: Actor, conversation: Conversation) -> frozenset[Relation]:
    """What somebody is to a conversation, at this moment."""
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
    """Who held a conversation before who does."""
    terms = texts.tenure_of(conversation).terms
    return frozenset(term.conductor_id for term in terms) - {conversation.conductor_id}


def no_part(actor: Actor) -> Forbidden:
    """What somebody is told of what is not theirs as of what is not there: which of it, nobody
    learns (A2)."""
    return Forbidden(
        f"{actor.login} has no part in this conversation: it is no longer there, it is not "
        f"assigned, or {actor.login} neither leads nor coaches the user. “studio-tui conversations "
        "list” shows what you can name."
    )


def require_conductor(actor: Actor, conversation: Conversation) -> None:
    """Raise `Forbidden` unless ``actor`` holds it or may record anybody's (A2)."""
    if actor.user_id == conversation.conductor_id or may(actor, Action.FINISH_ANY):
        return
    if manages(conversation.user_id, actor.user_id):
        raise Forbidden(
            f"{conversation.conductor} holds the conversation with {conversation.name}: "
            "hand it over first."
        )
    if actor.user_id == conversation.user_id:
        raise Forbidden(f"{actor.login} does not hold this conversation.")
    raise no_part(actor)


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
    """What a conversation asks, in order, with what was removed after it was answered."""
    return [_asked(stored) for stored in conversations.questions_of(conversation_id)]


def ask_questions(conversation_id: int, asked: Iterable[AskedQuestion]) -> None:
    """Let a conversation ask these questions, in this order."""
    conversations.insert_questions(
        conversation_id, [stored_question(each, place) for place, each in enumerate(asked)]
    )


def stored_question(asked: AskedQuestion, position: int) -> StoredQuestion:
    """A question as a row, at a place among those of its conversation."""
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
    """Write what was done to a conversation into the activity; nothing of what was said (C6)."""
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
    """Like `record`, also where there is no conversation with the user yet."""
    line = write_activity(
        actor, studio.now(), verb, login, push_id=push_id, before=before, after=after
    )
    about_users(line, one_user(user_id))
    return line


def how_far(conversation: Conversation) -> str:
    """The state of a conversation for the activity, ``not_planned`` where nothing was."""
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
