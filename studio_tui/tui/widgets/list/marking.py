"""What marks do to a selection, and which of the rows that are loaded it holds."""

from typing import TypeVar

from studio_tui.domain.shared.list_source import Row
from studio_tui.domain.shared.selection import Selection
from studio_tui.tui.widgets.list.row_cache import Window

R = TypeVar("R", bound=Row)
F = TypeVar("F")

_FEW = 500
"""Rows that can be looked at one by one, to see whether all are marked."""


def is_marked(selection: Selection[F], window: Window[R, F], place: int) -> bool:
    """Whether ``selection`` holds the row at ``place``; False while that is not loaded."""
    row = window.row(place)
    return row is not None and selection.contains(
        row.id, lambda filter_: window.matches(place, filter_)
    )


def toggled(selection: Selection[F], window: Window[R, F], place: int) -> Selection[F] | None:
    """``selection`` with the row at ``place`` marked or unmarked; None while it is not loaded."""
    row = window.row(place)
    if row is None:
        return None
    marked = is_marked(selection, window, place)
    return selection.unmark((row.id,)) if marked else selection.mark((row.id,))


def toggled_all(selection: Selection[F], window: Window[R, F]) -> Selection[F]:
    """``selection`` with all that the window's filter matches; without, if it has all of them."""
    if _holds_all(selection, window):
        return selection.unmark_matching(window.filter)
    return selection.mark_matching(window.filter)


def _holds_all(selection: Selection[F], window: Window[R, F]) -> bool:
    last = selection.terms[-1] if selection.terms else None
    if last and last.filter == window.filter and last.marks and not last.unmarked:
        return True
    places = range(len(window))
    return 0 < len(places) <= _FEW and all(is_marked(selection, window, at) for at in places)
