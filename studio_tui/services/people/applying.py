"""Writing a change of people: what an import and an edit by hand have in common (U6, U8).

Whatever changes users or teams goes through `apply_change`, inside an open unit of work. What has
to follow from such a change is done there, and so follows from all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Actor
from studio_tui.services.people.noticing import Noticing
from studio_tui.services.pushes.audiences import join_audiences
from studio_tui.services.pushes.pushes import cause_of
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.outbox import invitations
from studio_tui.storage.people import retention
from studio_tui.storage.people.import_write import Counted, NewTeam, Write, write
from studio_tui.storage.people.review_read import count_caused_by
from studio_tui.storage.people.scope import for_everybody, is_limited, require_within
from studio_tui.storage.people.teams import TeamMove, move_team, remove_team

Told = Callable[[], Mapping[str, Any] | None]
"""What the activity tells of the Studio, asked for when everything is written."""


def _nothing_told() -> None:
    return None


@dataclass(frozen=True, slots=True)
class PeopleChange:
    """Users and teams as they are to be."""

    verb: Verb
    subject: str
    """What the line of activity is about."""
    writes: Sequence[Write] = ()
    teams: Sequence[NewTeam] = ()
    """Teams to be made, parents first."""
    moved: Sequence[TeamMove] = ()
    """Teams that get another name or place, before anybody is written. ``writes`` are then of
    everybody in them, by their new names."""
    removed: Sequence[int] = ()
    """Teams, by id, that are empty."""
    before: Mapping[str, Any] | None = None
    after: Told = field(default=_nothing_told)


@dataclass(frozen=True, slots=True)
class Applied:
    """What was written."""

    line: int
    """The line of activity."""
    told: int
    """How many invitations go to a new address, or are taken back at the old one (C5)."""
    noticed: int
    """How many lines of the desk of changes wait because of it (U7)."""


def apply_change(
    studio: Studio, actor: Actor, change: PeopleChange, counted: Counted = iter
) -> Applied:
    """Write ``change`` and its line of activity; ``counted`` tells how far it is.

    What follows from it for others is written down whoever they are; what it changes itself has to
    be within whom the actor sees, before and after (U12), or it is refused.
    """
    limited = is_limited()
    with for_everybody():
        applied = _applied(studio, actor, change, counted)
        by_hand = None if change.verb is Verb.IMPORT else applied.line
        join_audiences(studio, limited=limited, by=by_hand)
        if applied.noticed:
            # Of two lines about one conversation the more urgent waits, and whoever came into a
            # push by its audience waits for nothing.
            applied = replace(applied, noticed=count_caused_by(applied.line))
    require_within([applied.line])
    return applied


def _applied(studio: Studio, actor: Actor, change: PeopleChange, counted: Counted) -> Applied:
    noticing = Noticing(studio, change.writes, [move.team_id for move in change.moved])
    for move in change.moved:
        move_team(move)
    written = write(change.teams, change.writes, counted)
    if any(_comes_or_goes(one) for one in change.writes):
        retention.keep_leaving(written, studio.now())
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
    noticed = noticing.record(studio, line)
    # Whoever has another address is invited there, and no longer at the old one (C5).
    return Applied(line, invitations.follow_addresses(cause_of(studio, line)), noticed)


def _comes_or_goes(one: Write) -> bool:
    was_there = one.before is not None and one.before.active
    return was_there is not one.after.active
