"""Presentation of a notification in a list: in the outbox and on the page of a user."""

from zoneinfo import ZoneInfo

from textual.content import Content

from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.tui.moments import moment
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.wording.mail import kind_in_words, state_in_words, why_in_words

_TONES: DefaultTable[NotificationState, Tone | None] = DefaultTable(
    {
        NotificationState.HELD: Tone.MUTED,
        NotificationState.SENT: Tone.GOOD,
        NotificationState.FAILED: Tone.BAD,
        NotificationState.DROPPED: Tone.MUTED,
    },
    otherwise=None,
)
_COLOURS = DefaultTable({Tone.GOOD: "$success", Tone.BAD: "$error"}, otherwise="$muted")


def about(notification: Notification) -> str:
    """Return the push, or else the template; for a manager, the people as well.

    Without push and template, return the people alone.
    """
    what = notification.push or notification.template
    if what and notification.capacity is Capacity.USER:
        return what
    return ": ".join(filter(None, (what, ", ".join(notification.about))))


def state_cell(notification: Notification) -> str | StyledText:
    """Return the state, coloured if it matters."""
    label, tone = state_in_words(notification), _tone(notification)
    return StyledText(label, tone) if tone else label


def state_in_colour(notification: Notification) -> Content:
    """Return the state as coloured text."""
    tone = _tone(notification)
    return Content.styled(state_in_words(notification), _COLOURS[tone] if tone else "")


def _tone(notification: Notification) -> Tone | None:
    return Tone.BAD if notification.bounce else _TONES[notification.state]


def _kind(notification: Notification) -> str:
    return kind_in_words(notification.kind, notification.capacity)


def when_cell(notification: Notification, zone: ZoneInfo) -> str:
    """Return when the mail was sent, or else when it is due."""
    return moment(notification.sent_at or notification.due_at, zone)


def mail_columns(zone: ZoneInfo, *, recipient: bool = True) -> tuple[Column[Notification], ...]:
    """Return the columns of a list of mails.

    ``recipient``: whether the list shows mails to several people.
    """
    to: tuple[Column[Notification], ...] = (
        Column("recipient", "To", lambda n: n.name, width=14, flex=2, max_width=34, sortable=True),
    )
    return (
        *(to if recipient else ()),
        Column("push", "About", about, width=15, flex=3, max_width=60, sortable=True),
        Column("kind", "Kind", _kind, width=14, flex=1, max_width=26, sortable=True),
        Column("state", "State", state_cell, width=7, sortable=True),
        Column("sent_at", "Due or sent", lambda n: when_cell(n, zone), width=16, sortable=True),
        Column("error", "Why", why_in_words, 24, 4, hide_order=1, sortable=True),
    )
