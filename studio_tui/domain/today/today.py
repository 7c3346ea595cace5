"""The cases of Today, most urgent first (S1).

A case is one row: a problem, how many it concerns, and the push it is in. `CASES` declares each
kind of case once, in the order of urgency; lists, badges, JSON and documentation are derived from
it.
"""

import zlib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum

from studio_tui.domain.people.access import Action
from studio_tui.domain.shared.dataclass import dataclass

AHEAD_DAYS = 14
"""Number of days ahead in which starts, ends and mail are shown as cases."""


MAX_BADGE = 999
"""Largest number that a badge displays."""
NEW_MANAGERS = "new managers"
"""`Case.about` of a case on new managers of people in a push (N16)."""
WAITING_IMPORT = "import"
"""`Case.about` of an import that has to be reviewed before it is applied (U10)."""


class CaseKind(StrEnum):
    """The kind of a case. The value is its name in JSON, which is a contract."""

    MAIL_FAILED = "mail_failed"
    MAIL_BOUNCED = "mail_bounced"
    RELAY_DOWN = "relay_down"
    REVIEW = "review"
    NO_MANAGER = "no_manager"
    OVERDUE = "overdue"
    PLANNED_PAST = "planned_past"
    PLANNED_LATE = "planned_late"
    STARTS = "starts"
    ENDS = "ends"
    REPEATS = "repeats"
    CAME_IN = "came_in"
    ERASED = "erased"
    SENDING = "sending"


class Section(StrEnum):
    """Headings of Today, in their order."""

    NEEDS_YOU = "needs you"
    COMING_UP = "coming up"
    LEAVES_NEXT = "leaves next"


class StudioPart(StrEnum):
    """The area of the Studio in which a case is handled, and whose badge counts it."""

    OUTBOX = "outbox"
    PUSHES = "pushes"
    USERS = "users"
    CONVERSATIONS = "conversations"


class Remedy(StrEnum):
    """The action that resolves a case."""

    LOOK_AT_MAIL = "look at the mail"
    SET_UP_MAIL = "look at what keeps mail from leaving"
    REVIEW = "review what changed"
    LOOK_AT_PEOPLE = "look at the people"
    REMIND = "remind"
    OPEN_PUSH = "open the push"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The declaration of a kind of case."""

    one: str
    """Label after the number 1: “1 mail failed”."""
    many: str
    """Label after any other number: “2 mails failed”."""
    remedy: Remedy
    place: StudioPart
    needs: Action
    """Permission that is required to see the case."""
    section: Section = Section.NEEDS_YOU
    urgent: bool = False
    """Whether its badge is marked as urgent: ``Outbox 2!``."""


CASES: Mapping[CaseKind, CaseFacts] = {
    CaseKind.MAIL_FAILED: CaseFacts(
        "mail failed",
        "mails failed",
        Remedy.LOOK_AT_MAIL,
        StudioPart.OUTBOX,
        Action.READ_OUTBOX,
        urgent=True,
    ),
    CaseKind.MAIL_BOUNCED: CaseFacts(
        "mail bounced",
        "mails bounced",
        Remedy.LOOK_AT_MAIL,
        StudioPart.OUTBOX,
        Action.READ_OUTBOX,
        urgent=True,
    ),
    CaseKind.RELAY_DOWN: CaseFacts(
        "mail waits: nothing leaves",
        "mails wait: nothing leaves",
        Remedy.SET_UP_MAIL,
        StudioPart.OUTBOX,
        Action.READ_OUTBOX,
        urgent=True,
    ),
    CaseKind.REVIEW: CaseFacts(
        "change to review",
        "changes to review",
        Remedy.REVIEW,
        StudioPart.USERS,
        Action.READ_USERS,
        urgent=True,
    ),
    CaseKind.NO_MANAGER: CaseFacts(
        "without manager",
        "without manager",
        Remedy.LOOK_AT_PEOPLE,
        StudioPart.PUSHES,
        Action.READ_PUSHES,
        urgent=True,
    ),
    CaseKind.OVERDUE: CaseFacts(
        "overdue", "overdue", Remedy.REMIND, StudioPart.PUSHES, Action.READ_PUSHES, urgent=True
    ),
    CaseKind.PLANNED_PAST: CaseFacts(
        "planned, day past",
        "planned, day past",
        Remedy.LOOK_AT_PEOPLE,
        StudioPart.PUSHES,
        Action.READ_PUSHES,
    ),
    CaseKind.PLANNED_LATE: CaseFacts(
        "planned after the deadline",
        "planned after the deadline",
        Remedy.LOOK_AT_PEOPLE,
        StudioPart.PUSHES,
        Action.READ_PUSHES,
    ),
    CaseKind.STARTS: CaseFacts(
        "to start",
        "to start",
        Remedy.OPEN_PUSH,
        StudioPart.PUSHES,
        Action.READ_PUSHES,
        Section.COMING_UP,
    ),
    CaseKind.ENDS: CaseFacts(
        "still to hold",
        "still to hold",
        Remedy.REMIND,
        StudioPart.PUSHES,
        Action.READ_PUSHES,
        Section.COMING_UP,
    ),
    CaseKind.REPEATS: CaseFacts(
        "to be asked again",
        "to be asked again",
        Remedy.OPEN_PUSH,
        StudioPart.PUSHES,
        Action.READ_PUSHES,
        Section.COMING_UP,
    ),
    CaseKind.CAME_IN: CaseFacts(
        "came into the audience",
        "came into the audience",
        Remedy.OPEN_PUSH,
        StudioPart.PUSHES,
        Action.ASSIGN,
        Section.COMING_UP,
    ),
    CaseKind.ERASED: CaseFacts(
        "person is erased",
        "people are erased",
        Remedy.LOOK_AT_PEOPLE,
        StudioPart.USERS,
        Action.PERSONAL_DATA,
        Section.COMING_UP,
    ),
    CaseKind.SENDING: CaseFacts(
        "mail leaves",
        "mails leave",
        Remedy.LOOK_AT_MAIL,
        StudioPart.OUTBOX,
        Action.READ_OUTBOX,
        Section.LEAVES_NEXT,
    ),
}
"""All kinds of case, the most urgent first."""

_URGENCY = {kind: place for place, kind in enumerate(CASES)}


@dataclass(frozen=True, slots=True)
class Case:
    """A row of Today: a problem, how many it concerns, and the push it is in."""

    kind: CaseKind
    count: int
    """Number of mails or people concerned, at least 1."""
    text: str
    """Short description of who or what is concerned; may contain user input."""
    push_id: int | None = None
    push: str = ""
    user_id: int | None = None
    """Id of the person concerned, if it is exactly one."""
    user: str = ""
    """Login of that person."""
    since: datetime | None = None
    """Since when the problem exists; None if unknown or in the future."""
    due: datetime | None = None
    """When a future event happens: a start, an end or the sending of mail."""
    ids: tuple[int, ...] = ()
    """Ids of what the case is about.

    These are notifications if the case is handled in the outbox, lines of the desk of changes for
    `CaseKind.REVIEW`, rows of My conversations if it is `own`, else assignments. Empty if there are
    more than a thousand: then use the push and the kind (`services.today.today.people_of`).
    """
    about: str = ""
    """Discriminator among cases of the same kind and push."""
    own: bool = False
    """Whether the reader has to act as a leader, a coach or a user (C1).

    If not, the case concerns those who run the Studio.
    """
    mark: str = ""
    """Fingerprint of the content: differs when the case has other people or another number."""
    snoozed_until: date | None = None
    snoozed: bool = False
    """Whether the reader snoozed the case: until `snoozed_until`, or if None, until it changes."""

    @property
    def facts(self) -> CaseFacts:
        """Declaration of its kind."""
        return CASES[self.kind]

    @property
    def place(self) -> StudioPart:
        """Area in which the case is handled."""
        return StudioPart.CONVERSATIONS if self.own else self.facts.place

    @property
    def key(self) -> str:
        """Identity of the case, which does not change with its number."""
        push = "-" if self.push_id is None else str(self.push_id)
        return " ".join(filter(None, (self.kind, push, "own" if self.own else "", self.about)))

    @property
    def id(self) -> int:
        """Numeric form of `key`, for lists, which identify rows by numbers."""
        return zlib.crc32(self.key.encode())

    @property
    def words(self) -> str:
        """Label with the number: ``2 mails failed``."""
        return f"{self.count:,} {self.facts.one if self.count == 1 else self.facts.many}"


@dataclass(frozen=True, slots=True)
class Snooze:
    """A case that a user snoozed, until a day or until it changes."""

    key: str
    until: date | None
    mark: str
    """The `Case.mark` at the time of snoozing."""

    def holds(self, case: Case, today: date) -> bool:
        """Return whether the case is still snoozed."""
        if self.until is not None:
            return today < self.until
        return self.mark == case.mark


@dataclass(frozen=True, slots=True)
class Badge:
    """The number next to the name of a tab: ``2!``; empty if the number is 0."""

    number: int = 0
    urgent: bool = False

    def __str__(self) -> str:
        """Return ``2!``, ``9``, ``999+`` or an empty string."""
        if not self.number:
            return ""
        number = f"{MAX_BADGE}+" if self.number > MAX_BADGE else str(self.number)
        return f"{number}{'!' if self.urgent else ''}"


class FirstStep(StrEnum):
    """The steps that set up a new Studio, in this order."""

    IMPORT_USERS = "import users"
    ALLOW_PUSH = "allow a template to be pushed"
    SET_UP_PUSH = "set up a push"
    ASSIGN_USERS = "assign users to a push"
    SET_UP_MAIL = "set up the mail server"


STEPS: Mapping[FirstStep, tuple[Action, str]] = {
    FirstStep.IMPORT_USERS: (Action.IMPORT_USERS, "studio-tui users import FILE"),
    FirstStep.ALLOW_PUSH: (Action.EDIT_TEMPLATES, "studio-tui templates import FILE"),
    FirstStep.SET_UP_PUSH: (
        Action.CREATE_PUSHES,
        "studio-tui pushes create TEMPLATE --name NAME --from DATE --deadline DATE",
    ),
    FirstStep.ASSIGN_USERS: (Action.ASSIGN, "studio-tui pushes assign PUSH LOGIN…"),
    FirstStep.SET_UP_MAIL: (
        Action.TEST_MAIL,
        "[smtp] in config.toml, studio-tui mail test ADDRESS",
    ),
}
"""Permission that each first step requires, and how to do it from a shell."""


def in_order(cases: Collection[Case]) -> list[Case]:
    """Return the cases sorted by urgency.

    They are sorted by kind, then by due time, then the larger number first.
    """
    return sorted(
        cases,
        key=lambda case: (
            _URGENCY[case.kind],
            case.due.timestamp() if case.due else 0.0,
            -case.count,
            case.push,
            case.key,
        ),
    )


def badge_of(cases: Collection[Case], place: StudioPart) -> Badge:
    """Return the badge of an area: the number of its unsnoozed cases that need attention."""
    found = [
        case
        for case in cases
        if case.place is place and case.facts.section is Section.NEEDS_YOU and not case.snoozed
    ]
    return Badge(sum(case.count for case in found), any(case.facts.urgent for case in found))
