"""The model of a push report, to be written as Markdown, HTML or PDF (S2)."""

from studio_tui.domain.pushes.groups import PeopleGroup
from studio_tui.domain.pushes.push import STATUSES, Progress, Status
from studio_tui.domain.shared.dataclass import dataclass

DRAWN: tuple[Status, ...] = (
    *(status for status in tuple(STATUSES)[::-1] if status is not Status.EXCUSED),
    Status.EXCUSED,
)
"""Parts of a bar, in their order."""
SIGNS = "".join(STATUSES[status].sign for status in DRAWN)
"""Character that draws each part."""
COLOURS = tuple(STATUSES[status].colour for status in DRAWN)
"""Colour of each part, for formats with colours."""


def parts_of(whole: Progress | PeopleGroup) -> tuple[int, ...]:
    """Return the number of users in each status, in the order of a bar."""
    return tuple(getattr(whole, status) for status in DRAWN)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row of a section: text cells and a bar."""

    cells: tuple[str, ...]
    parts: tuple[int, ...]
    """Numbers of the bar, one for each part of `DRAWN`."""
    whole: int
    """The number that the full width of the bar represents."""


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A table with a bar in each row."""

    heading: str
    columns: tuple[str, ...]
    lines: tuple[ReportRow, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PushReport:
    """A complete push report."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[ReportSection, ...]
    legend: tuple[str, ...]
    """Name of each part of a bar."""
