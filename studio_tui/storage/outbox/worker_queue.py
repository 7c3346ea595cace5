"""The queue of the workers: claim due notifications, hold them by a lease, settle them (N4).

A claim is one statement, so that two workers never claim the same row. A notification that is held
beyond the end of its lease returns to the queue when the next worker checks.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from peewee import CTE, EXCLUDED, SQL, Case, Cast, Select, Value, fn

from studio_tui.domain.outbox.notification import WAITING, NotificationState
from studio_tui.domain.outbox.sending_hours import DEFERRED_PREFIX
from studio_tui.domain.shared.addresses import domain_of
from studio_tui.domain.shared.clock import SteadyTime
from studio_tui.storage.engine.expressions import COUNTED, EVERYBODY, ONE, N, U, among, exists, like
from studio_tui.storage.engine.fields import literal
from studio_tui.storage.engine.prepared import Prepared, PreparedStatement, among_given, given
from studio_tui.storage.engine.sql import execute_alone, required_instant, values_of
from studio_tui.storage.engine.tables import NotificationMail, NotificationTable
from studio_tui.storage.engine.unit import current_database, is_sqlite

_N: Any = NotificationTable
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
