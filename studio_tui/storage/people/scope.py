"""The scope that limits an admin's sight (U12): its condition, and the checks that use it."""

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from typing import Any

from peewee import Select

from studio_tui.domain.people.scope import LIMITED_ROLES, NOT_ALONE, OUT_OF_SIGHT
from studio_tui.domain.shared.errors import Refused
from studio_tui.storage.engine.expressions import (
    EVERYBODY,
    ONE,
    C,
    U,
    among,
    both,
    count,
    every,
    named,
    stored,
)
from studio_tui.storage.engine.sight import OF_WHOLE_PUSH
from studio_tui.storage.engine.tables import (
    Activity,
    ActivityUser,
    AssignmentTable,
    TeamLeader,
    TeamMember,
    TeamTable,
    UserScope,
)
from studio_tui.storage.engine.unit import current_limit, unlimited_sight
from studio_tui.storage.people.managers import managed_by

_S: Any = UserScope
_LINE = every(Activity, "l")
_ABOUT = every(ActivityUser, "x")
_IN_PUSH = every(AssignmentTable, "x")
_TEAM = every(TeamTable, "t")
_MEMBER = every(TeamMember, "m")
_LEADER = every(TeamLeader, "m")
_BELOW = named("below", "b", "id")
_SEEN = U.select(U.id)
"""The users that this unit of work sees."""


def for_everybody() -> AbstractContextManager[None]:
    """Lift the limit of sight inside: the consequences of an act reach users beyond it."""
    return unlimited_sight()


def is_limited() -> bool:
    """Return whether this unit of work sees only a part of the organisation."""
    limit = current_limit()
    return limit is not None and limit.condition is not None


def whom_sees(user_id: int, *, and_own: bool) -> Any | None:
    """Return the condition of the users ``u`` that a user sees; None for all users.

    ``and_own`` includes the user themself, those they manage and those they share a conversation
    with.
    """
    found = _S.select(_S.kept).join(U, on=U.id == _S.user)
    kept = found.where(U.id == user_id, U.role.in_(LIMITED_ROLES)).scalar()
    if kept is None:
        return None
    # Most users see everything: do not make them wait for the audience modules to be imported.
    from studio_tui.storage.audiences.scopes import condition_of

    seen = condition_of(kept)
    if not and_own:
        return seen
    own = (
        (U.id == user_id)
        | U.id.in_(managed_by(user_id))
        | U.id.in_(C.select(C.user).where(C.conductor == user_id))
        | U.id.in_(C.select(C.conductor).where(C.user == user_id))
    )
    return seen | own


def count_within(condition: Any | None) -> int:
    """Return the number of active users within a condition; None for all."""
    return count(U.select().where(both(U.active, EVERYBODY if condition is None else condition)))


def require_within(lines: Iterable[int]) -> None:
    """Raise `Refused` if these new lines of activity reach beyond the sight of the unit of work.

    They do if they are about a user beyond it, or about a whole push that such a user is in.
    """
    if not is_limited():
        return
    written_now = among(_LINE.id, lines)
    about = Select((_LINE,), (ONE,)).join(_ABOUT, on=_ABOUT.activity_id == _LINE.id)
    if stored(about.where(written_now, _ABOUT.user_id.not_in(_SEEN)).limit(1)):
        raise Refused(OUT_OF_SIGHT)
    in_push = Select((_LINE,), (ONE,)).join(_IN_PUSH, on=_IN_PUSH.push_id == _LINE.push_id)
    shared = _LINE.action.in_(OF_WHOLE_PUSH) & _IN_PUSH.user_id.not_in(_SEEN)
    if stored(in_push.where(written_now, shared).limit(1)):
        raise Refused(NOT_ALONE)


def require_whole_teams(keys: Collection[str]) -> None:
    """Raise `Refused` if a user beyond the sight of the unit of work belongs to these teams.

    Teams below count as well: their leaders decide who manages that user.
    """
    if not keys or not is_limited():
        return
    wanted = Select((_TEAM,), (_TEAM.id,)).where(among(_TEAM.path_key, keys))
    lower = Select((_TEAM,), (_TEAM.id,)).join(_BELOW, on=_TEAM.parent_id == _BELOW.id)
    below = wanted.union(lower).cte("below", recursive=True, columns=("id",))
    members = Select((_MEMBER,), (_MEMBER.user_id, _MEMBER.team_id))
    people = members.union_all(Select((_LEADER,), (_LEADER.user_id, _LEADER.team_id))).alias("x")
    in_teams = people.c.team_id.in_(Select((_BELOW,), (_BELOW.id,)))
    beyond = Select((people,), (ONE,)).where(in_teams, people.c.user_id.not_in(_SEEN))
    if stored(beyond.limit(1).with_cte(below)):
        raise Refused(OUT_OF_SIGHT)
