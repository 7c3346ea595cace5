"""The shapes of the JSON that commands print: the contract in ``docs/commands.md``.

Names are those of SPEC in snake_case, days ``YYYY-MM-DD``, instants ISO 8601 with the offset of the
organisation's zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from studio_tui.cli.times import iso
from studio_tui.domain.notifications import Notification
from studio_tui.domain.pushes import Assignment, Flag, Progress, Push
from studio_tui.domain.templates import Template
from studio_tui.domain.users import Manager, User

if TYPE_CHECKING:
    # A command that shows no mail does not wait for what writes it.
    from studio_tui.services.activity import ActivityLine
    from studio_tui.services.assigning import Assigned, AssignPreview
    from studio_tui.services.context import Studio
    from studio_tui.services.outbox import ReadMail
    from studio_tui.services.users import Involvement

CONTRACT = 1
"""The version of the contract: raised when a key goes, is renamed or means something else."""

Shape = dict[str, Any]


def user(of: User) -> Shape:
    """A user."""
    return {
        "login": of.login,
        "email": of.email,
        "name": of.name,
        "given_name": of.given_name,
        "family_name": of.family_name,
        "language": of.language,
        "time_zone": of.time_zone,
        "role": of.role,
        "department": of.department,
        "hired_on": of.hired_on.isoformat() if of.hired_on else None,
        "active": of.active,
        "groups": of.groups,
        "teams": of.teams,
        "leads": of.leads,
        "coaches": of.coaches,
        "managers": managers(of.managers),
    }


def involvement(studio: Studio, of: Involvement, message_ids: dict[int, str]) -> Shape:
    """A user, the pushes they are in and the mail they were sent (P16)."""
    return {
        **user(of.user),
        "pushes": [conversation(studio, push, assignment) for push, assignment in of.pushes],
        "notifications": [notification(studio, n, message_ids[n.id]) for n in of.notifications],
    }


def managers(of: Iterable[Manager]) -> list[Shape]:
    """The managers of a user, each with the reason (U4)."""
    return [{"login": manager.login, "reason": manager.reason} for manager in of]


def template(of: Template) -> Shape:
    """A template, without its steps."""
    definition = of.definition
    return {
        "name": of.name,
        "description": definition.description,
        "planning": definition.planning,
        "questions": definition.questions,
        "question_count": definition.question_count(),
        "permissions": asdict(definition.permissions),
        "viewing": asdict(definition.viewing),
        "archived": of.archived,
        "pushes": of.pushes,
    }


def whole_template(of: Template) -> Shape:
    """A template with its steps."""
    return {**template(of), "steps": [asdict(step) for step in of.definition.steps]}


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


def whole_push(of: Push, assignments: Iterable[Assignment]) -> Shape:
    """A push with everyone who is in it."""
    return {**push(of), "users": [assigned_user(assignment) for assignment in assignments]}


def progress(of: Progress) -> Shape:
    """How far a push is: a number of users each."""
    counts = asdict(of)
    # Those done who have left are for the screen's second bar; `done` holds them too.
    del counts["done_left"]
    return counts


def assigned_user(of: Assignment) -> Shape:
    """One user in a push (P8)."""
    return {
        "login": of.login,
        "name": of.name,
        "status": of.status,
        "flags": flags(of),
        "managers": managers(of.managers),
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
    }


def flags(of: Assignment) -> list[Flag]:
    """What needs attention, always in the same order."""
    return [flag for flag in Flag if flag in of.flags]


def assign_preview(studio: Studio, to: Push, of: AssignPreview) -> Shape:
    """What assigning would do (P14)."""
    return {
        "push": to.name,
        "adding": of.adding,
        "already": of.already,
        "left": of.left,
        "without_manager": [{"login": u.login, "name": u.name} for u in of.without_manager],
        "managers": of.managers,
        "leaves_at": iso(studio, of.leaves_at),
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


def notification(studio: Studio, of: Notification, message_id: str) -> Shape:
    """One row of the outbox (N10)."""
    return {
        "id": of.id,
        "kind": of.kind,
        "state": of.state,
        "to": of.to,
        "recipient": of.recipient,
        "push": of.push,
        "about": of.about,
        "message_id": message_id,
        "due_at": iso(studio, of.due_at),
        "attempts": of.attempts,
        "sent_at": iso(studio, of.sent_at),
        "error": of.error,
    }


def mail(studio: Studio, of: ReadMail) -> Shape:
    """A mail as the recipient got it, or as it would go now."""
    return {
        **notification(studio, of.notification, of.message_id),
        "from": of.sender,
        "date": of.date or None,
        "subject": of.subject,
        "plain": of.plain,
        "html": of.html,
    }


def activity(studio: Studio, of: ActivityLine) -> Shape:
    """One line of activity (A3)."""
    return {
        "id": of.id,
        "at": iso(studio, of.at),
        "actor": of.actor,
        "action": of.action,
        "subject": of.subject,
        "users": of.users,
        "before": of.before,
        "after": of.after,
    }
