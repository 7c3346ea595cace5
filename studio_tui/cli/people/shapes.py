"""The JSON of people and teams: part of the contract in ``docs/commands.md``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from studio_tui.cli.outbox import shapes as outbox_shapes
from studio_tui.cli.pushes import shapes as pushes_shapes
from studio_tui.cli.shared.contract import Shape
from studio_tui.cli.shared.times import iso
from studio_tui.domain.people.facts import fact_called
from studio_tui.domain.people.person_acts import EraseResult, MergeResult
from studio_tui.domain.people.retention import DueErasure
from studio_tui.domain.people.review import Review
from studio_tui.domain.people.scope import Scope
from studio_tui.domain.people.stand_ins import StandIn
from studio_tui.domain.people.teams import Team
from studio_tui.domain.people.users import User

if TYPE_CHECKING:
    # These modules write mail. Commands that show no mail do not import them.
    from studio_tui.services.people.by_hand import ActiveChanged, PersonEdited
    from studio_tui.services.people.retention import Retention
    from studio_tui.services.people.reviews import ReviewResult
    from studio_tui.services.people.teams import TeamChanged, TeamDetails
    from studio_tui.services.people.unattended import Result, WaitingImport
    from studio_tui.services.people.users import Involvement
    from studio_tui.services.system.context import Studio


def user(of: User) -> Shape:
    """Return the JSON of a user with all facts."""
    return {
        "login": of.login,
        "email": of.email,
        "name": of.name,
        **{each.name: _known(of, each.name) for each in fields(of) if each.name != "id"},
    }


def person_edited(studio: Studio, of: PersonEdited) -> Shape:
    """Return the JSON of a user who was added or edited by hand, with the changes (U8)."""
    return {
        **user(of.user),
        "changes": {
            change.field: {"before": change.before, "after": change.after} for change in of.changes
        },
        "becomes_admin": of.becomes_admin,
        "assigned": [pushes_shapes.assigned(studio, each) for each in of.assigned],
        "noticed": of.reviews_added,
    }


def active_changed(of: ActiveChanged) -> Shape:
    """Return the JSON of marking users as left or active (U8).

    Each user comes with their open pushes and the number of people they manage.
    """
    return {
        "users": [
            {
                "login": each.user.login,
                "name": each.user.name,
                "active": each.user.active,
                "pushes": list(each.pushes),
                "managed": each.managed,
            }
            for each in of.people
        ],
        "without_manager": of.unmanaged,
        "noticed": of.reviews_added,
    }


def team(of: Team) -> Shape:
    """Return the JSON of a team with the number of its people (U2)."""
    return {
        "name": of.name,
        "path": of.path,
        "parent": of.parent or None,
        "leaders": [leader.login for leader in of.leaders],
        "members": of.members,
        "people": of.people,
        "teams": of.below,
    }


def team_shown(of: TeamDetails) -> Shape:
    """Return the JSON of a team with its members and the teams directly below it."""
    return {
        **team(of.team),
        "users": [
            {"login": each.login, "name": each.name, "active": each.active} for each in of.members
        ],
        "below": [each.path for each in of.below],
    }


def team_changed(of: TeamChanged) -> Shape:
    """Return the JSON of a change of a team (U8).

    The team is as it is after the change, or before it if the team was removed. Further keys hold
    the earlier path and the number of people whose managers change.
    """
    known = of.after or of.before
    return {
        **(team(known) if known else {}),
        "before": of.before.path if of.before else None,
        "other_managers": of.other_managers,
        "noticed": of.reviews_added,
    }


def _known(of: User, name: str) -> Any:
    value = getattr(of, name)
    if name == "mail_bounced":
        return value
    return pushes_shapes.managers(value) if name == "managers" else fact_called(name).as_json(value)


def involvement(
    studio: Studio, of: Involvement, message_ids: dict[int, str], sight: Scope | None = None
) -> Shape:
    """Return the JSON of a user with their pushes and their mail (P16).

    ``scope`` is the audience to which the user's sight is limited, or null (U12).
    """
    return {
        **user(of.user),
        "scope": (sight.audience or None) if sight else None,
        "pushes": [
            pushes_shapes.conversation(studio, push, assignment) for push, assignment in of.pushes
        ],
        "notifications": [
            outbox_shapes.notification(studio, n, message_ids[n.id]) for n in of.notifications
        ],
    }


def scope(of: Scope) -> Shape:
    """Return the JSON of a user's sight (U12).

    ``scope`` is null for a user who sees the whole organisation.
    """
    return {
        "login": of.login,
        "name": of.name,
        "scope": of.audience or None,
        "seen": of.seen,
        "of": of.of,
    }


def stand_in(of: StandIn) -> Shape:
    """Return the JSON of a stand-in (U14)."""
    return {
        "leader": of.leader_login,
        "by": of.login,
        "name": of.name,
        "from": of.first_day.isoformat(),
        "until": of.last_day.isoformat(),
        "for": list(of.users),
    }


def review(studio: Studio, of: Review, *, is_tried: bool = False) -> Shape:
    """Return the JSON of a change of a user in a push that waits for a decision (U7).

    A change in a dry run has no id.
    """
    return {
        "id": None if is_tried else of.id,
        "kind": of.kind,
        "user": of.login,
        "push": of.push,
        "status": of.status,
        "planned_for": iso(studio, of.planned_for),
        "conductor": of.conductor or None,
        "before": of.before or None,
        "after": of.after or None,
        "proposal": of.proposal or None,
    }


def decided(studio: Studio, of: ReviewResult) -> Shape:
    """Return the JSON of the result of a decision on changes of people (U7)."""
    return {
        "decision": of.decision,
        "decided": list(of.ids),
        "already": sorted(of.before),
        "waiting": [each.id for each in of.left],
        "mails": of.mails,
        "mail_leaves_at": iso(studio, of.leaves_at),
    }


def nothing_decided() -> Shape:
    """Return the JSON of `decided` if there was nothing to decide."""
    return {
        "decision": None,
        "decided": [],
        "already": [],
        "waiting": [],
        "mails": 0,
        "mail_leaves_at": None,
    }


def unattended(of: Result) -> Shape:
    """Return the JSON of the result of an unattended import (U10).

    The plan is included unless the same file was imported before.
    """
    plan = of.plan.as_json() if of.plan else {}
    return {"outcome": of.outcome, "why": of.why or None, **plan}


def waiting_import(studio: Studio, of: WaitingImport) -> Shape:
    """Return the JSON of the import that waits, and of its plan (U10)."""
    waiting = {
        "file": of.last.name,
        "since": iso(studio, of.last.at),
        "by": of.last.by,
        "why": of.last.why,
        "changed_since": of.more,
    }
    return {"waiting": waiting, **of.plan.as_json()}


def nothing_waits() -> Shape:
    """Return the JSON that reports that no import waits."""
    return {"waiting": None}


def merged(of: MergeResult) -> Shape:
    """Return the JSON of merging two records of one person (U11)."""
    return {
        "kept": of.kept.login,
        "merged": of.other.login,
        "moved": {
            "pushes": of.moved.pushes,
            "conversations": of.moved.conversations,
            "mails": of.moved.mails,
            "keys": of.moved.keys,
            "teams": of.moved.teams,
            "coachings": of.moved.people,
        },
        "taken": list(of.taken),
        "notes": list(of.notes),
        "mails_dropped": of.dropped,
    }


def retention(of: Retention, erased: Sequence[EraseResult]) -> Shape:
    """Return the JSON of retention (U13): users past their time, soon past it, and erased."""
    return {
        "retention_months": of.months or None,
        "over": [_to_erase(each) for each in of.over],
        "soon": [_to_erase(each) for each in of.soon],
        "erased": [each.placeholder_login for each in erased],
    }


def _to_erase(of: DueErasure) -> Shape:
    return {
        "login": of.login,
        "name": of.name,
        "left_on": of.left_on.isoformat(),
        "erase_on": of.erase_on.isoformat(),
    }
