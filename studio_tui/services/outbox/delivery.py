"""What a worker asks of the outbox: take what is due, and say what became of it (N4, N6).

The program itself acts here, not a person: there is no actor.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from studio_tui.domain.outbox.kinds import MailForm
from studio_tui.domain.outbox.limits import Forecast, SendingLimits
from studio_tui.domain.outbox.notification import Delivery, why_dropped
from studio_tui.domain.shared.clock import SteadyTime
from studio_tui.domain.shared.errors import Busy
from studio_tui.services.outbox import restored
from studio_tui.services.outbox.limits import foreseen
from studio_tui.services.outbox.messages import Mail
from studio_tui.services.outbox.restored import MailRestored
from studio_tui.services.outbox.sending_hours import RecipientHours
from studio_tui.services.system.context import Studio
from studio_tui.storage.outbox import mail_stops, sent_counts
from studio_tui.storage.outbox import worker_queue as deliveries
from studio_tui.storage.outbox.worker_queue import LeaseEnd
from studio_tui.wording.mail import not_before

NO_LIMITS = SendingLimits()
_MOST_REFUSED = 1000
"""Of so many mails it is remembered that they were refused."""


class Packed(NamedTuple):
    """A message as it is kept once it is sent."""

    model_id: int | None
    """What it has in common with others, None where it is whole."""
    rest: bytes


class Packing:
    """Packs messages, so that of many that are nearly the same little is kept."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._models: dict[bytes, int] = {}

    def packed(self, mail: Mail) -> Packed:
        """``mail`` as it is kept; raises `Unavailable` where its model cannot be."""
        model = mail.model
        if model not in self._models:
            with self._studio.store.writing_unflushed():
                model_id = deliveries.keep_model(model)
            # Known only once it is committed: what is sent could not be written otherwise.
            self._models[model] = model_id
        return Packed(self._models[model], deliveries.packed(mail.message, model))


@dataclass(frozen=True, slots=True)
class Sent:
    """The server took it."""

    id: int
    address: str
    at: datetime
    message: Packed


@dataclass(frozen=True, slots=True)
class Failed:
    """It will never arrive."""

    id: int
    address: str
    words: str


@dataclass(frozen=True, slots=True)
class Later:
    """To be tried again; ``tried`` says whether this try counts as one of the mail's own."""

    id: int
    due_at: datetime
    words: str
    tried: bool
    refused: bool = False
    """The server refused it, for a reason that may be about anybody."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """What workers before have learnt of the mail server."""

    fault: str
    """What kept mail from leaving when the server was last asked; empty: nothing."""
    code: int | None
    words: str
    since: datetime | None
    refused: Mapping[int, str]
    """Mails that wait because they were refused, by id: the domains of their recipients."""


Settlement = Sent | Failed | Later


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a worker took from the outbox."""

    taken: int
    """How many were due, those included that were dropped at once."""
    deliveries: tuple[Delivery, ...] = ()
    """What is still true, and to be sent."""
    reached: str = ""
    """The limit that is reached, by the name of its setting; empty where none is."""


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
) -> Claimed:
    """Take up to ``limit`` notifications that are due, for the worker ``lease``; none to the
    domains that are to be avoided, and no more than there is room for within the ``limits``. What
    may not reach its recipient at this hour is put off (N20).

    What is no longer true is dropped before it is handed over (N6). Nobody who writes waits for
    what is read and thought about here. Raises `Busy` where others write and it is not to
    ``wait``, and `MailRestored` where this is not the database that mail went out of: a standby may
    have been promoted since the claim before.
    """
    now, steady = studio.now(), studio.steady.time()
    # Where the clock that leases end by was set, none of them tells who is still at work: who is,
    # renews it, and who is not is found out one lease later.
    is_known = not studio.steady.jumped_within(lasting.total_seconds())
    end, reached = _end(now, steady, lasting), ""
    # What may be taken is thought about before anybody who writes has to wait for it.
    in_turn = _in_turn(studio, limits, limit, avoiding) if limits else None
    ids: list[int] = []
    with studio.store.writing_unflushed(wait=wait):
        # By the connection that claims: the next one may lead to another server.
        stopped = restored.stop_where_other(studio)
        if not stopped:
            if is_known:
                deliveries.recover(lease, steady, now)
            if in_turn is None:
                ids = deliveries.claim(lease, now, end, limit, avoiding)
            else:
                ids, reached = _claim_within(in_turn, limits, lease, now, end)
    if stopped:
        # Only once it is written that mail has stopped.
        raise MailRestored(stopped)
    if not ids:
        return Claimed(0, reached=reached)
    with studio.store.reading():
        claimed = deliveries.deliveries(ids, now)
    dropped = {each.id: why for each in claimed if (why := why_dropped(each, now))}
    true = [each for each in claimed if each.id not in dropped]
    put_off = _put_off(true, hours, now) if hours else []
    if put_off:
        waiting = {each.id for each in put_off}
        true = [each for each in true if each.id not in waiting]
    shortened = {each.id for each in true if _leaves_out(each)}
    if dropped or shortened or put_off:
        try:
            with studio.store.writing_unflushed(wait=wait):
                deliveries.settle_dropped(lease, list(dropped.items()), now)
                deliveries.settle_later(lease, [_put_back(each) for each in put_off], now)
                deliveries.forget_unasked(shortened)
        except Busy:
            # They are handed back with what is left over, and looked at once more.
            true = [each for each in true if each.id not in shortened]
    return Claimed(len(ids), tuple(true), reached)


def is_as_claimed(
    studio: Studio, lease: str, delivery: Delivery, hours: RecipientHours | None = None
) -> bool:
    """Whether the worker ``lease`` still holds what it claimed, all that it tells is true as it was
    read then (N6, N17), and it may reach its recipient at this hour (N20)."""
    now = studio.now()
    with studio.store.reading():
        if not deliveries.holds(lease, delivery.id):
            return False
        found = deliveries.deliveries([delivery.id], now)
    if found != [delivery] or why_dropped(delivery, now) is not None:
        return False
    return not (hours and _put_off(found, hours, now))


def _put_off(claimed: Sequence[Delivery], hours: RecipientHours, now: datetime) -> list[Later]:
    """What may not reach its recipient now, and until when."""
    # Of all recipients few zones are many.
    openings = {
        zone: hours.opening(zone, now) for zone in dict.fromkeys(each.time_zone for each in claimed)
    }
    return [
        Later(each.id, opening.at, not_before(opening, zone), tried=False)
        for each in claimed
        for opening, zone in filter(None, (openings[each.time_zone],))
    ]


def _in_turn(
    studio: Studio, limits: SendingLimits, limit: int, avoiding: Collection[str]
) -> Sequence[int]:
    """What is taken next of what is due, as far as there is room, by id."""
    now = studio.now()
    with studio.store.reading():
        mails = sent_counts.room(limits, now).mails
        if mails == 0:
            return ()
        full = [
            domain for domain, left in sent_counts.full_domains(limits, now).items() if left <= 0
        ]
        most = limit if mails is None else min(limit, mails)
        return deliveries.in_turn(now, most, [*avoiding, *full])


def _claim_within(
    in_turn: Sequence[int], limits: SendingLimits, lease: str, now: datetime, end: LeaseEnd
) -> tuple[list[int], str]:
    """Take of these what there still is room for; which, and the limit that is reached."""
    sent_counts.lock()
    mails, reached = sent_counts.room(limits, now)
    ids = list(in_turn if mails is None else in_turn[:mails])
    if limits.per_domain_minute and ids:
        room = sent_counts.full_domains(limits, now)
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
    return deliveries.claim_of(ids, lease, now, end), reached


def _leaves_out(delivery: Delivery) -> bool:
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
    """Write what became of notifications; what the lease no longer covers is left as it is. Where
    there are ``limits``, what was sent is counted.

    Raises `Busy` where others write and it is not to ``wait``.
    """
    sent = [(s.id, s.address, s.at, *s.message) for s in settlements if isinstance(s, Sent)]
    failed = [(s.id, s.address, s.words) for s in settlements if isinstance(s, Failed)]
    later = [_put_back(each) for each in settlements if isinstance(each, Later)]
    store = studio.store
    # Nearly always all of them were sent.
    writing = store.writing_unflushed if failed or later or limits else store.writing_alone
    with writing(wait=wait):
        if limits and sent:
            sent_counts.lock()
            sent_counts.count(((at, address) for _, address, at, *_ in sent), limits, studio.now())
        deliveries.settle_sent(lease, sent)
        deliveries.settle_failed(lease, failed, studio.now())
        deliveries.settle_later(lease, later, studio.now())


def _put_back(later: Later) -> tuple[int, datetime, str, bool, bool]:
    """As `worker_queue.settle_later` has it."""
    return later.id, later.due_at, later.words, later.tried, later.refused


def tell_owed(studio: Studio) -> None:
    """Let open Studios see the last of what was written in quick succession."""
    studio.store.tell_owed()


def count_anew(studio: Studio, limits: SendingLimits) -> None:
    """Count what was sent lately, before anything is sent within ``limits``."""
    with studio.store.writing():
        sent_counts.lock()
        sent_counts.make_anew(limits, studio.now())


def foresee(studio: Studio, limits: SendingLimits) -> Forecast:
    """What is due and waits because of the ``limits``, and until when."""
    with studio.store.reading():
        return foreseen(limits, studio.now())


def renew(studio: Studio, lease: str, *, lasting: timedelta) -> None:
    """Hold for longer what the worker ``lease`` has claimed and not yet settled."""
    end = _end(studio.now(), studio.steady.time(), lasting)
    with studio.store.writing_unflushed():
        deliveries.renew(lease, end)


def _end(now: datetime, steady: SteadyTime, lasting: timedelta) -> LeaseEnd:
    seconds = steady.seconds + lasting.total_seconds()
    return LeaseEnd(SteadyTime(seconds, steady.origin), now + lasting)


def flush(studio: Studio) -> None:
    """Return once what was settled outlives the machine."""
    studio.store.flush()


def locks_others_out(studio: Studio) -> bool:
    """Whether nobody else can write while a worker does, be it something else altogether."""
    return studio.store.is_sqlite


def standing(studio: Studio) -> ServerState:
    """What is known of the mail server before it is asked."""
    with studio.store.reading():
        stop = mail_stops.stop()
        fault, code, words, since = stop or ("", None, "", None)
        return ServerState(fault, code, words, since, deliveries.refused(_MOST_REFUSED))


def keep_stop(studio: Studio, stop: tuple[str, int | None, str] | None) -> None:
    """Keep what keeps mail from leaving, fault, code and words, or that nothing does."""
    with studio.store.writing():
        mail_stops.keep(stop, studio.now())


def look_again(studio: Studio) -> None:
    """Let be due what was put off: the hours of recipients may be others by now."""
    with studio.store.writing():
        deliveries.let_put_off_be_due(studio.now())


def try_again(studio: Studio, ids: Collection[int]) -> None:
    """Let mails that were refused be due: the server has taken others since."""
    with studio.store.writing():
        deliveries.let_be_due(ids, studio.now())


def waiting(studio: Studio) -> tuple[int, int]:
    """How many mails wait, and how many of them because they were not taken."""
    with studio.store.reading():
        return deliveries.waiting()


def hand_back(studio: Studio, lease: str) -> int:
    """Give back all that the worker ``lease`` still holds; returns how many."""
    with studio.store.writing():
        return deliveries.hand_back(lease, studio.now())


def next_due(studio: Studio) -> datetime | None:
    """When there is something to send next, None where nothing waits."""
    with studio.store.reading():
        return deliveries.next_due()
