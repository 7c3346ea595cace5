"""Reading and writing what a conversation holds (C2, C4, C6, T2, T4)."""

from studio_tui.domain.access import Actor
from studio_tui.domain.conversations import (
    CONTENT,
    MAX_ASKED,
    PARTICIPANTS,
    PREPARATIONS,
    AskedQuestion,
    Conversation,
    ConversationState,
    Entry,
    Overtaken,
    Part,
    Reading,
    Relation,
    Written,
    answered,
    may_ask,
    may_remove,
    readable,
    writable,
)
from studio_tui.domain.errors import Forbidden, NotFound, Refused
from studio_tui.domain.templates import Question, StepKind, Topic, check_topic
from studio_tui.domain.text import fold
from studio_tui.services.context import Studio
from studio_tui.services.conversations.current import (
    asked_in,
    conversation_now,
    conversation_to_change,
    record,
    relations_of,
    stored_question,
)
from studio_tui.storage import conversations


def read(studio: Studio, actor: Actor, conversation_id: int) -> Reading:
    """A conversation with all that ``actor`` may read of it (C2, C6, T4).

    Raises `Forbidden` for who may not even know of it. That somebody who was not in it read what
    was said is written into the activity (A3).
    """
    with studio.store.reading():
        found = _reading(actor, conversation_id)
    if found.parts & CONTENT and not found.relations & PARTICIPANTS:
        with studio.store.writing():
            parts = sorted(found.parts & CONTENT)
            record(studio, actor, "read conversation", found.conversation, after={"parts": parts})
    return found


def show(studio: Studio, actor: Actor, conversation_id: int) -> Conversation:
    """A conversation without anything that was said, for who may know of it (C6).

    Raises `Forbidden`.
    """
    with studio.store.reading():
        conversation = conversation_now(conversation_id)
        _require_parts(actor, conversation, relations_of(actor, conversation))
        return conversation


def write(
    studio: Studio,
    actor: Actor,
    conversation_id: int,
    question_id: int,
    part: Part,
    text: str,
    version: int,
) -> Written:
    """Write under one question what stood there at ``version`` (0: nothing yet) (C4).

    ``part`` is a preparation, or `Part.ANSWERS` or `Part.SUMMARY` in the talk, as the question
    says. Raises `Overtaken` with what stands there now where that is another version (A4),
    `Refused` for a text that is no answer or too long, `Forbidden` where ``actor`` may not write
    it now.
    """
    with studio.store.writing():
        conversation = conversation_to_change(conversation_id)
        asked = _asked(conversation_id, question_id)
        _require_writable(actor, conversation, part)
        _require_place(asked, part)
        cleaned = answered(asked, text)
        prepared = part in PREPARATIONS
        store = conversations.write_preparation if prepared else conversations.write_answer
        if not store(question_id, actor.user_id, cleaned, version, studio.now()):
            raise Overtaken(_standing(actor, conversation_id, asked, part))
        return _standing(actor, conversation_id, asked, part)


def submit(studio: Studio, actor: Actor, conversation_id: int) -> Conversation:
    """Show one's preparation to the other side (C2): the user to the conductor at once, the
    conductor to the user when the talk begins. Raises `Forbidden` or `Refused`."""
    with studio.store.writing():
        current = conversation_to_change(conversation_id)
        own = relations_of(actor, current) & PARTICIPANTS
        if not own:
            raise Forbidden(f"{actor.login} has no part in this conversation.")
        if current.state in (ConversationState.DONE, ConversationState.CANCELLED):
            raise Refused(f"The conversation is {current.state}: nothing can be prepared.")
        column = "user_prepared_at" if Relation.USER in own else "conductor_prepared_at"
        if getattr(current, column) is None:
            conversations.change_conversation(current.id, **{column: studio.now()})
            record(studio, actor, "prepared conversation", current)
        return conversation_now(current.id)


def add_question(
    studio: Studio, actor: Actor, conversation_id: int, topic: str, question: Question
) -> AskedQuestion:
    """Ask one more question, last under ``topic``; a topic of its own where there is none (T2).

    Raises `Invalid` for what is wrong with it, `Forbidden` or `Refused` where the template's
    questions are fixed.
    """
    check_topic(Topic(topic, (question,)))
    with studio.store.writing():
        current = conversation_to_change(conversation_id)
        _require_may_ask(actor, current)
        asked = asked_in(conversation_id)
        if len(asked) >= MAX_ASKED:
            raise Refused(f"A conversation asks at most {MAX_ASKED} questions.")
        place, beside = _place(asked, Topic(topic).name)
        new = AskedQuestion(
            0, StepKind.DISCUSSION, beside, Topic(topic).name, question, actor.user_id
        )
        conversations.make_room(conversation_id, place)
        conversations.insert_questions(conversation_id, [stored_question(new, place)])
        record(studio, actor, "added question", current, after={"question": question.text})
        return asked_in(conversation_id)[place]


def remove_question(studio: Studio, actor: Actor, conversation_id: int, question_id: int) -> None:
    """Take a question out; what was written under it stays readable (T2, C4).

    Raises `Forbidden` or `Refused` where the template keeps it.
    """
    with studio.store.writing():
        current = conversation_to_change(conversation_id)
        _require_may_ask(actor, current)
        asked = _asked(conversation_id, question_id)
        if not may_remove(relations_of(actor, current), current, asked):
            raise Refused("The template keeps this question.")
        conversations.remove_question(question_id, studio.now())
        record(studio, actor, "removed question", current, before={"question": asked.question.text})


def _reading(actor: Actor, conversation_id: int) -> Reading:
    conversation = conversation_now(conversation_id)
    relations = relations_of(actor, conversation)
    parts = _require_parts(actor, conversation, relations)
    return Reading(
        conversation=conversation,
        relations=relations,
        parts=parts,
        writes=writable(relations, conversation),
        may_ask=may_ask(relations, conversation),
        entries=_entries(conversation, parts) if parts & CONTENT else (),
    )


def _require_parts(
    actor: Actor, conversation: Conversation, relations: frozenset[Relation]
) -> frozenset[Part]:
    parts = readable(relations, conversation, conversation.template.viewing)
    if not parts:
        raise Forbidden(f"{actor.login} has no part in this conversation.")
    return parts


def _entries(conversation: Conversation, parts: frozenset[Part]) -> tuple[Entry, ...]:
    user = conductor = None
    if Part.USER_PREPARATION in parts:
        user = conversations.preparations(conversation.id, conversation.user_id)
    if Part.CONDUCTOR_PREPARATION in parts:
        conductor = conversations.preparations(conversation.id, conversation.conductor_id)
    noted = conversations.answers(conversation.id)
    return tuple(
        Entry(
            asked,
            _under(user, asked),
            _under(conductor, asked),
            _under(noted if asked.part in parts else None, asked),
        )
        for asked in asked_in(conversation.id)
        if parts - {Part.STATUS, Part.SUMMARY} or asked.part in parts
    )


def _under(written: dict[int, Written] | None, asked: AskedQuestion) -> Written | None:
    return None if written is None else written.get(asked.id, Written())


def _standing(actor: Actor, conversation_id: int, asked: AskedQuestion, part: Part) -> Written:
    if part is asked.part:
        return conversations.answers(conversation_id).get(asked.id, Written())
    return conversations.preparations(conversation_id, actor.user_id).get(asked.id, Written())


def _asked(conversation_id: int, question_id: int) -> AskedQuestion:
    for asked in asked_in(conversation_id):
        if asked.id == question_id:
            return asked
    raise NotFound("This question is no longer asked.")


def _require_writable(actor: Actor, conversation: Conversation, part: Part) -> None:
    relations = relations_of(actor, conversation)
    if part in writable(relations, conversation):
        return
    if not relations & PARTICIPANTS:
        raise Forbidden(f"{actor.login} has no part in this conversation.")
    raise Refused(f"The conversation is {conversation.state.replace('_', ' ')}: {_why(part)}.")


def _require_place(asked: AskedQuestion, part: Part) -> None:
    if part in PREPARATIONS and asked.part is Part.SUMMARY:
        raise Refused("The summary is written in the talk: it is not prepared.")
    if part not in PREPARATIONS and part is not asked.part:
        raise Refused("The summary is written under the summary, an answer under its question.")


def _why(part: Part) -> str:
    if part in PREPARATIONS:
        return "each side prepares its own, and before the talk"
    return "answers and summary are written by who holds it, during the talk"


def _require_may_ask(actor: Actor, conversation: Conversation) -> None:
    relations = relations_of(actor, conversation)
    if Relation.CONDUCTOR not in relations:
        raise Forbidden(f"{actor.login} does not hold this conversation.")
    if not may_ask(relations, conversation):
        raise Refused(
            "Nothing can be asked any more: the conversation is over."
            if conversation.state in (ConversationState.DONE, ConversationState.CANCELLED)
            else "The questions of this template are fixed."
        )


def _place(asked: list[AskedQuestion], topic: str) -> tuple[int, int]:
    """Where a new question under ``topic`` goes, and in which discussion: after the last one of
    the topic, else of the discussions, else at the top."""
    discussed = [n for n, each in enumerate(asked) if each.step is StepKind.DISCUSSION]
    same = [n for n in discussed if fold(asked[n].topic) == fold(topic)]
    last = (same or discussed or [-1])[-1]
    return last + 1, asked[last].step_position if last >= 0 else -1
