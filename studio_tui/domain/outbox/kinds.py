"""The kinds of mail: their content, recipients, reasons and drop rules (N1 to N6).

This module is the only place that declares a kind. The required wording files, the texts of a dry
run, the labels, ``mail preview`` and the checks of ``docs/mail.md`` are derived from the
declaration.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import CompleteTable


class Capacity(StrEnum):
    """The role in which the recipient is addressed: as the user, or as one of their managers."""

    USER = "user"
    MANAGER = "manager"


class MailForm(Enum):
    """The subject of a mail, which decides the values that its wording can use."""

    PUSH = "a push, and people who are in it"
    INVITATION = "a conversation that is planned, with an entry for the calendar (C5)"
    WITHDRAWAL = "a conversation whose entry is taken out of the calendar (C5)"
    PEOPLE = "people, each with the push that they are in"
    NOTICE = "what others did to what is the recipient's (C6, A1); leaves at once"

    @property
    def has_entry(self) -> bool:
        """Whether the mail contains a calendar entry."""
        return self in (MailForm.INVITATION, MailForm.WITHDRAWAL)


class DropReason(StrEnum):
    """The reason why a notification is no longer valid (N6)."""

    CLOSED = "the push was closed"
    UNASSIGNED = "no longer assigned"
    DONE = "the conversation has been held"
    EXCUSED = "excused: nothing is asked"
    LEFT = "the recipient has left"
    ERASED = "the recipient was erased"
    REOPENED = "the push was opened again"
    UNDONE = "what caused it was undone"
    SUPERSEDED = "a later mail says it anew"
    CANCELLED = "the conversation was cancelled"
    HANDED_OVER = "somebody else holds the conversation"
    NOT_MANAGED = "no longer their leader or coach"
    PAST = "the time it was planned for is past"
    BY_HAND = "dropped by hand"


_BY_EVENT = frozenset({DropReason.LEFT, DropReason.SUPERSEDED, DropReason.UNDONE})
_OF_PUSH = _BY_EVENT | {
    DropReason.CLOSED,
    DropReason.UNASSIGNED,
    DropReason.DONE,
    DropReason.EXCUSED,
    DropReason.HANDED_OVER,
    DropReason.NOT_MANAGED,
}
_OF_ENTRY = _BY_EVENT | {DropReason.CANCELLED, DropReason.DONE, DropReason.HANDED_OVER}
_BY_HAND = frozenset({DropReason.BY_HAND})
_CONDUCTOR = "the same: they hold the conversation"
_MANAGER = "the same, of their people"
_OF_CONVERSATION = ("push", "template", "person", "conductor", "number")


@dataclass(frozen=True, slots=True)
class MailKind:
    """The declaration of a kind of mail."""

    to_user: str
    """Reason for sending to a user, as a dry run shows it; empty: not sent to users."""
    to_manager: str
    """Reason for sending to a manager or the conductor, as a dry run shows it.

    Empty: not sent to managers.
    """
    form: MailForm
    dropped_when: frozenset[DropReason] = frozenset()
    """Reasons that drop a queued notification of this kind."""
    values: tuple[str, ...] = ()
    """Values that its wording can use in addition to those of its form."""
    asks: bool = False
    """Whether the mail requests something of managers.

    If so, it goes only to those of whom the push still requests it (P10).
    """
    tells_dates: bool = False
    """Whether the mail states when a conversation is planned (N17)."""
    tells: int = 0
    """How much information a mail about a push contains, as a rank.

    Of several mails that would reach a recipient at once about the same people, only the one with
    the highest rank is sent (N17).
    """


class Kind(StrEnum):
    """The kind of a notification.

    The value is its name in wordings, in the JSON and in storage.
    """

    ASSIGNED = "assigned"
    REMINDER = "reminder"
    DEADLINE_MOVED = "deadline_moved"
    CLOSED = "closed"
    HANDED_OVER = "handed_over"
    PLANNED = "planned"
    MOVED = "moved"
    CANCELLED = "cancelled"
    TAKEN_OVER = "taken_over"
    REOPENED = "reopened"
    KEY_ADDED = "key_added"
    NEW_MANAGER = "new_manager"
    STAND_IN = "stand_in"

    @property
    def declared(self) -> MailKind:
        """The declaration of this kind."""
        return KINDS[self]

    @property
    def label(self) -> str:
        """Short name of the kind for display."""
        return self.replace("_", " ")

    @property
    def form(self) -> MailForm:
        """The subject of a mail of this kind."""
        return self.declared.form

    @property
    def asks(self) -> bool:
        """Whether a mail of this kind requests something of managers."""
        return self.declared.asks

    @property
    def dropped_when(self) -> frozenset[DropReason]:
        """Reasons that drop a queued notification of this kind."""
        return self.declared.dropped_when

    @property
    def capacities(self) -> tuple[Capacity, ...]:
        """The roles in which recipients can get a mail of this kind."""
        return tuple(capacity for capacity in Capacity if self.why(capacity))

    def why(self, capacity: Capacity) -> str:
        """Return why a recipient in this role gets the mail, as a dry run shows it."""
        declared = self.declared
        return declared.to_user if capacity is Capacity.USER else declared.to_manager


KINDS: Mapping[Kind, MailKind] = CompleteTable(
    {
        Kind.ASSIGNED: MailKind(
            "a new template: they are assigned to it",
            _MANAGER,
            MailForm.PUSH,
            _OF_PUSH | _BY_HAND,
            tells_dates=True,
            tells=3,
        ),
        Kind.REMINDER: MailKind(
            "a reminder: they have not held the conversation yet",
            _MANAGER,
            MailForm.PUSH,
            _OF_PUSH | _BY_HAND,
            asks=True,
            tells_dates=True,
            tells=1,
        ),
        Kind.DEADLINE_MOVED: MailKind(
            "the new deadline: they were told of the old one and are not done",
            _MANAGER,
            MailForm.PUSH,
            _OF_PUSH | _BY_HAND,
            asks=True,
            tells_dates=True,
            tells=2,
        ),
        Kind.CLOSED: MailKind(
            "that it is closed: they were told of it and are not done",
            _MANAGER,
            MailForm.PUSH,
            (_OF_PUSH - {DropReason.CLOSED}) | {DropReason.REOPENED} | _BY_HAND,
            tells=5,
        ),
        Kind.HANDED_OVER: MailKind(
            "who holds the conversation: it is theirs",
            "that they are to hold the conversation",
            MailForm.PUSH,
            _OF_PUSH,
            tells=4,
        ),
        Kind.PLANNED: MailKind(
            "an invitation: a conversation of theirs is planned",
            _CONDUCTOR,
            MailForm.INVITATION,
            _OF_ENTRY | {DropReason.PAST} | _BY_HAND,
        ),
        Kind.MOVED: MailKind(
            "an invitation: what is in their calendar changes",
            _CONDUCTOR,
            MailForm.INVITATION,
            _OF_ENTRY | _BY_HAND,
        ),
        Kind.CANCELLED: MailKind(
            "that it is cancelled: it is in their calendar",
            "the same: it is in their calendar",
            MailForm.WITHDRAWAL,
            _BY_EVENT | _BY_HAND,
        ),
        Kind.TAKEN_OVER: MailKind(
            "that somebody else holds it",
            "that somebody else holds what they held",
            MailForm.NOTICE,
            values=(*_OF_CONVERSATION, "former"),
        ),
        Kind.REOPENED: MailKind(
            "that it was reopened: it is theirs",
            "the same: they hold it",
            MailForm.NOTICE,
            values=_OF_CONVERSATION,
        ),
        Kind.KEY_ADDED: MailKind(
            "that a key was added with which one comes in as them",
            "",
            MailForm.NOTICE,
            values=("fingerprint",),
        ),
        Kind.NEW_MANAGER: MailKind(
            "",
            "that they are now their leader or coach, and what is asked of them",
            MailForm.PEOPLE,
            (_OF_PUSH - {DropReason.CLOSED, DropReason.HANDED_OVER, DropReason.SUPERSEDED})
            | _BY_HAND,
        ),
        Kind.STAND_IN: MailKind(
            "who stands in for them, or that it ends",
            "that they stand in for somebody, or that it ends",
            MailForm.NOTICE,
            values=("leader", "stand_in", "first_day", "last_day"),
        ),
    }
)
"""Declarations of all kinds of mail."""
INVITATIONS = frozenset(kind for kind in Kind if kind.form.has_entry)
"""Kinds that contain a calendar entry (C5)."""
NOTICES = frozenset(kind for kind in Kind if kind.form is MailForm.NOTICE)
"""Kinds that are sent at once and never dropped (C6, A1)."""
UNDROPPABLE_KINDS = frozenset(kind for kind in Kind if DropReason.BY_HAND not in kind.dropped_when)
"""Kinds that cannot be dropped by hand."""
KINDS_BY_DETAIL = tuple(
    sorted((k for k in Kind if k.form is MailForm.PUSH), key=lambda kind: kind.declared.tells)
)
"""Kinds of mail about a push, in ascending order of how much they tell (N17)."""
