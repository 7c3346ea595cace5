"""The texts in conversations, their conductors at the time, and who was given access (C6)."""

from datetime import datetime
from typing import Any, NamedTuple

from peewee import SQL

from studio_tui.domain.conversations.conversation import (
    Conversation,
    Part,
    Piece,
    Tenure,
    Term,
    WrittenText,
)
from studio_tui.domain.people.users import full_name
from studio_tui.domain.templates.template import StepKind
from studio_tui.storage.engine.expressions import ONE, U
from studio_tui.storage.engine.prepared import Prepared, given
from studio_tui.storage.engine.sql import required_instant
from studio_tui.storage.engine.tables import (
    Answer,
    ConversationQuestion,
    OpeningTable,
    Preparation,
    TakeOver,
)

_O: Any = TakeOver
_Q: Any = ConversationQuestion
_R: Any = OpeningTable


class _TakeOverRow(NamedTuple):
    term: int
    former: int
    talked: bool


class _AccessRow(NamedTuple):
    author: int
    reader: int
    term: int


_TAKE_OVERS = Prepared(
    _TakeOverRow,
    lambda: (
        _O.select(_O.term, _O.former, _O.talked)
        .where(_O.conversation == given("conversation"))
        .order_by(_O.term)
    ),
)
_ACCESS = Prepared(
    _AccessRow,
    lambda: _R.select(_R.author, _R.reader, _R.term).where(
        _R.conversation == given("conversation")
    ),
)


def tenure_of(conversation: Conversation) -> Tenure:
    """Return the conductors of a conversation term by term, and who opened texts to whom."""
    ended = [
        Term(row.term - 1, row.former, bool(row.talked))
        for row in _TAKE_OVERS.rows(conversation=conversation.id)
    ]
    talked = conversation.started_at is not None or conversation.finished_at is not None
    return Tenure(
        (*ended, Term(len(ended) + 1, conversation.conductor_id, talked)),
        {(row.author, row.reader): row.term for row in _ACCESS.rows(conversation=conversation.id)},
    )


def insert_take_over(conversation: Conversation, term: int, conductor_id: int, act: int) -> None:
    """Record that another conductor takes over ``conversation``, from ``term`` on."""
    TakeOver.insert(
        conversation=conversation.id,
        term=term,
        former=conversation.conductor_id,
        conductor=conductor_id,
        activity=act,
        talked=conversation.started_at is not None,
    ).execute()


def grant_access(conversation_id: int, author_id: int, reader_id: int, term: int) -> None:
    """Let a reader see the texts that an author wrote up to and including a term."""
    _R.insert(
        conversation=conversation_id, author=author_id, reader=reader_id, term=term
    ).on_conflict(
        conflict_target=(_R.conversation, _R.author, _R.reader), update={_R.term: term}
    ).execute()


def revoke_access(conversation_id: int, author_id: int, reader_id: int) -> None:
    """Withdraw a reader's access to the texts of an author."""
    _R.delete().where(
        _R.conversation == conversation_id, _R.author == author_id, _R.reader == reader_id
    ).execute()


class _PieceRow(NamedTuple):
    question_id: int
    step: str
    author: int
    given_name: str
    family_name: str
    term: int
    text: str
    version: int
    written_at: Any
    is_answer: bool


def _all_texts() -> Any:
    prepared, answered = _texts_in(Preparation), _texts_in(Answer)
    return (prepared.select_extend(SQL("0")) + answered.select_extend(ONE)).order_by(
        SQL("term"), SQL("written_at"), SQL("author")
    )


_PIECES = Prepared(_PieceRow, _all_texts)


def pieces_of(conversation: Conversation) -> list[Piece]:
    """Return all texts of a conversation, ordered by term and instant."""
    return [
        Piece(
            question_id=row.question_id,
            part=_part(row.step, bool(row.is_answer), of_user=row.author == conversation.user_id),
            author_id=row.author,
            author=full_name(row.given_name, row.family_name),
            term=row.term,
            written=WrittenText(row.text, row.version, required_instant(row.written_at)),
        )
        for row in _PIECES.rows(conversation=conversation.id)
    ]


def write_preparation(
    question_id: int, author_id: int, term: int, text: str, version: int, at: datetime
) -> bool:
    """Write a preparation that was at ``version``, 0 for none; return False if it changed (A4)."""
    return _wrote(Preparation, question_id, author_id, term, text, version, at)


def write_answer(
    question_id: int, author_id: int, term: int, text: str, version: int, at: datetime
) -> bool:
    """Write an answer that was at ``version``, 0 for none; return False if it changed (A4)."""
    return _wrote(Answer, question_id, author_id, term, text, version, at)


def _texts_in(table: Any) -> Any:
    return (
        _Q.select(
            *(_Q.id, _Q.step, table.author.alias("author"), U.given_name, U.family_name),
            *(table.term.alias("term"), table.text, table.version),
            table.written_at.alias("written_at"),
        )
        .join(table, on=table.question == _Q.id)
        .join(U, on=U.id == table.author)
        .where(_Q.conversation == given("conversation"))
    )


def _part(step: str, talk: bool, *, of_user: bool) -> Part:
    if talk:
        return Part.SUMMARY if step == StepKind.SUMMARY else Part.ANSWERS
    return Part.USER_PREPARATION if of_user else Part.CONDUCTOR_PREPARATION


def _wrote(
    table: Any,
    question_id: int,
    author_id: int,
    term: int,
    text: str,
    version: int,
    at: datetime,
) -> bool:
    values = {table.term: term, table.text: text, table.written_at: at}
    if version:
        return bool(
            table.update({**values, table.version: table.version + 1})
            .where(
                table.question == question_id, table.author == author_id, table.version == version
            )
            .execute()
        )
    first = {**values, table.question: question_id, table.author: author_id, table.version: 1}
    return bool(table.insert(first).on_conflict_ignore().as_rowcount().execute())
