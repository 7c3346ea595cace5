"""What needs somebody: the cases of Today, most urgent first (S1).

A case is one line: what is the matter, of how many, in which push. `CASES` declares each kind of
case once, in the order of urgency; lists, badges, JSON and documentation read it from there.
"""

import zlib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum

from studio_tui.domain.people.access import Action
from studio_tui.domain.shared.dataclass import dataclass

AHEAD_DAYS = 14
"""What starts, ends or is mailed within so many days is a case."""


MOST_TOLD = 999
"""A badge tells no larger number."""
NEW_MANAGERS = "new managers"
"""What a case is about that tells who become managers of people in a push (N16)."""
WAITING_IMPORT = "import"
"""What a case is about (`Case.about`) that is to be reviewed before it is imported (U10)."""


class CaseKind(StrEnum):
    """What is the matter; the value is its name in JSON, which is a contract."""

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
    """The headings under which Today lists its cases, in their order."""

    NEEDS_YOU = "needs you"
    COMING_UP = "coming up"
    LEAVES_NEXT = "leaves next"


class StudioPart(StrEnum):
    """The part of the Studio in which a case is dealt with, and whose badge counts it."""

    OUTBOX = "outbox"
    PUSHES = "pushes"
    USERS = "users"
    CONVERSATIONS = "conversations"


class Remedy(StrEnum):
    """The act that deals with a case."""

    LOOK_AT_MAIL = "look at the mail"
    SET_UP_MAIL = "look at what keeps mail from leaving"
    REVIEW = "review what changed"
    LOOK_AT_PEOPLE = "look at the people"
    REMIND = "remind"
    OPEN_PUSH = "open the push"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What there is to know about a kind of case."""

    one: str
    """What it is called where it is one, after the number: “1 mail failed”."""
    many: str
    """The same of several: “2 mails failed”."""
    remedy: Remedy
    place: StudioPart
    needs: Action
    """The right without which nobody learns of it."""
    section: Section = Section.NEEDS_YOU
    urgent: bool = False
    """Whether its badge is marked: ``Outbox 2!``."""


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
"""Every kind of case, the most urgent first."""

_URGENCY = {kind: place for place, kind in enumerate(CASES)}


@dataclass(frozen=True, slots=True)
class Case:
    """One line of Today: what is the matter, of how many, in which push."""

    kind: CaseKind
    count: int
    """Of how many mails or people, at least 1."""
    text: str
    """Who or what, in a few words; may hold what people typed."""
    push_id: int | None = None
    push: str = ""
    user_id: int | None = None
    """Whom it is about, where that is one person."""
    user: str = ""
    """The login of that person."""
    since: datetime | None = None
    """Since when it is so; None where that is not known, or it lies ahead."""
    due: datetime | None = None
    """When it happens, of what lies ahead: it starts, ends or leaves."""
    ids: tuple[int, ...] = ()
    """What it is about: mails of a kind whose place is the outbox, lines of the desk of changes of
    `CaseKind.REVIEW`, else assignments; of what is one's `own`, lines of My conversations. Empty
    where it is more than a thousand: then the push and the kind say it
    (`services.today.today.people_of`)."""
    about: str = ""
    """What tells it from another case of its kind and push."""
    own: bool = False
    """Whether it waits for the reader as a leader, a coach or a user (C1), not as who runs the
    Studio."""
    mark: str = ""
    """Another text once it is another matter: other people, another number."""
    snoozed_until: date | None = None
    snoozed: bool = False
    """Whether the reader put it off: until that day, or where there is none until it changes."""

    @property
    def facts(self) -> CaseFacts:
        """What there is to know about its kind."""
        return CASES[self.kind]

    @property
    def place(self) -> StudioPart:
        """Where it is dealt with."""
        return StudioPart.CONVERSATIONS if self.own else self.facts.place

    @property
    def key(self) -> str:
        """What tells the case from others, also once its number is another."""
        push = "-" if self.push_id is None else str(self.push_id)
        return " ".join(filter(None, (self.kind, push, "own" if self.own else "", self.about)))

    @property
    def id(self) -> int:
        """The same for a list, which knows its rows by numbers."""
        return zlib.crc32(self.key.encode())

    @property
    def words(self) -> str:
        """``2 mails failed``."""
        return f"{self.count:,} {self.facts.one if self.count == 1 else self.facts.many}"


@dataclass(frozen=True, slots=True)
class Snooze:
    """A case that somebody put off: until a day, or until it changes."""

    key: str
    until: date | None
    mark: str
    """The `Case.mark` it had then."""

    def holds(self, case: Case, today: date) -> bool:
        """Whether the case is still put off."""
        if self.until is not None:
            return today < self.until
        return self.mark == case.mark


@dataclass(frozen=True, slots=True)
class Badge:
    """What a tab says beside its name: ``2!``; nothing where the number is 0."""

    number: int = 0
    urgent: bool = False

    def __str__(self) -> str:
        """``2!``, ``9``, ``999+`` or nothing."""
        if not self.number:
            return ""
        number = f"{MOST_TOLD}+" if self.number > MOST_TOLD else str(self.number)
        return f"{number}{'!' if self.urgent else ''}"


class FirstStep(StrEnum):
    """What a new Studio needs first, in this order."""

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
"""The right that each first step takes, and how it is done from a shell."""


def in_order(cases: Collection[Case]) -> list[Case]:
    """The most urgent first: by kind, what lies ahead by when it is, then the larger number."""
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
    """The badge of a place: of how many its cases are that need somebody and are not put off."""
    found = [
        case
        for case in cases
        if case.place is place and case.facts.section is Section.NEEDS_YOU and not case.snoozed
    ]
    return Badge(sum(case.count for case in found), any(case.facts.urgent for case in found))
