"""The kinds of mail: what each tells, to whom, why, and what drops it (N1 to N6).

A kind is declared here and nowhere else. The wording files it needs, the words of a dry run, the
labels, ``mail preview`` and the checks of ``docs/mail.md`` follow from what is declared.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import OfAll


class Capacity(StrEnum):
    """As what the recipient is told: as the user themself, or as one of their managers."""

    USER = "user"
    MANAGER = "manager"


class MailForm(Enum):
    """What a mail is about, and so which values its wording has."""

    PUSH = "a push, and people who are in it"
    INVITATION = "a conversation that is planned, with an entry for the calendar (C5)"
    WITHDRAWAL = "a conversation whose entry is taken out of the calendar (C5)"
    PEOPLE = "people, each with the push that they are in"
    NOTICE = "what others did to what is the recipient's (C6, A1); leaves at once"

    @property
    def has_entry(self) -> bool:
        """Whether the mail carries an entry for the calendar."""
        return self in (MailForm.INVITATION, MailForm.WITHDRAWAL)


class DropReason(StrEnum):
    """Why a notification is no longer true (N6)."""

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
    """What is declared of a kind of mail."""

    to_user: str
    """Why a user gets it, as a dry run says it; empty: no user is told."""
    to_manager: str
    """Why a manager, or who holds the conversation, gets it; empty: no manager is told."""
    form: MailForm
    dropped_when: frozenset[DropReason] = frozenset()
    """What keeps it from being sent once it is written."""
    values: tuple[str, ...] = ()
    """What its wording can name beside the values of its form."""
    asks: bool = False
    """Whether it asks managers for something: only those whom the push still asks (P10)."""
    tells_dates: bool = False
    """Whether it says when a conversation is planned (N17)."""
    tells: int = 0
    """How much a mail about a push tells: of several that would reach somebody at once about the
    same people, only the one that tells most is sent (N17)."""


class Kind(StrEnum):
    """What a notification tells. The value is its name in wordings, in the JSON and in storage."""

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
        """What is declared of it."""
        return KINDS[self]

    @property
    def label(self) -> str:
        """What it tells, in a few words."""
        return self.replace("_", " ")

    @property
    def form(self) -> MailForm:
        """What it is about."""
        return self.declared.form

    @property
    def asks(self) -> bool:
        """Whether it asks managers for something."""
        return self.declared.asks

    @property
    def dropped_when(self) -> frozenset[DropReason]:
        """What keeps it from being sent once it is written."""
        return self.declared.dropped_when

    @property
    def capacities(self) -> tuple[Capacity, ...]:
        """As what somebody can be told."""
        return tuple(capacity for capacity in Capacity if self.why(capacity))

    def why(self, capacity: Capacity) -> str:
        """Why somebody is told in this capacity, as a dry run says it."""
        declared = self.declared
        return declared.to_user if capacity is Capacity.USER else declared.to_manager


KINDS: Mapping[Kind, MailKind] = OfAll(
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
"""All kinds of mail."""
INVITATIONS = frozenset(kind for kind in Kind if kind.form.has_entry)
"""The kinds that carry an entry for the calendar (C5)."""
NOTICES = frozenset(kind for kind in Kind if kind.form is MailForm.NOTICE)
"""The kinds that leave at once, and that nothing drops (C6, A1)."""
KEPT_BY_HAND = frozenset(kind for kind in Kind if DropReason.BY_HAND not in kind.dropped_when)
"""The kinds that nobody can drop by hand."""
TELLING_MOST = tuple(
    sorted((k for k in Kind if k.form is MailForm.PUSH), key=lambda kind: kind.declared.tells)
)
"""The mails about a push, those that tell more last (N17)."""
