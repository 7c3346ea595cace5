"""List cells for an assignment: one user in one push."""

from zoneinfo import ZoneInfo

from studio_tui.domain.pushes.push import Assignment, Status
from studio_tui.tui.widgets.list.columns import StyledText, Tone
from studio_tui.wording.pushes import attention_of, reminded_in_words, status_in_words


def status(assignment: Assignment, zone: ZoneInfo) -> str | StyledText:
    """Return the status cell, with the day of the conversation in ``zone``."""
    words = status_in_words(assignment, zone)
    if assignment.status is Status.DONE:
        return StyledText(words, Tone.GOOD)
    is_muted = assignment.status in (Status.NOT_PLANNED, Status.EXCUSED)
    return StyledText(words, Tone.MUTED) if is_muted else words


def flags(assignment: Assignment) -> StyledText:
    """Return the cell with the flags that need attention."""
    return StyledText(attention_of(assignment), Tone.BAD if assignment.flags else Tone.MUTED)


def reminded(assignment: Assignment, zone: ZoneInfo) -> StyledText:
    """Return the cell with the number of reminders and the time of the last one."""
    return StyledText(reminded_in_words(assignment, zone), Tone.MUTED)
