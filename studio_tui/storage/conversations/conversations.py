"""Conversations: reading and writing their rows (C1 to C6).

Definitions and options of questions are JSON, which services read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from studio_tui.domain.people.users import full_name
from studio_tui.storage.engine.fields import instant_of
from studio_tui.storage.engine.sql import Clause, among, day, execute, rows, scalar
from studio_tui.storage.engine.tables import ConversationQuestion, ConversationTable

FROM = (
    "conversation c JOIN users u ON u.id = c.user_id JOIN users h ON h.id = c.conductor_id "
    "LEFT JOIN assignment a ON a.id = c.assignment_id LEFT JOIN push p ON p.id = a.push_id"
)
"""What a clause about conversations can speak of."""


@dataclass(frozen=True, slots=True)
class StoredConversation:
    """A row of the table of conversations, with what it refers to."""

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
    """A row of the table of questions asked."""

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
    """The conversation of an assignment that was not cancelled, None where there is none."""
    found = scalar(
        "SELECT id FROM conversation WHERE assignment_id = ? AND cancelled_at IS NULL",
        assignment_id,
    )
    return int(found) if found is not None else None


def conversations(ids: Sequence[int]) -> list[StoredConversation]:
    """These conversations, in the order of ``ids``."""
    wanted = among("c.id", ids)
    found = {
        row[0]: StoredConversation(
            id=row[0],
            user_id=row[1],
            login=row[2],
            name=full_name(row[3], row[4]),
            user_active=bool(row[5]),
            conductor_id=row[6],
            conductor_login=row[7],
            conductor=full_name(row[8], row[9]),
            push_id=row[10],
            push=row[11],
            definition=row[12],
            deadline=day(row[13]) if row[13] is not None else None,
            planned_for=instant_of(row[14]),
            minutes=row[15],
            place=row[16],
            sequence=row[17],
            user_prepared_at=instant_of(row[18]),
            conductor_prepared_at=instant_of(row[19]),
            started_at=instant_of(row[20]),
            finished_at=instant_of(row[21]),
            sealed_at=instant_of(row[22]),
            cancelled_at=instant_of(row[23]),
            version=row[24],
        )
        for row in rows(
            "SELECT c.id, c.user_id, u.login, u.given_name, u.family_name, u.active, "
            "c.conductor_id, h.login, h.given_name, h.family_name, p.id, COALESCE(p.name, ''), "
            "COALESCE(c.definition, p.definition), p.deadline, c.planned_for, c.minutes, c.place, "
            "c.sequence, c.user_prepared_at, c.conductor_prepared_at, c.started_at, "
            f"c.finished_at, c.sealed_at, c.cancelled_at, c.version FROM {FROM} "
            f"WHERE {wanted.text}",
            *wanted.params,
        )
    }
    return [found[conversation_id] for conversation_id in ids if conversation_id in found]


def lock_conversation(conversation_id: int) -> None:
    """Let nobody else change a conversation until the open unit of work ends (A4)."""
    execute("UPDATE conversation SET version = version WHERE id = ?", conversation_id)


def insert_conversation(
    user_id: int,
    template_id: int,
    conductor_id: int,
    *,
    assignment_id: int | None = None,
    definition: str | None = None,
) -> int:
    """Add a conversation, of a push or with a definition of its own; returns its id."""
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
    """Write columns of a conversation, as its next version."""
    following = ConversationTable.version + 1
    changed = ConversationTable.update(version=following, **values)
    changed.where(ConversationTable._meta.primary_key == conversation_id).execute()  # noqa: SLF001 - Peewee's own way in


def cancel_planned(push_id: int, at: datetime) -> list[int]:
    """Cancel what is planned and has not begun in a push (P9); returns the conversations' ids."""
    return [
        found
        for (found,) in rows(
            "UPDATE conversation SET cancelled_at = ?, version = version + 1 "
            "WHERE cancelled_at IS NULL AND started_at IS NULL AND finished_at IS NULL "
            "AND assignment_id IN (SELECT id FROM assignment WHERE push_id = ?) RETURNING id",
            at,
            push_id,
        )
    ]


def count_planned(push_id: int) -> int:
    """How many conversations of a push are planned and have not begun."""
    return int(
        scalar(
            "SELECT COUNT(*) FROM conversation c JOIN assignment a ON a.id = c.assignment_id "
            "WHERE a.push_id = ? AND a.unassigned_at IS NULL AND c.cancelled_at IS NULL "
            "AND c.started_at IS NULL AND c.finished_at IS NULL",
            push_id,
        )
    )


def planned_around(user_id: int, starts_at: datetime, ends_at: datetime) -> list[int]:
    """The conversations of somebody, on either side, that are planned and begin within a day before
    ``ends_at``: those that may not be over at ``starts_at`` are among them."""
    return [
        found
        for (found,) in rows(
            "SELECT id FROM conversation WHERE (conductor_id = ? OR user_id = ?) "
            "AND cancelled_at IS NULL AND finished_at IS NULL AND started_at IS NULL "
            "AND planned_for < ? AND planned_for > ? ORDER BY planned_for, id",
            user_id,
            user_id,
            ends_at,
            starts_at - timedelta(days=1),
        )
    ]


# Questions


def questions_of(conversation_id: int) -> list[StoredQuestion]:
    """What a conversation asks, in order, with what was removed after it was answered."""
    found = rows(
        "SELECT id, position, step, step_position, topic, text, kind, options, added_by_id, "
        "removed_at IS NOT NULL, term FROM conversation_question WHERE conversation_id = ? "
        "ORDER BY position, id",
        conversation_id,
    )
    return [StoredQuestion(*row) for row in found]


def insert_questions(conversation_id: int, asked: Sequence[StoredQuestion]) -> None:
    """Add questions to a conversation, whatever their ids."""
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
    """Let nothing stand at ``position``: what stands there and after it moves on by one."""
    execute(
        "UPDATE conversation_question SET position = position + 1 "
        "WHERE conversation_id = ? AND position >= ?",
        conversation_id,
        position,
    )


def remove_question(question_id: int, at: datetime) -> None:
    """Take a question out; where something was written under it, it is only marked (C4)."""
    written = Clause(
        "EXISTS (SELECT 1 FROM preparation x WHERE x.question_id = ? AND x.text <> '') "
        "OR EXISTS (SELECT 1 FROM answer x WHERE x.question_id = ? AND x.text <> '')",
        (question_id, question_id),
    )
    if scalar(f"SELECT {written.text}", *written.params):
        execute("UPDATE conversation_question SET removed_at = ? WHERE id = ?", at, question_id)
    else:
        execute("DELETE FROM conversation_question WHERE id = ?", question_id)
