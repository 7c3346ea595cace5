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
    # Taken up once more: where it had been tried before, it is not held again.
    NotificationState.DROPPED: frozenset({NotificationState.HELD, NotificationState.QUEUED}),
}

UNSENT = frozenset({NotificationState.HELD, NotificationState.QUEUED})
"""States in which a mail can still be taken back."""
WAITING = (NotificationState.QUEUED, NotificationState.SENDING)
"""States of what a worker has still to do: there is an index of them."""
ON_THEIR_WAY = (*WAITING, NotificationState.SENT)
"""States of a mail that reached somebody, or is to."""


def may_become(state: NotificationState, following: NotificationState) -> bool:
    """Whether a notification in ``state`` may go to ``following`` (N4)."""
    return following in _TRANSITIONS[state]


def key_around_recipient(
    push_id: int, kind: Kind, capacity: Capacity, round_: str
) -> tuple[str, str]:
    """What stands before and after the recipient's id in the one key of a notification (N2).

    ``round_`` tells apart what is rightly said more than once: the assigning that a manager is
    told of, the reminder by hand or the day of an automatic one.
    """
    return f"{push_id}-", f"-{kind}-{capacity}-{round_}"


@dataclass(frozen=True, slots=True)
class Notification:
    """One row of the outbox (N10)."""

    id: int
    key: str
    """The one key of push × person × kind × round (N2)."""
    kind: Kind
    capacity: Capacity
    state: NotificationState
    recipient_id: int
    recipient: str
    """Login of the recipient."""
    name: str
    to: str
    """Address it goes, or went, to."""
    push_id: int | None
    """The push it tells of; None for an invitation."""
    push: str
    """Name of the push it tells of or that asked for the conversation; empty where none did."""
    about: tuple[str, ...]
    """Logins of the people it tells about."""
    due_at: datetime
    attempts: int
    sent_at: datetime | None
    error: str | None
    """Why it failed or was dropped, in the server's or the Studio's words."""
    template: str = ""
    """Name of the template, for an invitation."""
    bounced_at: datetime | None = None
    """When a report said that it came back (N15)."""
    bounce: Bounce | None = None
    """Why it came back."""


@dataclass(frozen=True, slots=True)
class NotificationFilter:
    """Which notifications a list shows."""

    text: str = ""
    state: NotificationState | None = None
    push_id: int | None = None
    recipient_id: int | None = None
    ids: tuple[int, ...] = ()
    """Only these; none named: whichever."""
    where: Audience | None = None
    """Only those to recipients in this audience (P13)."""
    bounced: bool | None = None
    """Only what came back (N15), or only what did not."""
    corrected: bool = False
    """Only what came back from another address than the recipient has by now, and was not sent once
    more since."""


@dataclass(frozen=True, slots=True)
class ConcernedPerson:
    """Somebody a notification tells about, as they are at this moment."""

    name: str
    active: bool
    assigned: bool
    done: bool
    conductor: str = ""
    """Name of who holds or is to hold the conversation, as far as that is settled."""
    meets_at: datetime | None = None
    """When the conversation is planned, or else was begun; None where neither is."""
    theirs: bool = True
    """Whether it is still for the recipient to hold, where the mail goes to a manager (P10)."""
    managed: bool = True
    """Whether the recipient still leads or coaches them, where the mail goes to a manager."""
    told: bool = False
    """Whether another mail to the same recipient tells of them what holds now (N17)."""
    excused: bool = False
    """Whether nothing is asked of them (P18)."""
    own_deadline: date | None = None
    """Until when they have, where that is later than the deadline of the push (P18)."""
    push: str = ""
    """The push that they are in, where the mail tells of no push in particular (N16)."""
    deadline: date | None = None
    """The deadline of that push."""
    stands_for: str = ""
    """Whose place the recipient takes for them, where the mail goes to a stand-in (U14)."""


@dataclass(frozen=True, slots=True)
class Invitee:
    """One of the two who talk."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """The conversation that an invitation is to, as it is planned at this moment (C5)."""

    conversation_id: int
    sequence: int
    """That of the invitation."""
    newest: int
    """That of the last invitation to the same person."""
    starts_at: datetime | None
    minutes: int
    place: str
    user: Invitee
    conductor: Invitee
    planner: str
    """Name of who planned, moved or cancelled it."""
    takes_part: bool
    """Whether the recipient is still one of the two."""
    cancelled: bool
    held: bool
    handed_over: bool = False
    """Whether it was a hand-over that changed it."""

    def over(self, now: datetime) -> bool:
        """Whether the time it was planned for is past."""
        if self.starts_at is None:
            return False
        return self.starts_at + timedelta(minutes=self.minutes) < now


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody did that another is told of (`MailForm.NOTICE`)."""

    at: datetime
    by: str
    """Name of who did it."""
    conversation_id: int | None = None
    person: str = ""
    """Name of the user of the conversation."""
    conductor: str = ""
    """Name of who holds it from then on."""
    former: str = ""
    """Name of who held it before; only where it was taken over."""
    closed: bool = False
    """Whether the recipient wrote something that stays closed to the conductor (C6)."""
    fingerprint: str = ""
    """Of the SSH key."""
    leader: str = ""
    """Name of who is away (U14)."""
    stand_in: str = ""
    """Name of who stands in for them."""
    first_day: date | None = None
    last_day: date | None = None
    ended: bool = False
    """Whether it ends before its time."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything needed to check a claimed notification once more and to write its mail (N6)."""

    id: int
    key: str
    kind: Kind
    capacity: Capacity
    attempts: int
    """How many times it was tried before."""
    dated_at: datetime
    """The Date of the mail: when it was first tried."""
    created_at: datetime
    name: str
    given_name: str
    address: str
    language: str
    time_zone: str
    recipient_active: bool
    push: str
    """Empty where no push is told of; then there is no ``deadline`` either."""
    template: str
    """Empty where no conversation is told of."""
    deadline: date | None
    """Of the push; for an invitation that of its user (P18)."""
    closed: bool
    about: tuple[ConcernedPerson, ...]
    meeting: Meeting | None = None
    """What it invites to; None where it is no invitation."""
    notice: Notice | None = None
    """What it gives notice of; None for any other kind."""
    former: bool = False
    """Whether it goes to an address that the recipient had before (C5)."""


def leaves_at(
    *, now: datetime, hold: timedelta, available_from: date, send_time: time, zone: ZoneInfo
) -> datetime:
    """When the mail about assigning leaves: after the hold (N5), or on the morning of the first
    day where that is still ahead (P7)."""
    held_until = now + hold
    if available_from <= local_day(now, zone):
        return held_until
    return max(held_until, start_of_day(available_from, zone, send_time))


def still_to_tell(delivery: Delivery) -> tuple[ConcernedPerson, ...]:
    """The people a notification still has to tell about (N6)."""
    return tuple(
        person
        for person in delivery.about
        if _open(person) and person.theirs and person.managed and not person.told
    )


def _open(person: ConcernedPerson) -> bool:
    return person.assigned and person.active and not person.done and not person.excused


def is_for(kind: Kind, recipient_id: int, conductor_id: int | None) -> bool:
    """Whether a conversation that ``conductor_id`` holds (None: nobody yet) still concerns a
    manager who is told of it by a mail of this kind (P10)."""
    if kind is Kind.HANDED_OVER:
        return conductor_id == recipient_id
    return not kind.asks or conductor_id in (None, recipient_id)


def why_dropped(delivery: Delivery, now: datetime | None = None) -> DropReason | None:
    """Why a claimed notification is not sent after all, or None where it is still true (N6).

    ``now`` is when it would leave: nobody is invited to what is past by then (N17). What a notice
    tells has happened: it stays true.
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
    if still_to_tell(delivery):
        return None
    return _why_nobody(delivery.about)


def _why_nobody(about: tuple[ConcernedPerson, ...]) -> DropReason:
    """Why a notification has nobody left to tell of."""
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
    """`why_dropped` of an invitation: the conversation counts, not the push that asked for it."""
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
