"""The outbox: which mails wait, were sent or failed, and why (N10)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import DropReason
from studio_tui.domain.outbox.limits import Forecast
from studio_tui.domain.outbox.notification import (
    UNSENT,
    Notification,
    NotificationFilter,
    NotificationState,
    why_dropped,
)
from studio_tui.domain.people.access import Action, Actor, may, require
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import NotFound, NothingToDo
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.mail.compose.flowed import unflow
from studio_tui.services.outbox.limits import limits_of, waiting_forecast
from studio_tui.services.system.context import Studio
from studio_tui.services.system.listing import StoredSource
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.outbox import (
    bounces,
    deliveries,
    mail_stops,
    notifications,
    sent_messages,
)

if TYPE_CHECKING:
    from email.message import MIMEPart

    from studio_tui.services.outbox.messages import MessageBuilder


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A mail as the recipient received it or, before it is sent, as it would be sent now."""

    notification: Notification
    message_id: str
    sender: str
    date: str
    """The Date header; empty before the first attempt."""
    subject: str
    plain: str
    html: str
    source: bytes | None
    """The whole message, byte for byte as the server received it; None before it was sent."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A worker that holds mail."""

    lease: str
    """The name of the lease, which identifies the worker."""
    mails: int
    until: datetime
    """When the lease ends, and other workers may claim the mails that were not sent."""


@dataclass(frozen=True, slots=True)
class Health:
    """The state of delivery: whether mail leaves."""

    counts: Mapping[NotificationState, int]
    """The number of notifications in each state; a state without any has no entry."""
    waiting_since: datetime | None
    """Since when the oldest overdue mail waits; None if no mail is overdue."""
    sending: tuple[Sending, ...]
    last_sent_at: datetime | None
    last_error: tuple[str, str] | None
    """Address and error message of the newest mail that failed or is to be tried again."""
    limited: Forecast | None = None
    """The forecast of due mail that waits because of the limits; None if no limits are set."""
    stopped: tuple[str, int | None, str, datetime] | None = None
    """The fault that kept mail from leaving at the last connection to the server: fault, code,
    words, and since when; None if there was none."""

    @property
    def waiting(self) -> int:
        """The number of unsent mails, overdue or not."""
        return sum(self.counts.get(state, 0) for state in UNSENT)


@dataclass(frozen=True, slots=True)
class ResendResult:
    """The result of sending mails once more."""

    sent: tuple[int, ...]
    """The ids of the mails that wait to be sent."""
    dropped: Mapping[int, str]
    """The mails that are not sent, by id, and the reason."""
    to_the_same: tuple[str, ...] = ()
    """The logins of recipients whose mail goes to the address that it bounced from, because the
    address was not corrected."""


def source(
    studio: Studio, actor: Actor, filter_: NotificationFilter, sort: Sort
) -> StoredSource[Notification, NotificationFilter]:
    """Return the list of notifications that a filter matches."""
    require(actor, Action.READ_OUTBOX)
    now = studio.now()
    return StoredSource(
        store=studio.store,
        listed=lambda: notifications.notification_listing(filter_, sort, now),
        read=lambda ids: notifications.notifications_by_id(ids, now),
        match=lambda other, ids: notifications.matching_notifications(other, ids, now),
        count_of=lambda chosen: notifications.count_selected(chosen, now),
    )


def every(studio: Studio, actor: Actor, filter_: NotificationFilter) -> list[Notification]:
    """Return all notifications that a filter matches, in the order in which they are due."""
    listed = source(studio, actor, filter_, Sort("due_at"))
    return list(listed.rows(0, listed.count()))


def counts(studio: Studio, actor: Actor) -> dict[NotificationState, int]:
    """Return the number of notifications in each state; a state without any has no entry."""
    require(actor, Action.READ_OUTBOX)
    with studio.store.reading():
        return notifications.state_counts(studio.now())


def bounced(studio: Studio, actor: Actor) -> int:
    """Return how many mails bounced (N15)."""
    require(actor, Action.READ_OUTBOX)
    with studio.store.reading():
        return notifications.count_bounced()


def bounced_with_new_address(
    studio: Studio, actor: Actor, recipient_id: int | None = None
) -> tuple[int, ...]:
    """Return the ids of bounced mails whose recipient has another address since.

    They were not sent again: once an address is corrected, they are offered to `try_again` (N15).
    ``recipient_id`` limits them to one recipient. Empty if ``actor`` may not send again.
    """
    if not may(actor, Action.SEND_AGAIN):
        return ()
    corrected = NotificationFilter(recipient_id=recipient_id, corrected=True)
    with studio.store.reading():
        return tuple(notifications.ids_matching(corrected, studio.now()))


def health(studio: Studio, actor: Actor) -> Health:
    """Return whether mail leaves: what waits since when, who sends, the last success and error."""
    require(actor, Action.READ_OUTBOX)
    with studio.store.reading():
        now = studio.now()
        return Health(
            counts=notifications.state_counts(now),
            waiting_since=notifications.waiting_since(now),
            sending=tuple(Sending(*lease) for lease in notifications.leases()),
            last_sent_at=notifications.last_sent_at(),
            last_error=notifications.last_error(),
            limited=_limited(studio),
            stopped=mail_stops.stop(),
        )


def limited(studio: Studio, actor: Actor) -> Forecast | None:
    """Forecast the due mail that waits because of the limits; None if no limits are set."""
    require(actor, Action.READ_OUTBOX)
    with studio.store.reading():
        return _limited(studio)


def _limited(studio: Studio) -> Forecast | None:
    limits = limits_of(studio)
    return waiting_forecast(limits, studio.now()) if limits else None


def _builder(studio: Studio) -> "MessageBuilder":
    """Return a new message builder.

    Imported here because only reading a mail needs it, not listing or dropping.
    """
    from studio_tui.services.outbox.messages import MessageBuilder

    return MessageBuilder(studio)


def message_ids(studio: Studio, listed: list[Notification]) -> dict[int, str]:
    """Return the Message-ID of each notification, by its id."""
    builder = _builder(studio)
    return {notification.id: builder.message_id(notification.key) for notification in listed}


def read(studio: Studio, actor: Actor, notification_id: int) -> ReadMail:
    """Return a mail as the recipient received it or as it would be sent now. Raises `NotFound`."""
    require(actor, Action.READ_OUTBOX)
    with studio.store.reading():
        found = notifications.notifications_by_id([notification_id], studio.now())
        if not found:
            raise NotFound(f"There is no notification {notification_id}.")
        message = sent_messages.sent_message(notification_id)
        delivery = deliveries.deliveries_by_id([notification_id], studio.now())[0]
    if message is not None:
        return _as_sent(found[0], message)
    builder = _builder(studio)
    rendered = builder.rendered(delivery)
    return ReadMail(
        notification=found[0],
        message_id=builder.message_id(found[0].key),
        sender=str(builder.sender.address),
        date="",
        subject=rendered.subject,
        plain=rendered.plain,
        html=rendered.html,
        source=None,
    )


def number_of(studio: Studio, actor: Actor, selection: Selection[NotificationFilter]) -> int:
    """Return the number of mails in ``selection``."""
    require(actor, Action.READ_OUTBOX)
    with studio.store.reading():
        return notifications.count_selected(selection, studio.now())


def retry(studio: Studio, actor: Actor, selection: Selection[NotificationFilter]) -> int:
    """Send failed mails once more; returns how many."""
    return len(try_again(studio, actor, selection).sent)


def try_again(
    studio: Studio, actor: Actor, selection: Selection[NotificationFilter]
) -> ResendResult:
    """Send failed or bounced mails once more, as far as they are still true.

    Each person gets one mail about a push, with its current content (N17). A bounced mail becomes a
    new notification. Raises `Refused` if no mail of the selection failed or bounced.
    """
    require(actor, Action.SEND_AGAIN)
    with studio.store.writing():
        now = studio.now()
        ids = [*notifications.retry(selection, now), *_resend_bounced(studio, actor, selection)]
        if not ids:
            raise NothingToDo("Nothing to retry: none of these failed or came back.")
        again = _drop_untrue(studio, ids)
        write_activity(
            actor,
            now,
            Verb.RETRY,
            "outbox",
            after={"mails": len(again.sent), "no longer true": len(again.dropped)},
        )
        return again


def _resend_bounced(
    studio: Studio, actor: Actor, selection: Selection[NotificationFilter]
) -> list[int]:
    """Write new notifications for the bounced mails of a selection; returns their ids."""
    now = studio.now()
    if not notifications.count_came_back(selection, now):
        return []
    line = write_activity(actor, now, Verb.SEND_AGAIN, "outbox")
    notifications.send_again(selection, line, now, came_back=True)
    return notifications.ids_caused_by(line)


def send_again(studio: Studio, actor: Actor, selection: Selection[NotificationFilter]) -> int:
    """Send mails that were sent before a second time, on request; returns how many."""
    return len(send_once_more(studio, actor, selection).sent)


def send_once_more(
    studio: Studio, actor: Actor, selection: Selection[NotificationFilter]
) -> ResendResult:
    """Send mails that were sent before a second time, each as a new notification.

    Mails that are no longer true are dropped; see `try_again`. Raises `Refused` if no mail of the
    selection was sent.
    """
    require(actor, Action.SEND_AGAIN)
    with studio.store.writing():
        now = studio.now()
        line = write_activity(actor, now, Verb.SEND_AGAIN, "outbox")
        if not notifications.send_again(selection, line, now):
            raise NothingToDo("Nothing to send again: none of these was sent.")
        return _drop_untrue(studio, notifications.ids_caused_by(line))


def _drop_untrue(studio: Studio, ids: Sequence[int]) -> ResendResult:
    """Drop the notifications that are no longer true, or whose content another of them includes."""
    now = studio.now()
    loaded = deliveries.deliveries_by_id(ids, now)
    untrue = {each.id: str(why) for each in loaded if (why := why_dropped(each, now))}
    notifications.drop_untrue(untrue)
    sent = tuple(each for each in ids if each not in untrue)
    return ResendResult(sent, untrue, tuple(bounces.sent_to_the_same(sent)))


def drop(studio: Studio, actor: Actor, selection: Selection[NotificationFilter]) -> int:
    """Drop waiting or failed mails; returns how many.

    Mails about a take-over, a reopening or a new key are never dropped (C6, A1).
    """
    require(actor, Action.DROP_MAIL)
    with studio.store.writing():
        now = studio.now()
        count = notifications.drop(selection, DropReason.BY_HAND, now)
        if not count:
            raise NothingToDo(
                "Nothing to drop: none of these waits or failed and is of a kind that can be "
                "dropped. Mail about who holds a conversation, about a reopening and about a new "
                "SSH key always leaves."
            )
        write_activity(actor, now, Verb.DROP, "outbox", after={"mails": count})
        return count


def _as_displayed(part: "MIMEPart") -> str:
    """Return a text part as a mail program displays it, with flowed lines joined."""
    # Lines on the wire end in CRLF.
    text = str(part.get_content()).replace("\r\n", "\n")
    return unflow(text) if part.get_param("format") == "flowed" else text


def _as_sent(notification: Notification, source: bytes) -> ReadMail:
    from email import message_from_bytes, policy

    message = message_from_bytes(source, policy=policy.default)
    plain = message.get_body(("plain",))
    html = message.get_body(("html",))
    return ReadMail(
        notification=notification,
        message_id=str(message["Message-ID"]),
        sender=str(message["From"]),
        date=str(message["Date"]),
        subject=str(message["Subject"]),
        plain=_as_displayed(plain) if plain else "",
        html=html.get_content() if html else "",
        source=source,
    )
