"""Reading the outbox, and what people do with single mails in it (N4, N10).

Events enqueue with `storage.outbox.enqueue`, workers send with `storage.outbox.worker_queue`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Case, Join, Value, fn

from studio_tui.domain.outbox.bounces import Bounce
from studio_tui.domain.outbox.kinds import UNDROPPABLE_KINDS, Capacity, Kind
from studio_tui.domain.outbox.notification import (
    WAITING,
    Notification,
    NotificationFilter,
    NotificationState,
)
from studio_tui.domain.outbox.sending_hours import DEFERRED_PREFIX
from studio_tui.domain.people.users import full_name
from studio_tui.domain.shared.label_search import match_labels
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.shared.text import fold_search
from studio_tui.storage.audiences.conditions import ids_in
from studio_tui.storage.engine.expressions import (
    COUNTED,
    EVERYBODY,
    NO_TEXT,
    C,
    N,
    P,
    R,
    T,
    U,
    among,
    both,
    column,
    containing,
    count,
    selected,
    text,
)
from studio_tui.storage.engine.fields import instant_of, literal
from studio_tui.storage.engine.prepared import Prepared, among_given, given
from studio_tui.storage.engine.sql import required_instant
from studio_tui.storage.engine.tables import NotificationTable, NotificationUser, UserTable
from studio_tui.storage.engine.unit import is_sqlite
from studio_tui.storage.lists.keyset import Listing
from studio_tui.storage.lists.shown_words import any_of
from studio_tui.storage.outbox import outbox_count
from studio_tui.storage.outbox.bounces import is_corrected, sent_since
from studio_tui.storage.outbox.deliveries import MAILS, template_name, with_subject
from studio_tui.wording.mail import BOUNCED_LABEL, STATE_LABELS, kind_in_words

_N: Any = NotificationTable
_X: Any = NotificationUser.alias("x")
_AGAIN: Any = NotificationTable.alias("again")
_BY_USER = Join(N, R, JOIN.INNER, R.id == N.recipient)
_FROM = with_subject(_BY_USER)
_USERS_FIRST = Join(R, N, JOIN.CROSS, N.recipient == R.id)
"""The join in the order of the users. SQLite keeps to the order as written."""
_TOLD_USER: Any = UserTable.alias("told")
_KINDS = {(kind, capacity): kind_in_words(kind, capacity) for kind in Kind for capacity in Capacity}
_BOUNCED = {True: BOUNCED_LABEL}
_LEAST = 3
"""Minimum length of a word to search for in columns without an index."""
_ABOUT_KEY = fn.COALESCE(P.name_key, T.name_key, NO_TEXT)
_KIND_KEY = Case(
    None,
    [
        ((N.kind == literal(kind)) & (N.capacity == literal(capacity)), Value(label))
        for (kind, capacity), label in _KINDS.items()
    ],
    N.kind,
)
_COMPUTED = {"push", "kind", "error"}
_SORTS = {
    "due_at": N.due_at,
    "sent_at": fn.COALESCE(N.sent_at, N.due_at),
    "recipient": R.sort_name,
    "state": N.state,
    "push": _ABOUT_KEY,
    "kind": _KIND_KEY,
    "error": fn.COALESCE(N.error, N.bounce_words, NO_TEXT),
}
_CAME_BACK = N.bounced_at.is_null(False) & ~sent_since()
"""The condition that a mail bounced and was not sent again since."""


def notification_condition(filter_: NotificationFilter, now: datetime) -> Any:
    """Return the condition on the notifications ``N`` that a filter matches."""
    found: Any = EVERYBODY
    about = fn.COALESCE(P.name_key, T.name_key, "")
    for word in map(fold_search, filter_.text.split()):
        by_name = containing(R.search, [word]) | containing(about, [word])
        found = both(found, any_of(by_name, *_meanings(word, now)))
    if filter_.state is not None:
        found = both(found, _is_in(filter_.state, now))
    if filter_.push_id is not None:
        found = both(found, N.push.is_null(False) & (N.push == filter_.push_id))
    if filter_.recipient_id is not None:
        found = both(found, N.recipient == filter_.recipient_id)
    if filter_.where is not None:
        found = both(found, N.recipient.in_(ids_in(filter_.where)))
    if filter_.ids:
        found = both(found, among(N.id, filter_.ids))
    if filter_.bounced is not None:
        found = both(found, N.bounced_at.is_null(not filter_.bounced))
    if filter_.corrected:
        found = both(found, _CAME_BACK & is_corrected())
    return found


def _meanings(word: str, now: datetime) -> list[Any]:
    """Return the conditions for a word that does not mean a name.

    It may mean a state, a kind, the error of a mail, or a person whom a manager is notified about.
    """
    found = [_is_in(state, now) for state in match_labels(word, STATE_LABELS)]
    if match_labels(word, _BOUNCED):
        found.append(N.bounced_at.is_null(False))
    found += [
        (N.kind == kind) & (N.capacity == capacity) for kind, capacity in match_labels(word, _KINDS)
    ]
    if len(word) >= _LEAST:
        logins = containing(_TOLD_USER.login_key, [word])
        told = _X.select(_X.notification).join(_TOLD_USER, on=_TOLD_USER.id == _X.user)
        of_manager = N.capacity == Capacity.MANAGER
        found += [
            containing(fn.LOWER(fn.COALESCE(N.error, "")), [word]),
            N.bounced_at.is_null(False)
            & containing(fn.LOWER(fn.COALESCE(N.bounce_words, "")), [word]),
            of_manager & N.id.in_(told.where(logins)),
        ]
    return found


def notification_listing(filter_: NotificationFilter, sort: Sort, now: datetime) -> Listing:
    """Return the listing of the notifications that a filter matches."""
    key = _SORTS.get(sort.column, _SORTS["due_at"])
    by_user = sort.column == "recipient"
    by_subject = bool(filter_.text) or sort.column == "push"
    return Listing(
        _FROM if filter_.text else N,
        N.id,
        notification_condition(filter_, now),
        key,
        descending=sort.descending,
        narrowed=filter_ != NotificationFilter(),
        computed=sort.column in _COMPUTED,
        whole=_FROM if by_subject else _BY_USER if by_user else N,
        walked=_USERS_FIRST if by_user and not by_subject and is_sqlite() else None,
    )


def ids_matching(filter_: NotificationFilter, now: datetime) -> list[int]:
    """Return the ids of the notifications that a filter matches."""
    return column(MAILS.select(N.id).where(notification_condition(filter_, now)).order_by(N.id))


def ids_caused_by(activity_id: int) -> list[int]:
    """Return the ids of the notifications of an act: to users first, by name."""
    found = MAILS.select(N.id).where(N.caused_by == activity_id)
    return column(found.order_by(N.capacity.desc(), R.sort_name, R.id))


def samples_caused_by(activity_id: int) -> list[int]:
    """Return the ids of one notification of an act for each kind, capacity and language."""
    found = MAILS.select(fn.MIN(N.id)).where(N.caused_by == activity_id)
    return column(found.group_by(N.kind, N.capacity, R.language))


def matching_notifications(
    filter_: NotificationFilter, ids: list[int], now: datetime
) -> frozenset[int]:
    """Return those of ``ids`` that a filter matches."""
    matching = both(among(N.id, ids), notification_condition(filter_, now))
    return frozenset(column(MAILS.select(N.id).where(matching)))


def count_selected(selection: Selection[NotificationFilter], now: datetime) -> int:
    """Return how many notifications a selection holds."""
    return count(MAILS.where(_selected(selection, now)))


def notifications_by_id(ids: list[int], now: datetime) -> list[Notification]:
    """Return these notifications in the order of ``ids``; those that do not exist are left out."""
    if not ids:
        return []
    about = _about(ids)
    found = {
        row.id: Notification(
            id=row.id,
            key=row.key,
            kind=Kind(row.kind),
            capacity=Capacity(row.capacity),
            state=NotificationState.HELD if row.held else NotificationState(row.state),
            recipient_id=row.recipient_id,
            recipient=row.recipient,
            name=full_name(row.given_name, row.family_name),
            to=row.to,
            push_id=row.push_id,
            push=row.push or "",
            about=about.get(row.id, ()),
            due_at=required_instant(row.due_at),
            attempts=row.attempts,
            sent_at=instant_of(row.sent_at),
            error=row.error,
            template=template_name(row.definition) if row.definition else "",
            bounced_at=instant_of(row.bounced_at),
            bounce=_bounce(row),
        )
        for row in _LISTED.rows(ids=ids, now=now)
    }
    return [found[notification_id] for notification_id in ids if notification_id in found]


class _ListedMail(NamedTuple):
    """A notification as lists show it."""

    id: int
    key: str
    kind: str
    capacity: str
    held: bool
    state: str
    recipient_id: int
    recipient: str
    given_name: str
    family_name: str
    to: str
    push_id: int | None
    push: str | None
    due_at: Any
    attempts: int
    sent_at: Any
    error: str | None
    definition: str | None
    bounced_at: Any
    bounce_code: str | None
    bounce_words: str | None


def _bounce(row: _ListedMail) -> Bounce | None:
    if row.bounced_at is None:
        return None
    return Bounce(row.bounce_code or "", row.bounce_words or "")


def _listed() -> Any:
    address = fn.COALESCE(N.former_address, N.sent_to, R.email)
    of_talk = N.conversation.is_null(False), fn.COALESCE(P.definition, C.definition, T.definition)
    return MAILS.select(
        *(N.id, N.key, N.kind, N.capacity, _held(given("now")), N.state, R.id, R.login),
        *(R.given_name, R.family_name, address, N.push, P.name, N.due_at, N.attempts),
        *(N.sent_at, N.error, Case(None, (of_talk,))),
        *(N.bounced_at, N.bounce_code, N.bounce_words),
    ).where(among_given(N.id, "ids"))


_LISTED = Prepared(_ListedMail, _listed)


def retry(selection: Selection[NotificationFilter], now: datetime) -> list[int]:
    """Queue the failed notifications of a selection again (N10); return their ids."""
    again = _N.update(
        state=NotificationState.QUEUED, due_at=now, attempts=0, dated_at=None, error=None
    )
    failed = (_N.state == NotificationState.FAILED) & _N.id.in_(_ids(selection, now))
    return column(again.where(failed).returning(_N.id))


def drop_untrue(reasons: Mapping[int, str]) -> None:
    """Drop those of these notifications that wait, each for its reason."""
    for reason in dict.fromkeys(reasons.values()):
        ids = [each for each, why in reasons.items() if why == reason]
        dropped = _N.update(state=NotificationState.DROPPED, error=reason)
        dropped.where(_N.state == NotificationState.QUEUED, among(_N.id, ids)).execute()


def count_came_back(selection: Selection[NotificationFilter], now: datetime) -> int:
    """Return how many mails of a selection bounced and were not sent again since."""
    return count(MAILS.where(_selected(selection, now), _CAME_BACK))


def send_again(
    selection: Selection[NotificationFilter],
    activity_id: int,
    at: datetime,
    *,
    came_back: bool = False,
) -> int:
    """Enqueue a copy of each sent mail of a selection (N10); return their number.

    With ``came_back``, only of those that `count_came_back` counts.
    """
    suffix = f"-again-{activity_id}"
    again = MAILS.select(
        *(
            N.key.concat(text(suffix)),
            N.kind,
            N.capacity,
            Value(NotificationState.QUEUED),
            N.push,
            N.conversation,
        ),
        *(N.sequence, N.recipient, Value(activity_id), Value(at), Value(at), Value(0)),
    ).where(N.state == NotificationState.SENT, _selected(selection, at))
    if came_back:
        again = again.where(_CAME_BACK)
    columns = (
        *(_N.key, _N.kind, _N.capacity, _N.state, _N.push, _N.conversation, _N.sequence),
        *(_N.recipient, _N.caused_by, _N.created_at, _N.due_at, _N.attempts),
    )
    number = int(_N.insert_from(again, columns).as_rowcount().execute())
    people = (
        _AGAIN.select(_AGAIN.id, _X.user)
        .join(N, on=_AGAIN.key == N.key.concat(text(suffix)))
        .join(_X, on=_X.notification == N.id)
        .where(_AGAIN.caused_by == activity_id)
    )
    written = NotificationUser.insert_from(
        people, (NotificationUser.notification, NotificationUser.user)
    )
    written.as_rowcount().execute()
    return number


def drop(selection: Selection[NotificationFilter], reason: str, now: datetime) -> int:
    """Drop the waiting and failed mails of a selection (N10); return their number.

    Kinds that must not be dropped by hand are left out.
    """
    droppable = _N.state.in_((NotificationState.QUEUED, NotificationState.FAILED)) & _N.kind.not_in(
        list(UNDROPPABLE_KINDS)
    )
    dropped = _N.update(state=NotificationState.DROPPED, error=reason)
    return int(dropped.where(droppable, _N.id.in_(_ids(selection, now))).execute())


def state_counts(now: datetime) -> dict[NotificationState, int]:
    """Return the number of notifications in each state."""
    return outbox_count.settled() | waiting_counts(now)


def waiting_counts(now: datetime) -> dict[NotificationState, int]:
    """Return the number of notifications in each state of waiting or sending. Counts no others."""
    state = Case(None, ((_held(now), NotificationState.HELD),), N.state)
    waiting = N.select(state, COUNTED).where(N.state.in_(list(WAITING))).group_by(SQL("1"))
    found = waiting.tuples()
    return {NotificationState(each): number for each, number in found}


def any_mail() -> bool:
    """Return whether there has ever been a notification."""
    return N.select(N.id).limit(1).scalar() is not None


def waiting_by(moment: datetime) -> list[int]:
    """Return the waiting notifications that are due by ``moment``, the longest overdue first."""
    waiting = N.state.in_(WAITING) & (N.due_at <= moment)
    return column(N.select(N.id).where(waiting).order_by(N.due_at, N.id))


def count_bounced() -> int:
    """Return how many mails bounced."""
    return count(N.select().where(N.bounced_at.is_null(False)))


def waiting_since(now: datetime) -> datetime | None:
    """Return since when the oldest overdue mail has waited; None if none is overdue."""
    since = Case(None, ((N.error.is_null(), N.due_at),), fn.COALESCE(N.dated_at, N.due_at))
    late = (N.due_at <= now) | (N.error.is_null(False) & ~_put_off())
    return instant_of(
        N.select(fn.MIN(since)).where(N.state == NotificationState.QUEUED, late).scalar()
    )


def leases() -> list[tuple[str, int, datetime]]:
    """Return lease, number of mails and latest end of the lease of each sending worker."""
    held = N.select(N.lease, COUNTED, fn.MAX(N.due_at)).where(N.state == NotificationState.SENDING)
    return list(held.group_by(N.lease).order_by(N.lease).tuples())


def last_sent_at() -> datetime | None:
    """Return when the server last accepted a mail; None if it never did."""
    # In the order of an index, since there may be very many sent mails.
    newest = N.select(N.sent_at).where(N.state == NotificationState.SENT)
    return instant_of(newest.order_by(fn.COALESCE(N.sent_at, N.due_at).desc()).limit(1).scalar())


def last_error() -> tuple[str, str] | None:
    """Return address and error of the newest mail that failed or waits for a retry, or None."""
    address = fn.COALESCE(N.former_address, N.sent_to, R.email)
    # Found before any join, since SQLite would begin with all users.
    at = fn.COALESCE(_AGAIN.dated_at, _AGAIN.due_at)
    told = _AGAIN.select(_AGAIN.id).where(
        _AGAIN.error.is_null(False),
        ~_AGAIN.error.startswith(DEFERRED_PREFIX),
        _AGAIN.state.in_((NotificationState.QUEUED, NotificationState.FAILED)),
    )
    newest = told.order_by(at.desc(), _AGAIN.id.desc()).limit(1)
    return next(iter(MAILS.select(address, N.error).where(N.id == newest).tuples()), None)


def _put_off() -> Any:
    """Return the condition that a mail waits for sending hours. Nobody refused it."""
    return N.error.startswith(DEFERRED_PREFIX)


def _selected(selection: Selection[NotificationFilter], now: datetime) -> Any:
    return selected(selection, lambda filter_: notification_condition(filter_, now), N.id)


def _ids(selection: Selection[NotificationFilter], now: datetime) -> Any:
    return MAILS.select(N.id).where(_selected(selection, now))


def _held(now: Any) -> Any:
    return (N.state == NotificationState.QUEUED) & (N.attempts == 0) & (N.due_at > now)


def _is_in(state: NotificationState, now: datetime) -> Any:
    if state is NotificationState.HELD:
        return _held(now)
    found = N.state == str(state)
    return found & ~_held(now) if state is NotificationState.QUEUED else found


def _about(ids: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for notification_id, login in _TOLD.rows(ids=ids):
        found.setdefault(notification_id, []).append(login)
    return {notification_id: tuple(logins) for notification_id, logins in found.items()}


class _ToldOf(NamedTuple):
    notification_id: int
    login: str


_TOLD = Prepared(
    _ToldOf,
    lambda: (
        _X.select(_X.notification, U.login)
        .join(U, on=U.id == _X.user)
        .where(among_given(_X.notification, "ids"))
        .order_by(U.sort_name, U.id)
    ),
)
