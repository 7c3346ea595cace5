"""Outbox operations of a worker: claim, load, settle (N4, N6).

A claim is one statement, so that two workers never claim the same row. A notification that is held
beyond the end of its lease returns to the queue when the next worker checks.
"""

import json
import zlib
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from peewee import CTE, EXCLUDED, JOIN, SQL, Case, Cast, Select, Value, fn

from studio_tui.domain.outbox.kinds import KINDS_BY_DETAIL, Capacity, Kind
from studio_tui.domain.outbox.notification import (
    WAITING,
    ConcernedPerson,
    Delivery,
    NotificationState,
    concerns_manager,
)
from studio_tui.domain.outbox.sending_hours import DEFERRED_PREFIX
from studio_tui.domain.people.users import full_name
from studio_tui.domain.pushes.push import deadline_of
from studio_tui.domain.shared.addresses import domain_of
from studio_tui.domain.shared.clock import SteadyTime
from studio_tui.storage.engine.expressions import (
    COUNTED,
    EVERYBODY,
    NO_TEXT,
    ONE,
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
    like,
    tables_of,
)
from studio_tui.storage.engine.fields import instant_of, literal
from studio_tui.storage.engine.prepared import Prepared, PreparedStatement, among_given, given
from studio_tui.storage.engine.sql import day, execute_alone, required_instant, values_of
from studio_tui.storage.engine.tables import (
    MailModel,
    NotificationMail,
    NotificationTable,
    NotificationUser,
    NotMine,
    ReviewTable,
)
from studio_tui.storage.engine.unit import current_database, is_sqlite
from studio_tui.storage.outbox.invitations import meetings
from studio_tui.storage.outbox.new_managers import people_asked_for
from studio_tui.storage.outbox.notices import notices
from studio_tui.storage.people.managers import managers_of, manages_as
from studio_tui.storage.people.stand_ins import active
from studio_tui.storage.pushes.pushes import CONDUCTS, IS_ASKED_FOR


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


MAILS = (
    N.select()
    .join(R, on=R.id == N.recipient)
    .join_from(N, C, JOIN.LEFT_OUTER, on=C.id == N.conversation)
    .join_from(C, T, JOIN.LEFT_OUTER, on=T.id == C.template)
    .join_from(C, A, JOIN.LEFT_OUTER, on=A.id == C.assignment)
    .join_from(N, P, JOIN.LEFT_OUTER, on=P.id == fn.COALESCE(N.push, A.push))
)
"""Notifications joined with their recipient and their subject."""
_M: Any = MailModel
_N: Any = NotificationTable
_NU: Any = NotificationUser
_SENT_MAIL: Any = NotificationMail
_FREED = dict.fromkeys((_N.lease, _N.lease_origin, _N.lease_until))
"""The lease columns of a notification that no worker holds."""
_S = NotificationState
_Changes = dict[Any, Any]
"""Changes of a notification, by column."""
_BEFORE_ALL = SQL("'0001-01-01'")


def is_waiting(mails: Any) -> Any:
    """Return the condition that a worker has yet to process a notification.

    A partial index covers these rows. SQLite uses it only if this condition is stated as well, even
    next to a narrower one, and if it contains the indexed column. Otherwise SQLite scans everything
    that was ever sent.
    """
    ever = mails.due_at >= _BEFORE_ALL
    return mails.state.in_([literal(state) for state in WAITING]) & ever


class LeaseEnd(NamedTuple):
    """The end of a lease."""

    steady: SteadyTime
    """On the steady clock, which is decisive."""
    instant: datetime
    """The approximate instant, for display."""


def requeue_expired(lease: str, steady: SteadyTime, now: datetime) -> int:
    """Return notifications of other workers to the queue whose lease has ended; return how many.

    Those of the worker ``lease`` stay, since it knows best what it is still sending. A lease of
    another origin belongs to a worker that cannot be running.
    """
    taken_back = _RECOVER.execute(
        lease=lease, now=now, origin=steady.origin, seconds=steady.seconds
    )
    return int(taken_back.rowcount)


def _recover() -> Any:
    # For a claim by an older version, which stored instants only.
    by_instant = (N.lease_until.is_null(), N.due_at <= given("now"))
    is_over = (N.lease_origin != given("origin")) | (N.lease_until <= given("seconds"))
    held = N.select(N.id).where(
        N.state == literal(_S.SENDING),
        N.lease != given("lease"),
        Case(None, (by_instant,), is_over),
    )
    queued = {_N.state: literal(_S.QUEUED), _N.due_at: given("now"), **_FREED}
    return _N.update(queued).where(_N.id.in_(_skip_locked(held)))


_RECOVER = PreparedStatement(_recover)


def _skip_locked(query: Any) -> Any:
    """Skip the rows that another transaction has locked."""
    return query if is_sqlite() else query.for_update("FOR UPDATE SKIP LOCKED")


def claim(
    lease: str, now: datetime, end: LeaseEnd, limit: int, avoiding: Collection[str] = ()
) -> list[int]:
    """Claim up to ``limit`` due notifications for the worker ``lease`` until ``end``.

    Mails to the domains in ``avoiding`` are left out. Returns the claimed ids.
    """
    taken = _claim_next(len(avoiding)).rows(
        **_lease(lease, now, end), limit=limit, **_patterns(avoiding)
    )
    return [row.id for row in taken]


def due_in_turn(now: datetime, limit: int, avoiding: Collection[str] = ()) -> list[int]:
    """Return up to ``limit`` due notifications, spread evenly over the pushes.

    If not all can leave, no push has to wait until another one is done. Mails to the domains in
    ``avoiding`` are left out.
    """
    found = _in_turn(len(avoiding)).rows(now=now, limit=limit, **_patterns(avoiding))
    return [row.id for row in found]


def claim_of(ids: Collection[int], lease: str, now: datetime, end: LeaseEnd) -> list[int]:
    """Claim those of ``ids`` that are still due for the worker ``lease`` until ``end``."""
    return [row.id for row in _CLAIM_OF.rows(ids=sorted(ids), **_lease(lease, now, end))]


class _Claimed(NamedTuple):
    id: int


@cache
def _claim_next(avoided: int) -> Prepared[_Claimed]:
    """Return the claiming statement, rendered once for each number of avoided domains."""
    return Prepared(
        _Claimed,
        lambda: _claim_update(_due(avoided).order_by(N.due_at, N.id).limit(given("limit"))),
    )


@cache
def _in_turn(avoided: int) -> Prepared[_Claimed]:
    def build() -> Any:
        turn = fn.ROW_NUMBER().over(partition_by=[N.push], order_by=[N.due_at, N.id])
        due = _due(avoided).select(N.id, N.due_at, turn.alias("turn")).alias("waiting")
        # Of pushes with equal turns, a random one is first.
        in_order = Select((due,), (due.c.id,)).order_by(due.c.turn, fn.RANDOM())
        return in_order.limit(given("limit"))

    return Prepared(_Claimed, build)


def _still_due() -> Any:
    due = (N.state == literal(_S.QUEUED)) & (N.due_at <= given("now"))
    return N.select(N.id).where(among_given(N.id, "ids"), due)


_CLAIM_OF = Prepared(_Claimed, lambda: _claim_update(_still_due()))


def _due(avoided: int) -> Any:
    """Return the due notifications, without those to a number of domains to avoid."""
    found = N.select(N.id).where(
        is_waiting(N), N.state == literal(_S.QUEUED), N.due_at <= given("now")
    )
    for number in range(avoided):
        at_domain = U.select().where(
            U.id == N.recipient, like(U.email_key, given(f"domain_{number}"))
        )
        found = found.where(~exists(at_domain))
    return found


def _patterns(avoiding: Collection[str]) -> dict[str, str]:
    return {f"domain_{number}": f"%@{domain}" for number, domain in enumerate(avoiding)}


def _claim_update(chosen: Any) -> Any:
    leased = {
        _N.state: literal(_S.SENDING),
        _N.lease: given("lease"),
        _N.due_at: given("until"),
        _N.lease_origin: given("origin"),
        _N.lease_until: given("seconds"),
        _N.dated_at: fn.COALESCE(_N.dated_at, given("now")),
    }
    return _N.update(leased).where(_N.id.in_(_skip_locked(chosen))).returning(_N.id)


def _lease(lease: str, now: datetime, end: LeaseEnd) -> dict[str, Any]:
    steady = end.steady
    return {
        "lease": lease,
        "now": now,
        "until": end.instant,
        "origin": steady.origin,
        "seconds": steady.seconds,
    }


def renew(lease: str, end: LeaseEnd) -> None:
    """Extend the lease of everything that the worker ``lease`` still holds to ``end``."""
    longer = {
        _N.due_at: end.instant,
        _N.lease_origin: end.steady.origin,
        _N.lease_until: end.steady.seconds,
    }
    _N.update(longer).where(_is_held(_N, lease)).execute()


def holds(lease: str, notification_id: int) -> bool:
    """Return whether the worker ``lease`` holds this notification."""
    return bool(_N.select().where(_N.id == notification_id, _is_held(_N, lease)).exists())


def _is_held(mails: Any, lease: str) -> Any:
    """Return the condition that the worker ``lease`` still holds a notification."""
    return (mails.lease == lease) & (mails.state == literal(_S.SENDING))


def deliveries(ids: Collection[int], now: datetime) -> list[Delivery]:
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


def settle_sent(lease: str, sent: Sequence[tuple[int, str, datetime, int | None, bytes]]) -> None:
    """Record accepted mails: id, address, instant, model and `compress_message` message of each.

    Changes only mails that the worker still holds. One statement on PostgreSQL.
    """
    if not sent:
        return
    if not is_sqlite():
        each = values_of("given", sent, ("id", "address", "at", "model", "message"))
        kept = _keep(each, lease).cte("kept")
        execute_alone(_update_held(each, lease, _sent(each)).with_cte(each, kept))
        return
    # Store the message first: the update ends the lease.
    messages = [(each[0], *each[3:]) for each in sent]
    given_messages = values_of("given", messages, ("id", "model", "message"))
    current_database().execute(_keep(given_messages, lease).with_cte(given_messages))
    _settle(lease, [each[:3] for each in sent], ("id", "address", "at"), _sent)


def _keep(each: CTE, lease: str) -> Any:
    """Return the statement that stores the messages of the mails still held."""
    model = Cast(each.c.model, "INTEGER")
    ours = (N.id == each.c.id) & _is_held(N, lease)
    found = Select((each,), (N.id, model, each.c.message)).join(N, on=ours)
    # SQLite would read ON CONFLICT as a join condition unless a WHERE clause precedes it.
    found = found.where(EVERYBODY)
    columns = (_SENT_MAIL.notification, _SENT_MAIL.model, _SENT_MAIL.message)
    return _SENT_MAIL.insert_from(found, columns).on_conflict(
        conflict_target=(_SENT_MAIL.notification,),
        update={_SENT_MAIL.model: EXCLUDED.model_id, _SENT_MAIL.message: EXCLUDED.message},
    )


def _sent(each: CTE) -> _Changes:
    return {
        _N.state: literal(_S.SENT),
        _N.sent_to: each.c.address,
        **dict.fromkeys((_N.sent_at, _N.due_at), each.c.at),
        _N.error: None,
        _N.attempts: _N.attempts + 1,
        **_FREED,
    }


def _update_held(each: CTE, lease: str, changes: _Changes) -> Any:
    """Return the update of the mails that are still held."""
    return _N.update(changes).from_(each).where(_N.id == each.c.id, _is_held(_N, lease))


def keep_model(text: bytes) -> int:
    """Store a text that messages have in common, unless it is stored already; return its id."""
    digest = sha256(text).hexdigest()
    _M.insert(digest=digest, text=text).on_conflict_ignore().as_rowcount().execute()
    return int(_M.select(_M.id).where(_M.digest == digest).scalar())


def compress_message(message: bytes, model: bytes) -> bytes:
    """Compress a message for storage, with ``model`` as the dictionary."""
    # Settings for small input: with the defaults, the setup of zlib takes longer than the mail
    # itself.
    packing = zlib.compressobj(1, zlib.DEFLATED, wbits=14, memLevel=6, zdict=model)
    return packing.compress(message) + packing.flush()


def sent_message(notification_id: int) -> bytes | None:
    """Return the mail as it was handed to the server; None if it was not handed over."""
    kept = _SENT_MAIL.select(_SENT_MAIL.message, _M.text).where(
        _SENT_MAIL.notification == notification_id
    )
    found = list(kept.join(_M, JOIN.LEFT_OUTER, on=_M.id == _SENT_MAIL.model).tuples())
    if not found:
        return None
    ((message, model),) = found
    # Older versions stored messages without a dictionary.
    unpacking = zlib.decompressobj(zdict=model or b"")
    return unpacking.decompress(message) + unpacking.flush()


def settle_failed(lease: str, failed: Sequence[tuple[int, str, str]], at: datetime) -> None:
    """Record permanent failures: id, address and the server's response of each."""

    def changes(each: CTE) -> _Changes:
        return {
            _N.state: literal(_S.FAILED),
            _N.sent_to: each.c.address,
            _N.error: each.c.words,
            _N.due_at: at,
            _N.attempts: _N.attempts + 1,
            _N.refused_at: None,
            **_FREED,
        }

    _settle(lease, failed, ("id", "address", "words"), changes)


def settle_dropped(lease: str, dropped: Sequence[tuple[int, str]], at: datetime) -> None:
    """Record mails whose content is not true any more: id and reason of each."""

    def changes(each: CTE) -> _Changes:
        return {_N.state: literal(_S.DROPPED), _N.error: each.c.words, _N.due_at: at, **_FREED}

    _settle(lease, dropped, ("id", "words"), changes)


def settle_retries(
    lease: str, later: Sequence[tuple[int, datetime, str, bool, bool]], at: datetime
) -> None:
    """Return mails to the queue for another try.

    Of each: id, next try, reason, whether this counts as a try, and whether it was refused. A mail
    that was never tried gets its Date header, and so its age, at its first try.
    """

    def changes(each: CTE) -> _Changes:
        is_untried = _N.attempts + each.c.tries == 0
        return {
            _N.state: literal(_S.QUEUED),
            _N.due_at: each.c.due_at,
            _N.error: each.c.words,
            _N.dated_at: Case(None, ((is_untried, SQL("NULL")),), _N.dated_at),
            _N.refused_at: Case(None, ((each.c.refused == 1, Value(at)),), _N.refused_at),
            _N.attempts: _N.attempts + each.c.tries,
            **_FREED,
        }

    values = [(*each[:3], int(each[3]), int(each[4])) for each in later]
    _settle(lease, values, ("id", "due_at", "words", "tries", "refused"), changes)


def _settle(
    lease: str,
    values: Sequence[Any],
    columns: Sequence[str],
    changes: Callable[[CTE], _Changes],
) -> None:
    """Apply ``changes`` to the notifications of ``values`` that are still held.

    It is one statement, because other workers wait until it is done. Most calls have no values.
    """
    if values:
        each = values_of("given", values, columns)
        current_database().execute(_update_held(each, lease, changes(each)).with_cte(each))


def release_all(lease: str, now: datetime) -> int:
    """Release everything that a worker still holds; return the number of notifications."""
    given_back = _N.update({_N.state: _S.QUEUED, _N.due_at: now, **_FREED})
    return int(given_back.where(_is_held(_N, lease)).execute())


def refused_domains(limit: int) -> dict[int, str]:
    """Return the domains of the newest waiting mails that were refused, by id of the mail."""
    found = N.select(N.id, U.email_key).join(U, on=U.id == N.recipient)
    newest = found.where(is_waiting(N), N.refused_at.is_null(False)).order_by(N.refused_at.desc())
    return {found: domain_of(address) for found, address in newest.limit(limit).tuples()}


def make_due(ids: Collection[int], now: datetime) -> None:
    """Make those of these notifications that wait due now."""
    waiting = among(_N.id, ids) & (_N.state == _S.QUEUED)
    _N.update(due_at=now).where(waiting).execute()


def make_put_off_due(now: datetime) -> None:
    """Make the notifications due that wait for the sending hours of their recipients."""
    put_off = (_N.state == literal(_S.QUEUED)) & like(_N.error, f"{DEFERRED_PREFIX}%")
    _N.update(due_at=now).where(is_waiting(_N), put_off).execute()


class _Waiting(NamedTuple):
    number: int
    tried: int


def _waiting() -> Any:
    was_tried = Case(None, ((~like(N.error, f"{DEFERRED_PREFIX}%"), ONE),))
    return N.select(COUNTED, fn.COUNT(was_tried)).where(is_waiting(N))


_WAITING = Prepared(_Waiting, _waiting)


def waiting() -> tuple[int, int]:
    """Return how many notifications wait, and how many of these were tried and not accepted."""
    ((number, tried),) = _WAITING.rows()
    return number, tried


class _Due(NamedTuple):
    at: Any


_NEXT = Prepared(
    _Due, lambda: N.select(N.due_at).where(is_waiting(N)).order_by(N.due_at).limit(ONE)
)


def next_due() -> datetime | None:
    """Return when the next notification is due; None if none waits."""
    for row in _NEXT.rows():
        return required_instant(row.at)
    return None


@lru_cache(maxsize=64)
def template_name(definition: str) -> str:
    """Return the name in the definition of a template."""
    return str(json.loads(definition)["name"])


_LATE = timedelta(hours=1)
"""Age of a notification from which the managers of its people are queried again."""
_OTHER: Any = NotificationTable.alias("o")
_X: Any = NotificationUser.alias("x")
_Y: Any = NotificationUser.alias("y")
_REVIEW: Any = ReviewTable.alias("r")
_NOT_MINE: Any = NotMine.alias("nm")


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
