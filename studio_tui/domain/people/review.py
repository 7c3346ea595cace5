"""Changes of people that wait for a decision: the desk of changes (U7).

A change is one line: what happened to somebody who is in a push that is not closed. `REVIEW_KINDS`
declares each kind once; lists, decisions, JSON and documentation read it from there.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.pushes.push import Status
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import OfAll

REMEMBERED = timedelta(days=90)
"""For so long after a push is closed it is kept what changes about who is in it: it may be opened
again. Until then, nothing of that is on the desk."""


class ReviewKind(StrEnum):
    """What happened, the most urgent first; the value is its name in JSON, which is a contract."""

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
        """How it is told."""
        return REVIEW_KINDS[self].label

    @property
    def decisions(self) -> tuple["Decision", ...]:
        """What can be decided."""
        return REVIEW_KINDS[self].decisions

    @property
    def urgency(self) -> int:
        """Its place among the kinds, 0 for the most urgent."""
        return _URGENCY[self]


class Decision(StrEnum):
    """What was decided on a change."""

    KEEP = "keep"
    HAND_OVER = "hand_over"
    TELL = "tell"
    EXCUSE = "excuse"
    ADD = "add"
    TAKEN_BACK = "taken_back"
    """By nobody: the opposite change came before anybody decided."""

    @property
    def done(self) -> str:
        """How it is told of what was decided."""
        return _DONE[self]

    @property
    def verb(self) -> str:
        """What one does by it."""
        return self.replace("_", " ")


_DONE: Mapping[Decision, str] = OfAll(
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
    """What there is to know about a kind of change."""

    label: str
    decisions: tuple[Decision, ...]
    """What can be decided on it."""
    hides: bool = False
    """Whether it takes the place of the other lines about who is to hold the same conversation."""


_OF_MANAGER = (Decision.KEEP, Decision.HAND_OVER, Decision.TELL, Decision.EXCUSE)

REVIEW_KINDS: Mapping[ReviewKind, ReviewFacts] = OfAll(
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
"""Every kind of change."""

_URGENCY = {kind: place for place, kind in enumerate(ReviewKind)}
CONDUCTOR_KINDS = tuple(kind for kind, facts in REVIEW_KINDS.items() if facts.hides)
"""The kinds about who was to hold a conversation."""


@dataclass(frozen=True, slots=True)
class Review:
    """One change of one person in one push, with what is known beside it."""

    id: int
    kind: ReviewKind
    user_id: int
    login: str
    name: str
    push_id: int
    push: str
    status: Status
    planned_for: datetime | None
    """When the conversation is planned for; None where it is not."""
    conductor: str
    """Login of who holds or is to hold the conversation; empty where nobody was named."""
    conductor_name: str
    before: str
    """What it was: logins, an address, or a state; empty where there was nothing."""
    after: str
    """What it is, likewise; of a conductor who is none any more, the managers there are."""
    proposal: str
    """Login of the manager to whom the conversation could be handed over; empty: there is none."""
    proposal_name: str
    since: datetime
    by: str
    """Name of who changed it, or what did."""
    told_at: datetime | None = None
    """When the new managers were told without a decision (N16)."""

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What can be decided on it."""
        return self.kind.decisions


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Which changes a list shows."""

    text: str = ""
    kind: ReviewKind | None = None
    push_id: int | None = None
    where: Audience | None = None
    """Only changes of people in this audience (P13)."""
