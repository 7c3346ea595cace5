"""Bugs that the simulation must find: each disables one safeguard."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from studio_tui.mail.transport.outcomes import Delivered
from studio_tui.mail.transport.smtp import SmtpConnection
from studio_tui.services.outbox import delivery
from studio_tui.storage.engine.sql import execute
from studio_tui.storage.outbox import sent_counts, worker_queue
from studio_tui.worker import circuit_breaker
from studio_tui.worker.lease import Lease
from studio_tui.worker.queue import SendQueue

Planting = Callable[[], Any]


@contextmanager
def no_lease_is_asked_for() -> Iterator[None]:
    """Send mail without checking that its lease still holds."""
    with (
        nothing_is_looked_at_again(),
        patch.object(Lease, "may_begin", lambda lease, claimed_at: True),
        patch.object(Lease, "require", lambda lease, claimed_at: None),
    ):
        yield


@contextmanager
def nothing_is_cut_off() -> Iterator[None]:
    """Do not abort a transmission when its lease expires."""

    async def within(lease: Lease, claimed_at: float, sending: Awaitable[Any]) -> Any:
        return await sending

    # If renewing fails, the second check would fail as well, so disable it.
    with nothing_is_looked_at_again(), patch.object(Lease, "within", within):
        yield


def leases_do_not_last() -> Any:
    """Requeue the mail that other workers have leased at once."""

    def recover(lease: str, steady: Any, now: Any) -> int:
        taken = "UPDATE notification SET state = 'queued', due_at = ?, lease = NULL"
        return int(execute(f"{taken} WHERE state = 'sending' AND lease <> ?", now, lease).rowcount)

    return patch.object(worker_queue, "requeue_expired", recover)


def nothing_is_renewed() -> Any:
    """Assume that leases are renewed, without renewing them."""
    return patch.object(delivery, "renew", lambda studio, lease, *, lasting: None)


def written_before_the_answer() -> Any:
    """Record a mail as sent before the server has replied."""

    async def hand_over(
        connection: Any, dialogue: Any, message: bytes, envelope: tuple[str, str]
    ) -> Delivered:
        dialogue.write_message(message)
        return Delivered(250, "written already")

    return patch.object(SmtpConnection, "_hand_over", hand_over)


def retries_are_not_counted() -> Any:
    """Leave mails sent at a second attempt out of the limits."""
    counting = sent_counts.count

    def count(sent: Any, limits: Any, now: Any) -> None:
        told = [each for each in sent if not _was_tried(each[1])]
        counting(told, limits, now)

    return patch.object(sent_counts, "count", count)


def _was_tried(address: str) -> bool:
    found = execute(
        "SELECT 1 FROM notification n JOIN users u ON u.id = n.recipient_id "
        "WHERE n.attempts > 0 AND n.state = 'sending' AND u.email = ?",
        address,
    )
    return found.fetchone() is not None


def any_number_is_unwritten() -> Any:
    """Allow any number of mails whose outcome is not yet written to the database."""

    async def reserve(queue: SendQueue, notification_id: int) -> None:
        return

    return patch.object(SendQueue, "reserve", reserve)


def nothing_is_checked_again() -> Any:
    """Send mail even if its reason has disappeared."""
    return patch.object(delivery, "why_dropped", lambda delivery, now=None: None)


def nothing_is_looked_at_again() -> Any:
    """Send a mail that waited for a slow server as it was when it was claimed."""
    return patch.object(delivery, "is_as_claimed", lambda studio, lease, delivery, hours: True)


def every_refusal_is_final() -> Any:
    """Fail a mail at any permanent refusal, whatever the refusal is about."""

    def doubt(breaker: Any, outcome: Any, mail_id: int, domain: str) -> Any:
        return outcome

    return patch.object(circuit_breaker.CircuitBreaker, "_doubt", doubt)


def the_oldest_goes_first() -> Any:
    """Send the mail of older pushes first if not all mail can leave."""

    def in_turn(now: Any, limit: int, avoiding: Any = ()) -> list[int]:
        text = "SELECT id FROM notification WHERE state = 'queued' AND due_at <= ?"
        found = execute(f"{text} ORDER BY push_id, id LIMIT ?", now, limit).fetchall()
        return [each for (each,) in found]

    return patch.object(worker_queue, "due_in_turn", in_turn)


PLANTED: dict[str, Planting] = {
    each.__name__.replace("_", "-"): each
    for each in (
        no_lease_is_asked_for,
        nothing_is_cut_off,
        leases_do_not_last,
        nothing_is_renewed,
        written_before_the_answer,
        retries_are_not_counted,
        any_number_is_unwritten,
        nothing_is_checked_again,
        nothing_is_looked_at_again,
        every_refusal_is_final,
        the_oldest_goes_first,
    )
}
