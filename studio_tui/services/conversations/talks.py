"""The talk: begin, finish and seal it, record it afterwards, reopen it (C2, C3)."""

from datetime import datetime

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.conversations.conversation import (
    NOT_BEGUN,
    NOT_OVER,
    Conversation,
    ConversationRequest,
    ConversationState,
    Relation,
    why_not_reopened,
)
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Forbidden, NothingToDo, Refused
from studio_tui.domain.shared.text import fold
from studio_tui.services.conversations.state import (
    conversation_now,
    conversation_to_change,
    no_part_error,
    record,
    relations_of,
    require_conductor,
    require_state,
    status_of,
)
from studio_tui.services.conversations.subject import (
    begin_with,
    conductor_of,
    open_subject,
    require_usable,
)
from studio_tui.services.conversations.taking_over import change_conductor, notify_of_reopening
from studio_tui.services.system.context import Studio
from studio_tui.storage.conversations import conversations


def start(studio: Studio, actor: Actor, ask: ConversationRequest) -> Conversation:
    """Begin the talk of ``ask``, planned or not; ``actor`` becomes its conductor.

    Raises `Forbidden` if ``actor`` does not manage the user, and `Refused` if another manager holds
    the conversation.
    """
    with studio.own_store.writing():
        subject = open_subject(studio, ask)
        subject.require_managed_by(actor)
        conductor_id = conductor_of(actor, subject, None)
        if subject.conversation is None:
            require_usable(subject)
        return _begin(studio, actor, begin_with(subject, conductor_id))


def begin(studio: Studio, actor: Actor, conversation_id: int) -> Conversation:
    """Begin the talk of a planned conversation. Only its conductor can.

    Raises `Forbidden` or `Refused`.
    """
    with studio.own_store.writing():
        return _begin(studio, actor, conversation_to_change(conversation_id))


def finish(
    studio: Studio, actor: Actor, conversation_id: int, *, held_at: datetime | None = None
) -> Conversation:
    """Finish the talk: the conversation is sealed, and the assignment is done (C2).

    With ``held_at``, a talk that was held at that time is recorded, even if it was not begun.
    Raises `Forbidden` or `Refused`.
    """
    with studio.own_store.writing():
        current = conversation_to_change(conversation_id)
        require_conductor(actor, current)
        _require_not_held(current, held_at)
        begun = frozenset({ConversationState.IN_PROGRESS})
        require_state(current, *(NOT_OVER if held_at else begun))
        return _sealed(studio, actor, current, _when_held(studio, held_at))


def record_held(
    studio: Studio,
    actor: Actor,
    ask: ConversationRequest,
    *,
    conductor: str | None = None,
    held_at: datetime | None = None,
) -> Conversation:
    """Record that a conversation was held by ``conductor`` (a login), at ``held_at`` or now.

    Leaders and coaches record their own conversations; an admin records any, and names the
    conductor if the user has several managers. Raises `Forbidden` or `Refused`.
    """
    with studio.own_store.writing():
        subject = open_subject(studio, ask)
        if (current := subject.conversation) is not None:
            require_conductor(actor, current)
            if conductor is None or fold(conductor) == fold(current.conductor_login):
                _require_not_held(current, held_at)
            require_state(current, *NOT_OVER)
        conductor_id = conductor_of(actor, subject, conductor)
        held = _when_held(studio, held_at)
        if current is None or current.state is not ConversationState.IN_PROGRESS:
            require_usable(subject)
        conversation = begin_with(subject, conductor_id)
        conversation = change_conductor(studio, actor, conversation, conductor_id)
        return _sealed(studio, actor, conversation, held)


def reopen(studio: Studio, actor: Actor, conversation_id: int) -> Conversation:
    """Unseal a finished conversation: within three days its conductor can, later an admin (C3).

    The conductor can continue it, nobody can read more of it than before (C6), and both
    participants are notified. Raises `Refused` or `Forbidden`.
    """
    with studio.own_store.writing():
        current = conversation_to_change(conversation_id)
        relations = relations_of(actor, current)
        if not relations:
            raise no_part_error(actor)
        goes_on = current.state is ConversationState.IN_PROGRESS
        if goes_on and relations & {Relation.CONDUCTOR, Relation.ADMIN}:
            raise NothingToDo(f"The conversation with {current.name} is in progress already.")
        if why := why_not_reopened(relations, current, studio.now()):
            in_it = relations & {Relation.CONDUCTOR, Relation.ADMIN}
            raise Refused(why) if in_it else Forbidden(why)
        conversations.change_conversation(
            current.id,
            finished_at=None,
            sealed_at=None,
            started_at=current.started_at or current.finished_at,
        )
        before = {"status": status_of(current)}
        act = record(studio, actor, Verb.REOPEN_TALK, current, before=before)
        notify_of_reopening(studio, actor, act, current)
        return conversation_now(current.id)


def _begin(studio: Studio, actor: Actor, current: Conversation) -> Conversation:
    relations = relations_of(actor, current)
    if not relations:
        raise no_part_error(actor)
    if Relation.CONDUCTOR not in relations:
        raise Forbidden(
            f"{current.conductor} holds the conversation with {current.name}: hand it over first."
        )
    require_state(current, *NOT_BEGUN)
    conversations.change_conversation(current.id, started_at=studio.now())
    record(studio, actor, Verb.BEGIN, current, before={"status": status_of(current)})
    return conversation_now(current.id)


def _require_not_held(current: Conversation, held_at: datetime | None) -> None:
    """Raise `NothingToDo` if the conversation was held already, and at ``held_at`` if given."""
    if current.state is ConversationState.DONE and held_at in (None, current.finished_at):
        raise NothingToDo(
            f"The conversation with {current.name} was held already, by {current.conductor}."
        )


def _when_held(studio: Studio, held_at: datetime | None) -> datetime:
    held = held_at or studio.now()
    if held > studio.now():
        raise Refused("A conversation cannot have been held in the future.")
    return held


def _sealed(studio: Studio, actor: Actor, current: Conversation, held: datetime) -> Conversation:
    conversations.change_conversation(current.id, finished_at=held, sealed_at=studio.now())
    finished = conversation_now(current.id)
    after = {"conductor": finished.conductor_login, "at": held.isoformat()}
    before = {"status": status_of(current)}
    record(studio, actor, Verb.FINISH, finished, before=before, after=after)
    return finished
