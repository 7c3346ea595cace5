"""What lists show of somebody in a push."""

from zoneinfo import ZoneInfo

from studio_tui.domain.pushes.push import Assignment, Status
from studio_tui.tui.widgets.list.columns import Tone, Toned
from studio_tui.wording.pushes import attention_of, reminded_in_words, status_in_words


def status(assignment: Assignment, zone: ZoneInfo) -> str | Toned:
    """How far it is, with the day in ``zone``."""
    words = status_in_words(assignment, zone)
    if assignment.status is Status.DONE:
        return Toned(words, Tone.GOOD)
    is_muted = assignment.status in (Status.NOT_PLANNED, Status.EXCUSED)
    return Toned(words, Tone.MUTED) if is_muted else words


def flags(assignment: Assignment) -> Toned:
    """What needs attention."""
    return Toned(attention_of(assignment), Tone.BAD if assignment.flags else Tone.MUTED)


def reminded(assignment: Assignment, zone: ZoneInfo) -> Toned:
    """How often and when they were reminded."""
    return Toned(reminded_in_words(assignment, zone), Tone.MUTED)
