"""All rows about one person (U13), from every table.

Tables that refer to users are found by their foreign keys, so that a new table is exported without
being listed here. What is listed here is left out, each with the reason.
"""

from functools import reduce
from operator import or_
from typing import Any

import peewee

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.users import full_name
from studio_tui.storage.engine.expressions import ACT, U, among, column
from studio_tui.storage.engine.peewee_internals import table_facts
from studio_tui.storage.engine.tables import (
    TABLES,
    Activity,
    ActivityUser,
    Answer,
    CoachingTable,
    ConversationQuestion,
    ConversationTable,
    DraftTable,
    EarlierText,
    NotificationTable,
    NotificationUser,
    Preparation,
    SshKey,
    TakeOver,
    UserTable,
)

ELSEWHERE: frozenset[type[peewee.Model]] = frozenset({Activity, ActivityUser, UserTable})
"""Tables that the archive exports in a form of their own."""
CLOSED: frozenset[peewee.Field] = frozenset(
    {
        # The content of conversations: `services.conversations.reading` decides who reads it (C6).
        Preparation.text,
        Answer.text,
        EarlierText.text,
        ConversationQuestion.text,
        ConversationQuestion.topic,
        ConversationQuestion.options,
        # Unsaved text belongs to its writer alone (A4).
        DraftTable.content,
        # The fingerprint identifies the key.
        SshKey.key,
    }
)
"""Columns whose values are not copied."""


_Q: Any = ConversationQuestion


def rows_about(user_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each table that refer to a user, by table name, ordered by key.

    References to users are given as their logins.
    """
    found: dict[str, list[dict[Any, Any]]] = {}
    named: set[int] = set()
    for table in TABLES:
        if (columns := _references(table)) and table not in ELSEWHERE:
            facts = table_facts(table)
            kept = [field for field in facts.fields if field not in CLOSED]
            about = reduce(or_, (each == user_id for each in columns))
            query: Any = table.select(*kept).where(about).order_by(*kept)
            rows = [dict(zip(kept, row, strict=True)) for row in query.tuples()]
            named.update(row[each] for row in rows for each in columns if row[each] is not None)
            found[facts.name] = rows
    logins = dict(U.select(U.id, U.login).where(among(U.id, named)).tuples())
    return {name: [_told(row, logins) for row in rows] for name, rows in found.items()}


def conversations_with(user_id: int) -> list[int]:
    """Return the ids of conversations about a user, held by them, or in which they wrote."""
    of_questions = ConversationQuestion.select(ConversationQuestion.conversation)
    written = [
        of_questions.join(table, on=table.question == _Q.id).where(table.author == user_id)
        for table in (Preparation, Answer, EarlierText)
    ]
    held = TakeOver.select(TakeOver.conversation).where(TakeOver.former == user_id)
    asked = of_questions.where(ConversationQuestion.added_by == user_id)
    c: Any = ConversationTable
    with_them = (c.user == user_id) | (c.conductor == user_id)
    parts = [c.id.in_(each) for each in (*written, held, asked)]
    return column(c.select(c.id).where(reduce(or_, parts, with_them)).order_by(c.id))


def mails_to(user_id: int) -> list[int]:
    """Return the ids of the notifications to a user."""
    n: Any = NotificationTable
    return column(n.select(n.id).where(n.recipient == user_id).order_by(n.id))


def mails_about(user_id: int) -> list[int]:
    """Return the ids of the notifications to others that mention a user."""
    n: Any = NotificationTable
    x: Any = NotificationUser
    told = n.select(n.id).join(x, on=x.notification == n.id)
    return column(told.where(x.user == user_id, n.recipient != user_id).order_by(n.id))


def coachees_of(user_id: int) -> list[tuple[str, str]]:
    """Return login and name of each coachee of a user, by login."""
    c: Any = CoachingTable
    found = c.select(U.login, U.given_name, U.family_name).join(U, on=U.id == c.user)
    rows = found.where(c.coach == user_id).order_by(U.login_key).tuples()
    return [(login, full_name(given, family)) for login, given, family in rows]


def lines_of(user_id: int) -> list[int]:
    """Return the ids of the lines of activity about or by a user, the oldest first."""
    x: Any = ActivityUser
    about = x.select(x.activity).where(x.user == user_id)
    return column(
        ACT.select(ACT.id).where((ACT.actor == user_id) | ACT.id.in_(about)).order_by(ACT.id)
    )


def as_reader(user_id: int) -> Actor:
    """Return the user as an actor with the rights that every user has."""
    found = U.select(U.login, U.given_name, U.family_name).where(U.id == user_id)
    ((login, given, family),) = found.tuples()
    return Actor(user_id, login, full_name(given, family), Role.USER)


def _references(table: type[peewee.Model]) -> list[Any]:
    """Return the columns of a table that refer to users."""
    return [each for each in table_facts(table).fields if _is_user(each)]


def _is_user(field: Any) -> bool:
    return getattr(field, "rel_model", None) is UserTable


def _told(row: dict[Any, Any], logins: dict[int, str]) -> dict[str, Any]:
    return {
        field.name: logins.get(value, value) if _is_user(field) else value
        for field, value in row.items()
    }
