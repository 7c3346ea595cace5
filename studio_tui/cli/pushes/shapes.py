"""The JSON about pushes and who is in them: part of the contract in ``docs/commands.md``."""

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
from studio_tui.domain.pushes.groups import By, PeopleGroup
from studio_tui.domain.pushes.push import Assignment, Flag, Progress, Push, Skipped, Status
from studio_tui.domain.shared.clock import local_day

if TYPE_CHECKING:
    # A command that shows no mail does not wait for what writes it.
    from studio_tui.domain.audiences.audience import Audience
    from studio_tui.services.outbox.dry_run import DryRun
    from studio_tui.services.pushes.assign import Assigned, AssignPreview
    from studio_tui.services.pushes.excuse import ExcuseResult
    from studio_tui.services.pushes.push_reminders import Reminded, RemindPreview
    from studio_tui.services.pushes.pushes import Closed
    from studio_tui.services.pushes.repeats import RepeatDetails
    from studio_tui.services.system.context import Studio


def managers(of: Iterable[Manager]) -> list[Shape]:
    """The managers of a user, each with the reason (U4)."""
    return [{"login": manager.login, "reason": manager.reason} for manager in of]


def push_groups(push: Push | None, by: By, groups: Iterable[PeopleGroup]) -> Shape:
    """The people of a push, or where there is none of all open pushes, in groups, late first
    (S2)."""
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
    """A push with its progress."""
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
    """A push with its reminders, whom it is for, how it comes again, and everyone who is in it."""
    return {
        **push(of),
        "remind_before_days": of.reminders.before,
        "remind_after_days": of.reminders.after,
        "audience": str(audience) if audience else None,
        "repeats": repeating(comes_again, studio.today()),
        "users": [assigned_user(studio, assignment) for assignment in assignments],
    }


def repeating(of: RepeatDetails | None, today: date) -> Shape | None:
    """How a push comes again, and when within a year (P17); None where it does not."""
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
    """What happens on a day in a push (P17)."""
    return {
        "day": of.day.isoformat(),
        "kind": of.kind,
        "push": of.push or None,
        "count": of.count,
    }


def progress(of: Progress) -> Shape:
    """How far a push is: a number of users each."""
    counts = asdict(of)
    # Those done who have left are for the screen's second bar; `done` holds them too.
    del counts["done_left"]
    return counts


def assigned_user(studio: Studio, of: Assignment) -> Shape:
    """One user in a push (P8): all that its table shows, and the day for programs."""
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
    """Why somebody is excused, and until when they have (P18)."""
    return {
        "excuse": of.excuse or None,
        "deadline": of.deadline.isoformat() if of.deadline else None,
    }


def conversation(studio: Studio, push_name: str, of: Assignment) -> Shape:
    """One user's conversation in a push."""
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
    """What needs attention, always in the same order; and whether somebody is excused, for who
    reads the flags alone."""
    excused = [str(Status.EXCUSED)] if of.status is Status.EXCUSED else []
    return [str(flag) for flag in Flag if flag in of.flags] + excused


def assign_preview(
    studio: Studio, to: Push, of: AssignPreview, run: DryRun, skipped: Iterable[Skipped]
) -> Shape:
    """What assigning would do (P14)."""
    return {
        "push": to.name,
        "adding": of.adding,
        "already": of.already,
        "left": of.left,
        "without_manager": [{"login": u.login, "name": u.name} for u in of.without_manager],
        "managers": of.managers,
        "leaves_at": iso(studio, of.leaves_at),
        **outbox_shapes.tried(studio, run, skipped),
    }


def remind_preview(
    studio: Studio, of: Push, preview: RemindPreview, run: DryRun, skipped: Iterable[Skipped]
) -> Shape:
    """What reminding would do (P14)."""
    return {
        "push": of.name,
        "reminding": preview.reminding,
        "done": preview.done,
        "left": preview.left,
        "recently": preview.recently_count,
        "excused": preview.excused,
        "managers": run.managers_told,
        **outbox_shapes.tried(studio, run, skipped),
    }


def close_preview(
    studio: Studio,
    of: Push,
    dropped: Iterable[Notification],
    run: DryRun,
    skipped: Iterable[Skipped],
) -> Shape:
    """What closing would do (P14)."""
    return {
        "push": of.name,
        "assigned": of.progress.assigned,
        "done": of.progress.done,
        "dropped": [{"id": each.id, **outbox_shapes.told(studio, each)} for each in dropped],
        **outbox_shapes.tried(studio, run, skipped),
    }


def reminded(studio: Studio, push: Push, of: Reminded) -> Shape:
    """What reminding did."""
    return {
        "push": push.name,
        "users_told": of.users_told,
        "managers_told": of.managers_told,
        "leaves_at": iso(studio, of.leaves_at),
    }


def excepted(studio: Studio, of: ExcuseResult) -> Shape:
    """What excusing or another deadline did (P18)."""
    return {
        "push": of.push.name,
        "changed": of.changed,
        "users_told": of.users_told,
        "managers_told": of.managers_told,
        "leaves_at": iso(studio, of.leaves_at),
    }


def excepted_preview(
    studio: Studio, of: ExcuseResult, run: DryRun, skipped: Iterable[Skipped]
) -> Shape:
    """What excusing or another deadline would do (P14)."""
    told = outbox_shapes.tried(studio, run, skipped)
    return {"push": of.push.name, "changed": of.changed, **told}


def nobody_told(push: Push, *counts: str) -> Shape:
    """What `assigned` and `reminded` tell where there was nobody to tell; ``counts`` are the
    other names that count."""
    return {
        "push": push.name,
        **dict.fromkeys(counts, 0),
        "users_told": 0,
        "managers_told": 0,
        "leaves_at": None,
    }


def closed(of: Closed, push: Push) -> Shape:
    """What closing did to ``push``, as it is now."""
    return {
        "push": push.name,
        "assigned": push.progress.assigned,
        "done": push.progress.done,
        "dropped": of.dropped,
        "cancelled": of.cancelled,
    }


def assigned(studio: Studio, of: Assigned) -> Shape:
    """What assigning did."""
    return {
        "push": of.push.name,
        "added": of.added,
        "users_told": of.users_told,
        "managers_told": of.managers_told,
        "leaves_at": iso(studio, of.leaves_at),
    }
