"""Pushes: their life, who is assigned, and what became of it (P1 to P12)."""

from collections.abc import Collection, Mapping
from dataclasses import field, fields
from datetime import date, datetime, timedelta
from enum import Enum, StrEnum, auto

from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.people.users import Manager
from studio_tui.domain.pushes.groups import GroupKey
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import OfAll
from studio_tui.domain.shared.errors import Invalid
from studio_tui.domain.shared.lookalikes import why_taken
from studio_tui.domain.shared.text import MAX_NAME, clean_line
from studio_tui.domain.templates.template import Definition

_LONGEST = 365
"""At most so many days lie between a deadline and an automatic reminder."""


class PushState(StrEnum):
    """Where a push is in its life (P5). Overdue is a flag, not a state."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"


class Status(StrEnum):
    """What became of one user's conversation in a push (P8); derived, never stored."""

    NOT_PLANNED = "not_planned"
    PLANNED = "planned"
    PREPARED = "prepared"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    EXCUSED = "excused"


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """How a status is told and drawn."""

    label: str
    sign: str
    """What a bar draws it with: the statuses are told apart by how dense it is, without colour."""
    colour: str
    """Its colour in a report, ``#rrggbb``."""
    tone: str
    """Its colour on a screen: the name of one of the tones of a list."""


STATUSES: Mapping[Status, StatusFacts] = OfAll(
    {
        Status.NOT_PLANNED: StatusFacts("not planned", "·", "#e6e6e6", "muted"),
        Status.PLANNED: StatusFacts("planned", "░", "#c3d7ec", "mark"),
        Status.PREPARED: StatusFacts("prepared", "▒", "#8db3d9", "mark"),
        Status.IN_PROGRESS: StatusFacts("in progress", "▓", "#4a7fb5", "mark"),
        # A conversation that took place is held.
        Status.DONE: StatusFacts("held", "█", "#2f7d4f", "good"),
        # Of whom nothing is asked (P18): hatched.
        Status.EXCUSED: StatusFacts("excused", "/", "#cfcfcf", "muted"),
    }
)
"""All statuses, in the order of a conversation; a bar draws them the other way round, and those who
are excused last."""


class Milestone(Enum):
    """What an assignment has behind it: its status is that of the last."""

    FINISHED = auto()
    EXCUSED = auto()
    STARTED = auto()
    PREPARED = auto()
    PLANNED = auto()


MILESTONES: Mapping[Milestone, Status] = OfAll(
    {
        Milestone.FINISHED: Status.DONE,
        # What was held is done all the same (P18).
        Milestone.EXCUSED: Status.EXCUSED,
        Milestone.STARTED: Status.IN_PROGRESS,
        Milestone.PREPARED: Status.PREPARED,
        Milestone.PLANNED: Status.PLANNED,
    }
)
"""The status that each means, the last first; without any, a conversation is not planned.
`status_of` and the SQL of `storage.pushes.pushes` both follow it."""


class Flag(StrEnum):
    """What needs attention about one user in a push (P8), in the order in which it is shown."""

    OVERDUE = "overdue"
    NO_MANAGER = "no_manager"
    CONDUCTOR_LEFT = "conductor_left"
    CONDUCTOR_NO_MANAGER = "conductor_no_manager"
    LEFT = "left"
    MAIL_FAILED = "mail_failed"
    MAIL_BOUNCED = "mail_bounced"

    @property
    def label(self) -> str:
        """How it is told."""
        if self is Flag.CONDUCTOR_NO_MANAGER:
            return "conductor no longer manager"
        return self.replace("_", " ")


@dataclass(frozen=True, slots=True)
class PushDraft:
    """What the creation window asks of one push (P1)."""

    name: str
    available_from: date
    deadline: date
    reminders: "Reminders | None" = None
    """None: as they are, and the organisation's for a new push."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean_line(self.name))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a push is: a number of users each. Those ``overdue`` are neither done nor excused;
    ``no_manager`` and ``left`` count users whatever their status is."""

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
    """How many are not asked for it (P18)."""
    done_left: int = 0
    """How many of those done have left: progress is shown with and without them."""

    @property
    def open(self) -> int:
        """How many conversations are still to be held."""
        return self.assigned - self.done - self.excused


@dataclass(frozen=True, slots=True)
class Reminders:
    """On which days those not done are reminded by themselves: so many days before the deadline
    and after it (P15)."""

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()

    def days(self, deadline: date) -> list[date]:
        """The days of the automatic reminders of what is to be held by ``deadline``."""
        before = [deadline - timedelta(days=number) for number in self.before]
        return before + [deadline + timedelta(days=number) for number in self.after]

    def round_on(self, today: date, deadline: date) -> str | None:
        """Which automatic reminder falls on ``today``: ``before-7-2026-03-31``; None where none.

        Where no worker ran on its day, it is made up for on the next.
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
    """One template × a group of users × a period: all but how far it is, which takes a look at
    everybody in it."""

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
    """A push as lists show it: with how far it is."""

    overdue: bool
    progress: Progress = field(default_factory=Progress)
    counted: bool = True
    """Whether it is known how far it is: that takes a look at everybody in it."""

    @classmethod
    def of(cls, facts: PushFacts, progress: Progress | None, today: date) -> "Push":
        """The push of these facts, this far ``today``; None: that is not known yet."""
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
    """When it was planned for, prepared, begun or held, whichever `status` tells."""
    conductor: str
    """Name of who holds, held or is to hold it, or empty."""
    managers: tuple[Manager, ...] = ()
    reminders: int = 0
    """How many times the user was reminded (P15)."""
    reminded_at: datetime | None = None
    conversation_id: int | None = None
    """What there is of it; None where nothing was planned or begun."""
    conductor_login: str = ""
    """Login of who holds, held or is to hold it, or empty."""
    excuse: str = ""
    """Why they are excused (P18); empty where they are not."""
    deadline: date | None = None
    """Until when they have (P18)."""
    has_longer: bool = False
    """Whether that is later than the deadline of the push."""
    push: str = ""
    """The name of the push."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Somebody who was chosen and is told nothing (P14)."""

    login: str
    name: str
    why: str
    """Completes the sentence “Ann …”: ``has left``."""


@dataclass(frozen=True, slots=True)
class PushFilter:
    """Which pushes a list shows: all words must be found in name, template or state."""

    text: str = ""
    state: PushState | None = None


@dataclass(frozen=True, slots=True)
class AssignmentFilter:
    """Which users of a push a list shows."""

    text: str = ""
    status: Status | None = None
    flag: Flag | None = None
    group: GroupKey | None = None
    """Only those of one manager, team, department or language (S2)."""
    where: Audience | None = None
    """Only those who are in this audience (P13)."""


def state_of(
    *, assigned: int, available_from: date, closed_at: datetime | None, today: date
) -> PushState:
    """The state of a push (P5), derived."""
    if closed_at is not None:
        return PushState.CLOSED
    if not assigned:
        return PushState.DRAFT
    return PushState.SCHEDULED if available_from > today else PushState.OPEN


def is_overdue(
    *, state: PushState, deadline: date, overdue_conversations: int, today: date
) -> bool:
    """Whether a push is overdue: past its deadline with conversations to hold for which nobody has
    a later day (P4, P18)."""
    return state is PushState.OPEN and overdue_conversations > 0 and today > deadline


def clean_excuse(reason: str) -> str:
    """The reason for which somebody is excused, as it is kept (P18); raises `Invalid`."""
    cleaned = clean_line(reason)
    if not cleaned:
        raise Invalid({"reason": "say why, in a few words: HR and their managers read it"})
    if len(cleaned) > MAX_NAME:
        raise Invalid({"reason": f"at most {MAX_NAME} characters"})
    return cleaned


def check_own_deadline(day: date, push_deadline: date, today: date) -> None:
    """Raise `Invalid` unless somebody can be given until ``day`` (P18): later than everybody, and
    not in the past."""
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
    """Until when somebody has: their own day, unless the push itself ends later (P18)."""
    return push_deadline if own is None else max(push_deadline, own)


def status_of(
    *,
    planned_for: datetime | None,
    prepared_at: datetime | None,
    started_at: datetime | None,
    finished_at: datetime | None,
    excused: bool = False,
) -> Status:
    """The status of an assignment, from the instants of its conversation (P8) and whether the user
    is excused (P18)."""
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
    """The numbers of days written as ``7, 1``, none where nothing is written (P15).

    Raises ValueError, in words, for what is no number from ``least`` to a year.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdecimal() and least <= int(part) <= _LONGEST for part in parts):
        raise ValueError(
            f"write numbers of days from {least} to {_LONGEST}, as 7, 1, or nothing for never"
        )
    return tuple(dict.fromkeys(map(int, parts)))


def check_drafts(drafts: Collection[PushDraft], names_in_use: Collection[str]) -> None:
    """Raise `Invalid` unless all drafts can be created together (P1).

    The fields of the error are ``name``, ``available_from`` and ``deadline``; where there are
    several drafts, followed by the number of the draft, from 0: ``name.2``. ``names_in_use`` are
    the names of the pushes that are not closed, as typed.
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
