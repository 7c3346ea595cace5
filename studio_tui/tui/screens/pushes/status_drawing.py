"""The drawing of statuses: as a shape, as a letter or word, and as a colour."""

from collections.abc import Iterator, Mapping

from textual.content import Content

from studio_tui.domain.pushes.groups import PeopleGroup
from studio_tui.domain.pushes.push import STATUSES, Progress, Status
from studio_tui.domain.pushes.report import DRAWN, parts_of
from studio_tui.domain.shared.bars import cells_of
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.tui.widgets.list.columns import StyledText, Tone
from studio_tui.wording.pushes import STATUS_LABELS

SHAPES: Mapping[Status, str] = {status: facts.sign for status, facts in STATUSES.items()}
"""The character of a bar cell for each status, the same as in reports."""
TONES: Mapping[Status, Tone] = {status: Tone(facts.tone) for status, facts in STATUSES.items()}
_COLOURS = DefaultTable(
    {Tone.GOOD: "$success", Tone.MARK: "$key", Tone.WARN: "$warning"}, otherwise="$muted"
)
STYLES: Mapping[Status, str] = {status: _COLOURS[tone] for status, tone in TONES.items()}
"""The text style of each status, with the same colours as `TONES`."""


def bar_of(whole: Progress | PeopleGroup, width: int) -> Content:
    """Return a bar of ``width`` cells with the share of each status."""
    cells = zip(DRAWN, cells_of(parts_of(whole), width), strict=True)
    return Content.assemble(
        *((SHAPES[status] * number, STYLES[status]) for status, number in cells)
    )


def legend_of(whole: Progress | PeopleGroup) -> Iterator[Content]:
    """Yield a line with the count of each status that occurs."""
    for status, number in zip(DRAWN, parts_of(whole), strict=True):
        if number:
            words = f" {STATUS_LABELS[status]} {number:,}"
            yield Content.assemble((SHAPES[status], STYLES[status]), words)


def row_bar(group: PeopleGroup, width: int) -> tuple[StyledText, ...]:
    """Return the bar of a list row.

    It has one cell for each person or, if there are more than ``width``, their shares.
    """
    cells = cells_of(parts_of(group), min(group.assigned, width))
    return tuple(
        StyledText(SHAPES[status] * number, TONES[status])
        for status, number in zip(DRAWN, cells, strict=True)
        if number
    )
