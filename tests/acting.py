"""What people do in tests, in one line each."""

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
from studio_tui.services.outbox.delivery import Claimed, CompressedMessage, Sent
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes
from studio_tui.services.pushes.assign import Assigned
from studio_tui.services.system.context import Studio

HOUR = timedelta(hours=1)
KEPT = CompressedMessage(None, zlib.compress(b"mail"))
"""A mail that is like no other."""


def as_user(studio: Studio, login: str) -> Actor:
    """Somebody of the organisation, at their own terminal."""
    return sign_in(studio, Account(login, ""))


def assign(studio: Studio, actor: Actor, push: PushFacts, *logins: str) -> Assigned:
    """Assign these users."""
    return assigning.assign(studio, actor, push, assigning.users_named(studio, actor, logins))


def assigned(studio: Studio, actor: Actor, push: PushFacts) -> dict[str, Assignment]:
    """Who is in a push, by login."""
    return {row.login: row for row in assigning.every(studio, actor, push)}


def finish(studio: Studio, actor: Actor, push: PushFacts, login: str, *, by: str) -> Conversation:
    """Record a conversation as held."""
    ask = conversations.find(studio, push.name, login)
    return conversations.record_held(studio, actor, ask, conductor=by)


def now(studio: Studio, actor: Actor, push: PushFacts) -> Push:
    """The push as it is at this moment."""
    return pushes.show(studio, actor, push.id)


def draft_of(push: PushFacts, **changes: object) -> PushDraft:
    """What the form of a push shows, with something typed into it."""
    fields = {"name": push.name, "available_from": push.available_from, "deadline": push.deadline}
    return PushDraft(**fields | changes)  # type: ignore[arg-type]


def mail(studio: Studio, actor: Actor) -> list[Notification]:
    """Everything in the outbox."""
    return outbox.every(studio, actor, NotificationFilter())


def waiting(listed: Iterable[Notification]) -> list[tuple[str, Capacity, tuple[str, ...]]]:
    """Who is still to be told, as what, about whom: sorted."""
    unsent = (NotificationState.HELD, NotificationState.QUEUED)
    return told(each for each in listed if each.state in unsent)


def told(listed: Iterable[Notification]) -> list[tuple[str, Capacity, tuple[str, ...]]]:
    """Who is told, as what, about whom: sorted."""
    return sorted((each.recipient, each.capacity, each.about) for each in listed)


def send_due(studio: Studio, worker: str = "worker") -> Claimed:
    """What a worker does with a server that takes everything."""
    claimed = delivery.claim(studio, worker, limit=1_000, lasting=HOUR)
    now = studio.now()
    settled = [Sent(each.id, each.address, now, KEPT) for each in claimed.deliveries]
    delivery.settle(studio, worker, settled)
    return claimed


def lines(studio: Studio, actor: Actor) -> list[activity.ActivityLine]:
    """The whole activity, the newest first."""
    return activity.of_everything(studio, actor)
