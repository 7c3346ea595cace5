"""What is written in conversations, who held them when it was, and to whom it was opened (C6)."""

from datetime import datetime

from studio_tui.domain.conversations.conversation import (
    Conversation,
    Part,
    Piece,
    Tenure,
    Term,
    Written,
)
from studio_tui.domain.people.users import full_name
from studio_tui.domain.templates.template import StepKind
from studio_tui.storage.engine.sql import execute, known_instant, rows
from studio_tui.storage.engine.tables import OpeningTable, TakeOver


def tenure_of(conversation: Conversation) -> Tenure:
    """Who held a conversation when, and who opened what they wrote to whom."""
    changes = rows(
        "SELECT term, former_id, talked FROM take_over WHERE conversation_id = ? ORDER BY term",
        conversation.id,
    )
    ended = [Term(number - 1, former, bool(talked)) for number, former, talked in changes]
    talked = conversation.started_at is not None or conversation.finished_at is not None
    return Tenure(
        (*ended, Term(len(ended) + 1, conversation.conductor_id, talked)),
        {
            (author, reader): term
            for author, reader, term in rows(
                "SELECT author_id, reader_id, term FROM opening WHERE conversation_id = ?",
                conversation.id,
            )
        },
    )


def insert_take_over(conversation: Conversation, term: int, conductor_id: int, act: int) -> None:
    """Write that somebody else holds ``conversation``, as it was, from the ``term`` on."""
    TakeOver.insert(
        conversation=conversation.id,
        term=term,
        former=conversation.conductor_id,
        conductor=conductor_id,
        activity=act,
        talked=conversation.started_at is not None,
    ).execute()


def open_to(conversation_id: int, author_id: int, reader_id: int, term: int) -> None:
    """Let somebody read what an author wrote up to and in a term."""
    OpeningTable.insert(
        conversation=conversation_id, author=author_id, reader=reader_id, term=term
    ).on_conflict(
        conflict_target=(OpeningTable.conversation, OpeningTable.author, OpeningTable.reader),
        update={OpeningTable.term: term},
    ).execute()


def close_to(conversation_id: int, author_id: int, reader_id: int) -> None:
    """Let somebody read nothing that an author wrote."""
    OpeningTable.delete().where(
        (OpeningTable.conversation == conversation_id)
        & (OpeningTable.author == author_id)
        & (OpeningTable.reader == reader_id)
    ).execute()


def pieces_of(conversation: Conversation) -> list[Piece]:
    """Everything that is written in a conversation, in the order of terms and instants."""
    found = rows(
        f"{_WRITTEN.format(0, 'preparation')} UNION ALL {_WRITTEN.format(1, 'answer')} "
        "ORDER BY term, written_at, author_id",
        conversation.id,
        conversation.id,
    )
    return [
        Piece(
            question_id=row[0],
            part=_part(row[1], bool(row[2]), of_user=row[3] == conversation.user_id),
            author_id=row[3],
            author=full_name(row[4], row[5]),
            term=row[6],
            written=Written(row[7], row[8], known_instant(row[9])),
        )
        for row in found
    ]


def write_preparation(
    question_id: int, author_id: int, term: int, text: str, version: int, at: datetime
) -> bool:
    """Write what was at ``version`` (0: nothing yet); whether it still was (A4)."""
    return _wrote("preparation", question_id, author_id, term, text, version, at)


def write_answer(
    question_id: int, author_id: int, term: int, text: str, version: int, at: datetime
) -> bool:
    """Write what was at ``version`` (0: nothing yet); whether it still was (A4)."""
    return _wrote("answer", question_id, author_id, term, text, version, at)


_WRITTEN = (
    "SELECT q.id, q.step, {} AS talk, x.author_id, u.given_name, u.family_name, x.term AS term, "
    "x.text, x.version, x.written_at AS written_at FROM conversation_question q "
    "JOIN {} x ON x.question_id = q.id JOIN users u ON u.id = x.author_id "
    "WHERE q.conversation_id = ?"
)


def _part(step: str, talk: bool, *, of_user: bool) -> Part:
    if talk:
        return Part.SUMMARY if step == StepKind.SUMMARY else Part.ANSWERS
    return Part.USER_PREPARATION if of_user else Part.CONDUCTOR_PREPARATION


def _wrote(
    table: str,
    question_id: int,
    author_id: int,
    term: int,
    text: str,
    version: int,
    at: datetime,
) -> bool:
    if not version:
        cursor = execute(
            f"INSERT INTO {table} (question_id, author_id, term, text, written_at, version) "
            "VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT DO NOTHING",
            question_id,
            author_id,
            term,
            text,
            at,
        )
    else:
        cursor = execute(
            f"UPDATE {table} SET term = ?, text = ?, written_at = ?, version = version + 1 "
            "WHERE question_id = ? AND author_id = ? AND version = ?",
            term,
            text,
            at,
            question_id,
            author_id,
            version,
        )
    return bool(cursor.rowcount)
