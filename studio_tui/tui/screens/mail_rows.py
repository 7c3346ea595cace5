"""How a notification stands in a list: of the outbox, and of one user."""

from zoneinfo import ZoneInfo

from studio_tui.domain.notifications import (
    INVITATIONS,
    Capacity,
    Kind,
    Notification,
    NotificationState,
)
from studio_tui.tui.moments import moment
from studio_tui.tui.widgets.columns import Column, Tone, Toned

_KINDS = {
    Kind.ASSIGNED: "assigned",
    Kind.REMINDER: "reminder",
    Kind.DEADLINE_MOVED: "deadline moved",
    Kind.CLOSED: "closed",
    Kind.HANDED_OVER: "handed over",
    Kind.PLANNED: "planned",
    Kind.MOVED: "moved",
    Kind.CANCELLED: "cancelled",
}
_TONES = {
    NotificationState.HELD: Tone.MUTED,
    NotificationState.SENT: Tone.GOOD,
    NotificationState.FAILED: Tone.BAD,
    NotificationState.DROPPED: Tone.MUTED,
}


def kind_in_words(notification: Notification) -> str:
    """What a mail tells, in a few words; a kind that has none yet is named as it is stored."""
    words = _KINDS.get(notification.kind, str(notification.kind).replace("_", " "))
    if notification.capacity is Capacity.USER:
        return words
    # Of all managers, only who holds a conversation is invited to it.
    return f"{words}, as {'conductor' if notification.kind in INVITATIONS else 'manager'}"


def about(notification: Notification) -> str:
    """The push or else the template, and for a manager the people of it."""
    what = notification.push or notification.template
    if notification.capacity is Capacity.USER:
        return what
    return f"{what}: {', '.join(notification.about)}"


def state_cell(notification: Notification) -> str | Toned:
    """The state, standing out where it matters."""
    tone = _TONES.get(notification.state)
    return Toned(notification.state.value, tone) if tone else notification.state.value


def when_cell(notification: Notification, zone: ZoneInfo) -> str:
    """When it was sent, or else when it is due."""
    return moment(notification.sent_at or notification.due_at, zone)


def mail_columns(zone: ZoneInfo, *, recipient: bool = True) -> tuple[Column[Notification], ...]:
    """The columns of a list of mails; ``recipient``: whether it is of several people."""
    to: tuple[Column[Notification], ...] = (
        Column("recipient", "To", lambda n: n.name, width=14, flex=2, most=34, sortable=True),
    )
    return (
        *(to if recipient else ()),
        Column("push", "About", about, width=15, flex=3, most=60, sortable=True),
        Column("kind", "Kind", kind_in_words, width=14, flex=1, most=26),
        Column("state", "State", state_cell, width=7, sortable=True),
        Column("sent_at", "Due or sent", lambda n: when_cell(n, zone), width=16, sortable=True),
        Column("error", "Why", lambda n: n.error or "", width=24, flex=4, gives_way=1),
    )
