"""What is said of a mail in the outbox (N4, N10)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from studio_tui.domain.outbox.kinds import INVITATIONS, Capacity, Kind
from studio_tui.domain.outbox.limits import Forecast
from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.domain.outbox.sending_hours import PUT_OFF, SendingTime
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
"""The states of a mail (N4). One that is not yet released *waits*: *held* is a conversation."""
BOUNCED_LABEL = "bounced"
"""What came back is called so, beside its state (N15)."""
KIND_LABELS: Mapping[Kind, str] = {kind: kind.label for kind in Kind}
"""What a mail tells, in a few words."""
CHANGED_MEANWHILE = "Nothing was done: the mail changed meanwhile."
"""What is said where no mail was as it had to be."""


def state_in_words(notification: Notification) -> str:
    """What became of a mail: *bounced* where it came back, else its state."""
    return BOUNCED_LABEL if notification.bounce else STATE_LABELS[notification.state]


def why_in_words(notification: Notification) -> str:
    """Why it failed, was dropped, waits or came back; empty where nothing is known."""
    if notification.bounce is None:
        return notification.error or ""
    code, words = notification.bounce.code, notification.bounce.words
    return words if code in words else f"{code} {words}".strip()


def same_address_in_words(logins: Sequence[str], how: str) -> str:
    """That what came back goes to the same address once more, and ``how`` that is corrected; empty
    where it goes to nobody so."""
    if not logins:
        return ""
    more = f" and {len(logins) - _NAMED:,} more" if len(logins) > _NAMED else ""
    who = f"{', '.join(logins[:_NAMED])}{more}"
    return f"It came back from the address that {who} still {_HAS[len(logins) > 1]}: {how}."


def tried_again_in_words(number: int, to_the_same: Sequence[str]) -> str:
    """What is said on a screen of ``number`` mails that are tried once more."""
    if not number:
        return CHANGED_MEANWHILE
    same = same_address_in_words(to_the_same, "correct it on their page")
    return f"{counted(number, 'mail')} will be tried once more. {same}".rstrip()


_NAMED = 3
_HAS = ("has", "have")


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


def not_before(opening: SendingTime, zone: ZoneInfo) -> str:
    """``not before 2026-11-30 08:00 (Europe/Brussels): weekend``."""
    at = f"{opening.at.astimezone(zone):%Y-%m-%d %H:%M} ({zone_in_words(opening.at, zone)})"
    return f"{PUT_OFF}{at}: {opening.why}"


def what_waits_for_limits(
    found: Forecast, now: datetime, zone: ZoneInfo, *, reached: str = ""
) -> str:
    """``12,400 wait for tomorrow's quota: done by Tuesday 10:40``; empty where nothing waits.

    ``reached`` is the setting of a limit that is reached, where that is known.
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
    # A mail that may leave within a minute has left by its end.
    local = (at + timedelta(seconds=59)).astimezone(zone)
    days = (local.date() - local_day(now, zone)).days
    if not days:
        return f"{local:%H:%M}"
    return f"{local:%A %H:%M}" if days < 7 else f"{local:%Y-%m-%d %H:%M}"
