"""What screens draw of pushes and of who is in them."""

from collections.abc import Iterable

from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.domain.outbox.notification import Notification
from studio_tui.wording.counting import counted

NOBODY_YET = "Nobody is in this push yet.\nPress A to assign users."
"""What is shown of a push without users."""
NOBODY_ANYWHERE = "Nobody is in an open push."
"""The same of all open pushes."""
_DONE, _OPEN = "█", "░"
_LONGEST_BAR, _SHORTEST_BAR = 8, 3


def bar(done: int, total: int, width: int) -> str:
    """A bar of ``width`` cells: full only when all are done, empty only when nobody is."""
    if not total:
        return ""
    cells = done * width // total
    if done and not cells:
        cells = 1
    return _DONE * cells + _OPEN * (width - cells)


def done_in_cells(done: int, total: int, width: int, *, drawn: bool = True) -> str:
    """``██░░░░░░ 1/4`` in at most ``width`` cells: of many with a shorter bar, of very many without
    one, and of a million in percent, so that no digit is cut off. Unless ``drawn``, without one."""
    words = f"{done:,}/{total:,}"
    if len(words) > width:
        return f"{done * 100 // total}% of {total:,}"
    cells = min(_LONGEST_BAR, width - 1 - len(words))
    return f"{bar(done, total, cells)} {words}" if drawn and cells >= _SHORTEST_BAR else words


def managers_told(told: Iterable[Notification]) -> str:
    """``2 managers``: how many of those told are told as a manager."""
    return counted(sum(each.capacity is Capacity.MANAGER for each in told), "manager")
