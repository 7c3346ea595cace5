"""Reading and writing the rows of conversations (C1 to C6).

Definitions and options of questions are JSON, which services parse.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from peewee import JOIN, fn

from studio_tui.domain.people.users import full_name
from studio_tui.domain.pushes.push import deadline_of
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import ONE, A, C, H, P, U, column, count
from studio_tui.storage.engine.fields import instant_of
from studio_tui.storage.engine.prepared import Prepared, among_given
from studio_tui.storage.engine.sql import day
from studio_tui.storage.engine.tables import (
    Answer,
    ConversationQuestion,
    ConversationTable,
    Preparation,
)

_C: Any = ConversationTable
_Q: Any = ConversationQuestion
OVERVIEW = (
    C.select()
    .join(U, on=U.id == C.user)
    .join(H, on=H.id == C.conductor)
    .join(A, JOIN.LEFT_OUTER, on=A.id == C.assignment)
    .join(P, JOIN.LEFT_OUTER, on=P.id == A.push)
)
"""The conversations with both participants and, if a push asked for it, the push."""
_AHEAD = C.cancelled_at.is_null() & C.finished_at.is_null() & C.started_at.is_null()


@dataclass(frozen=True, slots=True)
class StoredConversation:
    """A row of the table of conversations, with the data that it refers to."""

    id: int
    user_id: int
    login: str
    name: str
    user_active: bool
    conductor_id: int
    conductor_login: str
    conductor: str
    push_id: int | None
    push: str
    definition: str
    deadline: date | None
    """The last day for the user, including their own deadline (P18)."""
    planned_for: datetime | None
    minutes: int
    place: str
    sequence: int
    user_prepared_at: datetime | None
    conductor_prepared_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    sealed_at: datetime | None
    cancelled_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """A row of the table of questions of conversations."""

    id: int
    position: int
    step: str
    step_position: int
    topic: str
    text: str
    kind: str
    options: str
    added_by: int | None
    removed: bool
    term: int


def conversation_id_of(assignment_id: int) -> int | None:
    """Return the conversation of an assignment that is not cancelled, None if there is none."""
    found = _C.select(_C.id).where(_C.assignment == assignment_id, _C.cancelled_at.is_null())
    conversation_id: int | None = found.scalar()
    return conversation_id


def conversations(ids: Sequence[int]) -> list[StoredConversation]:
    """Return these conversations, in the order of ``ids``."""
    found = {row.id: _stored(row) for row in _CONVERSATIONS.rows(ids=ids)}
    return [found[conversation_id] for conversation_id in ids if conversation_id in found]


class _ConversationRow(NamedTuple):
    """A row of `_CONVERSATIONS`; instants and days are as the engine stores them."""

    id: int
    user_id: int
    login: str
    given_name: str
    family_name: str
    user_active: bool
    conductor_id: int
    conductor_login: str
    conductor_given_name: str
    conductor_family_name: str
    push_id: int | None
    push: str
    definition: str
    deadline: Any
    own_deadline: Any
    planned_for: Any
    minutes: int
    place: str
    sequence: int
    user_prepared_at: Any
    conductor_prepared_at: Any
    started_at: Any
    finished_at: Any
    sealed_at: Any
    cancelled_at: Any
    version: int


_CONVERSATIONS = Prepared(
    _ConversationRow,
    lambda: OVERVIEW.select(
        *(C.id, C.user, U.login, U.given_name, U.family_name, U.active),
        *(C.conductor, H.login, H.given_name, H.family_name, P.id, fn.COALESCE(P.name, "")),
        *(fn.COALESCE(C.definition, P.definition), P.deadline, A.own_deadline),
        *(C.planned_for, C.minutes, C.place, C.sequence, C.user_prepared_at),
        *(C.conductor_prepared_at, C.started_at, C.finished_at, C.sealed_at, C.cancelled_at),
        C.version,
    ).where(among_given(C.id, "ids")),
)


def _stored(row: _ConversationRow) -> StoredConversation:
    return StoredConversation(
        id=row.id,
        user_id=row.user_id,
        login=row.login,
        name=full_name(row.given_name, row.family_name),
        user_active=bool(row.user_active),
        conductor_id=row.conductor_id,
        conductor_login=row.conductor_login,
        conductor=full_name(row.conductor_given_name, row.conductor_family_name),
        push_id=row.push_id,
        push=row.push,
        definition=row.definition,
        deadline=deadline_of(day(row.deadline), day(row.own_deadline)) if row.deadline else None,
        planned_for=instant_of(row.planned_for),
        minutes=row.minutes,
        place=row.place,
        sequence=row.sequence,
        user_prepared_at=instant_of(row.user_prepared_at),
        conductor_prepared_at=instant_of(row.conductor_prepared_at),
        started_at=instant_of(row.started_at),
        finished_at=instant_of(row.finished_at),
        sealed_at=instant_of(row.sealed_at),
        cancelled_at=instant_of(row.cancelled_at),
        version=row.version,
    )


def lock_conversation(conversation_id: int) -> None:
    """Lock a conversation until the unit of work ends (A4)."""
    _C.update(version=_C.version).where(_C.id == conversation_id).execute()


def insert_conversation(
    user_id: int,
    template_id: int,
    conductor_id: int,
    *,
    assignment_id: int | None = None,
    definition: str | None = None,
) -> int:
    """Add a conversation, of a push or with a definition of its own; return its id."""
    return int(
        ConversationTable.insert(
            user=user_id,
            assignment=assignment_id,
            template=template_id,
            definition=definition,
            conductor=conductor_id,
            minutes=60,
            place="",
            sequence=0,
            version=1,
        ).execute()
    )


def change_conversation(conversation_id: int, **values: int | str | datetime | None) -> None:
    """Write columns of a conversation as its next version."""
    changed = _C.update(version=_C.version + 1, **values)
    changed.where(_C.id == conversation_id).execute()


def cancel_planned(push_id: int, at: datetime) -> list[int]:
    """Cancel the planned conversations of a push that have not begun (P9); return their ids."""
    of_push = A.select(A.id).where(A.push == push_id)
    cancelled = _C.update(cancelled_at=at, version=_C.version + 1).where(
        _C.cancelled_at.is_null(),
        _C.started_at.is_null(),
        _C.finished_at.is_null(),
        _C.assignment.in_(of_push),
    )
    return column(cancelled.returning(_C.id))


def count_planned(push_id: int) -> int:
    """Return the number of planned conversations of a push that have not begun."""
    asked_for = C.select().join(A, on=A.id == C.assignment)
    return count(asked_for.where(A.push == push_id, A.unassigned_at.is_null(), _AHEAD))


def planned_around(user_id: int, starts_at: datetime, ends_at: datetime) -> list[int]:
    """Return the planned conversations of a user, on either side, around a period.

    They begin before ``ends_at`` and at most a day before ``starts_at``: conversations that may not
    be over at ``starts_at`` are included.
    """
    near = (C.planned_for < ends_at) & (C.planned_for > starts_at - timedelta(days=1))
    theirs = (C.conductor == user_id) | (C.user == user_id)
    found = C.select(C.id).where(theirs, _AHEAD, near)
    return column(found.order_by(C.planned_for, C.id))


# Questions


def questions_of(conversation_id: int) -> list[StoredQuestion]:
    """Return the questions of a conversation in order, with those removed after an answer."""
    found = (
        _Q.select(
            *(_Q.id, _Q.position, _Q.step, _Q.step_position, _Q.topic, _Q.text, _Q.kind),
            *(_Q.options, _Q.added_by, _Q.removed_at, _Q.term),
        )
        .where(_Q.conversation == conversation_id)
        .order_by(_Q.position, _Q.id)
    )
    return [
        StoredQuestion(removed=row.pop("removed_at") is not None, **row) for row in found.dicts()
    ]


def insert_questions(conversation_id: int, asked: Sequence[StoredQuestion]) -> None:
    """Add questions to a conversation, ignoring their ids."""
    fields = [
        {
            "conversation": conversation_id,
            "position": each.position,
            "step": each.step,
            "step_position": each.step_position,
            "topic": each.topic,
            "text": each.text,
            "kind": each.kind,
            "options": each.options,
            "added_by": each.added_by,
            "term": each.term,
        }
        for each in asked
    ]
    if fields:
        ConversationQuestion.insert_many(fields).execute()


def make_room(conversation_id: int, position: int) -> None:
    """Free ``position``: questions from there on move on by one."""
    _Q.update(position=_Q.position + 1).where(
        _Q.conversation == conversation_id, _Q.position >= position
    ).execute()


def remove_question(question_id: int, at: datetime) -> None:
    """Delete a question; one with texts is only marked as removed (C4)."""
    if _is_written_under(Preparation, question_id) or _is_written_under(Answer, question_id):
        _Q.update(removed_at=at).where(_Q.id == question_id).execute()
    else:
        _Q.delete().where(_Q.id == question_id).execute()


def _is_written_under(texts: Any, question_id: int) -> bool:
    found = texts.select(ONE).where(texts.question == question_id, texts.text != "")
    return found.scalar() is not None
