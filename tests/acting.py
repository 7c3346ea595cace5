"""One-line helpers for common actions of users and workers in tests."""

import zlib
from collections.abc import Iterable
from datetime import timedelta

from studio_tui.domain.conversations.conversation import Conversation
from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.domain.outbox.notification import (
    Notification,
    NotificationFilter,
    NotificationState,
)
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Assignment, Push, PushDraft, PushFacts
from studio_tui.services import conversations
from studio_tui.services.activity import activity
from studio_tui.services.outbox import delivery, outbox
from studio_tui.services.outbox.delivery import ClaimedBatch, CompressedMessage, SentSettlement
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes
from studio_tui.services.pushes.assign import AssignResult
from studio_tui.services.system.context import Studio

HOUR = timedelta(hours=1)
MESSAGE = CompressedMessage(None, zlib.compress(b"mail"))
"""A compressed message whose content no other test uses."""


def as_user(studio: Studio, login: str) -> Actor:
    """Return the actor for ``login``, signed in at a terminal of their own."""
    return sign_in(studio, Account(login, ""))


def assign(studio: Studio, actor: Actor, push: PushFacts, *logins: str) -> AssignResult:
    """Assign the users with these logins to a push."""
    return assigning.assign(studio, actor, push, assigning.users_named(studio, actor, logins))


def assigned(studio: Studio, actor: Actor, push: PushFacts) -> dict[str, Assignment]:
    """Return the assignments of a push by login."""
    return {row.login: row for row in assigning.every(studio, actor, push)}


def finish(studio: Studio, actor: Actor, push: PushFacts, login: str, *, by: str) -> Conversation:
    """Record the conversation of ``login`` in a push as held, with ``by`` as the conductor."""
    ask = conversations.find(studio, push.name, login)
    return conversations.record_held(studio, actor, ask, conductor=by)


def now(studio: Studio, actor: Actor, push: PushFacts) -> Push:
    """Read the push again and return its current state."""
    return pushes.show(studio, actor, push.id)


def draft_of(push: PushFacts, **changes: object) -> PushDraft:
    """Return the draft that the form of a push holds, with ``changes`` made in its fields."""
    fields = {"name": push.name, "available_from": push.available_from, "deadline": push.deadline}
    return PushDraft(**fields | changes)  # type: ignore[arg-type]


def mail(studio: Studio, actor: Actor) -> list[Notification]:
    """Return all notifications in the outbox."""
    return outbox.every(studio, actor, NotificationFilter())


def waiting(listed: Iterable[Notification]) -> list[tuple[str, Capacity, tuple[str, ...]]]:
    """Return recipient, capacity and subjects of each unsent notification, sorted."""
    unsent = (NotificationState.HELD, NotificationState.QUEUED)
    return summaries(each for each in listed if each.state in unsent)


def summaries(listed: Iterable[Notification]) -> list[tuple[str, Capacity, tuple[str, ...]]]:
    """Return recipient, capacity and subjects of each notification, sorted."""
    return sorted((each.recipient, each.capacity, each.about) for each in listed)


def send_due(studio: Studio, worker: str = "worker") -> ClaimedBatch:
    """Claim all due mail and settle it as sent, as with a mail server that accepts everything."""
    claimed = delivery.claim(studio, worker, limit=1_000, lasting=HOUR)
    now = studio.now()
    settled = [SentSettlement(each.id, each.address, now, MESSAGE) for each in claimed.deliveries]
    delivery.settle(studio, worker, settled)
    return claimed


def lines(studio: Studio, actor: Actor) -> list[activity.ActivityLine]:
    """Return all activity lines, newest first."""
    return activity.of_everything(studio, actor)
