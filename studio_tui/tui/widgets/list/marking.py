"""Marking of rows: changes of a selection, and which loaded rows it contains."""

from typing import TypeVar

from studio_tui.domain.shared.list_source import Row
from studio_tui.domain.shared.selection import Selection
from studio_tui.tui.widgets.list.row_cache import RowWindow

R = TypeVar("R", bound=Row)
F = TypeVar("F")

_FEW = 500
"""Maximum number of rows that are checked one by one for being marked."""


def is_marked(selection: Selection[F], window: RowWindow[R, F], place: int) -> bool:
    """Return whether ``selection`` contains the row at ``place``; False if it is not loaded."""
    row = window.row(place)
    return row is not None and selection.contains(
        row.id, lambda filter_: window.matches(place, filter_)
    )


def toggled(selection: Selection[F], window: RowWindow[R, F], place: int) -> Selection[F] | None:
    """Return ``selection`` with the row at ``place`` toggled; None if it is not loaded."""
    row = window.row(place)
    if row is None:
        return None
    marked = is_marked(selection, window, place)
    return selection.unmark((row.id,)) if marked else selection.mark((row.id,))


def toggled_all(selection: Selection[F], window: RowWindow[R, F]) -> Selection[F]:
    """Return ``selection`` with all rows of the filter marked; unmarked if all are marked."""
    if _holds_all(selection, window):
        return selection.unmark_matching(window.filter)
    return selection.mark_matching(window.filter)


def _holds_all(selection: Selection[F], window: RowWindow[R, F]) -> bool:
    last = selection.terms[-1] if selection.terms else None
    if last and last.filter == window.filter and last.marks and not last.unmarked:
        return True
    places = range(len(window))
    return 0 < len(places) <= _FEW and all(is_marked(selection, window, at) for at in places)
