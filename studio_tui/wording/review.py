"""Texts about changes of people (U7)."""

from zoneinfo import ZoneInfo

from studio_tui.domain.people.review import GRACE_TIME, Decision, Review, ReviewKind
from studio_tui.domain.pushes.push import STATUSES, Status
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.wording.counting import counted


def change_in_words(of: Review) -> str:
    """Return the change: ``bob → dora``."""
    if of.kind is ReviewKind.JOINED:
        return f"in {of.after}" if of.after else ""
    return f"{of.before or 'nobody'} → {of.after or 'nobody'}"


def talk_in_words(of: Review, zone: ZoneInfo) -> str:
    """Return the status of the conversation: ``planned 2026-03-09 14:00, Bob Smith``."""
    words = STATUSES[of.status].label
    if of.planned_for is not None and of.status in (Status.PLANNED, Status.PREPARED):
        words += f" {of.planned_for.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"{words}, {of.conductor_name}" if of.conductor_name else words


_UNDONE = DefaultTable(
    {
        Decision.KEEP: "r brings back",
        # Sends no mail, so it is not undone with z but in the push, like any excuse.
        Decision.EXCUSE: "asked again in the push",
    },
    otherwise="z undo",
)
"""How to undo each decision."""


def decided_in_words(decision: Decision, number: int, waiting: int) -> str:
    """Return the message after a decision.

    For example ``3 changes: handed over (z undo); 1 still waiting.``
    """
    undone = _UNDONE[decision]
    more = f"; {waiting:,} still waiting" if waiting else ""
    return f"{counted(number, 'change')}: {decision.done} ({undone}){more}."


def changed_meanwhile_in_words(changes: int, *, remembered: bool) -> list[str]:
    """Return what changed for the people of a push while it was closed, as one sentence each."""
    said = []
    if changes:
        wait = "waits" if changes == 1 else "wait"
        said.append(f"{counted(changes, 'change')} of its people {wait} for a decision")
    if not remembered:
        said.append(
            f"It was closed for more than {GRACE_TIME.days} days: of its people only what changed "
            "before and from now on is listed"
        )
    return said
