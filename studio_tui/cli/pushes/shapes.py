"""The JSON of pushes and the users in them: part of the contract in ``docs/commands.md``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from studio_tui.cli.outbox import shapes as outbox_shapes
from studio_tui.cli.shared.contract import Shape
from studio_tui.cli.shared.times import iso
from studio_tui.domain.outbox.notification import Notification
from studio_tui.domain.people.users import Manager
from studio_tui.domain.pushes.calendar import CalendarEntry
from studio_tui.domain.pushes.groups import GroupBy, PeopleGroup
from studio_tui.domain.pushes.push import Assignment, Flag, Progress, Push, SkippedPerson, Status
from studio_tui.domain.shared.clock import local_day

if TYPE_CHECKING:
    # These modules write mail. Commands that show no mail do not import them.
    from studio_tui.domain.audiences.audience import Audience
    from studio_tui.services.outbox.dry_run import DryRun
    from studio_tui.services.pushes.assign import AssignPreview, AssignResult
    from studio_tui.services.pushes.excuse import ExcuseResult
    from studio_tui.services.pushes.push_reminders import RemindPreview, RemindResult
    from studio_tui.services.pushes.pushes import PushCloseResult
    from studio_tui.services.pushes.repeats import RepeatDetails
    from studio_tui.services.system.context import Studio


def managers(of: Iterable[Manager]) -> list[Shape]:
    """Return the JSON of the managers of a user, each with the reason (U4)."""
    return [{"login": manager.login, "reason": manager.reason} for manager in of]


def push_groups(push: Push | None, by: GroupBy, groups: Iterable[PeopleGroup]) -> Shape:
    """Return the JSON of the people of ``push`` in groups, late groups first (S2).

    If ``push`` is None, the groups are of all open pushes.
    """
    return {
        "push": push.name if push else None,
        "by": by,
        "groups": [
            {
                "name": each.name,
                "login": each.login,
                "assigned": each.assigned,
                **{str(s): getattr(each, s) for s in Status if s is not Status.EXCUSED},
                "overdue": each.overdue,
                "excused": each.excused,
            }
            for each in groups
        ],
    }


def push(of: Push) -> Shape:
    """Return the JSON of a push with its progress."""
    return {
        "name": of.name,
        "template": of.template.name,
        "state": of.state,
        "overdue": of.overdue,
        "available_from": of.available_from.isoformat(),
        "deadline": of.deadline.isoformat(),
        "progress": progress(of.progress),
    }


def whole_push(
    studio: Studio,
    of: Push,
    assignments: Iterable[Assignment],
    comes_again: RepeatDetails | None,
    audience: Audience | None,
) -> Shape:
    """Return the JSON of a push with its reminders, audience, repeats and users."""
    return {
        **push(of),
        "remind_before_days": of.reminders.before,
        "remind_after_days": of.reminders.after,
        "audience": str(audience) if audience else None,
        "repeats": repeating(comes_again, studio.today()),
        "users": [assigned_user(studio, assignment) for assignment in assignments],
    }


def repeating(of: RepeatDetails | None, today: date) -> Shape | None:
    """Return the JSON of the repeats of a push within a year (P17); None if it does not repeat."""
    if of is None:
        return None
    repeat, coming = of.repeat, of.repeat.next(today)
    return {
        "every": str(repeat.every) if repeat.every else None,
        "after_hire_days": repeat.after_days,
        "until": repeat.until.isoformat() if repeat.until else None,
        "latest": of.latest,
        "next": coming.first.isoformat() if coming else None,
        "coming": [
            {
                "day": each.first.isoformat(),
                "deadline": each.deadline.isoformat(),
                "skipped": each.number in repeat.skipped,
            }
            for each in of.coming
        ],
    }


def calendar_entry(of: CalendarEntry) -> Shape:
    """Return the JSON of one event of a push on a day (P17)."""
    return {
        "day": of.day.isoformat(),
        "kind": of.kind,
        "push": of.push or None,
        "count": of.count,
    }


def progress(of: Progress) -> Shape:
    """Return the JSON of the progress of a push, which is a number of users for each state."""
    counts = asdict(of)
    # `done` includes users who held the conversation and left. Only a screen shows these apart.
    del counts["done_left"]
    return counts


def assigned_user(studio: Studio, of: Assignment) -> Shape:
    """Return the JSON of a user in a push (P8): the columns of the table, and days for programs."""
    on = local_day(of.status_at, studio.zone).isoformat() if of.status_at else None
    return {
        "login": of.login,
        "name": of.name,
        "email": of.email,
        "status": of.status,
        "status_at": iso(studio, of.status_at),
        "planned_on": on if of.status is Status.PLANNED else None,
        "held_on": on if of.status is Status.DONE else None,
        "conductor": of.conductor or None,
        "conversation": of.conversation_id,
        "flags": flags(of),
        "overdue": Flag.OVERDUE in of.flags,
        "mail_failed": Flag.MAIL_FAILED in of.flags,
        "mail_bounced": Flag.MAIL_BOUNCED in of.flags,
        "managers": managers(of.managers),
        "reminders": of.reminders,
        "reminded_at": iso(studio, of.reminded_at),
        **_exceptions(of),
    }


def _exceptions(of: Assignment) -> Shape:
    """Return the reason for an excuse, and the user's own deadline (P18)."""
    return {
        "excuse": of.excuse or None,
        "deadline": of.deadline.isoformat() if of.deadline else None,
    }


def conversation(studio: Studio, push_name: str, of: Assignment) -> Shape:
    """Return the JSON of a user's conversation in a push."""
    return {
        "push": push_name,
        "login": of.login,
        "name": of.name,
        "status": of.status,
        "status_at": iso(studio, of.status_at),
        "flags": flags(of),
        "conductor": of.conductor or None,
        "managers": managers(of.managers),
        "reminders": of.reminders,
        "reminded_at": iso(studio, of.reminded_at),
        **_exceptions(of),
    }


def flags(of: Assignment) -> list[str]:
    """Return the flags of a user in a fixed order.

    ``excused`` is one of them, for programs that read only the flags.
    """
    excused = [str(Status.EXCUSED)] if of.status is Status.EXCUSED else []
    return [str(flag) for flag in Flag if flag in of.flags] + excused


def assign_preview(
    studio: Studio, to: Push, of: AssignPreview, run: DryRun, skipped: Iterable[SkippedPerson]
) -> Shape:
    """Return the JSON of a dry run of assigning (P14)."""
    return {
        "push": to.name,
        "adding": of.adding,
        "already": of.already,
        "left": of.left,
        "without_manager": [{"login": u.login, "name": u.name} for u in of.without_manager],
        "managers": of.managers,
        "leaves_at": iso(studio, of.leaves_at),
        **outbox_shapes.dry_run(studio, run, skipped),
    }


def remind_preview(
    studio: Studio, of: Push, preview: RemindPreview, run: DryRun, skipped: Iterable[SkippedPerson]
) -> Shape:
    """Return the JSON of a dry run of reminding (P14)."""
    return {
        "push": of.name,
        "reminding": preview.reminding,
        "done": preview.done,
        "left": preview.left,
        "recently": preview.recently_count,
        "excused": preview.excused,
        "managers": run.managers_told,
        **outbox_shapes.dry_run(studio, run, skipped),
    }


def close_preview(
    studio: Studio,
    of: Push,
    dropped: Iterable[Notification],
    run: DryRun,
    skipped: Iterable[SkippedPerson],
) -> Shape:
    """Return the JSON of a dry run of closing (P14)."""
    return {
        "push": of.name,
        "assigned": of.progress.assigned,
        "done": of.progress.done,
        "dropped": [
            {"id": each.id, **outbox_shapes.dry_run_mail(studio, each)} for each in dropped
        ],
        **outbox_shapes.dry_run(studio, run, skipped),
    }


def reminded(studio: Studio, push: Push, of: RemindResult) -> Shape:
    """Return the JSON of the result of reminding."""
    return {
        "push": push.name,
        "users_told": of.users_told,
        "managers_told": of.managers_told,
        "leaves_at": iso(studio, of.leaves_at),
    }


def excuse_result(studio: Studio, of: ExcuseResult) -> Shape:
    """Return the JSON of the result of excusing users or changing their own deadline (P18)."""
    return {
        "push": of.push.name,
        "changed": of.changed,
        "users_told": of.users_told,
        "managers_told": of.managers_told,
        "leaves_at": iso(studio, of.leaves_at),
    }


def excuse_preview(
    studio: Studio, of: ExcuseResult, run: DryRun, skipped: Iterable[SkippedPerson]
) -> Shape:
    """Return the JSON of a dry run of excusing users or changing their own deadline (P14)."""
    told = outbox_shapes.dry_run(studio, run, skipped)
    return {"push": of.push.name, "changed": of.changed, **told}


def nobody_told(push: Push, *counts: str) -> Shape:
    """Return the JSON of an act that told nobody, with the keys of `assigned` or `reminded`.

    ``counts`` are the names of further numbers, which are 0.
    """
    return {
        "push": push.name,
        **dict.fromkeys(counts, 0),
        "users_told": 0,
        "managers_told": 0,
        "leaves_at": None,
    }


def closed(of: PushCloseResult, push: Push) -> Shape:
    """Return the JSON of the result of closing. ``push`` is the push after closing."""
    return {
        "push": push.name,
        "assigned": push.progress.assigned,
        "done": push.progress.done,
        "dropped": of.dropped,
        "cancelled": of.cancelled,
    }


def assigned(studio: Studio, of: AssignResult) -> Shape:
    """Return the JSON of the result of assigning."""
    return {
        "push": of.push.name,
        "added": of.added,
        "users_told": of.users_told,
        "managers_told": of.managers_told,
        "leaves_at": iso(studio, of.leaves_at),
    }
