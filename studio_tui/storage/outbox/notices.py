"""Notices in the outbox: mails about what others did to something of a user (C6, A1).

``sequence`` of a notice is the line of activity that it is about, so that a copy sent again says
the same.
"""

import json
from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from peewee import JOIN, fn

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import NOTICES, Capacity, Kind
from studio_tui.domain.outbox.notification import Notice, NotificationState
from studio_tui.domain.people.users import full_name
from studio_tui.storage.engine.expressions import ACT, C, H, N, U, among, column
from studio_tui.storage.engine.prepared import Prepared, among_given
from studio_tui.storage.engine.sql import required_instant
from studio_tui.storage.engine.tables import (
    Answer,
    ConversationQuestion,
    NotificationTable,
    NotificationUser,
    OpeningTable,
    Preparation,
    TakeOver,
    UserTable,
)
from studio_tui.storage.engine.unit import unlimited_sight
from studio_tui.storage.outbox.enqueue import Cause


@unlimited_sight()
def give_notice(
    cause: Cause,
    kind: Kind,
    capacity: Capacity,
    recipient_id: int,
    about_id: int,
    conversation_id: int | None = None,
) -> None:
    """Notify a user of the act of ``cause``, which is about the user ``about_id``.

    The mail leaves when ``cause`` says. Its key is act × person × kind (N2).
    """
    notification_id = NotificationTable.insert(
        key=f"a{cause.activity_id}-{recipient_id}-{kind}",
        kind=kind,
        capacity=capacity,
        state=NotificationState.QUEUED,
        conversation=conversation_id,
        sequence=cause.activity_id,
        recipient=recipient_id,
        caused_by=cause.activity_id,
        created_at=cause.at,
        due_at=cause.due_at,
        attempts=0,
    ).execute()
    NotificationUser.insert(notification=notification_id, user=about_id).execute()


def notices(ids: Collection[int]) -> dict[int, Notice]:
    """Return the content of each of these notices, by id; none for other kinds."""
    found = _NOTICES.rows(ids=ids)
    standing = _standing(found)
    closed = _closed_to_conductor(ids) if found else frozenset()
    return {
        row.id: Notice(
            at=required_instant(row.at),
            by=_name(row.by_given, row.by_family) or row.actor_login,
            conversation_id=row.conversation_id,
            person=_name(row.given_name, row.family_name),
            conductor=_name(row.h_given, row.h_family),
            former=_name(row.f_given, row.f_family),
            closed=row.id in closed,
            fingerprint=_fingerprint(row.after) if row.kind == Kind.KEY_ADDED else "",
            **standing.get(row.id, {}),
        )
        for row in found
    }


def _name(given: str | None, family: str | None) -> str:
    return full_name(given or "", family or "")


_BY: Any = UserTable.alias("w")
_F: Any = UserTable.alias("f")
_O: Any = TakeOver.alias("o")
_R: Any = OpeningTable.alias("r")
_Q: Any = ConversationQuestion.alias("q")


class _NoticeRow(NamedTuple):
    id: int
    at: Any
    actor_login: str
    conversation_id: int | None
    kind: str
    after: str | None
    by_given: str | None
    by_family: str | None
    given_name: str | None
    family_name: str | None
    h_given: str | None
    h_family: str | None
    f_given: str | None
    f_family: str | None
    action: str
    subject: str
    before: str | None


_NOTICES = Prepared(
    _NoticeRow,
    lambda: (
        N.select(
            *(N.id, ACT.at, ACT.actor_login, N.conversation, N.kind, ACT.after),
            *(_BY.given_name, _BY.family_name, U.given_name, U.family_name),
            *(H.given_name, H.family_name, _F.given_name, _F.family_name),
            *(ACT.action, ACT.subject, ACT.before),
        )
        .join(ACT, on=ACT.id == N.sequence)
        .join_from(ACT, _BY, JOIN.LEFT_OUTER, on=_BY.id == ACT.actor)
        .join_from(N, C, JOIN.LEFT_OUTER, on=C.id == N.conversation)
        .join_from(N, _O, JOIN.LEFT_OUTER, on=_O.activity == N.sequence)
        .join_from(C, U, JOIN.LEFT_OUTER, on=U.id == C.user)
        .join_from(C, H, JOIN.LEFT_OUTER, on=H.id == fn.COALESCE(_O.conductor, C.conductor))
        .join_from(_O, _F, JOIN.LEFT_OUTER, on=_F.id == _O.former)
        .where(among_given(N.id, "ids"), N.kind.in_(sorted(NOTICES)))
    ),
)


def _standing(found: Collection[_NoticeRow]) -> dict[int, dict[str, Any]]:
    """Return the fields about stand-ins (U14), by id of the notice."""
    rows = [row for row in found if row.kind == Kind.STAND_IN]
    told = {row.id: json.loads(row.after or row.before or "{}") for row in rows}
    logins = {row.subject for row in rows} | {each["stand_in"] for each in told.values()}
    names = (
        {
            login: full_name(given, family)
            for login, given, family in U.select(U.login, U.given_name, U.family_name)
            .where(U.login.in_(sorted(logins)))
            .tuples()
        }
        if rows
        else {}
    )
    return {
        row.id: {
            "leader": names.get(row.subject, row.subject),
            "stand_in": names.get(told[row.id]["stand_in"], told[row.id]["stand_in"]),
            "first_day": date.fromisoformat(told[row.id]["from"]),
            "last_day": date.fromisoformat(told[row.id]["until"]),
            "ended": row.action == Verb.END_STAND_IN,
        }
        for row in rows
    }


def _closed_to_conductor(ids: Collection[int]) -> frozenset[int]:
    """Return the notices whose recipient wrote texts that are closed to the new conductor."""
    of_user = _R.select(fn.MAX(_R.term)).where(_R.conversation == C.id, _R.author == C.user)
    prepared, answered = (_closed(table, of_user, ids) for table in (Preparation, Answer))
    return frozenset(column(prepared | answered))


def _closed(table: Any, of_user: Any, ids: Collection[int]) -> Any:
    opened: Any = OpeningTable.alias("p")
    theirs = (opened.conversation == C.id) & (opened.author == N.recipient)
    return (
        N.select(N.id)
        .join(_O, on=_O.activity == N.sequence)
        .join_from(_O, C, on=(C.id == _O.conversation) & (C.conductor != N.recipient))
        .join_from(C, _Q, on=_Q.conversation == C.id)
        .join_from(
            *(_Q, table),
            on=(table.question == _Q.id) & (table.author == N.recipient) & (table.text != ""),
        )
        .join_from(*(_O, opened, JOIN.LEFT_OUTER), on=theirs & (opened.reader == _O.conductor))
        .where(
            table.term < _O.term,
            table.term > fn.COALESCE(opened.term, 0),
            (N.recipient != C.user) | (table.term <= of_user),
            among(N.id, ids),
        )
    )


def _fingerprint(after: str | None) -> str:
    return str(json.loads(after or "{}").get("fingerprint", ""))
