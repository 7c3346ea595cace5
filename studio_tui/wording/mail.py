"""What is said of a mail in the outbox (N4, N10)."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from studio_tui.domain.outbox.notification import INVITATIONS, Capacity, Kind, NotificationState
from studio_tui.domain.shared.clock import local_day, zone_in_words

STATE_LABELS: Mapping[NotificationState, str] = {
    NotificationState.HELD: "waiting",
    NotificationState.QUEUED: "queued",
    NotificationState.SENDING: "sending",
    NotificationState.SENT: "sent",
    NotificationState.FAILED: "failed",
    NotificationState.DROPPED: "dropped",
}
"""The states of a mail (N4). One that is not yet released *waits*: *held* is a conversation."""
KIND_LABELS: Mapping[Kind, str] = {
    Kind.ASSIGNED: "assigned",
    Kind.REMINDER: "reminder",
    Kind.DEADLINE_MOVED: "deadline moved",
    Kind.CLOSED: "closed",
    Kind.HANDED_OVER: "handed over",
    Kind.PLANNED: "planned",
    Kind.MOVED: "moved",
    Kind.CANCELLED: "cancelled",
    Kind.TAKEN_OVER: "taken over",
    Kind.REOPENED: "reopened",
    Kind.KEY_ADDED: "key added",
}
"""What a mail tells, in a few words."""

_CONDUCTOR = "the same: they hold the conversation"
_MANAGER = "the same, of their people"
WHY: Mapping[Kind, tuple[str, str]] = {
    Kind.ASSIGNED: ("a new template: they are assigned to it", _MANAGER),
    Kind.REMINDER: ("a reminder: they have not held the conversation yet", _MANAGER),
    Kind.DEADLINE_MOVED: (
        "the new deadline: they were told of the old one and are not done",
        _MANAGER,
    ),
    Kind.CLOSED: ("that it is closed: they were told of it and are not done", _MANAGER),
    Kind.HANDED_OVER: (
        "who holds the conversation: it is theirs",
        "that they are to hold the conversation",
    ),
    Kind.PLANNED: ("an invitation: a conversation of theirs is planned", _CONDUCTOR),
    Kind.MOVED: ("an invitation: what is in their calendar changes", _CONDUCTOR),
    Kind.CANCELLED: (
        "that it is cancelled: it is in their calendar",
        "the same: it is in their calendar",
    ),
    Kind.TAKEN_OVER: ("that somebody else holds it", "that somebody else holds what they held"),
    Kind.REOPENED: ("that it was reopened: it is theirs", "the same: they hold it"),
    Kind.KEY_ADDED: ("that a key was added with which one comes in as them", "the same"),
}
"""Why a mail is sent: to a user, and to a manager."""


def kind_in_words(kind: Kind, capacity: Capacity) -> str:
    """What a mail tells, and as what the recipient is told: ``reminder, as manager``."""
    label = KIND_LABELS.get(kind, str(kind).replace("_", " "))
    if capacity is Capacity.USER:
        return label
    # Of all managers, only who holds a conversation is invited to it.
    return f"{label}, as {'conductor' if kind in INVITATIONS else 'manager'}"


def when_mail_leaves(leaves_at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """``at 11:02 (Europe/Brussels)``, with the day where that is not today."""
    local = leaves_at.astimezone(zone)
    at = f"at {local:%H:%M} ({zone_in_words(leaves_at, zone)})"
    same_day = local.date() == local_day(now, zone)
    return at if same_day else f"on {local.date()} {at}"
