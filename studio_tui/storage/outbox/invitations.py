"""Invitations in the outbox (C5): what planning, moving and cancelling enqueue, and its content.

A person holds a conversation in the calendar if they were sent an invitation and no cancellation
after it. That and the current participants decide whether they get *planned*, *moved* or
*cancelled* next. A mail that was tried and may have arrived counts as sent.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Case, Select, Value, fn

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import INVITATIONS, DropReason, Kind
from studio_tui.domain.outbox.notification import Invitee, Meeting, NotificationState
from studio_tui.domain.people.users import full_name
from studio_tui.storage.engine.expressions import ACT, C, H, N, U, among, exists, joined
from studio_tui.storage.engine.fields import instant_of
from studio_tui.storage.engine.prepared import Prepared, among_given
from studio_tui.storage.engine.tables import (
    Activity,
    ConversationTable,
    NotificationTable,
    NotificationUser,
    UserTable,
)
from studio_tui.storage.engine.unit import unlimited_sight
from studio_tui.storage.outbox.enqueue import Cause

_C: Any = ConversationTable
_N: Any = NotificationTable
_X: Any = NotificationTable.alias("x")
"""Another notification of the same conversation to the same recipient."""
_Y: Any = Activity.alias("y")
_W: Any = UserTable.alias("w")
"""The user who decided something about a conversation."""
INVITED = (
    *(_N.key, _N.kind, _N.capacity, _N.state, _N.conversation, _N.sequence, _N.recipient),
    *(_N.caused_by, _N.created_at, _N.due_at, _N.attempts),
)
"""The columns of an invitation, in the order in which they are inserted."""
_DECIDING = (Verb.PLAN, Verb.MOVE, Verb.CANCEL, Verb.HAND_OVER, Verb.CLOSE)


def invitation_key(conversation: Any, recipient: Any, kind: Any, sequence: Any) -> Any:
    """Return the key of an invitation: conversation × person × kind × sequence (N2)."""
    return joined("c", conversation, "-", recipient, "-", kind, "-", sequence)


@unlimited_sight()
def invite(cause: Cause, conversation_ids: Collection[int]) -> int:
    """Send both sides each conversation as it is planned now; return the number of mails.

    Call this after date, length, place or conductor were written. A person with the conversation in
    the calendar gets *moved*. A former participant who still has it there gets *cancelled*. Waiting
    invitations are dropped, since these replace them.
    """
    _begin(conversation_ids, DropReason.SUPERSEDED)
    both, holding = _both(conversation_ids), _holding(conversation_ids)
    told = _write(cause, Kind.MOVED, _all_of(both, "one") & _all_of(holding, "other"))
    told += _write(cause, Kind.PLANNED, _all_of(both, "one") - _all_of(holding, "other"))
    return told + _write(cause, Kind.CANCELLED, _all_of(holding, "one") - _all_of(both, "other"))


@unlimited_sight()
def withdraw(cause: Cause, conversation_ids: Collection[int]) -> int:
    """Remove cancelled conversations from every calendar; return the number of mails.

    Call this after the cancellation was written, with the dates still set. A person who was sent no
    invitation gets no mail.
    """
    _begin(conversation_ids, DropReason.CANCELLED)
    return _write(cause, Kind.CANCELLED, _holding(conversation_ids))


@unlimited_sight()
def follow_addresses(cause: Cause) -> int:
    """Move upcoming invitations of people to their new addresses; return the number of mails.

    The new address gets *planned*, the calendar of the old one *cancelled*. An invitation that
    failed at the old address needs no cancellation.
    """
    return _readdress(cause, Kind.PLANNED) + _readdress(cause, Kind.CANCELLED)


def _readdress(cause: Cause, kind: Kind) -> int:
    """Enqueue a `Kind.PLANNED` to each new address, or a `Kind.CANCELLED` to each old one."""
    invited = _invited_elsewhere(cause)
    if kind is Kind.CANCELLED:
        invited = invited.where(_may_have_arrived(N))
    following = C.sequence + 1
    again = (
        N.select(
            invitation_key(N.conversation, N.recipient, kind, following),
            *(
                Value(kind),
                N.capacity,
                Value(NotificationState.QUEUED),
                N.conversation,
                following,
                N.recipient,
            ),
            *(Value(cause.activity_id), Value(cause.at), Value(cause.due_at), Value(0)),
            N.sent_to if kind is Kind.CANCELLED else Value(None),
        )
        .join(C, on=C.id == N.conversation)
        .where(N.id.in_(invited))
        .order_by(N.id)
    )
    written = _N.insert_from(again, (*INVITED, _N.former_address)).on_conflict_ignore()
    told = int(written.as_rowcount().execute())
    if kind is Kind.CANCELLED:
        _tell_of_users(N.caused_by == cause.activity_id)
        told_of = N.select(N.conversation).where(
            N.caused_by == cause.activity_id, N.conversation.is_null(False)
        )
        _C.update(sequence=_C.sequence + 1).where(_C.id.in_(told_of)).execute()
    return told


def _invited_elsewhere(cause: Cause) -> Any:
    """Return the newest invitations to upcoming conversations that went to a former address."""
    newer = (_X.sequence > N.sequence) | ((_X.sequence == N.sequence) & (_X.id > N.id))
    return (
        N.select(N.id)
        .join(C, on=C.id == N.conversation)
        .join(U, on=(U.id == N.recipient) & U.active)
        .where(
            N.sent_to.is_null(False),
            fn.LOWER(N.sent_to) != fn.LOWER(U.email),
            N.former_address.is_null(),
            N.kind != Kind.CANCELLED,
            N.state.in_(
                (NotificationState.SENDING, NotificationState.SENT, NotificationState.FAILED)
            ),
            N.recipient.in_((C.user, C.conductor)),
            C.planned_for > cause.at,
            C.cancelled_at.is_null(),
            C.started_at.is_null(),
            C.finished_at.is_null(),
            ~exists(
                _X.select().where(
                    _X.conversation == N.conversation,
                    _X.recipient == N.recipient,
                    _X.former_address.is_null(),
                    _X.caused_by != cause.activity_id,
                    _X.state != NotificationState.DROPPED,
                    newer,
                )
            ),
        )
    )


def meetings(ids: Collection[int]) -> dict[int, Meeting]:
    """Return the meeting of each of these notifications, by id; none for other kinds."""
    return {
        row.id: Meeting(
            conversation_id=row.conversation_id,
            sequence=row.sequence,
            newest=row.newest,
            starts_at=instant_of(row.planned_for),
            minutes=row.minutes,
            place=row.place,
            user=Invitee(full_name(row.given_name, row.family_name), row.email),
            conductor=Invitee(full_name(row.h_given, row.h_family), row.h_email),
            planner=full_name(row.w_given or "", row.w_family or "") or row.actor_login,
            takes_part=bool(row.takes_part),
            cancelled=row.cancelled_at is not None,
            held=row.finished_at is not None,
            handed_over=row.action == Verb.HAND_OVER,
        )
        for row in _MEETINGS.rows(ids=ids)
    }


_NEWEST = _X.select(fn.MAX(_X.sequence)).where(
    _X.conversation == C.id, _X.recipient == N.recipient, _X.kind.in_(sorted(INVITATIONS))
)
_DECIDED = (
    _X.select(fn.MAX(_X.caused_by))
    .join(_Y, on=_Y.id == _X.caused_by)
    .where(
        _X.conversation == C.id,
        _X.sequence <= N.sequence,
        fn.COALESCE(_X.error, "") != DropReason.UNDONE,
        _Y.action.in_(_DECIDING),
    )
)
"""The act that decided last. Sending an invitation again decides nothing."""


class _MeetingRow(NamedTuple):
    id: int
    conversation_id: int
    sequence: int
    newest: int
    planned_for: Any
    minutes: int
    place: str
    given_name: str
    family_name: str
    email: str
    h_given: str
    h_family: str
    h_email: str
    w_given: str | None
    w_family: str | None
    actor_login: str
    takes_part: bool
    cancelled_at: Any
    finished_at: Any
    action: str


_MEETINGS = Prepared(
    _MeetingRow,
    lambda: (
        N.select(
            *(N.id, C.id, N.sequence, _NEWEST, C.planned_for, C.minutes, C.place),
            *(U.given_name, U.family_name, U.email, H.given_name, H.family_name, H.email),
            *(_W.given_name, _W.family_name, ACT.actor_login),
            *(N.recipient.in_((C.user, C.conductor)), C.cancelled_at, C.finished_at, ACT.action),
        )
        .join(C, on=C.id == N.conversation)
        .join(U, on=U.id == C.user)
        .join(H, on=H.id == C.conductor)
        .join(ACT, on=ACT.id == _DECIDED)
        .join(_W, JOIN.LEFT_OUTER, on=_W.id == ACT.actor)
        .where(among_given(N.id, "ids"), N.kind.in_(sorted(INVITATIONS)))
    ),
)


def _begin(conversation_ids: Collection[int], reason: DropReason) -> None:
    """Advance the sequence, and drop the invitations that the new ones replace."""
    _C.update(sequence=_C.sequence + 1).where(among(_C.id, conversation_ids)).execute()
    _N.update(state=NotificationState.DROPPED, error=reason).where(
        _N.state == NotificationState.QUEUED,
        _N.kind.in_(sorted(INVITATIONS)),
        among(_N.conversation, conversation_ids),
    ).execute()


def _both(conversation_ids: Collection[int]) -> Any:
    """Return ``conversation_id, recipient_id`` of both participants."""
    wanted = among(C.id, conversation_ids)
    users = C.select(C.id.alias("conversation_id"), C.user.alias("recipient_id")).where(wanted)
    return users | C.select(C.id, C.conductor).where(wanted)


def _holding(conversation_ids: Collection[int]) -> Any:
    """Return ``conversation_id, recipient_id`` of everybody who may have it in the calendar."""
    taken_back = _X.select().where(
        _X.conversation == N.conversation,
        _X.recipient == N.recipient,
        _X.kind == Kind.CANCELLED,
        _X.sequence > N.sequence,
        _may_have_arrived(_X),
    )
    return (
        N.select(N.conversation.alias("conversation_id"), N.recipient.alias("recipient_id"))
        .where(
            among(N.conversation, conversation_ids),
            N.kind.in_(sorted(INVITATIONS)),
            N.kind != Kind.CANCELLED,
            _may_have_arrived(N),
            ~exists(taken_back),
        )
        .distinct()
    )


def _may_have_arrived(mail: Any) -> Any:
    tried = mail.state.in_((NotificationState.QUEUED, NotificationState.DROPPED)) & (
        mail.attempts > 0
    )
    return mail.state.in_((NotificationState.SENDING, NotificationState.SENT)) | tried


def _all_of(query: Any, name: str) -> Any:
    """Return the rows of ``query`` as one SELECT: SQLite puts no brackets around a compound one."""
    return Select((query.alias(name),), (SQL("*"),))


def _write(cause: Cause, kind: Kind, recipients: Any) -> int:
    """Enqueue an invitation for each ``conversation_id, recipient_id``; return their number."""
    found = recipients.alias("found")
    recipient = found.c.recipient_id
    capacity = Case(None, ((recipient == C.user, "user"),), "manager")
    written = (
        C.select(
            invitation_key(C.id, recipient, kind, C.sequence),
            *(Value(kind), capacity, Value(NotificationState.QUEUED), C.id, C.sequence, recipient),
            *(Value(cause.activity_id), Value(cause.at), Value(cause.due_at), Value(0)),
        )
        .join(found, on=C.id == found.c.conversation_id)
        .order_by(C.id, recipient != C.user, recipient)
    )
    told = int(_N.insert_from(written, INVITED).as_rowcount().execute())
    _tell_of_users((N.caused_by == cause.activity_id) & (N.kind == kind))
    return told


def _tell_of_users(which: Any) -> None:
    """Record that these notifications are about the users of their conversations."""
    people = N.select(N.id, C.user).join(C, on=C.id == N.conversation).where(which)
    NotificationUser.insert_from(
        people, (NotificationUser.notification, NotificationUser.user)
    ).on_conflict_ignore().as_rowcount().execute()
