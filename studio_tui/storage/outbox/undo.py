"""Acts that can still be undone (N5)."""

from datetime import datetime
from typing import Any

from peewee import JOIN, Case, Value, fn

from studio_tui.domain.outbox.kinds import DropReason
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.storage.engine.expressions import ACT, COUNTED, A, C, N, P, among, column, exists
from studio_tui.storage.engine.tables import (
    ActivityUser,
    ConversationTable,
    NotificationTable,
    NotificationUser,
)
from studio_tui.storage.engine.unit import unlimited_sight
from studio_tui.storage.outbox.invitations import INVITED, invitation_key

_C: Any = ConversationTable
_N: Any = NotificationTable
_X: Any = ActivityUser.alias("x")
_O: Any = NotificationTable.alias("o")
"""A notification that an act replaced."""

WaitingAct = tuple[int, str, str, int, int, datetime, datetime]
"""An act that can be undone.

Id of the activity, action, name of the push or else the login it is about, number of users it is
about, number of waiting mails, when it was done, when the first mail leaves.
"""


def waiting_acts(actor_id: int, actions: tuple[str, ...], now: datetime) -> list[WaitingAct]:
    """Return the acts of a user all of whose mail still waits, the newest first."""
    name = fn.COALESCE(P.name, ACT.subject)
    users = _X.select(COUNTED).where(_X.activity == ACT.id)
    untried = N.state.in_((NotificationState.QUEUED, NotificationState.DROPPED)) & (N.attempts == 0)
    waiting = _O.select(_O.caused_by).where(
        _O.state == NotificationState.QUEUED, _O.attempts == 0, _O.due_at > now
    )
    found = (
        ACT.select(ACT.id, ACT.action, name, users, COUNTED, ACT.at, fn.MIN(N.due_at))
        .join(P, JOIN.LEFT_OUTER, on=P.id == ACT.push)
        .join(N, on=N.caused_by == ACT.id)
        .where(ACT.actor == actor_id, among(ACT.action, actions), ACT.id.in_(waiting))
        .group_by(ACT.id, ACT.action, name, ACT.at)
        .having(fn.SUM(Case(None, ((untried, 0),), 1)) == 0, fn.MIN(N.due_at) > now)
        .order_by(ACT.id.desc())
    )
    return list(found.tuples())


@unlimited_sight()
def conversations_told_by(activity_id: int) -> list[int]:
    """Return the conversations to which an act sent invitations."""
    told = N.select(N.conversation).where(N.caused_by == activity_id, N.conversation.is_null(False))
    return column(told.distinct().order_by(N.conversation))


@unlimited_sight()
def is_newest(activity_id: int, conversation_id: int) -> bool:
    """Return whether an act wrote the newest invitations to a conversation."""
    told = N.select(fn.MAX(N.sequence)).where(
        N.conversation == conversation_id, N.caused_by == activity_id
    )
    newest = told.scalar()
    return newest is not None and newest == _of(conversation_id, _C.sequence)


@unlimited_sight()
def former_place(conversation_id: int) -> str | None:
    """Return the place of a conversation before it was last moved.

    None if it was not moved, or the move was undone.
    """
    place: str | None = _of(conversation_id, _C.former_place)
    return place


def _of(conversation_id: int, value: Any) -> Any:
    return _C.select(value).where(_C.id == conversation_id).scalar()


@unlimited_sight()
def requeue_superseded(activity_id: int, at: datetime, due_at: datetime) -> int:
    """Queue again what an undone act had replaced; return the number of notifications.

    An invitation is written anew with the next sequence number, since those of the undone act would
    otherwise remain the newest.
    """
    told = _tell_again(activity_id, due_at)
    invited = _invite_again(activity_id, at, due_at)
    following = N.sequence == C.sequence + 1
    people = N.select(N.id, C.user).join(C, on=(C.id == N.conversation) & following)
    NotificationUser.insert_from(
        people, (NotificationUser.notification, NotificationUser.user)
    ).on_conflict_ignore().execute()
    written = N.select(N.conversation).where(N.conversation == _C.id, N.sequence == _C.sequence + 1)
    _C.update(sequence=_C.sequence + 1).where(_C.id.in_(written)).execute()
    return told + invited


def _tell_again(activity_id: int, due_at: datetime) -> int:
    same = (
        (_O.push == N.push)
        & (_O.recipient == N.recipient)
        & (_O.kind == N.kind)
        & (_O.capacity == N.capacity)
    )
    superseded = (
        N.select(fn.MAX(_O.id))
        .join(_O, on=same)
        .where(
            N.caused_by == activity_id,
            _O.id < N.id,
            _O.state == NotificationState.DROPPED,
            _O.error == DropReason.SUPERSEDED,
            _O.attempts == 0,
        )
        .group_by(N.id)
    )
    again = _N.update(state=NotificationState.QUEUED, error=None, due_at=due_at)
    return int(again.where(_N.id.in_(superseded)).execute())


def _invite_again(activity_id: int, at: datetime, due_at: datetime) -> int:
    following = C.sequence + 1
    again = (
        _O.select(
            invitation_key(_O.conversation, _O.recipient, _O.kind, following),
            *(
                _O.kind,
                _O.capacity,
                Value(NotificationState.QUEUED),
                _O.conversation,
                following,
                _O.recipient,
            ),
            *(_O.caused_by, Value(at), Value(due_at), Value(0)),
        )
        .join(C, on=C.id == _O.conversation)
        .where(
            _O.state == NotificationState.DROPPED,
            _O.error.in_((DropReason.SUPERSEDED, DropReason.CANCELLED)),
            _O.attempts == 0,
            exists(
                N.select().where(
                    N.caused_by == activity_id,
                    N.conversation == _O.conversation,
                    N.sequence == _O.sequence + 1,
                )
            ),
        )
    )
    return int(_N.insert_from(again, INVITED).as_rowcount().execute())


@unlimited_sight()
def restore_cancelled(push_id: int, at: datetime) -> None:
    """Restore the conversations of a push that were cancelled at this instant."""
    of_push = A.select(A.id).where(A.push == push_id)
    _C.update(cancelled_at=None, version=_C.version + 1).where(
        _C.cancelled_at == at, _C.assignment.in_(of_push)
    ).execute()
