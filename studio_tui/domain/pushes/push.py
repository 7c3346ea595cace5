"""Pushes: their life cycle, assignments and progress (P1 to P12)."""

from collections.abc import Collection, Mapping
from dataclasses import field, fields
from datetime import date, datetime, timedelta
from enum import Enum, StrEnum, auto

from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.people.users import Manager
from studio_tui.domain.pushes.groups import GroupKey
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import CompleteTable
from studio_tui.domain.shared.errors import Invalid
from studio_tui.domain.shared.lookalikes import why_taken
from studio_tui.domain.shared.text import MAX_NAME, clean_line
from studio_tui.domain.templates.template import Definition

_LONGEST = 365
"""Maximum number of days between a deadline and an automatic reminder."""


class PushState(StrEnum):
    """The state of a push in its life cycle (P5). Overdue is a flag, not a state."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"


class Status(StrEnum):
    """The status of one user's conversation in a push (P8); derived, never stored."""

    NOT_PLANNED = "not_planned"
    PLANNED = "planned"
    PREPARED = "prepared"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    EXCUSED = "excused"


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """How a status is displayed."""

    label: str
    sign: str
    """Character that draws the status in a bar. Its density distinguishes it without colour."""
    colour: str
    """Colour in a report, ``#rrggbb``."""
    tone: str
    """Colour on a screen: the name of one of the tones of a list."""


STATUSES: Mapping[Status, StatusFacts] = CompleteTable(
    {
        Status.NOT_PLANNED: StatusFacts("not planned", "·", "#e6e6e6", "muted"),
        Status.PLANNED: StatusFacts("planned", "░", "#c3d7ec", "mark"),
        Status.PREPARED: StatusFacts("prepared", "▒", "#8db3d9", "mark"),
        Status.IN_PROGRESS: StatusFacts("in progress", "▓", "#4a7fb5", "mark"),
        # Shown as “held”: the conversation took place.
        Status.DONE: StatusFacts("held", "█", "#2f7d4f", "good"),
        # Excused users (P18) are hatched.
        Status.EXCUSED: StatusFacts("excused", "/", "#cfcfcf", "muted"),
    }
)
"""Display of all statuses, in the order of a conversation.

A bar draws them in reverse order, with excused last.
"""


class Milestone(Enum):
    """A stage that an assignment has reached. The most advanced one determines its status."""

    FINISHED = auto()
    EXCUSED = auto()
    STARTED = auto()
    PREPARED = auto()
    PLANNED = auto()


MILESTONES: Mapping[Milestone, Status] = CompleteTable(
    {
        Milestone.FINISHED: Status.DONE,
        # Below FINISHED: a conversation that was held counts as done even if excused (P18).
        Milestone.EXCUSED: Status.EXCUSED,
        Milestone.STARTED: Status.IN_PROGRESS,
        Milestone.PREPARED: Status.PREPARED,
        Milestone.PLANNED: Status.PLANNED,
    }
)
"""Status of each milestone, the most advanced first.

An assignment without a milestone is not planned. Both `status_of` and the SQL of
`storage.pushes.pushes` follow this order.
"""


class Flag(StrEnum):
    """A problem of one user in a push (P8), in the order of display."""

    OVERDUE = "overdue"
    NO_MANAGER = "no_manager"
    CONDUCTOR_LEFT = "conductor_left"
    CONDUCTOR_NO_MANAGER = "conductor_no_manager"
    LEFT = "left"
    MAIL_FAILED = "mail_failed"
    MAIL_BOUNCED = "mail_bounced"

    @property
    def label(self) -> str:
        """Name of the flag for display."""
        if self is Flag.CONDUCTOR_NO_MANAGER:
            return "conductor no longer manager"
        return self.replace("_", " ")


@dataclass(frozen=True, slots=True)
class PushDraft:
    """The input of the form that creates a push (P1)."""

    name: str
    available_from: date
    deadline: date
    reminders: "Reminders | None" = None
    """None: unchanged, or the default of the organisation for a new push."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean_line(self.name))


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a push, as numbers of users.

    ``overdue`` counts users who are neither done nor excused; ``no_manager`` and ``left`` count
    users of every status.
    """

    assigned: int = 0
    not_planned: int = 0
    planned: int = 0
    prepared: int = 0
    in_progress: int = 0
    done: int = 0
    overdue: int = 0
    no_manager: int = 0
    left: int = 0
    excused: int = 0
    """Number of excused users (P18)."""
    done_left: int = 0
    """How many of the users done have left: progress is shown with and without them."""

    @property
    def open(self) -> int:
        """Number of conversations still to hold."""
        return self.assigned - self.done - self.excused


@dataclass(frozen=True, slots=True)
class Reminders:
    """The automatic reminders of a push, as numbers of days before and after the deadline (P15)."""

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()

    def days(self, deadline: date) -> list[date]:
        """Return the dates of the automatic reminders for a ``deadline``."""
        before = [deadline - timedelta(days=number) for number in self.before]
        return before + [deadline + timedelta(days=number) for number in self.after]

    def round_on(self, today: date, deadline: date) -> str | None:
        """Return the round of the automatic reminder on ``today``, or None if there is none.

        A round looks like ``before-7-2026-03-31``. A reminder that no worker sent on its day is
        caught up on the next.
        """
        for day in (today, today - timedelta(days=1)):
            ahead = (deadline - day).days
            if ahead >= 0 and ahead in self.before:
                return f"before-{ahead}-{deadline}"
            if ahead < 0 and -ahead in self.after:
                return f"after-{-ahead}-{deadline}"
        return None


@dataclass(frozen=True, slots=True)
class PushFacts:
    """A push (template × users × period) without its progress, which is expensive to count."""

    id: int
    name: str
    template_id: int
    template: Definition
    """The template as it was when the push was created (T5)."""
    available_from: date
    deadline: date
    reminders: Reminders
    state: PushState
    created_at: datetime
    closed_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Push(PushFacts):
    """A push with its progress, as lists show it."""

    overdue: bool
    progress: Progress = field(default_factory=Progress)
    counted: bool = True
    """Whether the progress is computed, which requires counting all users of the push."""

    @classmethod
    def of(cls, facts: PushFacts, progress: Progress | None, today: date) -> "Push":
        """Combine the facts of a push with its progress on ``today``; None: not computed yet."""
        counted, progress = progress is not None, progress or Progress()
        overdue = is_overdue(
            state=facts.state,
            deadline=facts.deadline,
            overdue_conversations=progress.overdue,
            today=today,
        )
        known = {each.name: getattr(facts, each.name) for each in fields(facts)}
        return cls(**known, overdue=overdue, progress=progress, counted=counted)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One user in one push (P8)."""

    id: int
    push_id: int
    user_id: int
    login: str
    name: str
    email: str
    status: Status
    flags: frozenset[Flag]
    status_at: datetime | None
    """When the conversation is planned for, or was prepared, started or held, by its `status`."""
    conductor: str
    """Name of the past or future conductor, or empty."""
    managers: tuple[Manager, ...] = ()
    reminders: int = 0
    """Number of reminders that the user got (P15)."""
    reminded_at: datetime | None = None
    conversation_id: int | None = None
    """Id of the conversation; None if none was planned or started."""
    conductor_login: str = ""
    """Login of the past or future conductor, or empty."""
    excuse: str = ""
    """Why the user is excused (P18); empty if not excused."""
    deadline: date | None = None
    """Deadline of this user (P18)."""
    has_longer: bool = False
    """Whether that deadline is later than the deadline of the push."""
    push: str = ""
    """Name of the push."""


@dataclass(frozen=True, slots=True)
class SkippedPerson:
    """A selected person to whom no mail is sent (P14)."""

    login: str
    name: str
    why: str
    """Completes the sentence “Ann …”: ``has left``."""


@dataclass(frozen=True, slots=True)
class PushFilter:
    """The filter of a list of pushes: every word must occur in name, template or state."""

    text: str = ""
    state: PushState | None = None


@dataclass(frozen=True, slots=True)
class AssignmentFilter:
    """The filter of a list of the users of a push."""

    text: str = ""
    status: Status | None = None
    flag: Flag | None = None
    group: GroupKey | None = None
    """Only the users of one manager, team, department or language (S2)."""
    where: Audience | None = None
    """Only the users in this audience (P13)."""


def state_of(
    *, assigned: int, available_from: date, closed_at: datetime | None, today: date
) -> PushState:
    """Derive the state of a push (P5)."""
    if closed_at is not None:
        return PushState.CLOSED
    if not assigned:
        return PushState.DRAFT
    return PushState.SCHEDULED if available_from > today else PushState.OPEN


def is_overdue(
    *, state: PushState, deadline: date, overdue_conversations: int, today: date
) -> bool:
    """Return whether a push is overdue (P4, P18).

    A push is overdue after its deadline if it has unfinished conversations whose users have no
    later deadline of their own.
    """
    return state is PushState.OPEN and overdue_conversations > 0 and today > deadline


def clean_excuse(reason: str) -> str:
    """Return the reason of an excuse in its stored form (P18).

    Raises `Invalid` if it is unusable.
    """
    cleaned = clean_line(reason)
    if not cleaned:
        raise Invalid({"reason": "say why, in a few words: HR and their managers read it"})
    if len(cleaned) > MAX_NAME:
        raise Invalid({"reason": f"at most {MAX_NAME} characters"})
    return cleaned


def check_own_deadline(day: date, push_deadline: date, today: date) -> None:
    """Raise `Invalid` unless ``day`` is valid as the own deadline of a user (P18).

    It must be later than the deadline of the push, and not in the past.
    """
    if day < today:
        raise Invalid({"deadline": f"{day} is past: name a day from {today} on"})
    if day <= push_deadline:
        raise Invalid(
            {
                "deadline": f"everybody has until {push_deadline}: name a later day, or edit the "
                "deadline of the push"
            }
        )


def deadline_of(push_deadline: date, own: date | None) -> date:
    """Return the deadline of a user: their own, unless that of the push is later (P18)."""
    return push_deadline if own is None else max(push_deadline, own)


def status_of(
    *,
    planned_for: datetime | None,
    prepared_at: datetime | None,
    started_at: datetime | None,
    finished_at: datetime | None,
    excused: bool = False,
) -> Status:
    """Return the status of an assignment (P8, P18).

    The status follows from the instants of the conversation and from whether the user is excused.
    """
    there = {
        Milestone.FINISHED: finished_at,
        Milestone.EXCUSED: excused,
        Milestone.STARTED: started_at,
        Milestone.PREPARED: prepared_at,
        Milestone.PLANNED: planned_for,
    }
    return next(
        (status for milestone, status in MILESTONES.items() if there[milestone]), Status.NOT_PLANNED
    )


def parse_days(text: str, least: int) -> tuple[int, ...]:
    """Parse numbers of days written as ``7, 1``; an empty text has none (P15).

    Raises ValueError, with a message for the user, for a number that is not from ``least`` to a
    year.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdecimal() and least <= int(part) <= _LONGEST for part in parts):
        raise ValueError(
            f"write numbers of days from {least} to {_LONGEST}, as 7, 1, or nothing for never"
        )
    return tuple(dict.fromkeys(map(int, parts)))


def check_drafts(drafts: Collection[PushDraft], names_in_use: Collection[str]) -> None:
    """Raise `Invalid` unless all drafts can be created together (P1).

    The fields of the error are ``name``, ``available_from`` and ``deadline``; if there are several
    drafts, followed by the index of the draft, from 0: ``name.2``. ``names_in_use`` are the names
    of the pushes that are not closed, as typed.
    """
    taken = list(names_in_use)
    errors: dict[str, str] = {}
    for number, draft in enumerate(drafts):
        suffix = f".{number}" if len(drafts) > 1 else ""
        if reason := _wrong_name(draft.name, taken):
            errors["name" + suffix] = reason
        taken.append(draft.name)
        if draft.deadline < draft.available_from:
            errors["deadline" + suffix] = (
                f"the deadline {draft.deadline} is before the first day {draft.available_from}"
            )
    if errors:
        raise Invalid(errors)


def _wrong_name(name: str, taken: Collection[str]) -> str | None:
    if not name:
        return "give the push a name"
    if len(name) > MAX_NAME:
        return f"at most {MAX_NAME} characters"
    return why_taken(name, "push that is not closed", taken)
