"""Texts about a mail, displayed above its content."""

from zoneinfo import ZoneInfo

from textual.content import Content

from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.tui.moments import moment_and_zone
from studio_tui.tui.text import line
from studio_tui.wording.mail import STATE_LABELS, why_in_words


def state_in_full(notification: Notification, zone: ZoneInfo) -> Content:
    """Return the state of a mail, with its time or reason.

    For mail that was not sent, the sentence adds that the text below is a preview.
    """
    due = moment_and_zone(notification.due_at, zone)
    why = f": {notification.error}" if notification.error else ""
    match notification.state:
        case NotificationState.SENT if notification.bounce:
            bounced_at = moment_and_zone(notification.bounced_at, zone)
            return line(f"bounced {bounced_at}: {why_in_words(notification)}", "$error")
        case NotificationState.SENT:
            return line(f"sent {moment_and_zone(notification.sent_at, zone)}", "$success")
        case NotificationState.FAILED:
            return line(f"failed{why}", "$error")
        case NotificationState.DROPPED:
            return line(f"dropped{why}. This is how it would have read", "$warning")
        case NotificationState.HELD:
            return line(f"waits until {due}. This is how it would go now", "$warning")
        case state:
            return line(
                f"{STATE_LABELS[state]}, due {due}{why}. This is how it would go now",
                "$warning",
            )
