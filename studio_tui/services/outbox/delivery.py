"""The worker's interface to the outbox: claim due messages and record the outcome (N4, N6).

There is no actor: the program itself acts here, not a person.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from studio_tui.domain.outbox.kinds import MailForm
from studio_tui.domain.outbox.limits import Forecast, SendingLimits
from studio_tui.domain.outbox.notification import Delivery, why_dropped
from studio_tui.domain.shared.clock import SteadyTime
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Busy, Unavailable
from studio_tui.services.outbox import restored
from studio_tui.services.outbox.limits import waiting_forecast
from studio_tui.services.outbox.messages import Mail
from studio_tui.services.outbox.restored import DatabaseReplaced
from studio_tui.services.outbox.sending_hours import RecipientHours
from studio_tui.services.system.context import Studio
from studio_tui.storage.outbox import (
    deliveries,
    mail_stops,
    sent_counts,
    sent_messages,
    worker_queue,
)
from studio_tui.storage.outbox.worker_queue import LeaseEnd
from studio_tui.wording.mail import not_before

NO_LIMITS = SendingLimits()
_MOST_REFUSED = 1000
"""Maximum number of refused mails that are loaded."""


class CompressedMessage(NamedTuple):
    """A sent message in its compressed form, as it is stored."""

    model_id: int | None
    """The id of the part that the message shares with others; None if the message is stored
    whole."""
    rest: bytes


class MessageCompressor:
    """Compresses sent messages against shared models, because most of them are similar."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._models: dict[bytes, int] = {}

    def compressed(self, mail: Mail) -> CompressedMessage:
        """Return ``mail`` in its stored form.

        Raises `Unavailable` if its model cannot be stored.
        """
        model = mail.model
        if model not in self._models:
            with self._studio.store.writing_unflushed():
                model_id = sent_messages.keep_model(model)
            # Cache the id only after the commit. A rolled-back id would make later writes fail.
            self._models[model] = model_id
        return CompressedMessage(
            self._models[model], sent_messages.compress_message(mail.message, model)
        )


@dataclass(frozen=True, slots=True)
class SentSettlement:
    """The settlement of a mail that the server accepted."""

    id: int
    address: str
    at: datetime
    message: CompressedMessage


@dataclass(frozen=True, slots=True)
class FailedSettlement:
    """The settlement of a mail that can never be delivered."""

    id: int
    address: str
    words: str


@dataclass(frozen=True, slots=True)
class RetrySettlement:
    """The settlement of a mail that is to be tried again.

    ``tried`` tells whether this attempt counts towards the number of attempts of the mail.
    """

    id: int
    due_at: datetime
    words: str
    tried: bool
    refused: bool = False
    """Whether the server refused the mail for a reason that may apply to any recipient."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """The state of the mail server as previous workers recorded it."""

    fault: str
    """The fault that kept mail from leaving at the last connection; empty if there was none."""
    code: int | None
    words: str
    since: datetime | None
    refused: Mapping[int, str]
    """The domains of the recipients of mails that wait because they were refused, by notification
    id."""


Settlement = SentSettlement | FailedSettlement | RetrySettlement


@dataclass(frozen=True, slots=True)
class ClaimedBatch:
    """The notifications that a worker claimed from the outbox."""

    taken: int
    """The number of due notifications that were claimed, including those that were dropped at
    once."""
    deliveries: tuple[Delivery, ...] = ()
    """The notifications that are still true and are to be sent."""
    reached: str = ""
    """The name of the setting whose limit is reached; empty if none is."""


def claim(
    studio: Studio,
    lease: str,
    *,
    limit: int,
    lasting: timedelta,
    avoiding: Collection[str] = (),
    limits: SendingLimits = NO_LIMITS,
    hours: RecipientHours | None = None,
    wait: bool = True,
) -> ClaimedBatch:
    """Claim up to ``limit`` due notifications for the worker ``lease``.

    Domains in ``avoiding`` are left out, and the ``limits`` are not exceeded. Notifications that
    are no longer true are dropped (N6); those that may not reach their recipient at this hour are
    put off (N20). What is read and decided here happens outside of the write transaction, so that
    other writers do not wait for it.

    Raises `Busy` if others are writing and ``wait`` is false: nothing is claimed then. After other
    `Unavailable` errors, notifications may be claimed. Raises `DatabaseReplaced` if this is not the
    database that mail went out of: a standby may have been promoted since the last claim.
    """
    now, steady = studio.now(), studio.steady.time()
    # If the steady clock was set, the end of a lease does not tell whether its worker is alive.
    # Workers that are alive renew their leases; the others are found one lease later.
    lease_ends_hold = not studio.steady.jumped_within(lasting.total_seconds())
    end, reached = _end(now, steady, lasting), ""
    # Choose the candidates before the write transaction, so that writers do not wait for it.
    in_turn = _in_turn(studio, limits, limit, avoiding) if limits else None
    ids: list[int] = []
    with studio.store.writing_unflushed(wait=wait):
        # Check on the connection that claims: the next one may lead to another server.
        stopped = restored.stop_if_replaced(studio)
        if not stopped:
            if lease_ends_hold:
                worker_queue.requeue_expired(lease, steady, now)
            if in_turn is None:
                ids = worker_queue.claim(lease, now, end, limit, avoiding)
            else:
                ids, reached = _claim_within(in_turn, limits, lease, now, end)
    if stopped:
        # Raise only after the commit, which records that mail has stopped.
        raise DatabaseReplaced(stopped)
    if not ids:
        return ClaimedBatch(0, reached=reached)
    return ClaimedBatch(len(ids), _checked(studio, lease, ids, now, hours, wait=wait), reached)


def _checked(
    studio: Studio,
    lease: str,
    ids: Sequence[int],
    now: datetime,
    hours: RecipientHours | None,
    *,
    wait: bool,
) -> tuple[Delivery, ...]:
    """Return the claimed notifications that may be sent now; drop or put off the others.

    People whom a notification is not to mention any more are removed from it.
    """
    try:
        with studio.store.reading():
            claimed = deliveries.deliveries_by_id(ids, now)
    except Busy as error:
        # The claim is committed: a caller that retries would find nothing due.
        raise Unavailable(error.message) from error
    dropped = {each.id: why for each in claimed if (why := why_dropped(each, now))}
    true = [each for each in claimed if each.id not in dropped]
    put_off = _put_off(true, hours, now) if hours else []
    waiting = {each.id for each in put_off}
    true = [each for each in true if each.id not in waiting]
    shortened = {each.id for each in true if _excludes_people(each)}
    if dropped or shortened or put_off:
        try:
            with studio.store.writing_unflushed(wait=wait):
                worker_queue.settle_dropped(lease, list(dropped.items()), now)
                worker_queue.settle_retries(lease, [_later_row(each) for each in put_off], now)
                deliveries.remove_unasked(shortened)
        except Busy:
            # They are handed back with the rest of the claim, and checked again at the next one.
            true = [each for each in true if each.id not in shortened]
    return tuple(true)


def is_as_claimed(
    studio: Studio, lease: str, delivery: Delivery, hours: RecipientHours | None = None
) -> bool:
    """Return whether a claimed notification may still be sent as it was read.

    The worker ``lease`` must still hold it, its content must be unchanged and still true (N6, N17),
    and mail may reach its recipient at this hour (N20).
    """
    now = studio.now()
    with studio.store.reading():
        if not worker_queue.holds(lease, delivery.id):
            return False
        found = deliveries.deliveries_by_id([delivery.id], now)
    if found != [delivery] or why_dropped(delivery, now) is not None:
        return False
    return not (hours and _put_off(found, hours, now))


def _put_off(
    claimed: Sequence[Delivery], hours: RecipientHours, now: datetime
) -> list[RetrySettlement]:
    """Return the notifications that may not reach their recipient now, as settlements for later."""
    # Many recipients share few time zones: compute each opening once.
    openings = {
        zone: hours.opening(zone, now) for zone in dict.fromkeys(each.time_zone for each in claimed)
    }
    return [
        RetrySettlement(each.id, opening.at, not_before(opening, zone), tried=False)
        for each in claimed
        for opening, zone in filter(None, (openings[each.time_zone],))
    ]


def _in_turn(
    studio: Studio, limits: SendingLimits, limit: int, avoiding: Collection[str]
) -> Sequence[int]:
    """Return the ids of the due notifications to claim next, within the ``limits``."""
    now = studio.now()
    with studio.store.reading():
        mails = sent_counts.quota(limits, now).mails
        if mails == 0:
            return ()
        full = [
            domain for domain, left in sent_counts.domain_quotas(limits, now).items() if left <= 0
        ]
        most = limit if mails is None else min(limit, mails)
        return worker_queue.due_in_turn(now, most, [*avoiding, *full])


def _claim_within(
    in_turn: Sequence[int], limits: SendingLimits, lease: str, now: datetime, end: LeaseEnd
) -> tuple[list[int], str]:
    """Claim the notifications of `due_in_turn` that the limits allow.

    Returns the claimed ids and the name of the limit that is reached, or an empty string.
    """
    sent_counts.lock()
    mails, reached = sent_counts.quota(limits, now)
    ids = list(in_turn[:mails])
    if limits.per_domain_minute and ids:
        room = sent_counts.domain_quotas(limits, now)
        domains, kept = sent_counts.domains(ids), []
        for each in ids:
            left = room.setdefault(domains[each], limits.per_domain_minute)
            if left > 0:
                kept.append(each)
                room[domains[each]] = left - 1
        ids = kept
    if not ids:
        if not reached and limits.per_domain_minute and sent_counts.due(now):
            reached = "per_domain_minute"
        return [], reached
    return worker_queue.claim_of(ids, lease, now, end), reached


def _excludes_people(delivery: Delivery) -> bool:
    if delivery.kind.form is not MailForm.PUSH:
        return False
    return not all(person.assigned and not person.excused for person in delivery.about)


def settle(
    studio: Studio,
    lease: str,
    settlements: Sequence[Settlement],
    *,
    limits: SendingLimits = NO_LIMITS,
    wait: bool = True,
) -> None:
    """Record the outcome of notifications.

    Those that the lease no longer covers are left unchanged.

    If there are ``limits``, sent mails are counted. Raises `Busy` if others are writing and
    ``wait`` is false.
    """
    sent = [
        (s.id, s.address, s.at, *s.message) for s in settlements if isinstance(s, SentSettlement)
    ]
    failed = [(s.id, s.address, s.words) for s in settlements if isinstance(s, FailedSettlement)]
    later = [_later_row(each) for each in settlements if isinstance(each, RetrySettlement)]
    store = studio.store
    # In most batches every notification was sent.
    writing = store.writing_unflushed if failed or later or limits else store.writing_alone
    with writing(wait=wait):
        if limits and sent:
            sent_counts.lock()
            sent_counts.count(((at, address) for _, address, at, *_ in sent), limits, studio.now())
        worker_queue.settle_sent(lease, sent)
        worker_queue.settle_failed(lease, failed, studio.now())
        worker_queue.settle_retries(lease, later, studio.now())


def _later_row(later: RetrySettlement) -> tuple[int, datetime, str, bool, bool]:
    """Return ``later`` as the tuple that `worker_queue.settle_retries` expects."""
    return later.id, later.due_at, later.words, later.tried, later.refused


def notify_owed(studio: Studio) -> None:
    """Notify open Studios of the last of several writes in quick succession."""
    studio.store.notify_owed()


def recount_sent(studio: Studio, limits: SendingLimits) -> None:
    """Recount recently sent mails, before any mail is sent within ``limits``."""
    with studio.store.writing():
        sent_counts.lock()
        sent_counts.rebuild(limits, studio.now())


def forecast_waiting(studio: Studio, limits: SendingLimits) -> Forecast:
    """Forecast how many due notifications wait because of the ``limits``, and until when."""
    with studio.store.reading():
        return waiting_forecast(limits, studio.now())


def renew(studio: Studio, lease: str, *, lasting: timedelta) -> None:
    """Extend the lease of all that the worker ``lease`` has claimed and not yet settled."""
    end = _end(studio.now(), studio.steady.time(), lasting)
    with studio.store.writing_unflushed():
        worker_queue.renew(lease, end)


def _end(now: datetime, steady: SteadyTime, lasting: timedelta) -> LeaseEnd:
    seconds = steady.seconds + lasting.total_seconds()
    return LeaseEnd(SteadyTime(seconds, steady.origin), now + lasting)


def flush(studio: Studio) -> None:
    """Block until all settlements are durable, so that they survive a crash of the machine."""
    studio.store.flush()


def blocks_other_writers(studio: Studio) -> bool:
    """Return whether a write of the worker blocks every other writer, even of unrelated tables."""
    return studio.store.is_sqlite


def server_state(studio: Studio) -> ServerState:
    """Return the recorded state of the mail server, before a connection is made."""
    with studio.store.reading():
        stop = mail_stops.stop()
        fault, code, words, since = stop or ("", None, "", None)
        return ServerState(fault, code, words, since, worker_queue.refused_domains(_MOST_REFUSED))


def record_server_fault(studio: Studio, stop: tuple[str, int | None, str] | None) -> None:
    """Store the fault, code and words of what keeps mail from leaving; None if nothing does."""
    with studio.store.writing():
        mail_stops.store(stop, studio.now())


def requeue_put_off(studio: Studio) -> None:
    """Make the mails due that were put off: the recipients' hours may have changed."""
    with studio.store.writing():
        worker_queue.make_put_off_due(studio.now())


def requeue_refused(studio: Studio, ids: Collection[int]) -> None:
    """Make refused mails due again: the server has accepted others since."""
    with studio.store.writing():
        worker_queue.make_due(ids, studio.now())


def waiting(studio: Studio) -> tuple[int, int]:
    """Return the number of waiting mails, and how many of them were tried and not accepted."""
    with studio.store.reading():
        return worker_queue.waiting()


def hand_back(studio: Studio, lease: str) -> int:
    """Put everything that the worker ``lease`` still holds back in the queue; returns how many."""
    with studio.store.writing():
        return worker_queue.release_all(lease, studio.now())


def next_due(studio: Studio) -> datetime | None:
    """Return when the next notification is due, or None if none is waiting."""
    with studio.store.reading():
        return worker_queue.next_due()
