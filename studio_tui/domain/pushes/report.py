"""A report on a push, to be written as Markdown, HTML or PDF (S2)."""

from studio_tui.domain.pushes.groups import PeopleGroup
from studio_tui.domain.pushes.push import STATUSES, Progress, Status
from studio_tui.domain.shared.dataclass import dataclass

DRAWN: tuple[Status, ...] = (
    *(status for status in tuple(STATUSES)[::-1] if status is not Status.EXCUSED),
    Status.EXCUSED,
)
"""The parts of a bar, in their order."""
SIGNS = "".join(STATUSES[status].sign for status in DRAWN)
"""What each part is drawn with."""
COLOURS = tuple(STATUSES[status].colour for status in DRAWN)
"""The colour of each part, where there are colours."""


def parts_of(whole: Progress | PeopleGroup) -> tuple[int, ...]:
    """How many are in each status, in the order of a bar."""
    return tuple(getattr(whole, status) for status in DRAWN)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line of a section: cells of text, and a bar."""

    cells: tuple[str, ...]
    parts: tuple[int, ...]
    """The numbers of the bar, as many as there are `DRAWN`."""
    whole: int
    """The number that the whole width of the bar stands for."""


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A table with a bar in each line."""

    heading: str
    columns: tuple[str, ...]
    lines: tuple[ReportRow, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PushReport:
    """All of it."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[ReportSection, ...]
    legend: tuple[str, ...]
    """What each part of a bar is."""
