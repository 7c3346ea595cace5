"""Changes to the content of a conversation: preparations, answers, added questions (C2, C4, T2)."""

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.conversations.conversation import (
    MAX_ASKED,
    PARTICIPANTS,
    PREPARATIONS,
    AskedQuestion,
    Conversation,
    ConversationState,
    Part,
    Relation,
    WriteConflict,
    WrittenText,
    clean_answer,
    keeps_version,
    may_ask,
    may_remove,
    may_see,
    writable,
)
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Forbidden, NotFound, Refused
from studio_tui.domain.shared.text import fold
from studio_tui.domain.templates.template import Question, StepKind, Topic, check_topic
from studio_tui.services.conversations.state import (
    asked_in,
    conversation_now,
    conversation_to_change,
    no_part_error,
    record,
    relations_of,
    stored_question,
)
from studio_tui.services.system.context import Studio
from studio_tui.storage.conversations import conversations, earlier_texts, texts


def write(
    studio: Studio,
    actor: Actor,
    conversation_id: int,
    question_id: int,
    part: Part,
    text: str,
    version: int,
    *,
    whole: bool = False,
) -> WrittenText:
    """Write ``text`` under a question, if the stored text still has ``version`` (C4).

    Version 0 means that no text is stored yet. ``part`` is a preparation or, in the talk,
    `Part.ANSWERS` or `Part.SUMMARY`, depending on the question. The replaced text is retained for
    its author (`keeps_version`); ``whole`` tells that the text is replaced at once, not while it is
    typed.

    Raises `WriteConflict` with the stored text if it has another version (A4), `Refused` if the
    text is too long or not a valid answer, and `Forbidden` if ``actor`` may not write it at the
    moment.
    """
    with studio.own_store.writing():
        conversation = conversation_to_change(conversation_id)
        _require_writable(actor, conversation, part)
        asked = _visible_question(actor, conversation, question_id)
        _require_place(asked, part)
        cleaned = clean_answer(asked, text)
        term = texts.tenure_of(conversation).current.number
        prepared = part in PREPARATIONS
        before, now = _stored_text(actor, conversation, asked, part), studio.now()
        if before.version == version and keeps_version(before, cleaned, now, whole=whole):
            earlier_texts.store(question_id, actor.user_id, before, prepared=prepared)
        store = texts.write_preparation if prepared else texts.write_answer
        if not store(question_id, actor.user_id, term, cleaned, version, now):
            raise WriteConflict(_stored_text(actor, conversation, asked, part))
        return _stored_text(actor, conversation, asked, part)


def earlier(
    studio: Studio, actor: Actor, conversation_id: int, question_id: int, part: Part
) -> list[WrittenText]:
    """Return the replaced texts that ``actor`` wrote under a question, newest first (A4, C4).

    Texts of other authors are never included. Raises as `write` does.
    """
    with studio.own_store.reading():
        conversation = conversation_now(conversation_id)
        _require_writable(actor, conversation, part)
        _require_place(_visible_question(actor, conversation, question_id), part)
        return earlier_texts.earlier(question_id, actor.user_id, prepared=part in PREPARATIONS)


def submit(studio: Studio, actor: Actor, conversation_id: int) -> Conversation:
    """Show the actor's preparation to the other side (C2).

    The conductor sees the user's preparation at once, the user sees the conductor's when the talk
    begins. Raises `Forbidden` or `Refused`.
    """
    with studio.own_store.writing():
        current = conversation_to_change(conversation_id)
        own = relations_of(actor, current) & PARTICIPANTS
        if not own:
            raise no_part_error(actor)
        if current.state in (ConversationState.DONE, ConversationState.CANCELLED):
            raise Refused(f"The conversation is {current.state}: nothing can be prepared.")
        column = "user_prepared_at" if Relation.USER in own else "conductor_prepared_at"
        shown = Relation.USER in own and not _opened(actor, current)
        if shown:
            tenure = texts.tenure_of(current)
            texts.grant_access(
                current.id, actor.user_id, current.conductor_id, tenure.current.number
            )
        if getattr(current, column) is None:
            conversations.change_conversation(current.id, **{column: studio.now()})
        elif not shown:
            return current
        record(studio, actor, Verb.PREPARE, current)
        return conversation_now(current.id)


def add_question(
    studio: Studio, actor: Actor, conversation_id: int, topic: str, question: Question
) -> AskedQuestion:
    """Add a question at the end of ``topic``, which is created if it does not exist (T2).

    Raises `Invalid` if the question is invalid, and `Forbidden` or `Refused` if the questions of
    the template are fixed.
    """
    check_topic(Topic(topic, (question,)))
    with studio.own_store.writing():
        current = conversation_to_change(conversation_id)
        _require_may_ask(actor, current)
        asked = asked_in(conversation_id)
        if len(asked) >= MAX_ASKED:
            raise Refused(f"A conversation asks at most {MAX_ASKED} questions.")
        place, beside = _place(asked, Topic(topic).name)
        new = AskedQuestion(
            id=0,
            step=StepKind.DISCUSSION,
            step_position=beside,
            topic=Topic(topic).name,
            question=question,
            added_by=actor.user_id,
            term=texts.tenure_of(current).current.number,
        )
        conversations.make_room(conversation_id, place)
        conversations.insert_questions(conversation_id, [stored_question(new, place)])
        record(studio, actor, Verb.ADD_QUESTION, current)
        return asked_in(conversation_id)[place]


def remove_question(studio: Studio, actor: Actor, conversation_id: int, question_id: int) -> None:
    """Remove a question; the texts under it stay readable (T2, C4).

    Raises `Forbidden` or `Refused` if the template does not allow the removal.
    """
    with studio.own_store.writing():
        current = conversation_to_change(conversation_id)
        _require_may_ask(actor, current)
        asked = _visible_question(actor, current, question_id)
        if not may_remove(relations_of(actor, current), current, asked):
            raise Refused("The template keeps this question.")
        conversations.remove_question(question_id, studio.now())
        record(studio, actor, Verb.REMOVE_QUESTION, current)


def _opened(actor: Actor, conversation: Conversation) -> bool:
    """Return whether the conductor can read everything that ``actor`` wrote."""
    tenure = texts.tenure_of(conversation)
    return tenure.opened(actor.user_id, conversation.conductor_id) == tenure.current.number


def _stored_text(
    actor: Actor, conversation: Conversation, asked: AskedQuestion, part: Part
) -> WrittenText:
    own = (actor.user_id, asked.id, part)
    for piece in texts.pieces_of(conversation):
        if (piece.author_id, piece.question_id, piece.part) == own:
            return piece.written
    return WrittenText()


def _visible_question(actor: Actor, conversation: Conversation, question_id: int) -> AskedQuestion:
    relations = relations_of(actor, conversation)
    tenure = texts.tenure_of(conversation)
    for asked in asked_in(conversation.id):
        if asked.id == question_id and may_see(actor.user_id, relations, tenure, asked):
            return asked
    raise NotFound("This question is no longer asked.")


def _require_writable(actor: Actor, conversation: Conversation, part: Part) -> None:
    relations = relations_of(actor, conversation)
    if part in writable(relations, conversation):
        return
    if not relations & PARTICIPANTS:
        raise no_part_error(actor)
    raise Refused(
        f"The conversation is {conversation.state.replace('_', ' ')}: {_why_not_writable(part)}."
    )


def _require_place(asked: AskedQuestion, part: Part) -> None:
    if part in PREPARATIONS and asked.part is Part.SUMMARY:
        raise Refused("The summary is written in the talk: it is not prepared.")
    if part not in PREPARATIONS and part is not asked.part:
        raise Refused("The summary is written under the summary, an answer under its question.")


def _why_not_writable(part: Part) -> str:
    if part in PREPARATIONS:
        return "each side prepares its own, and before the talk"
    return "answers and summary are written by who holds it, during the talk"


def _require_may_ask(actor: Actor, conversation: Conversation) -> None:
    relations = relations_of(actor, conversation)
    if not relations:
        raise no_part_error(actor)
    if Relation.CONDUCTOR not in relations:
        raise Forbidden(f"{actor.login} does not hold this conversation.")
    if not may_ask(relations, conversation):
        raise Refused(
            "Nothing can be asked any more: the conversation is over."
            if conversation.state in (ConversationState.DONE, ConversationState.CANCELLED)
            else "The questions of this template are fixed."
        )


def _place(asked: list[AskedQuestion], topic: str) -> tuple[int, int]:
    """Return the position of a new question under ``topic``, and the position of its step.

    The question goes after the last one of the topic, else after the last of all discussions, else
    to the top.
    """
    discussed = [n for n, each in enumerate(asked) if each.step is StepKind.DISCUSSION]
    same = [n for n in discussed if fold(asked[n].topic) == fold(topic)]
    last = (same or discussed or [-1])[-1]
    return last + 1, asked[last].step_position if last >= 0 else -1
