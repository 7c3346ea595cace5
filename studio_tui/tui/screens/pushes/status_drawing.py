"""How the statuses of people are drawn: by shape, by letter or word, and by colour."""

from collections.abc import Mapping

from studio_tui.domain.pushes.groups import PeopleGroup
from studio_tui.domain.pushes.push import Status
from studio_tui.domain.pushes.report import DRAWN, SIGNS, parts_of
from studio_tui.domain.shared.bars import cells_of
from studio_tui.tui.widgets.list.columns import Tone, Toned

SHAPES: Mapping[Status, str] = dict(zip(DRAWN, SIGNS, strict=True))
"""What a cell of each status is drawn with, as in a report."""
TONES: Mapping[Status, Tone] = {
    Status.DONE: Tone.GOOD,
    Status.IN_PROGRESS: Tone.MARK,
    Status.PREPARED: Tone.MARK,
    Status.PLANNED: Tone.MARK,
    Status.NOT_PLANNED: Tone.MUTED,
}
STYLES: Mapping[Status, str] = {
    Status.DONE: "$success",
    Status.IN_PROGRESS: "$key",
    Status.PREPARED: "$key",
    Status.PLANNED: "$key",
    Status.NOT_PLANNED: "$muted",
}
"""The same colours, for text."""


def row_bar(group: PeopleGroup, width: int) -> tuple[Toned, ...]:
    """The bar of a row: a cell for each person where there is room, else their shares of
    ``width`` cells."""
    cells = cells_of(parts_of(group), min(group.assigned, width))
    return tuple(
        Toned(SHAPES[status] * number, TONES[status])
        for status, number in zip(DRAWN, cells, strict=True)
        if number
    )
