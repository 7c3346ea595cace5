"""Take-over of a conversation: earlier texts stay closed to the new conductor (C6, P10).

Their authors can open them: the user their preparation, a former conductor their texts.
"""

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.conversations.conversation import NOT_OVER, Conversation
from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Forbidden, Refused
from studio_tui.services.conversations.state import (
    asked_in,
    conversation_now,
    conversation_to_change,
    no_part_error,
    record,
    relations_of,
)
from studio_tui.services.pushes.pushes import cause_at_once
from studio_tui.services.system.context import Studio
from studio_tui.storage.conversations import conversations, texts
from studio_tui.storage.outbox.notices import give_notice
from studio_tui.storage.people import users


def change_conductor(
    studio: Studio, actor: Actor, conversation: Conversation, conductor_id: int
) -> Conversation:
    """Make another user the conductor, in a unit of work that has locked the conversation.

    A new term begins. If any text was written, the people concerned are notified at once.
    """
    if conductor_id == conversation.conductor_id:
        return conversation
    conductor = users.users_by_id([conductor_id])[0]
    act = record(
        studio,
        actor,
        Verb.HAND_OVER,
        conversation,
        before={"conductor": conversation.conductor_login},
        after={"conductor": conductor.login},
    )
    begin_term(studio, act, conversation, conductor_id)
    return conversation_now(conversation.id)


def begin_term(studio: Studio, act: int, conversation: Conversation, conductor_id: int) -> bool:
    """Begin a term of a new conductor, for an act that is already recorded; see `change_conductor`.

    Returns whether the user and the former conductor are notified: only if any text was written,
    which stays closed.
    """
    term = texts.tenure_of(conversation).current.number + 1
    texts.insert_take_over(conversation, term, conductor_id, act)
    conversations.change_conversation(
        conversation.id, conductor=conductor_id, conductor_prepared_at=None
    )
    if not _anything_written(conversation):
        return False
    cause = cause_at_once(studio, act)
    about = (conversation.user_id, conversation.id)
    give_notice(cause, Kind.TAKEN_OVER, Capacity.USER, conversation.user_id, *about)
    give_notice(cause, Kind.TAKEN_OVER, Capacity.MANAGER, conversation.conductor_id, *about)
    return True


def notify_of_reopening(studio: Studio, actor: Actor, act: int, conversation: Conversation) -> None:
    """Notify both participants that their conversation was reopened, but not by whom."""
    cause = cause_at_once(studio, act)
    for capacity, recipient_id in (
        (Capacity.USER, conversation.user_id),
        (Capacity.MANAGER, conversation.conductor_id),
    ):
        if recipient_id != actor.user_id:
            about = (conversation.user_id, conversation.id)
            give_notice(cause, Kind.REOPENED, capacity, recipient_id, *about)


def open_own(studio: Studio, actor: Actor, conversation_id: int) -> Conversation:
    """Let the conductor read the texts that ``actor`` wrote before the take-over (C6).

    The user opens the preparation that they submitted, a former conductor all their texts. Raises
    `Forbidden` if ``actor`` wrote nothing in the conversation, and `Refused` if there is nothing to
    open.
    """
    with studio.own_store.writing():
        current = conversation_to_change(conversation_id)
        _require_author(actor, current)
        if actor.user_id == current.user_id and current.user_prepared_at is None:
            raise Refused(_not_submitted(current))
        tenure = texts.tenure_of(current)
        reached = (actor.user_id, current.conductor_id)
        if tenure.opened(*reached) < tenure.current.number:
            texts.grant_access(current.id, *reached, tenure.current.number)
            after = {"to": current.conductor_login}
            record(studio, actor, Verb.OPEN_OWN, current, after=after)
        return current


def close_own(studio: Studio, actor: Actor, conversation_id: int) -> Conversation:
    """Revoke `open_own` for the current conductor. Raises as it does."""
    with studio.own_store.writing():
        current = conversation_to_change(conversation_id)
        _require_author(actor, current)
        tenure = texts.tenure_of(current)
        if tenure.opened(actor.user_id, current.conductor_id):
            texts.revoke_access(current.id, actor.user_id, current.conductor_id)
            before = {"to": current.conductor_login}
            record(studio, actor, Verb.CLOSE_OWN, current, before=before)
        return current


def _anything_written(conversation: Conversation) -> bool:
    pieces = texts.pieces_of(conversation)
    asked = asked_in(conversation.id)
    return any(piece.written.text for piece in pieces) or any(each.added_by for each in asked)


def _not_submitted(conversation: Conversation) -> str:
    """Return why the user cannot open anything.

    Suggests to submit the preparation only if that is still possible.
    """
    if conversation.state not in NOT_OVER:
        return (
            f"The conversation is {conversation.state}, and you submitted no preparation before: "
            "there is nothing to open."
        )
    return "You have not submitted a preparation: submit it, and it can be read."


def _require_author(actor: Actor, conversation: Conversation) -> None:
    if actor.user_id == conversation.conductor_id:
        raise Refused("You hold this conversation: you read what you wrote in it.")
    if actor.user_id == conversation.user_id:
        return
    pieces = texts.pieces_of(conversation)
    if any(piece.author_id == actor.user_id for piece in pieces):
        return
    if relations_of(actor, conversation):
        raise Forbidden(f"{actor.login} wrote nothing in this conversation that could be opened.")
    raise no_part_error(actor)
