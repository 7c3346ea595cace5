"""The acts that send mail: what each is called, and by what command it is done (P14, N5).

Whoever does one of them can see before who gets what, and can take it back until its first mail
leaves. A test looks for both in every act of the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from studio_tui.domain.people.access import Action


class Act(StrEnum):
    """Something people do that sends mail; the value is what the activity calls it."""

    ASSIGN = "assigned users"
    REMIND = "reminded users"
    EDIT = "edited push"
    CLOSE = "closed push"
    REOPEN = "reopened push"
    HAND_OVER = "handed over conversation"
    PLAN = "planned conversation"
    MOVE = "moved conversation"
    CANCEL = "cancelled conversation"
    RETRY = "retried mail"
    SEND_AGAIN = "sent mail again"


@dataclass(frozen=True, slots=True)
class ActFacts:
    """What there is to know about an act."""

    command: str
    """By which it is done in a shell, and tried with ``--dry-run``."""
    needs: Action | None = None
    """The right it takes, and so undoing it; None: who did it undoes it."""
    many: str = ""
    """How it is told of how many users, as in “12 users assigned to”; empty: see ``one``."""
    one: str = ""
    """How it is told of what it was done to."""
    undone: bool = True
    """Whether it is taken back as a whole; mail that is only sent once more is dropped instead."""


ACTS: Mapping[Act, ActFacts] = {
    Act.ASSIGN: ActFacts("pushes assign", Action.ASSIGN, many="assigned to"),
    Act.REMIND: ActFacts("pushes remind", Action.REMIND, many="reminded of"),
    Act.EDIT: ActFacts("pushes edit", Action.EDIT_PUSHES, one="changed"),
    Act.CLOSE: ActFacts("pushes close", Action.EDIT_PUSHES, one="closed"),
    Act.REOPEN: ActFacts("pushes reopen", Action.EDIT_PUSHES, one="reopened"),
    Act.HAND_OVER: ActFacts("conversations hand-over", one="conversation handed over"),
    Act.PLAN: ActFacts("conversations plan", one="conversation planned"),
    Act.MOVE: ActFacts("conversations move", one="conversation moved"),
    Act.CANCEL: ActFacts("conversations cancel", one="conversation cancelled"),
    Act.RETRY: ActFacts("outbox retry", Action.SEND_AGAIN, undone=False),
    Act.SEND_AGAIN: ActFacts("outbox again", Action.SEND_AGAIN, undone=False),
}
UNDOABLE: tuple[Act, ...] = tuple(act for act, facts in ACTS.items() if facts.undone)
"""The acts that are taken back as a whole."""
