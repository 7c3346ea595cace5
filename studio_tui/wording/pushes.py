"""Texts about pushes and their users (P5, P8, P15)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from studio_tui.domain.pushes.check import CheckKind, PushWarning
from studio_tui.domain.pushes.groups import GroupBy, PeopleGroup
from studio_tui.domain.pushes.push import (
    STATUSES,
    Assignment,
    Flag,
    Progress,
    Push,
    PushState,
    Reminders,
    Status,
)
from studio_tui.domain.shared.clock import local_day
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.wording.counting import counted

STATE_LABELS: Mapping[PushState, str] = {state: str(state) for state in PushState}
"""Labels of the states of a push (P5)."""
STATUS_LABELS: Mapping[Status, str] = {each: facts.label for each, facts in STATUSES.items()}
"""Labels of the statuses of an assignment (P8)."""
FLAG_LABELS: Mapping[Flag, str] = {flag: flag.label for flag in Flag}
"""Labels of the flags of an assignment, in the order of display (P8)."""


def state_in_words(push: Push) -> str:
    """Return the state, and whether the push is overdue: ``open, overdue``."""
    label = STATE_LABELS[push.state]
    return f"{label}, {FLAG_LABELS[Flag.OVERDUE]}" if push.overdue else label


def flags_in_words(flags: Collection[Flag]) -> str:
    """Return the flags in their fixed order: ``overdue, no manager``."""
    return ", ".join(label for flag, label in FLAG_LABELS.items() if flag in flags)


def attention_of(assignment: Assignment) -> str:
    """Return the flags of a user and their own deadline: ``no manager, until 2026-04-15`` (P18).

    The deadline is shown only if it is later than that of the push.
    """
    longer = f"until {assignment.deadline}" if assignment.has_longer else ""
    return ", ".join(filter(None, (flags_in_words(assignment.flags), longer)))


def status_in_words(assignment: Assignment, zone: ZoneInfo) -> str:
    """Return the status with its day in ``zone`` and the conductor (P8, P10).

    For example ``planned 2026-03-12 with Bob Smith`` or ``held 2026-03-03 by Bob Smith``.
    """
    words = [STATUS_LABELS[assignment.status]]
    if assignment.status is Status.EXCUSED:
        return _excused_in_words(assignment, zone)
    if assignment.status_at is not None:
        words.append(local_day(assignment.status_at, zone).isoformat())
    if assignment.conductor:
        words.append(
            f"{'by' if assignment.status is Status.DONE else 'with'} {assignment.conductor}"
        )
    return " ".join(words)


def _excused_in_words(assignment: Assignment, zone: ZoneInfo) -> str:
    """Return ``excused: parental leave, planned 2026-03-12``.

    A planned conversation stays planned when the user is excused (P18).
    """
    words = STATUS_LABELS[assignment.status]
    if assignment.excuse:
        words += f": {assignment.excuse}"
    if assignment.status_at is not None:
        words += f", {STATUS_LABELS[Status.PLANNED]} {local_day(assignment.status_at, zone)}"
    return words


def reminded_in_words(assignment: Assignment, zone: ZoneInfo) -> str:
    """Return the number of reminders and the day of the last one: ``2× · 2026-03-12`` (P15)."""
    if not assignment.reminders or assignment.reminded_at is None:
        return ""
    return f"{assignment.reminders:,}× · {local_day(assignment.reminded_at, zone)}"


def progress_in_words(progress: Progress) -> str:
    """Return ``12 of 40 held (30%)``, and the same without users who left if there are any (P8)."""
    if not progress.assigned:
        return "nobody assigned yet"
    words = _share(progress.done, progress.assigned, f" {STATUS_LABELS[Status.DONE]}")
    if progress.left:
        stayed = progress.assigned - progress.left
        words += f" · without the {progress.left:,} who left: "
        words += _share(progress.done - progress.done_left, stayed, "")
    if progress.excused:
        words += f" · {progress.excused:,} {STATUS_LABELS[Status.EXCUSED]}"
    return words


def attention_in_words(progress: Progress) -> str:
    """Return the numbers that need attention: ``3 overdue · 1 left``; empty if all are 0."""
    numbers = {flag: getattr(progress, flag, None) for flag in Flag}
    return " · ".join(
        f"{number:,} {FLAG_LABELS[flag]}" for flag, number in numbers.items() if number
    )


def group_in_words(by: GroupBy, group: PeopleGroup) -> str:
    """Return the name of a group; ``no manager`` for the group of people without one (S2)."""
    return group.name or f"no {by}"


def still_in_words(still: int, deadline: date, today: date) -> str:
    """Return how many are still to hold and the time left: ``5 in 15 days``, ``5, 3 days late``."""
    days = (deadline - today).days
    if days < 0:
        return f"{still:,}, {counted(-days, 'day')} late"
    return f"{still:,} by tonight" if not days else f"{still:,} in {counted(days, 'day')}"


def group_still_in_words(group: PeopleGroup, today: date) -> str:
    """Return how many a group still has to hold by its nearest deadline: ``5 in 15 days``.

    ``5: 2 in 15 days`` if only some of them have that deadline; empty if all are held.
    """
    if group.deadline is None:
        return ""
    nearest = still_in_words(group.due, group.deadline, today)
    return nearest if group.due == group.still else f"{group.still:,}: {nearest}"


def checks_in_brief(warned: Iterable[PushWarning]) -> str:
    """Return the warnings in short form: ``2 bad addresses · deadline on a weekend`` (P19).

    Leaves out people without a manager, whom the screen shows elsewhere.
    """
    return " · ".join(
        f"{each.count:,} {_BRIEF[each.kind]}" if each.users else _BRIEF[each.kind]
        for each in warned
        if _BRIEF[each.kind]
    )


def checks_in_words(warned: Iterable[PushWarning]) -> str:
    """Return a paragraph for each warning, with the logins concerned (P19)."""
    paragraphs = []
    for each in warned:
        more = each.count - len(each.users)
        who = ", ".join(each.users) + (f" and {more:,} more" if each.users and more > 0 else "")
        paragraphs.append(f"{each.words}\n    {who}" if who else each.words)
    return "\n\n".join(paragraphs)


_BRIEF: DefaultTable[CheckKind, str] = DefaultTable(
    {
        CheckKind.NO_ADDRESS: "without a good address",
        CheckKind.OTHER_PUSH: "in another push",
        CheckKind.DEADLINE_WEEKEND: "deadline on a weekend",
        CheckKind.MANAGER_LOAD: "with too many talks",
        CheckKind.NIGHT_MAIL: "where it is night",
    },
    "",
)
"""Short forms of the warnings; empty for those that the screen shows elsewhere."""


def _share(done: int, total: int, held: str) -> str:
    percent = f" ({done * 100 // total}%)" if total else ""
    return f"{done:,} of {total:,}{held}{percent}"


def reminders_in_words(reminders: Reminders) -> str:
    """Return ``7 and 1 days before the deadline, 3 days after it``; ``none`` if there are none."""
    parts = [f"{_days_in_words(reminders.before)} before the deadline"] if reminders.before else []
    if reminders.after:
        parts.append(f"{_days_in_words(reminders.after)} after {'it' if parts else 'the deadline'}")
    return ", ".join(parts) or "none"


def _days_in_words(days: tuple[int, ...]) -> str:
    return " and ".join(map(str, days)) + (" day" if days == (1,) else " days")
