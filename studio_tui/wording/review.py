"""Changes of people in words (U7)."""

from zoneinfo import ZoneInfo

from studio_tui.domain.people.review import Decision, Review, ReviewKind
from studio_tui.domain.pushes.push import STATUSES, Status
from studio_tui.wording.counting import counted


def change_in_words(of: Review) -> str:
    """From what to what: ``bob → dora``."""
    if of.kind is ReviewKind.JOINED:
        return f"in {of.after}" if of.after else ""
    return f"{of.before or 'nobody'} → {of.after or 'nobody'}"


def talk_in_words(of: Review, zone: ZoneInfo) -> str:
    """How far the conversation is: ``planned 2026-03-09 14:00, Bob Smith``."""
    words = STATUSES[of.status].label
    if of.planned_for is not None and of.status in (Status.PLANNED, Status.PREPARED):
        words += f" {of.planned_for.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"{words}, {of.conductor_name}" if of.conductor_name else words


def decided_in_words(decision: Decision, number: int, waiting: int) -> str:
    """``3 changes: handed over (z undo); 1 goes on waiting.``"""
    undone = "r brings back" if decision is Decision.KEEP else "z undo"
    more = f"; {waiting:,} still waiting" if waiting else ""
    return f"{counted(number, 'change')}: {decision.done} ({undone}){more}."
