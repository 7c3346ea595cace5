"""Changes of people that wait for a decision: the desk of changes (U7).

A change is one row: an event that concerns a person who is in a push that is not closed.
`REVIEW_KINDS` declares each kind once; lists, decisions, JSON and documentation are derived from
it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.pushes.push import Status
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import CompleteTable

GRACE_TIME = timedelta(days=90)
"""Time after closing a push during which changes of its people are still recorded.

The push may be reopened. Until then, these changes are not on the desk.
"""


class ReviewKind(StrEnum):
    """The kind of a change, the most urgent first. The value is its name in JSON, a contract."""

    CONDUCTOR_LEFT = "conductor_left"
    CONDUCTOR_NO_MANAGER = "conductor_no_manager"
    LEFT = "left"
    RETURNED = "returned"
    MANAGER_CHANGED = "manager_changed"
    JOINED = "joined"
    ADDRESS_CHANGED = "address_changed"
    NO_LONGER_MATCHES = "no_longer_matches"

    @property
    def label(self) -> str:
        """Label of the kind."""
        return REVIEW_KINDS[self].label

    @property
    def decisions(self) -> tuple["Decision", ...]:
        """Possible decisions."""
        return REVIEW_KINDS[self].decisions

    @property
    def urgency(self) -> int:
        """Rank of the kind, 0 for the most urgent."""
        return _URGENCY[self]


class Decision(StrEnum):
    """The decision on a change."""

    KEEP = "keep"
    HAND_OVER = "hand_over"
    TELL = "tell"
    EXCUSE = "excuse"
    ADD = "add"
    TAKEN_BACK = "taken_back"
    """Resolved by the opposite change before anybody decided."""

    @property
    def done(self) -> str:
        """Text for a decision that was made."""
        return _DONE[self]

    @property
    def verb(self) -> str:
        """Text of the action."""
        return self.replace("_", " ")


_DONE: Mapping[Decision, str] = CompleteTable(
    {
        Decision.KEEP: "left as it is",
        Decision.HAND_OVER: "handed over",
        Decision.TELL: "the new manager is told",
        Decision.EXCUSE: "excused",
        Decision.ADD: "added to the push",
        Decision.TAKEN_BACK: "taken back by a later change",
    }
)


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """The declaration of a kind of change."""

    label: str
    decisions: tuple[Decision, ...]
    """Possible decisions."""
    hides: bool = False
    """Whether it replaces the other changes about the conductor of the same conversation."""


_OF_MANAGER = (Decision.KEEP, Decision.HAND_OVER, Decision.TELL, Decision.EXCUSE)

REVIEW_KINDS: Mapping[ReviewKind, ReviewFacts] = CompleteTable(
    {
        ReviewKind.CONDUCTOR_LEFT: ReviewFacts("conductor left", _OF_MANAGER, hides=True),
        ReviewKind.CONDUCTOR_NO_MANAGER: ReviewFacts(
            "conductor no longer manager", _OF_MANAGER, hides=True
        ),
        ReviewKind.LEFT: ReviewFacts("left", (Decision.KEEP, Decision.EXCUSE)),
        ReviewKind.RETURNED: ReviewFacts("came back", _OF_MANAGER),
        ReviewKind.MANAGER_CHANGED: ReviewFacts("manager changed", _OF_MANAGER),
        ReviewKind.JOINED: ReviewFacts("joined", (Decision.KEEP, Decision.ADD)),
        ReviewKind.ADDRESS_CHANGED: ReviewFacts(
            "address changed", (Decision.KEEP, Decision.EXCUSE)
        ),
        ReviewKind.NO_LONGER_MATCHES: ReviewFacts(
            "no longer in the audience", (Decision.KEEP, Decision.EXCUSE)
        ),
    }
)
"""Declarations of all kinds of change."""

_URGENCY = {kind: place for place, kind in enumerate(ReviewKind)}
CONDUCTOR_KINDS = tuple(kind for kind, facts in REVIEW_KINDS.items() if facts.hides)
"""Kinds that concern the conductor of a conversation."""


@dataclass(frozen=True, slots=True)
class Review:
    """One change of one person in one push, with its context."""

    id: int
    kind: ReviewKind
    user_id: int
    login: str
    name: str
    push_id: int
    push: str
    status: Status
    planned_for: datetime | None
    """When the conversation is planned for; None if it is not planned."""
    conductor: str
    """Login of the past or future conductor; empty if none was named."""
    conductor_name: str
    before: str
    """Previous value: logins, an address, or a state; empty if there was none."""
    after: str
    """New value in the same form.

    If the conductor is no longer a manager: the current managers.
    """
    proposal: str
    """Login of the manager proposed as the new conductor; empty if there is none."""
    proposal_name: str
    since: datetime
    by: str
    """Name of the person or process that made the change."""
    told_at: datetime | None = None
    """When the new managers were notified without a decision (N16)."""

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Possible decisions."""
        return self.kind.decisions


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """The filter of a list of changes."""

    text: str = ""
    kind: ReviewKind | None = None
    push_id: int | None = None
    where: Audience | None = None
    """Only changes of people in this audience (P13)."""
