"""The current content of notifications: what their mails tell, and about whom (N6, N17)."""

import json
from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Case, Select, fn

from studio_tui.domain.outbox.kinds import KINDS_BY_DETAIL, Capacity, Kind
from studio_tui.domain.outbox.notification import (
    ConcernedPerson,
    Delivery,
    NotificationState,
    concerns_manager,
)
from studio_tui.domain.people.users import full_name
from studio_tui.domain.pushes.push import deadline_of
from studio_tui.storage.engine.expressions import (
    NO_TEXT,
    ZERO,
    A,
    C,
    H,
    N,
    P,
    R,
    T,
    U,
    among,
    exists,
    tables_of,
)
from studio_tui.storage.engine.fields import instant_of, literal
from studio_tui.storage.engine.prepared import Prepared, among_given, given
from studio_tui.storage.engine.sql import day, required_instant
from studio_tui.storage.engine.tables import (
    NotificationTable,
    NotificationUser,
    NotMine,
    ReviewTable,
)
from studio_tui.storage.outbox.invitations import meetings
from studio_tui.storage.outbox.new_managers import people_asked_for
from studio_tui.storage.outbox.notices import notices
from studio_tui.storage.people.managers import managers_of, manages_as
from studio_tui.storage.people.stand_ins import active
from studio_tui.storage.pushes.pushes import CONDUCTS, IS_ASKED_FOR

MAILS = (
    N.select()
    .join(R, on=R.id == N.recipient)
    .join_from(N, C, JOIN.LEFT_OUTER, on=C.id == N.conversation)
    .join_from(C, T, JOIN.LEFT_OUTER, on=T.id == C.template)
    .join_from(C, A, JOIN.LEFT_OUTER, on=A.id == C.assignment)
    .join_from(N, P, JOIN.LEFT_OUTER, on=P.id == fn.COALESCE(N.push, A.push))
)
"""Notifications joined with their recipient and their subject."""
_NU: Any = NotificationUser
_S = NotificationState
_LATE = timedelta(hours=1)
"""Age of a notification from which the managers of its people are queried again."""
_OTHER: Any = NotificationTable.alias("o")
_X: Any = NotificationUser.alias("x")
_Y: Any = NotificationUser.alias("y")
_REVIEW: Any = ReviewTable.alias("r")
_NOT_MINE: Any = NotMine.alias("nm")


def with_subject(tables: Any) -> Any:
    """Join ``tables``, which contain notifications ``N``, with the subjects of these.

    The subject is the push ``P`` or, for an invitation, the conversation ``C`` with its template
    ``T`` and its push, if it has one.
    """
    return tables_of(
        tables,
        (C, JOIN.LEFT_OUTER, C.id == N.conversation),
        (T, JOIN.LEFT_OUTER, T.id == C.template),
        (A, JOIN.LEFT_OUTER, A.id == C.assignment),
        (P, JOIN.LEFT_OUTER, P.id == fn.COALESCE(N.push, A.push)),
    )


@lru_cache(maxsize=64)
def template_name(definition: str) -> str:
    """Return the name in the definition of a template."""
    return str(json.loads(definition)["name"])


def deliveries_by_id(ids: Collection[int], now: datetime) -> list[Delivery]:
    """Return these notifications with their current content, in order of id."""
    about = _people(ids, now) | people_asked_for(ids)
    invited_to = meetings(ids)
    told_of = notices(ids)
    return [
        Delivery(
            id=row.id,
            key=row.key,
            kind=Kind(row.kind),
            capacity=Capacity(row.capacity),
            attempts=row.attempts,
            dated_at=required_instant(row.dated_at),
            created_at=required_instant(row.created_at),
            name=full_name(row.given_name, row.family_name),
            given_name=row.given_name,
            address=row.address,
            language=row.language,
            time_zone=row.time_zone,
            recipient_active=bool(row.active),
            push=row.push or "",
            template=template_name(row.definition) if row.definition else "",
            deadline=_deadline(row),
            closed=row.closed_at is not None,
            about=about.get(row.id, ()),
            meeting=invited_to.get(row.id),
            notice=told_of.get(row.id),
            former=row.former_address is not None,
        )
        for row in _DELIVERIES.rows(ids=ids)
    ]


def _deadline(row: "_DeliveryRow") -> date | None:
    deadline = day(row.deadline)
    return deadline_of(deadline, day(row.own_deadline)) if deadline else None


class _DeliveryRow(NamedTuple):
    id: int
    key: str
    kind: str
    capacity: str
    attempts: int
    dated_at: Any
    created_at: Any
    given_name: str
    family_name: str
    address: str
    language: str
    time_zone: str
    active: bool
    push: str | None
    definition: str | None
    deadline: Any
    closed_at: Any
    former_address: str | None
    own_deadline: Any


_DELIVERIES = Prepared(
    _DeliveryRow,
    lambda: (
        MAILS.select(
            *(N.id, N.key, N.kind, N.capacity, N.attempts, fn.COALESCE(N.dated_at, N.due_at)),
            *(N.created_at, R.given_name, R.family_name, fn.COALESCE(N.former_address, R.email)),
            *(R.language, R.time_zone, R.active, P.name),
            fn.COALESCE(P.definition, C.definition, T.definition),
            *(P.deadline, P.closed_at, N.former_address, A.own_deadline),
        )
        .where(among_given(N.id, "ids"))
        .order_by(N.id)
    ),
)


def remove_unasked(ids: Collection[int]) -> None:
    """Remove people who are not assigned any more, or are excused, from these notifications.

    If they are assigned or asked again, their managers are notified then, since they were not told
    before (P6, P11, P18).
    """
    asked = (
        N.select()
        .join(A, on=A.push == N.push)
        .where(N.id == _NU.notification, A.user == _NU.user, A.unassigned_at.is_null())
        .where(A.excused_in.is_null())
    )
    _NU.delete().where(among(_NU.notification, ids), ~exists(asked)).execute()


def _moved() -> Any:
    """Return the condition that the user ``_X`` was changed since ``N`` was written (U7)."""
    lines = _REVIEW.select().where(_REVIEW.user == _X.user, _REVIEW.push == N.push)
    return exists(lines.where(_REVIEW.activity > N.caused_by))


def _rank(mail: Any) -> Any:
    """Return how much a mail tells, as a rank: a higher one tells more."""
    ranks = [(literal(kind), SQL(str(rank))) for rank, kind in enumerate(KINDS_BY_DETAIL)]
    return Case(mail.kind, ranks)


def _told(now: Any) -> Any:
    """Return the condition that another mail tells the recipient of ``N`` about the user ``_X``.

    The other mail tells at least as much, and was sent since ``N`` was written or leaves now as
    well (N17). To a user themself, a hand-over counts only for mails that are hand-overs, too, were
    tried before, or have the same cause.
    """
    more, less = _rank(_OTHER), _rank(N)
    # A hand-over tells a user only who the conductor is. They have yet to hear of the push, and to
    # be reminded.
    tells = (
        (_OTHER.kind != literal(Kind.HANDED_OVER))
        | (N.kind == _OTHER.kind)
        | (N.capacity == literal(Capacity.MANAGER))
        | (N.attempts > ZERO)
        | N.sent_to.is_null(False)
        | (N.caused_by == _OTHER.caused_by)
    )
    sent = (_OTHER.state == literal(_S.SENT)) & (_OTHER.sent_at > N.created_at)
    queued = (_OTHER.state == literal(_S.QUEUED)) & (_OTHER.due_at <= now)
    leaves = (_OTHER.state == literal(_S.SENDING)) | queued
    others = (
        Select((_OTHER,))
        .join(_Y, on=(_Y.notification == _OTHER.id) & (_Y.user == _X.user))
        .where(
            _OTHER.push == N.push,
            _OTHER.recipient == N.recipient,
            _OTHER.capacity == N.capacity,
            _OTHER.id != N.id,
            more >= less,
            tells,
            sent | (leaves & ((more > less) | (_OTHER.id > N.id))),
        )
    )
    return exists(others)


def _people(ids: Collection[int], now: datetime) -> dict[int, tuple[ConcernedPerson, ...]]:
    read = _PEOPLE.rows(ids=ids, now=now)
    late = {
        row.user_id
        for row in read
        if row.capacity == Capacity.MANAGER
        and (row.moved or required_instant(row.created_at) < now - _LATE)
    }
    held = {
        row.user_id
        for row in read
        if row.capacity == Capacity.MANAGER and row.conductor_id not in (None, row.recipient_id)
    }
    managed_by = _managed_by(sorted(late | held))
    found: dict[int, list[ConcernedPerson]] = {}
    standing = active() if any(row.capacity == Capacity.MANAGER for row in read) else []
    for row in read:
        kind, by_manager = Kind(row.kind), row.capacity == Capacity.MANAGER
        leaders = {
            each.leader_id: each.leader
            for each in standing
            if each.stand_in_id == row.recipient_id and each.covers(row.user_id)
        }
        holder = row.recipient_id if row.conductor_id in leaders else row.conductor_id
        if kind.asks and row.user_id in held and holder not in managed_by[row.user_id]:
            # The conductor does not manage the user any more, so all managers are asked (N16).
            holder = None
        asked = concerns_manager(kind, row.recipient_id, holder) and not (
            kind.asks and row.not_mine
        )
        managers = managed_by[row.user_id] if by_manager and row.user_id in late else None
        person = ConcernedPerson(
            full_name(row.given_name, row.family_name),
            bool(row.active),
            bool(row.assigned),
            bool(row.held),
            full_name(row.conductor_given, row.conductor_family),
            meets_at=instant_of(row.meets_at),
            theirs=asked or not by_manager,
            managed=managers is None or row.recipient_id in managers,
            told=bool(row.told),
            excused=bool(row.excused),
            own_deadline=day(row.own_deadline),
            stands_for=_stands_for(row.user_id, row.recipient_id, leaders) if by_manager else "",
        )
        found.setdefault(row.notification_id, []).append(person)
    return {notification_id: tuple(people) for notification_id, people in found.items()}


def _stands_for(user_id: int, recipient_id: int, leaders: dict[int, str]) -> str:
    """Return the names of the managers for whom the recipient stands in, for this user (U14).

    Empty if the recipient is a manager of the user themself.
    """
    if not leaders or any(manages_as(user_id, recipient_id)):
        return ""
    managers = {manager.user_id for manager in managers_of([user_id]).get(user_id, ())}
    return ", ".join(name for leader_id, name in leaders.items() if leader_id in managers)


class _PersonRow(NamedTuple):
    notification_id: int
    given_name: str
    family_name: str
    active: bool
    assigned: bool
    held: bool
    conductor_given: str
    conductor_family: str
    meets_at: Any
    user_id: int
    recipient_id: int
    kind: str
    capacity: str
    created_at: Any
    conductor_id: int | None
    not_mine: bool
    told: bool
    excused: bool
    own_deadline: Any
    moved: bool


def _persons() -> Any:
    refused = _NOT_MINE.select().where(
        _NOT_MINE.assignment == A.id, _NOT_MINE.manager == N.recipient
    )
    return (
        N.select(
            *(N.id, U.given_name, U.family_name, U.active, A.id.is_null(False)),
            C.finished_at.is_null(False),
            *(fn.COALESCE(H.given_name, NO_TEXT), fn.COALESCE(H.family_name, NO_TEXT)),
            *(fn.COALESCE(C.started_at, C.planned_for), U.id, N.recipient, N.kind, N.capacity),
            *(N.created_at, Case(None, ((H.active, H.id),)), exists(refused), _told(given("now"))),
            *(A.excused_in.is_null(False), A.own_deadline, _moved()),
        )
        .join(_X, on=_X.notification == N.id)
        .join_from(N, U, on=U.id == _X.user)
        .join_from(
            *(N, A, JOIN.LEFT_OUTER),
            on=(A.push == N.push) & (A.user == U.id) & A.unassigned_at.is_null(),
        )
        .join_from(N, C, JOIN.LEFT_OUTER, on=IS_ASKED_FOR)
        .join_from(N, H, JOIN.LEFT_OUTER, on=CONDUCTS)
        .where(among_given(N.id, "ids"))
        .order_by(N.id, U.sort_name, U.id)
    )


_PEOPLE = Prepared(_PersonRow, _persons)


def _managed_by(user_ids: list[int]) -> dict[int, set[int]]:
    """Return the ids of the managers of each of these users."""
    if not user_ids:
        return {}
    managers = managers_of(list(dict.fromkeys(user_ids)))
    return {
        user_id: {manager.user_id for manager in managers.get(user_id, ())} for user_id in user_ids
    }
