"""Building blocks of the detail panes next to lists (S6)."""

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual.content import Content

from studio_tui.domain.pushes.push import Assignment, Flag, Status
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.tui.text import fit, line
from studio_tui.wording.pushes import attention_of, status_in_words

_STYLES = DefaultTable(
    {Status.DONE: "$success", Status.NOT_PLANNED: "$muted", Status.EXCUSED: "$muted"}, otherwise=""
)
_INDENT = "  "
_NAME = 24
"""Maximum width of a name in cells if text stands next to it."""


def group(heading: str, lines: Sequence[Content], none: str = "") -> Iterator[Content]:
    """Yield ``lines`` under a heading, after an empty line.

    If there are no lines, yield ``none`` instead, or nothing if it is empty.
    """
    if lines or none:
        yield Content("")
        yield Content.styled(heading.upper(), "$muted")
        yield from lines or [Content.styled(none, "$muted")]


def hanging(text: Content, width: int) -> Iterator[Content]:
    """Yield ``text`` wrapped to ``width`` cells and indented below the line it belongs to."""
    for part in text.wrap(max(width - len(_INDENT), 1)):
        yield Content(_INDENT) + part


def people(rows: Iterable[Assignment], zone: ZoneInfo, width: int) -> Iterator[Content]:
    """Yield the name, the progress and the need for attention of each assignment."""
    yield from named([(row.name, assignment_progress(row, zone)) for row in rows], width)


def named(rows: Sequence[tuple[str, Content]], width: int) -> Iterator[Content]:
    """Yield names below each other, each with its text next to it."""
    longest = max((cell_len(line(name).plain) for name, _ in rows), default=0)
    room = min(longest, _NAME, max(width // 2, 1))
    for name, said in rows:
        beside = fit(name, room)
        for part in said.wrap(max(width - room - len(_INDENT), 1)):
            yield Content(beside + _INDENT) + part
            beside = " " * room


def assignment_progress(row: Assignment, zone: ZoneInfo) -> Content:
    """Return the progress of an assignment and its need for attention.

    For example ``planned 2026-03-12  overdue``.
    """
    words = line(status_in_words(row, zone), _STYLES[row.status])
    attention = attention_of(row)
    if not attention:
        return words
    urgent = "$error" if Flag.OVERDUE in row.flags else "$warning" if row.flags else "$muted"
    return Content.assemble(words, "  ", (attention, urgent))
