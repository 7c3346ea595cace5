"""What a worker does with the outbox: claim, load, settle (N4, N6).

A claim is one statement, so that two workers never take the same row. What a worker holds beyond
the end of its lease goes back to the queue, by whoever looks next.
"""

import json
import zlib
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from peewee import JOIN, fn

from studio_tui.domain.outbox.kinds import TELLING_MOST, Capacity, Kind
from studio_tui.domain.outbox.notification import ConcernedPerson, Delivery, is_for
from studio_tui.domain.outbox.sending_hours import PUT_OFF
from studio_tui.domain.people.users import full_name
from studio_tui.domain.pushes.push import deadline_of
from studio_tui.domain.shared.addresses import domain_of
from studio_tui.domain.shared.clock import SteadyTime
from studio_tui.storage.engine.expressions import A, C, N, P, R, T, exists
from studio_tui.storage.engine.expressions import among as any_of
from studio_tui.storage.engine.fields import instant_of
from studio_tui.storage.engine.prepared import Prepared, among_given
from studio_tui.storage.engine.sql import (
    Clause,
    among,
    day,
    execute,
    execute_alone,
    known_instant,
    listed,
    rows,
    scalar,
)
from studio_tui.storage.engine.tables import (
    MailModel,
    NotificationMail,
    NotificationTable,
    NotificationUser,
)
from studio_tui.storage.engine.unit import is_sqlite
from studio_tui.storage.outbox.invitations import meetings
from studio_tui.storage.outbox.new_managers import people_asked_for
from studio_tui.storage.outbox.notices import notices
from studio_tui.storage.people.managers import managers_of, manages_as
from studio_tui.storage.people.stand_ins import active
from studio_tui.storage.pushes.pushes import CONVERSATION

ABOUT = (
    "LEFT JOIN conversation c ON c.id = n.conversation_id "
    "LEFT JOIN template t ON t.id = c.template_id "
    "LEFT JOIN assignment a ON a.id = c.assignment_id "
    "LEFT JOIN push p ON p.id = COALESCE(n.push_id, a.push_id)"
)
"""What a notification ``n`` is joined with: the push ``p`` it tells of or, for an invitation, the
conversation ``c`` with its template ``t`` and, where one asked for it, its push."""
MAILS = (
    N.select()
    .join(R, on=R.id == N.recipient)
    .join_from(N, C, JOIN.LEFT_OUTER, on=C.id == N.conversation)
    .join_from(C, T, JOIN.LEFT_OUTER, on=T.id == C.template)
    .join_from(C, A, JOIN.LEFT_OUTER, on=A.id == C.assignment)
    .join_from(N, P, JOIN.LEFT_OUTER, on=P.id == fn.COALESCE(N.push, A.push))
)
"""Notifications with their recipient, and what they are about."""
_M: Any = MailModel
_N: Any = NotificationTable
_NU: Any = NotificationUser
_SENT_MAIL: Any = NotificationMail
_FREED = dict.fromkeys((_N.lease, _N.lease_origin, _N.lease_until))
_OURS = "n.id = given.id AND n.lease = ? AND n.state = 'sending'"
_FREE = "lease = NULL, lease_origin = NULL, lease_until = NULL"
"""It is no worker's any more."""


class LeaseEnd(NamedTuple):
    """When a lease ends."""

    steady: SteadyTime
    """By the clock that counts."""
    instant: datetime
    """About when that is, for people."""


def recover(lease: str, steady: SteadyTime, now: datetime) -> int:
    """Put back in the queue what others hold beyond the end of their lease; returns how many.

    What the worker ``lease`` holds stays: it knows best what it is still sending. A lease of
    another origin is that of a worker that cannot run any more.
    """
    skip = "" if is_sqlite() else "FOR UPDATE SKIP LOCKED"
    cursor = execute(
        f"UPDATE notification SET state = 'queued', due_at = ?, {_FREE} WHERE id IN ("
        "SELECT id FROM notification WHERE state = 'sending' AND lease <> ? AND CASE "
        # Claimed by a version that knew only instants.
        "WHEN lease_until IS NULL THEN due_at <= ? "
        f"ELSE lease_origin <> ? OR lease_until <= ? END {skip})",
        now,
        lease,
        now,
        steady.origin,
        steady.seconds,
    )
    return int(cursor.rowcount)


def claim(
    lease: str, now: datetime, end: LeaseEnd, limit: int, avoiding: Collection[str] = ()
) -> list[int]:
    """Take up to ``limit`` notifications that are due, for the worker ``lease``, until ``end``;
    none to the domains that are to be avoided."""
    due = _due(now, avoiding)
    first = Clause(f"{due.text} ORDER BY due_at, id LIMIT ?", (*due.params, limit))
    return _take(first, lease, now, end)


def in_turn(now: datetime, limit: int, avoiding: Collection[str] = ()) -> list[int]:
    """Up to ``limit`` notifications that are due, of each push as many: where not all can leave, no
    push has to wait until another is done. None to the domains that are to be avoided."""
    due = _due(now, avoiding)
    return [
        found
        for (found,) in rows(
            "SELECT id FROM (SELECT id, due_at, ROW_NUMBER() OVER (PARTITION BY push_id "
            f"ORDER BY due_at, id) AS turn FROM notification WHERE {due.text}) AS waiting "
            # Of pushes that all have their turn, another one is the first each time.
            "ORDER BY turn, RANDOM() LIMIT ?",
            *due.params,
            limit,
        )
    ]


def claim_of(ids: Collection[int], lease: str, now: datetime, end: LeaseEnd) -> list[int]:
    """Take these, as far as they are still due, for the worker ``lease``, until ``end``."""
    still_due = Clause("state = 'queued' AND due_at <= ?", (now,))
    return _take(among("id", ids) & still_due, lease, now, end)


def _due(now: datetime, avoiding: Collection[str] = ()) -> Clause:
    """That a notification is due, and to none of the domains that are to be avoided."""
    others = "".join(
        " AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = recipient_id AND u.email_key LIKE ?)"
        for _ in avoiding
    )
    # The index is of both states: SQLite takes it where its own condition is repeated.
    return Clause(
        f"state IN ('queued', 'sending') AND state = 'queued' AND due_at <= ?{others}",
        (now, *(f"%@{domain}" for domain in avoiding)),
    )


def _take(chosen: Clause, lease: str, now: datetime, end: LeaseEnd) -> list[int]:
    skip = "" if is_sqlite() else " FOR UPDATE SKIP LOCKED"
    return [
        found
        for (found,) in rows(
            "UPDATE notification SET state = 'sending', lease = ?, due_at = ?, lease_origin = ?, "
            "lease_until = ?, dated_at = COALESCE(dated_at, ?) "
            f"WHERE id IN (SELECT id FROM notification WHERE {chosen.text}{skip}) RETURNING id",
            lease,
            end.instant,
            end.steady.origin,
            end.steady.seconds,
            now,
            *chosen.params,
        )
    ]


def renew(lease: str, end: LeaseEnd) -> None:
    """Let the worker ``lease`` keep what it still holds until ``end``."""
    execute(
        "UPDATE notification SET due_at = ?, lease_origin = ?, lease_until = ? "
        "WHERE state = 'sending' AND lease = ?",
        end.instant,
        *(end.steady.origin, end.steady.seconds),
        lease,
    )


def deliveries(ids: Collection[int], now: datetime) -> list[Delivery]:
    """These notifications with all that is true of them at this moment, in order of id."""
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
            dated_at=known_instant(row.dated_at),
            created_at=known_instant(row.created_at),
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


def forget_unasked(ids: Collection[int]) -> None:
    """Let these notifications tell of nobody who is no longer assigned, or excused.

    Assigning or asking them again then tells their managers, who were never told of them (P6, P11,
    P18).
    """
    asked = (
        N.select()
        .join(A, on=A.push == N.push)
        .where(N.id == _NU.notification, A.user == _NU.user, A.unassigned_at.is_null())
        .where(A.excused_in.is_null())
    )
    _NU.delete().where(any_of(_NU.notification, ids), ~exists(asked)).execute()


def settle_sent(lease: str, sent: Sequence[tuple[int, str, datetime, int | None, bytes]]) -> None:
    """Write what the server took: id, address, instant, model and `packed` message of each, while
    still ours. One statement on PostgreSQL."""
    if not sent:
        return
    if not is_sqlite():
        each = listed("given (id, address, at, model, message)", sent)
        execute_alone(f"{each.text}, kept AS ({_KEEP}) {_SENT}", *each.params, lease, lease)
        return
    # The message first: afterwards the lease is gone.
    messages = listed("given (id, model, message)", [(each[0], *each[3:]) for each in sent])
    execute(f"{messages.text} {_KEEP}", *messages.params, lease)
    results = listed("given (id, address, at)", [each[:3] for each in sent])
    execute(f"{results.text} {_SENT}", *results.params, lease)


_KEEP = (
    "INSERT INTO notification_mail (notification_id, model_id, message) "
    "SELECT n.id, CAST(given.model AS INTEGER), given.message "
    f"FROM given JOIN notification n ON {_OURS} ON CONFLICT (notification_id) "
    "DO UPDATE SET model_id = excluded.model_id, message = excluded.message"
)
_SENT = (
    "UPDATE notification AS n SET state = 'sent', sent_to = given.address, sent_at = given.at, "
    f"due_at = given.at, error = NULL, attempts = attempts + 1, {_FREE} "
    f"FROM given WHERE {_OURS}"
)


def keep_model(text: bytes) -> int:
    """Keep what messages have in common, once; returns its id."""
    digest = sha256(text).hexdigest()
    _M.insert(digest=digest, text=text).on_conflict_ignore().as_rowcount().execute()
    return int(_M.select(_M.id).where(_M.digest == digest).scalar())


def packed(message: bytes, model: bytes) -> bytes:
    """A message as it is kept: what ``model`` does not hold, compressed."""
    # A mail is small: what zlib would set up for more takes longer than the mail itself.
    packing = zlib.compressobj(1, zlib.DEFLATED, wbits=14, memLevel=6, zdict=model)
    return packing.compress(message) + packing.flush()


def sent_message(notification_id: int) -> bytes | None:
    """The mail as it was handed to the server, None where it was not."""
    kept = _SENT_MAIL.select(_SENT_MAIL.message, _M.text).where(
        _SENT_MAIL.notification == notification_id
    )
    found = list(kept.join(_M, JOIN.LEFT_OUTER, on=_M.id == _SENT_MAIL.model).tuples())
    if not found:
        return None
    ((message, model),) = found
    # Before there were models, each was kept whole.
    unpacking = zlib.decompressobj(zdict=model or b"")
    return unpacking.decompress(message) + unpacking.flush()


def settle_failed(lease: str, failed: Sequence[tuple[int, str, str]], at: datetime) -> None:
    """Write what will never arrive: id, address and the server's words of each."""
    _settle(
        "given (id, address, words)",
        failed,
        "state = 'failed', sent_to = given.address, error = given.words, due_at = ?, "
        f"attempts = attempts + 1, refused_at = NULL, {_FREE}",
        at,
        lease,
    )


def settle_dropped(lease: str, dropped: Sequence[tuple[int, str]], at: datetime) -> None:
    """Write what is no longer true: id and reason of each."""
    _settle(
        "given (id, words)",
        dropped,
        f"state = 'dropped', error = given.words, due_at = ?, {_FREE}",
        at,
        lease,
    )


def settle_later(
    lease: str, later: Sequence[tuple[int, datetime, str, bool, bool]], at: datetime
) -> None:
    """Put back what is to be tried again: id, when, why, whether this was a try of its own, and
    whether it was refused.

    What was never tried gets its Date, and its age, when it is.
    """
    _settle(
        "given (id, due_at, words, tries, refused)",
        [(*each[:3], int(each[3]), int(each[4])) for each in later],
        f"state = 'queued', due_at = given.due_at, error = given.words, {_FREE}, "
        "dated_at = CASE WHEN attempts + given.tries = 0 THEN NULL ELSE dated_at END, "
        "refused_at = CASE WHEN given.refused = 1 THEN ? ELSE refused_at END, "
        "attempts = attempts + given.tries",
        at,
        lease,
    )


def _settle(name: str, values: Sequence[Sequence[Any]], changes: str, *params: Any) -> None:
    """Make ``changes`` to the notifications of ``values`` that are still ours, in one statement:
    others wait for as long as this takes."""
    if values:
        each = listed(name, values)
        execute(
            f"{each.text} UPDATE notification AS n SET {changes} FROM given WHERE {_OURS}",
            *each.params,
            *params,
        )


def hand_back(lease: str, now: datetime) -> int:
    """Give back everything a worker still holds; returns how many."""
    given_back = _N.update({_N.state: "queued", _N.due_at: now, **_FREED})
    return int(given_back.where(_N.state == "sending", _N.lease == lease).execute())


def refused(limit: int) -> dict[int, str]:
    """The domains of mails that wait because they were refused, by id; the newest of them."""
    return {
        found: domain_of(address)
        for found, address in rows(
            "SELECT n.id, u.email_key FROM notification n JOIN users u ON u.id = n.recipient_id "
            "WHERE n.state IN ('queued', 'sending') AND n.refused_at IS NOT NULL "
            "ORDER BY n.refused_at DESC LIMIT ?",
            limit,
        )
    }


def let_be_due(ids: Collection[int], now: datetime) -> None:
    """Let these be tried now, as far as they wait."""
    waiting = any_of(_N.id, ids) & (_N.state == "queued")
    _N.update(due_at=now).where(waiting).execute()


def let_put_off_be_due(now: datetime) -> None:
    """Let be looked at now what waits for the hours of its recipient."""
    execute(
        "UPDATE notification SET due_at = ? WHERE state IN ('queued', 'sending') "
        "AND state = 'queued' AND error LIKE ?",
        now,
        f"{PUT_OFF}%",
    )


# Text: the index of what waits is only of these two states. SQLite takes it where they stand in the
# query, and the builder writes every value as a parameter.


def waiting() -> tuple[int, int]:
    """How many notifications wait, and how many of them were tried and not taken."""
    ((count, tried),) = rows(
        "SELECT COUNT(*), COUNT(CASE WHEN error NOT LIKE ? THEN 1 END) FROM notification "
        "WHERE state IN ('queued', 'sending')",
        f"{PUT_OFF}%",
    )
    return count, tried


def next_due() -> datetime | None:
    """When the next notification is due, None where nothing waits."""
    found = scalar(
        "SELECT due_at FROM notification WHERE state IN ('queued', 'sending') "
        "ORDER BY due_at LIMIT 1"
    )
    return known_instant(found) if found is not None else None


@lru_cache(maxsize=64)
def template_name(definition: str) -> str:
    """The name in a definition of a template."""
    return str(json.loads(definition)["name"])


_LATE = timedelta(hours=1)
"""What was written longer ago than this is looked at once more: who are their managers by now."""
_MOVED = (
    "EXISTS (SELECT 1 FROM review r WHERE r.user_id = x.user_id AND r.push_id = n.push_id "
    "AND r.activity_id > n.caused_by_id)"
)
"""Whether something changed about the user ``x`` since ``n`` was written (U7)."""
_RANKS = " ".join(f"WHEN '{kind}' THEN {rank}" for rank, kind in enumerate(TELLING_MOST))
_MORE, _LESS = f"CASE o.kind {_RANKS} END", f"CASE n.kind {_RANKS} END"
_TOLD = (
    "EXISTS (SELECT 1 FROM notification o JOIN notification_user p "
    "ON p.notification_id = o.id AND p.user_id = x.user_id "
    "WHERE o.push_id = n.push_id AND o.recipient_id = n.recipient_id "
    f"AND o.capacity = n.capacity AND o.id <> n.id AND {_MORE} >= {_LESS} "
    # A user who is told only with whom they talk has still to hear of the push, and be reminded.
    f"AND (o.kind <> '{Kind.HANDED_OVER}' OR n.kind = o.kind "
    f"OR n.capacity = '{Capacity.MANAGER}' OR n.attempts > 0 OR n.sent_to IS NOT NULL "
    "OR n.caused_by_id = o.caused_by_id) "
    "AND ((o.state = 'sent' AND o.sent_at > n.created_at) "
    "OR ((o.state = 'sending' OR (o.state = 'queued' AND o.due_at <= ?)) "
    f"AND ({_MORE} > {_LESS} OR o.id > n.id))))"
)
"""Whether another mail tells the recipient of ``n`` of the user ``x``: it tells as much, and was
sent since ``n`` was written, or leaves now as well (N17). A hand-over tells a user as much only
as what was tried before, or is sent once more with it."""


def _people(ids: Collection[int], now: datetime) -> dict[int, tuple[ConcernedPerson, ...]]:
    wanted = among("n.id", ids)
    read = [_PersonRow(*row) for row in rows(_PEOPLE.format(wanted.text), now, *wanted.params)]
    late = {
        row.user_id
        for row in read
        if row.capacity == Capacity.MANAGER
        and (row.moved or known_instant(row.created_at) < now - _LATE)
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
            # Who was to hold it manages them no longer: the managers are asked (N16).
            holder = None
        asked = is_for(kind, row.recipient_id, holder) and not (kind.asks and row.not_mine)
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
    """For whom the recipient is told of somebody, where they are no manager of their own (U14)."""
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


# Text: hot, and what it says twice of two mails (`_TOLD`) would be no shorter in the builder.
_PEOPLE = (
    "SELECT n.id, u.given_name, u.family_name, u.active, a.id IS NOT NULL, "
    "c.finished_at IS NOT NULL, COALESCE(h.given_name, ''), COALESCE(h.family_name, ''), "
    "COALESCE(c.started_at, c.planned_for), u.id, n.recipient_id, n.kind, n.capacity, "
    "n.created_at, CASE WHEN h.active THEN h.id END, EXISTS (SELECT 1 FROM not_mine m "
    f"WHERE m.assignment_id = a.id AND m.manager_id = n.recipient_id), {_TOLD}, "
    f"a.excused_in_id IS NOT NULL, a.own_deadline, {_MOVED} "
    "FROM notification n JOIN notification_user x ON x.notification_id = n.id "
    "JOIN users u ON u.id = x.user_id "
    "LEFT JOIN assignment a ON a.push_id = n.push_id AND a.user_id = u.id "
    f"AND a.unassigned_at IS NULL {CONVERSATION} "
    "WHERE {} ORDER BY n.id, u.sort_name, u.id"
)


def _managed_by(user_ids: list[int]) -> dict[int, set[int]]:
    """The ids of the managers of each of these users."""
    if not user_ids:
        return {}
    managers = managers_of(list(dict.fromkeys(user_ids)))
    return {
        user_id: {manager.user_id for manager in managers.get(user_id, ())} for user_id in user_ids
    }
