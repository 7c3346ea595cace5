"""The table of people in groups that several commands print (S2)."""

from collections.abc import Sequence

from studio_tui.cli.pushes import shapes as pushes_shapes
from studio_tui.cli.shared.output import write_json, write_table
from studio_tui.domain.pushes.groups import GroupBy, PeopleGroup
from studio_tui.domain.pushes.push import Push
from studio_tui.services.system.context import Studio
from studio_tui.wording.pushes import group_in_words, group_still_in_words

_HEADINGS = (
    *("Overdue", "Held", "Not planned", "Planned", "In progress", "Excused"),
    "Still to hold",
)


def show_groups(
    studio: Studio,
    by: GroupBy,
    found: Sequence[PeopleGroup],
    push: Push | None = None,
    *,
    as_json: bool,
) -> None:
    """Print ``found``, the groups of ``push``, or of all open pushes if ``push`` is None."""
    if as_json:
        write_json(pushes_shapes.push_groups(push, by, found))
        return
    login = ("Login",) if by is GroupBy.MANAGER else ()
    nobody = (
        "Nobody is assigned. “studio-tui pushes assign PUSH LOGIN…” does it."
        if push
        else "Nobody is in an open push."
    )
    rows = (_row(studio, by, group) for group in found)
    write_table((by.capitalize(), *login, *_HEADINGS), rows, nobody)


def _row(studio: Studio, by: GroupBy, group: PeopleGroup) -> tuple[str, ...]:
    return (
        group_in_words(by, group),
        *((group.login or "",) if by is GroupBy.MANAGER else ()),
        str(group.overdue or ""),
        f"{group.done}/{group.assigned}",
        str(group.not_planned or ""),
        str(group.planned + group.prepared or ""),
        str(group.in_progress or ""),
        str(group.excused or ""),
        group_still_in_words(group, studio.today()),
    )
