"""Reasons why an action on a push or its users is not possible (P5, P9, P10, P15, C2).

Every function returns one sentence, or None if the action is possible.
"""

from zoneinfo import ZoneInfo

from studio_tui.domain.pushes.push import Assignment, Push, PushState, Status
from studio_tui.wording.pushes import status_in_words


def why_not_change(push: Push | None) -> str | None:
    """Return why a push cannot be changed, or None if it can."""
    if push is None:
        return "There is no push here."
    if push.state is PushState.CLOSED:
        return f"“{push.name}” is closed: reopen it first."
    return None


def why_not_reopen(push: Push | None) -> str | None:
    """Return why a push cannot be reopened, or None if it can."""
    if push is None:
        return "There is no push here."
    return None if push.state is PushState.CLOSED else f"“{push.name}” is not closed."


def why_not_remind(push: Push | None) -> str | None:
    """Return why no user of a push can be reminded, or None if reminders are possible."""
    if push is None:
        return "There is no push here."
    if push.state is PushState.OPEN:
        return None
    return f"“{push.name}” is {push.state}: only an open push reminds."


def why_not_held(push: Push, assignment: Assignment | None, zone: ZoneInfo) -> str | None:
    """Return why a conversation cannot be recorded as held, or None if it can."""
    if assignment is None:
        return "There is nobody here."
    if assignment.status is Status.DONE:
        return f"{assignment.name}: {status_in_words(assignment, zone)}."
    if assignment.status is not Status.IN_PROGRESS and (why := why_not_change(push)):
        return why
    if not assignment.managers:
        return f"{assignment.name} has no manager who could have held it."
    return None


def why_not_hand_over(push: Push, assignment: Assignment | None) -> str | None:
    """Return why a conversation cannot be handed over, or None if it can."""
    if assignment is None:
        return "There is nobody here."
    if assignment.status is Status.DONE:
        return f"The conversation with {assignment.name} has been held."
    if not assignment.managers:
        return f"{assignment.name} has no manager who could hold it."
    if push.state is PushState.SCHEDULED:
        return f"“{push.name}” is available from {push.available_from} on."
    return why_not_change(push)
