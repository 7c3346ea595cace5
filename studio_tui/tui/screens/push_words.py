"""What screens say of pushes and of who is in them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from studio_tui.domain.clock import local_day
from studio_tui.domain.notifications import Capacity, Notification
from studio_tui.domain.pushes import Assignment, Flag, Progress, Push, Status
from studio_tui.domain.users import Manager
from studio_tui.tui.modals.choose import Choice
from studio_tui.tui.moments import day

_STATUS = {
    Status.NOT_PLANNED: "not planned",
    Status.PLANNED: "planned",
    Status.PREPARED: "prepared",
    Status.IN_PROGRESS: "in progress",
    Status.DONE: "held",
}
_FLAG = {
    Flag.OVERDUE: "overdue",
    Flag.NO_MANAGER: "no manager",
    Flag.LEFT: "left",
    Flag.MAIL_FAILED: "mail failed",
}
_DONE, _OPEN = "█", "░"
_LONGEST_BAR, _SHORTEST_BAR = 8, 3


def counted(number: int, one: str, many: str) -> str:
    """``1 user``, ``1,200 users``."""
    return f"{number:,} {one if number == 1 else many}"


def status_name(status: Status) -> str:
    """A status as people read it."""
    return _STATUS[status]


def flag_name(flag: Flag) -> str:
    """A flag as people read it."""
    return _FLAG[flag]


def flags_in_words(flags: Collection[Flag]) -> str:
    """The flags, always in the same order."""
    return ", ".join(name for flag, name in _FLAG.items() if flag in flags)


def status_in_words(assignment: Assignment, zone: ZoneInfo) -> str:
    """``planned 2026-03-12``, ``held 2026-03-03 by Bob Smith``: days in ``zone`` (P8)."""
    words = [_STATUS[assignment.status]]
    if assignment.status_at is not None:
        words.append(day(local_day(assignment.status_at, zone)))
    if assignment.status is Status.DONE and assignment.conductor:
        words.append(f"by {assignment.conductor}")
    return " ".join(words)


def state_in_words(push: Push) -> str:
    """The state, and whether the push is overdue."""
    return f"{push.state}, overdue" if push.overdue else str(push.state)


def bar(done: int, total: int, width: int) -> str:
    """A bar of ``width`` cells: full only when all are done, empty only when nobody is."""
    if not total:
        return ""
    cells = done * width // total
    if done and not cells:
        cells = 1
    return _DONE * cells + _OPEN * (width - cells)


def done_in_cells(done: int, total: int, width: int) -> str:
    """``██░░░░░░ 1/4`` in at most ``width`` cells: of many with a shorter bar, of very many without
    one, and of a million in percent, so that no digit is cut off."""
    words = f"{done:,}/{total:,}"
    if len(words) > width:
        return f"{done * 100 // total}% of {total:,}"
    cells = min(_LONGEST_BAR, width - 1 - len(words))
    return f"{bar(done, total, cells)} {words}" if cells >= _SHORTEST_BAR else words


def done_of_all(progress: Progress) -> str:
    """``12 of 40 held (30%)``, and the same without those who left where there are any (P8)."""
    if not progress.assigned:
        return "nobody assigned yet"
    words = _share(progress.done, progress.assigned, " held")
    if progress.left:
        stayed = progress.assigned - progress.left
        words += f" · without the {progress.left:,} who left: "
        words += _share(progress.done - progress.done_left, stayed, "")
    return words


def attention(progress: Progress) -> str:
    """What needs attention, in numbers; empty where nothing does."""
    numbers = {
        Flag.OVERDUE: progress.overdue,
        Flag.NO_MANAGER: progress.no_manager,
        Flag.LEFT: progress.left,
    }
    return " · ".join(f"{number:,} {_FLAG[flag]}" for flag, number in numbers.items() if number)


def manager_choice(manager: Manager) -> Choice[str]:
    """A manager to choose, by login, with why they are one (U4)."""
    return Choice(manager.login, manager.name, manager.reason)


def managers_told(told: Iterable[Notification]) -> str:
    """``2 managers``: how many of those told are told as a manager."""
    number = sum(each.capacity is Capacity.MANAGER for each in told)
    return counted(number, "manager", "managers")


def reminded_in_words(assignment: Assignment, zone: ZoneInfo) -> str:
    """``2× · 2026-03-12``: how many times somebody was reminded, and last on which day (P15)."""
    if not assignment.reminders or assignment.reminded_at is None:
        return ""
    return f"{assignment.reminders:,}× · {day(local_day(assignment.reminded_at, zone))}"


def when_mail_leaves(leaves_at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """``at 11:02 (Europe/Brussels)``, with the day where that is not today."""
    local = leaves_at.astimezone(zone)
    at = f"at {local:%H:%M} ({zone.key})"
    same_day = local_day(leaves_at, zone) == local_day(now, zone)
    return at if same_day else f"on {day(local.date())} {at}"


def _share(done: int, total: int, held: str) -> str:
    percent = f" ({done * 100 // total}%)" if total else ""
    return f"{done:,} of {total:,}{held}{percent}"
