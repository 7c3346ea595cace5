"""Faults of the program that the simulation has to find: each takes one safeguard away."""

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
    """What leaves is not asked whether its lease still holds."""
    with (
        nothing_is_looked_at_again(),
        patch.object(Lease, "may_begin", lambda lease, claimed_at: True),
        patch.object(Lease, "require", lambda lease, claimed_at: None),
    ):
        yield


@contextmanager
def nothing_is_cut_off() -> Iterator[None]:
    """A mail that is on the wire stays there beyond its lease."""

    async def within(lease: Lease, claimed_at: float, sending: Awaitable[Any]) -> Any:
        return await sending

    # Where renewing fails, so does the second look.
    with nothing_is_looked_at_again(), patch.object(Lease, "within", within):
        yield


def leases_do_not_last() -> Any:
    """What others hold is taken from them at once."""

    def recover(lease: str, steady: Any, now: Any) -> int:
        taken = "UPDATE notification SET state = 'queued', due_at = ?, lease = NULL"
        return int(execute(f"{taken} WHERE state = 'sending' AND lease <> ?", now, lease).rowcount)

    return patch.object(worker_queue, "requeue_expired", recover)


def nothing_is_renewed() -> Any:
    """A lease is taken to be renewed and is not."""
    return patch.object(delivery, "renew", lambda studio, lease, *, lasting: None)


def written_before_the_answer() -> Any:
    """A mail is written as sent before the server has answered."""

    async def hand_over(
        connection: Any, dialogue: Any, message: bytes, envelope: tuple[str, str]
    ) -> Delivered:
        dialogue.write_message(message)
        return Delivered(250, "written already")

    return patch.object(SmtpConnection, "_hand_over", hand_over)


def retries_are_not_counted() -> Any:
    """What is sent at a second try does not count for the limits."""
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
    """The server may know of any number of mails what the database does not."""

    async def reserve(queue: SendQueue, notification_id: int) -> None:
        return

    return patch.object(SendQueue, "reserve", reserve)


def nothing_is_checked_again() -> Any:
    """What is no longer true is sent all the same."""
    return patch.object(delivery, "why_dropped", lambda delivery, now=None: None)


def nothing_is_looked_at_again() -> Any:
    """A mail that has waited for a slow server leaves as it was when it was claimed."""
    return patch.object(delivery, "is_as_claimed", lambda studio, lease, delivery, hours: True)


def every_refusal_is_final() -> Any:
    """A permanent refusal fails the mail, whatever it is about."""

    def doubt(breaker: Any, outcome: Any, mail_id: int, domain: str) -> Any:
        return outcome

    return patch.object(circuit_breaker.CircuitBreaker, "_doubt", doubt)


def the_oldest_goes_first() -> Any:
    """Where not all can leave, a push waits for those before it."""

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
