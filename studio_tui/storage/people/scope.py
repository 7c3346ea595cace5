"""To whom an admin's sight is limited (U12): keeping it, and what it comes to."""

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from typing import Any

from peewee import Select

from studio_tui.domain.people.scope import BEYOND, LIMITED_ROLES, NOT_ALONE
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
from studio_tui.storage.engine.unit import current_limit, whole
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
"""Whom the unit of work sees."""


def for_everybody() -> AbstractContextManager[None]:
    """What is done inside is done to whoever it concerns, seen or not: what follows from an act on
    those whom its actor sees."""
    return whole()


def is_limited() -> bool:
    """Whether this unit of work sees a part of the organisation alone."""
    limit = current_limit()
    return limit is not None and limit.condition is not None


def whom_sees(user_id: int, *, and_own: bool) -> Any | None:
    """The condition that holds of the users ``u`` whom somebody sees; None for everybody.

    ``and_own`` takes in themself, whom they manage and with whom they hold conversations.
    """
    found = _S.select(_S.kept).join(U, on=U.id == _S.user)
    kept = found.where(U.id == user_id, U.role.in_(LIMITED_ROLES)).scalar()
    if kept is None:
        return None
    # Most see everybody, and do not wait until what reads audiences is imported.
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
    """How many have not left of whom a condition holds; with None, of all."""
    return count(U.select().where(both(U.active, EVERYBODY if condition is None else condition)))


def require_within(lines: Iterable[int]) -> None:
    """Raise `Refused` where lines of activity of this unit of work are about somebody beyond whom
    it sees, or about a push as a whole that others are in: nothing of an act reaches beyond."""
    if not is_limited():
        return
    written_now = among(_LINE.id, lines)
    about = Select((_LINE,), (ONE,)).join(_ABOUT, on=_ABOUT.activity_id == _LINE.id)
    if stored(about.where(written_now, _ABOUT.user_id.not_in(_SEEN)).limit(1)):
        raise Refused(BEYOND)
    in_push = Select((_LINE,), (ONE,)).join(_IN_PUSH, on=_IN_PUSH.push_id == _LINE.push_id)
    shared = _LINE.action.in_(OF_WHOLE_PUSH) & _IN_PUSH.user_id.not_in(_SEEN)
    if stored(in_push.where(written_now, shared).limit(1)):
        raise Refused(NOT_ALONE)


def require_whole_teams(keys: Collection[str]) -> None:
    """Raise `Refused` where somebody beyond whom this unit of work sees is in one of the teams of
    these keys, or below: who leads it, they are asked by."""
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
        raise Refused(BEYOND)
