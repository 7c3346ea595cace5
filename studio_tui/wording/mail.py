"""Texts about mail in the outbox (N4, N10)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from studio_tui.domain.outbox.kinds import INVITATIONS, Capacity, Kind
from studio_tui.domain.outbox.limits import Forecast
from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.domain.outbox.sending_hours import DEFERRED_PREFIX, SendingTime
from studio_tui.domain.shared.clock import local_day, zone_in_words
from studio_tui.wording.counting import counted

STATE_LABELS: Mapping[NotificationState, str] = {
    NotificationState.HELD: "waiting",
    NotificationState.QUEUED: "queued",
    NotificationState.SENDING: "sending",
    NotificationState.SENT: "sent",
    NotificationState.FAILED: "failed",
    NotificationState.DROPPED: "dropped",
}
"""Labels of the states of a mail (N4).

A mail that is not yet released is *waiting*, because *held* is said of a conversation.
"""
BOUNCED_LABEL = "bounced"
"""Label of a bounced mail, shown in place of its state (N15)."""
KIND_LABELS: Mapping[Kind, str] = {kind: kind.label for kind in Kind}
"""Labels of the kinds of mail."""
NO_ADDRESS = "no address"
"""Shown in place of the address of a person who has none."""
CHANGED_MEANWHILE = "Nothing was done: the mail changed meanwhile."
"""Message for when none of the selected mails was still in the required state."""


def addressed(name: str, address: str) -> str:
    """Return ``Ann Peeters <ann@example.org>``, or ``Ann Peeters (no address)``."""
    return f"{name} <{address}>" if address else f"{name} ({NO_ADDRESS})"


def state_in_words(notification: Notification) -> str:
    """Return the label of a mail: *bounced* if it bounced, else its state."""
    return BOUNCED_LABEL if notification.bounce else STATE_LABELS[notification.state]


def why_in_words(notification: Notification) -> str:
    """Return why a mail failed, was dropped, waits or bounced; empty if unknown."""
    if notification.bounce is None:
        return notification.error or ""
    code, words = notification.bounce.code, notification.bounce.words
    return words if code in words else f"{code} {words}".strip()


def same_address_in_words(logins: Sequence[str], how: str) -> str:
    """Return a warning about bounced mail to unchanged addresses, and ``how`` to correct them.

    ``logins`` are the recipients; the warning is empty if there are none.
    """
    if not logins:
        return ""
    more = f" and {len(logins) - _NAMED:,} more" if len(logins) > _NAMED else ""
    who = f"{', '.join(logins[:_NAMED])}{more}"
    return f"It came back from the address that {who} still {_HAS[len(logins) > 1]}: {how}."


def tried_again_in_words(number: int, to_the_same: Sequence[str]) -> str:
    """Return the message of a screen after ``number`` mails were queued for a retry."""
    if not number:
        return CHANGED_MEANWHILE
    same = same_address_in_words(to_the_same, "correct it on their page")
    return f"{counted(number, 'mail')} will be tried once more. {same}".rstrip()


_NAMED = 3
_HAS = ("has", "have")


def kind_in_words(kind: Kind, capacity: Capacity) -> str:
    """Return the kind of a mail with the role of its recipient: ``reminder, as manager``."""
    label = KIND_LABELS.get(kind, str(kind).replace("_", " "))
    if capacity is Capacity.USER:
        return label
    # Only the conductor gets an invitation, not the other managers.
    return f"{label}, as {'conductor' if kind in INVITATIONS else 'manager'}"


def when_mail_leaves(leaves_at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return ``at 11:02 (Europe/Brussels)``, with the date if that is not today."""
    local = leaves_at.astimezone(zone)
    at = f"at {local:%H:%M} ({zone_in_words(leaves_at, zone)})"
    same_day = local.date() == local_day(now, zone)
    return at if same_day else f"on {local.date()} {at}"


def not_before(opening: SendingTime, zone: ZoneInfo) -> str:
    """Return ``not before 2026-11-30 08:00 (Europe/Brussels): weekend``."""
    at = f"{opening.at.astimezone(zone):%Y-%m-%d %H:%M} ({zone_in_words(opening.at, zone)})"
    return f"{DEFERRED_PREFIX}{at}: {opening.why}"


def what_waits_for_limits(
    found: Forecast, now: datetime, zone: ZoneInfo, *, reached: str = ""
) -> str:
    """Return ``12,400 wait for tomorrow's quota: done by Tuesday 10:40``; empty if nothing waits.

    ``reached`` is the setting of the limit that was reached, if known.
    """
    if not found.waiting or not (reached or found.done_at > now):
        return ""
    number, limit = found.waiting, _LIMITS.get(reached, _LIMITS["per_minute"])
    if found.beyond_today:
        number, limit = found.beyond_today, _LIMITS["per_day"]
    verb = "waits" if number == 1 else "wait"
    return f"{number:,} {verb} for {limit}: done by {_day_and_time(found.done_at, now, zone)}"


_LIMITS = {
    "per_minute": "the next minute (smtp.per_minute)",
    "per_day": "tomorrow's quota",
    "per_domain_minute": "the limit of a domain (smtp.per_domain_minute)",
}


def _day_and_time(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    # Round up to the minute: a mail that can be sent within a minute is sent by its end.
    local = (at + timedelta(seconds=59)).astimezone(zone)
    days = (local.date() - local_day(now, zone)).days
    if not days:
        return f"{local:%H:%M}"
    return f"{local:%A %H:%M}" if days < 7 else f"{local:%Y-%m-%d %H:%M}"
