"""Notifications: one message to one person about one event (N1 to N6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a notification tells."""

    ASSIGNED = "assigned"
    REMINDER = "reminder"


class Capacity(StrEnum):
    """As what the recipient is told: as the user themself, or as one of their managers."""

    USER = "user"
    MANAGER = "manager"


class NotificationState(StrEnum):
    """The life of a notification (N4)."""

    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


_TRANSITIONS: Mapping[NotificationState, frozenset[NotificationState]] = {
    NotificationState.HELD: frozenset({NotificationState.QUEUED, NotificationState.DROPPED}),
    NotificationState.QUEUED: frozenset({NotificationState.SENDING, NotificationState.DROPPED}),
    NotificationState.SENDING: frozenset(
        {
            NotificationState.QUEUED,
            NotificationState.SENT,
            NotificationState.FAILED,
            NotificationState.DROPPED,
        }
    ),
    NotificationState.SENT: frozenset(),
    NotificationState.FAILED: frozenset({NotificationState.QUEUED, NotificationState.DROPPED}),
    NotificationState.DROPPED: frozenset({NotificationState.HELD}),
}

UNSENT = frozenset({NotificationState.HELD, NotificationState.QUEUED})
"""States in which a mail can still be taken back."""


def may_become(state: NotificationState, following: NotificationState) -> bool:
    """Whether a notification in ``state`` may go to ``following`` (N4)."""
    return following in _TRANSITIONS[state]


def notification_key(
    push_id: int, recipient_id: int, kind: Kind, capacity: Capacity, round_: int
) -> str:
    """The one key of a notification (N2): its Message-ID is derived from it."""
    return f"{push_id}-{recipient_id}-{kind}-{capacity}-{round_}"


@dataclass(frozen=True, slots=True)
class Notification:
    """One row of the outbox (N10)."""

    id: int
    kind: Kind
    capacity: Capacity
    state: NotificationState
    recipient_id: int
    recipient: str
    """Login of the recipient."""
    name: str
    to: str
    """Address it goes, or went, to."""
    push_id: int
    push: str
    about: tuple[str, ...]
    """Logins of the people it tells about."""
    message_id: str
    due_at: datetime
    attempts: int
    sent_at: datetime | None
    error: str | None
    """Why it failed or was dropped, in the server's or the Studio's words."""


@dataclass(frozen=True, slots=True)
class NotificationFilter:
    """Which notifications a list shows."""

    text: str = ""
    state: NotificationState | None = None
    push_id: int | None = None
    recipient_id: int | None = None
