"""The decision about an outcome (N7): pure, so that every case can be read and tested."""

from datetime import datetime, timedelta
from random import Random

from studio_tui.domain.outbox.notification import Delivery
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.mail.transport.outcomes import (
    Deferred,
    Delivered,
    Outcome,
    Postponed,
    Rejected,
    RelayDown,
)
from studio_tui.mail.transport.refusals import About
from studio_tui.services.outbox.delivery import (
    FailedSettlement,
    RetrySettlement,
    SentSettlement,
    Settlement,
)
from studio_tui.worker.queue import PreparedMail
from studio_tui.worker.timing import Pace


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to send one mail, and its outcome."""

    delivery: Delivery
    prepared: PreparedMail
    outcome: Outcome


def decide(attempt: Attempt, now: datetime, random: Random, pace: Pace) -> Settlement:
    """Return what to record about an attempt.

    Delivered: sent. Rejected: failed for good, this mail alone. Deferred: retried after a growing
    pause and given up by age, but never for a reason that concerns the server or the session (N13).
    Set aside, or the relay is down: retried later, and not counted as an attempt of this mail.
    """
    delivery, recipient, outcome = (
        attempt.delivery,
        attempt.prepared.mail.recipient,
        attempt.outcome,
    )
    match outcome:
        case Delivered():
            return SentSettlement(delivery.id, recipient, now, attempt.prepared.compressed)
        case Rejected():
            return FailedSettlement(delivery.id, recipient, reply_text(outcome))
        case RelayDown():
            return RetrySettlement(
                delivery.id, now, reply_text(outcome), tried=False, refused=outcome.offered
            )
        case Postponed():
            due_at = now + pace.set_aside_for
            return RetrySettlement(
                delivery.id, due_at, reply_text(outcome), tried=False, refused=True
            )
        case Deferred():
            of_this_mail = outcome.about not in (About.SERVER, About.SESSION)
            is_old = now - delivery.dated_at > pace.give_up_after
            if of_this_mail and is_old and delivery.attempts >= pace.min_attempts:
                words = f"given up after {pace.give_up_after.days} days; the last answer: "
                return FailedSettlement(delivery.id, recipient, words + reply_text(outcome))
            pause = pause_after(
                delivery.attempts, random, first=pace.first_pause, longest=pace.longest_pause
            )
            return RetrySettlement(
                delivery.id, now + pause, reply_text(outcome), tried=True, refused=outcome.refused
            )


def pause_after(tries: int, random: Random, *, first: timedelta, longest: timedelta) -> timedelta:
    """Return the pause after ``tries`` earlier attempts: it doubles, and half of it is jitter."""
    seconds = min(longest, first * 2 ** min(tries, 20)).total_seconds()
    return timedelta(seconds=seconds * (0.5 + random.random() / 2))


def reply_text(outcome: Outcome) -> str:
    """Return the server's reply, with its code if it has one."""
    code = f"{outcome.code} " if outcome.code is not None else ""
    return f"{code}{outcome.words}"
