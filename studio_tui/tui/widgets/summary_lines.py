"""What is drawn beside a list of a row: parts that several of them are made of (S6)."""

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual.content import Content

from studio_tui.domain.pushes.push import Assignment, Flag, Status
from studio_tui.domain.shared.enum_tables import OfSome
from studio_tui.tui.text import fit, line
from studio_tui.wording.pushes import attention_of, status_in_words

_STYLES = OfSome(
    {Status.DONE: "$success", Status.NOT_PLANNED: "$muted", Status.EXCUSED: "$muted"}, otherwise=""
)
_INDENT = "  "
_NAME = 24
"""Cells of a name at most, where something stands beside it."""


def group(heading: str, lines: Sequence[Content], none: str = "") -> Iterator[Content]:
    """``lines`` under a heading, after an empty line; where there are none, ``none`` or nothing."""
    if lines or none:
        yield Content("")
        yield Content.styled(heading.upper(), "$muted")
        yield from lines or [Content.styled(none, "$muted")]


def hanging(text: Content, width: int) -> Iterator[Content]:
    """``text`` in ``width`` cells, below and to the right of what it belongs to."""
    for part in text.wrap(max(width - len(_INDENT), 1)):
        yield Content(_INDENT) + part


def people(rows: Iterable[Assignment], zone: ZoneInfo, width: int) -> Iterator[Content]:
    """A line for each: the name, how far they are, and what needs attention."""
    yield from named([(row.name, assignment_progress(row, zone)) for row in rows], width)


def named(rows: Sequence[tuple[str, Content]], width: int) -> Iterator[Content]:
    """Names below each other, and beside each what is said of it."""
    longest = max((cell_len(line(name).plain) for name, _ in rows), default=0)
    room = min(longest, _NAME, max(width // 2, 1))
    for name, said in rows:
        beside = fit(name, room)
        for part in said.wrap(max(width - room - len(_INDENT), 1)):
            yield Content(beside + _INDENT) + part
            beside = " " * room


def assignment_progress(row: Assignment, zone: ZoneInfo) -> Content:
    """How far somebody is in a push, and what needs attention: ``planned 2026-03-12  overdue``."""
    words = line(status_in_words(row, zone), _STYLES[row.status])
    attention = attention_of(row)
    if not attention:
        return words
    urgent = "$error" if Flag.OVERDUE in row.flags else "$warning" if row.flags else "$muted"
    return Content.assemble(words, "  ", (attention, urgent))
