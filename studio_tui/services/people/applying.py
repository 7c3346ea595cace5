"""Writing of changes to users and teams, shared by imports and edits by hand (U6, U8).

Every change to users or teams goes through `apply_change`, inside an open unit of work. All
consequences of a change are handled there, so that no caller can miss one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.services.people.change_detector import ChangeDetector
from studio_tui.services.pushes.audiences import join_audiences
from studio_tui.services.pushes.pushes import cause_of
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.outbox import invitations
from studio_tui.storage.people import retention
from studio_tui.storage.people.import_write import NewTeam, ProgressIterator, Write, write
from studio_tui.storage.people.review_read import count_caused_by
from studio_tui.storage.people.scope import for_everybody, is_limited, require_within
from studio_tui.storage.people.teams import TeamMove, move_team, remove_team

AfterState = Callable[[], Mapping[str, Any] | None]
"""A callback that returns the state to record in the activity; called after everything is written.
"""


def _no_state() -> None:
    return None


@dataclass(frozen=True, slots=True)
class PeopleChange:
    """The users and teams to write."""

    verb: Verb
    subject: str
    """The subject of the line of activity."""
    writes: Sequence[Write] = ()
    teams: Sequence[NewTeam] = ()
    """Teams to create, parents first."""
    moved: Sequence[TeamMove] = ()
    """Teams to rename or move before any user is written. ``writes`` then cover all members of
    these teams and use the new names."""
    removed: Sequence[int] = ()
    """Ids of empty teams to delete."""
    before: Mapping[str, Any] | None = None
    after: AfterState = field(default=_no_state)


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """The result of a change."""

    line: int
    """Id of the line of activity."""
    reinvited: int
    """Number of invitations sent to a new address or withdrawn from an old one (C5)."""
    reviews_added: int
    """Number of lines that the change added to the desk of changes (U7)."""


def apply_change(
    studio: Studio, actor: Actor, change: PeopleChange, counted: ProgressIterator = iter
) -> ApplyResult:
    """Write ``change`` and its line of activity; ``counted`` reports progress.

    The consequences for other users are written even if the actor does not see these users. Raises
    `Refused` if the change itself reaches beyond the actor's sight, before or after it (U12).
    """
    limited = is_limited()
    with for_everybody():
        applied = _applied(studio, actor, change, counted)
        by_hand = None if change.verb is Verb.IMPORT else applied.line
        join_audiences(studio, limited=limited, by=by_hand)
        if applied.reviews_added:
            # Of two lines about one conversation only the more urgent one waits, and a user who
            # joined a push through its audience needs no line. Count again.
            applied = replace(applied, reviews_added=count_caused_by(applied.line))
    require_within([applied.line])
    return applied


def _applied(
    studio: Studio, actor: Actor, change: PeopleChange, counted: ProgressIterator
) -> ApplyResult:
    detector = ChangeDetector(studio, change.writes, [move.team_id for move in change.moved])
    for move in change.moved:
        move_team(move)
    written = write(change.teams, change.writes, counted)
    if any(_changes_active(one) for one in change.writes):
        retention.record_leaving(written, studio.now())
    for team_id in change.removed:
        remove_team(team_id)
    line = write_activity(
        actor,
        studio.now(),
        change.verb,
        change.subject,
        before=change.before,
        after=change.after(),
    )
    about_users(line, written)
    reviews_added = detector.record(studio, line)
    # Users with a new address are invited there, and the invitation to the old one is withdrawn
    # (C5).
    return ApplyResult(line, invitations.follow_addresses(cause_of(studio, line)), reviews_added)


def _changes_active(one: Write) -> bool:
    was_there = one.before is not None and one.before.active
    return was_there is not one.after.active
