"""Texts for pushes and their users on several screens."""

from collections.abc import Iterable

from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.domain.outbox.notification import Notification
from studio_tui.wording.counting import counted

NOBODY_YET = "Nobody is in this push yet.\nPress A to assign users."
"""Displayed for a push without users."""
NOBODY_ANYWHERE = "Nobody is in an open push."
"""Displayed if no open push has users."""
_DONE, _OPEN = "█", "░"
_LONGEST_BAR, _SHORTEST_BAR = 8, 3


def bar(done: int, total: int, width: int) -> str:
    """Return a bar of ``width`` cells: full only if all are done, empty only if none are."""
    if not total:
        return ""
    cells = done * width // total
    if done and not cells:
        cells = 1
    return _DONE * cells + _OPEN * (width - cells)


def done_in_cells(done: int, total: int, width: int, *, drawn: bool = True) -> str:
    """Return ``██░░░░░░ 1/4`` in at most ``width`` cells, without the bar unless ``drawn``.

    Larger numbers shorten or omit the bar. If even they do not fit, the result is a percentage, so
    that no digit is cut off.
    """
    words = f"{done:,}/{total:,}"
    if len(words) > width:
        return f"{done * 100 // total}% of {total:,}"
    cells = min(_LONGEST_BAR, width - 1 - len(words))
    return f"{bar(done, total, cells)} {words}" if drawn and cells >= _SHORTEST_BAR else words


def managers_told(told: Iterable[Notification]) -> str:
    """Return the number of notified managers in words: ``2 managers``."""
    return counted(sum(each.capacity is Capacity.MANAGER for each in told), "manager")
