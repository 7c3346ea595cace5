"""Working days of the demo, as offsets from its present day, and times of day."""

from datetime import datetime, time

from studio_tui.demo.story.constants import DEMO_NOW
from studio_tui.demo.story.organisation import day

MEETING_HOURS = (9, 10, 11, 13, 14, 15, 16)
"""Hours at which conversations begin."""
_SATURDAY = 5


def working_days(first: int, last: int) -> list[int]:
    """Return the offsets of the working days from ``first`` to ``last``, both included."""
    return [offset for offset in range(first, last + 1) if day(offset).weekday() < _SATURDAY]


def moment(offset: int, hour: int, minute: int = 0) -> datetime:
    """Return the instant on the day at ``offset``, in the time zone of the demo."""
    return datetime.combine(day(offset), time(hour, minute), tzinfo=DEMO_NOW.tzinfo)
