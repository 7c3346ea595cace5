"""Notifications: one message to one person about one event (N1 to N6)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.outbox.bounces import Bounce
from studio_tui.domain.outbox.kinds import Capacity, DropReason, Kind, MailForm
from studio_tui.domain.shared.clock import local_day, start_of_day
from studio_tui.domain.shared.dataclass import dataclass


class NotificationState(StrEnum):
    """The state of a notification in its life cycle (N4)."""

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
    # Restored, for example when a push is reopened. A mail that was tried is not held again.
    NotificationState.DROPPED: frozenset({NotificationState.HELD, NotificationState.QUEUED}),
}

UNSENT = frozenset({NotificationState.HELD, NotificationState.QUEUED})
"""States in which a mail can still be recalled."""
WAITING = (NotificationState.QUEUED, NotificationState.SENDING)
"""States that a worker still has to process. The database has an index of them."""
ON_THEIR_WAY = (*WAITING, NotificationState.SENT)
"""States of a mail that was sent or will be."""


def may_become(state: NotificationState, following: NotificationState) -> bool:
    """Return whether a notification may change from ``state`` to ``following`` (N4)."""
    return following in _TRANSITIONS[state]


def key_affixes(push_id: int, kind: Kind, capacity: Capacity, round_: str) -> tuple[str, str]:
    """Return the parts of a notification's unique key before and after the recipient's id (N2).

    ``round_`` separates messages that are legitimately repeated: the assignment that a manager is
    notified of, a reminder by hand, or the day of an automatic reminder.
    """
    return f"{push_id}-", f"-{kind}-{capacity}-{round_}"


@dataclass(frozen=True, slots=True)
class Notification:
    """One row of the outbox (N10)."""

    id: int
    key: str
    """Unique key of push × person × kind × round (N2)."""
    kind: Kind
    capacity: Capacity
    state: NotificationState
    recipient_id: int
    recipient: str
    """Login of the recipient."""
    name: str
    to: str
    """Address to which the mail is or was sent."""
    push_id: int | None
    """Id of the push that the mail is about; None for an invitation."""
    push: str
    """Name of the push that the mail is about or that requested the conversation; else empty."""
    about: tuple[str, ...]
    """Logins of the people whom the mail is about."""
    due_at: datetime
    attempts: int
    sent_at: datetime | None
    error: str | None
    """Why the notification failed or was dropped, as the mail server or the Studio reports it."""
    template: str = ""
    """Name of the template; only for an invitation."""
    bounced_at: datetime | None = None
    """When a bounce reported that the mail was not delivered (N15)."""
    bounce: Bounce | None = None
    """Reason of the bounce."""


@dataclass(frozen=True, slots=True)
class NotificationFilter:
    """The filter of a list of notifications."""

    text: str = ""
    state: NotificationState | None = None
    push_id: int | None = None
    recipient_id: int | None = None
    ids: tuple[int, ...] = ()
    """Only the notifications with these ids; empty: all."""
    where: Audience | None = None
    """Only those to recipients in this audience (P13)."""
    bounced: bool | None = None
    """True: only bounced mail (N15); False: only mail that has not bounced; None: both."""
    corrected: bool = False
    """Only mail that bounced from an address that the recipient has since changed.

    Excludes mail that was already sent again after the bounce.
    """


@dataclass(frozen=True, slots=True)
class ConcernedPerson:
    """The current state of a person whom a notification is about."""

    name: str
    active: bool
    assigned: bool
    done: bool
    conductor: str = ""
    """Name of the conductor, if decided; else empty."""
    meets_at: datetime | None = None
    """When the conversation is planned for, or else was started; None if neither."""
    theirs: bool = True
    """For mail to a manager: whether the recipient may still hold the conversation (P10)."""
    managed: bool = True
    """For mail to a manager: whether the recipient still leads or coaches this person."""
    told: bool = False
    """Whether another mail to the same recipient has the current information on them (N17)."""
    excused: bool = False
    """Whether the person is excused (P18)."""
    own_deadline: date | None = None
    """Deadline of the person, if later than that of the push (P18); else None."""
    push: str = ""
    """Name of the push of the person, if the mail is not about a particular push (N16)."""
    deadline: date | None = None
    """Deadline of that push."""
    stands_for: str = ""
    """For mail to a stand-in: name of the manager whom the recipient replaces (U14)."""


@dataclass(frozen=True, slots=True)
class Invitee:
    """One of the two participants of a conversation."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """The current state of the conversation that an invitation is for (C5)."""

    conversation_id: int
    sequence: int
    """Sequence number of the invitation."""
    newest: int
    """Sequence number of the latest invitation to the same person."""
    starts_at: datetime | None
    minutes: int
    place: str
    user: Invitee
    conductor: Invitee
    planner: str
    """Name of the person who planned, moved or cancelled the conversation."""
    takes_part: bool
    """Whether the recipient is still one of the two participants."""
    cancelled: bool
    held: bool
    handed_over: bool = False
    """Whether a hand-over caused the change."""

    def over(self, now: datetime) -> bool:
        """Return whether the planned end of the conversation is past."""
        if self.starts_at is None:
            return False
        return self.starts_at + timedelta(minutes=self.minutes) < now


@dataclass(frozen=True, slots=True)
class Notice:
    """An action of one person of which another is notified (`MailForm.NOTICE`)."""

    at: datetime
    by: str
    """Name of the person who acted."""
    conversation_id: int | None = None
    person: str = ""
    """Name of the user of the conversation."""
    conductor: str = ""
    """Name of the conductor after the action."""
    former: str = ""
    """Name of the previous conductor; only if the conversation was taken over."""
    closed: bool = False
    """Whether the recipient wrote text that the conductor cannot read (C6)."""
    fingerprint: str = ""
    """Fingerprint of the SSH key."""
    leader: str = ""
    """Name of the leader or coach who is absent (U14)."""
    stand_in: str = ""
    """Name of the stand-in."""
    first_day: date | None = None
    last_day: date | None = None
    ended: bool = False
    """Whether the stand-in ends early."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """All data needed to recheck a claimed notification and to write its mail (N6)."""

    id: int
    key: str
    kind: Kind
    capacity: Capacity
    attempts: int
    """Number of earlier attempts to send."""
    dated_at: datetime
    """Date header of the mail: the instant of the first attempt."""
    created_at: datetime
    name: str
    given_name: str
    address: str
    language: str
    time_zone: str
    recipient_active: bool
    push: str
    """Name of the push; empty if the mail is not about a push, and then ``deadline`` is None."""
    template: str
    """Name of the template; empty if the mail is not about a conversation."""
    deadline: date | None
    """Deadline of the push; for an invitation, that of its user (P18)."""
    closed: bool
    about: tuple[ConcernedPerson, ...]
    meeting: Meeting | None = None
    """The conversation of an invitation; None for other kinds."""
    notice: Notice | None = None
    """The action of a notice; None for other kinds."""
    former: bool = False
    """Whether the mail goes to a former address of the recipient (C5)."""


def leaves_at(
    *, now: datetime, hold: timedelta, available_from: date, send_time: time, zone: ZoneInfo
) -> datetime:
    """Return when the mail about an assignment may be sent.

    That is after the hold (N5), or on the morning of the first day if that is still ahead (P7).
    """
    held_until = now + hold
    if available_from <= local_day(now, zone):
        return held_until
    return max(held_until, start_of_day(available_from, zone, send_time))


def people_to_mention(delivery: Delivery) -> tuple[ConcernedPerson, ...]:
    """Return the people whom a notification still has to mention (N6)."""
    return tuple(
        person
        for person in delivery.about
        if _open(person) and person.theirs and person.managed and not person.told
    )


def _open(person: ConcernedPerson) -> bool:
    return person.assigned and person.active and not person.done and not person.excused


def concerns_manager(kind: Kind, recipient_id: int, conductor_id: int | None) -> bool:
    """Return whether a manager still needs a mail of this kind about a conversation (P10).

    ``conductor_id`` is the conductor of the conversation; None: not decided yet.
    """
    if kind is Kind.HANDED_OVER:
        return conductor_id == recipient_id
    return not kind.asks or conductor_id in (None, recipient_id)


def why_dropped(delivery: Delivery, now: datetime | None = None) -> DropReason | None:
    """Return why a claimed notification has to be dropped, or None if it is still valid (N6).

    ``now`` is when the mail would be sent: an invitation to a conversation that is then past is
    dropped (N17). A notice reports an event that happened and is always valid.
    """
    if delivery.notice is not None:
        return None
    if delivery.meeting is not None:
        dropped = DropReason.PAST in delivery.kind.dropped_when
        past = dropped and now is not None and delivery.meeting.over(now)
        return _why_not_invited(delivery, delivery.meeting) or (DropReason.PAST if past else None)
    return _why_not_told(delivery)


def _why_not_told(delivery: Delivery) -> DropReason | None:
    other = DropReason.CLOSED if delivery.closed else DropReason.REOPENED
    if other in delivery.kind.dropped_when:
        return other
    if not delivery.recipient_active:
        return DropReason.LEFT
    if people_to_mention(delivery):
        return None
    return _why_nobody(delivery.about)


def _why_nobody(about: tuple[ConcernedPerson, ...]) -> DropReason:
    """Return why none of ``about`` has to be mentioned any more."""
    waiting = [person for person in about if _open(person)]
    if any(person.told for person in waiting):
        return DropReason.SUPERSEDED
    if any(not person.theirs for person in waiting):
        return DropReason.HANDED_OVER
    if waiting:
        return DropReason.NOT_MANAGED
    if any(person.assigned and person.done for person in about):
        return DropReason.DONE
    if any(person.assigned and person.excused for person in about):
        return DropReason.EXCUSED
    return DropReason.UNASSIGNED


def _why_not_invited(delivery: Delivery, meeting: Meeting) -> DropReason | None:
    """Return `why_dropped` of an invitation.

    Depends on the conversation, not on the push that requested it.
    """
    if not delivery.recipient_active:
        return DropReason.LEFT
    if delivery.kind.form is MailForm.WITHDRAWAL:
        still_on = meeting.takes_part and not meeting.cancelled
        return DropReason.SUPERSEDED if still_on and not delivery.former else None
    if meeting.cancelled or meeting.starts_at is None:
        return DropReason.CANCELLED
    if meeting.held:
        return DropReason.DONE
    if not meeting.takes_part:
        return DropReason.HANDED_OVER
    return DropReason.SUPERSEDED if meeting.sequence < meeting.newest else None
