"""Who manages whom, in SQL, for any number of users at once (U4).

The teams of a user are those they are a member or a leader of. If a user is the only leader of a
team, the search goes on in its parent, and so on upward, until another leader is found.

Peewee's builder takes longer to write these common table expressions than SQLite takes to run them,
and every page of a list needs them: they are built once as `CachedFragment`.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Case, Cast, NodeList, Select, fn

from studio_tui.domain.people.users import Manager, full_name
from studio_tui.storage.engine.expressions import (
    ONE,
    A,
    U,
    every,
    exists,
    named,
    stored,
)
from studio_tui.storage.engine.prepared import CachedFragment, Prepared, among_given, given
from studio_tui.storage.engine.tables import (
    CoachingTable,
    EveryUser,
    TeamLeader,
    TeamMember,
    TeamTable,
    UserTable,
)
from studio_tui.storage.people.stand_ins import stand_in_pairs, with_stand_ins

_USERS: Any = UserTable
_B: Any = UserTable.alias("manager")
_M: Any = TeamMember.alias("m")
_T: Any = TeamTable.alias("t")
_V: Any = EveryUser.alias("v")
_L = every(TeamLeader, "l")
_C = every(TeamLeader, "c")
_K = every(CoachingTable, "k")
_TEAM = every(TeamTable, "t")
PEOPLE = named("people", "p", "user_id")
"""The users whose managers `managing` selects."""
_OWN = named("own", "c", "user_id", "team_id")
_ABOVE = named("above", "c", "user_id", "team_id")
MANAGING = named("managing", "g", "user_id", "manager_id", "team_id")
"""Who manages whom, one row for each reason; ``team_id`` is null for a coach."""


def _led_by_others(member: Any) -> Any:
    """Select the active leaders of the team in a row, without the user of that row."""
    leaders = Select((_L,), (ONE,)).join(_V, on=_V.id == _L.user_id)
    return leaders.where(_L.team_id == member.team_id, _L.user_id != member.user_id, _V.active)


def _team_above(member: Any, found: Any) -> Any:
    """Select the team above the one that a user leads alone."""
    above = found.join(_T, on=_T.id == member.team_id)
    return above.where(_T.parent.is_null(False), ~exists(_led_by_others(member)))


def _leaders_of(teams: Any) -> Any:
    """Select the active leaders of the teams of users, without the users themselves."""
    found = Select((teams,), (teams.user_id, _L.user_id, teams.team_id))
    others = (_L.team_id == teams.team_id) & (_L.user_id != teams.user_id)
    return found.join(_L, on=others).join(_V, on=(_V.id == _L.user_id) & _V.active)


def _expressions() -> Any:
    member = Select((_M,), (_M.user, _M.team)).join(PEOPLE, on=PEOPLE.user_id == _M.user)
    leading = Select((_L,), (_L.user_id, _L.team_id))
    own = member.union_all(leading.join(PEOPLE, on=PEOPLE.user_id == _L.user_id))
    alone = Select((_C,), (_C.user_id, _T.parent))
    first = _team_above(_C, alone.join(PEOPLE, on=PEOPLE.user_id == _C.user_id))
    above = first.union(_team_above(_ABOVE, Select((_ABOVE,), (_ABOVE.user_id, _T.parent))))
    coaches = (
        Select((_K,), (_K.user_id, _K.coach_id, SQL("NULL")))
        .join(PEOPLE, on=PEOPLE.user_id == _K.user_id)
        .join(_V, on=(_V.id == _K.coach_id) & _V.active)
        .where(_K.coach_id != _K.user_id)
    )
    managing = _leaders_of(_OWN).union(_leaders_of(_ABOVE)).union(coaches)
    return NodeList(
        (
            own.cte("own", columns=("user_id", "team_id")),
            above.cte("above", columns=("user_id", "team_id")),
            managing.cte("managing", columns=("user_id", "manager_id", "team_id")),
        ),
        glue=", ",
    )


_EXPRESSIONS = CachedFragment(_expressions)


def managing(people: Any, query: Any, *more: Any) -> Any:
    """Return ``query`` with the common table expressions that define `MANAGING`.

    ``people`` is a query of one column, the ids of the users whose managers are wanted. ``more``
    are further expressions, which may use `MANAGING` too. Users who have left manage nobody.
    """
    return query.with_cte(people.cte("people", columns=("user_id",)), _EXPRESSIONS, *more)


def unmanaged(people: Any) -> Any:
    """Return a query of one column, ``user_id``: those of ``people`` who have no manager."""
    # Nearly everybody has a leader or coach directly: for them the tree of teams is not searched.
    asked = _USERS.select(_USERS.id).where(_USERS.id.in_(people)).alias("asked")
    likely = Select((asked,), (asked.c.id,)).where(_WITHOUT_DIRECT_MANAGER)
    # PostgreSQL plans NOT IN badly and compares everybody with everybody.
    everybody = Select((PEOPLE,), (PEOPLE.user_id,))
    alone = everybody - Select((MANAGING,), (MANAGING.user_id,))
    return _managing(likely, alone, "user_id")


def _managing(people: Any, compound: Any, *columns: str) -> Any:
    """Return `managing` for a compound query, wrapped in a subquery.

    Otherwise Peewee puts its parentheses behind ``WITH`` when it is part of another query.
    """
    found = compound.alias("found")
    return managing(people, Select((found,), [getattr(found.c, column) for column in columns]))


def _direct_leaders(user: Any) -> Any:
    """Select the active leaders of a user's own teams, without that user."""
    leaders = Select((_M,)).join(_L, on=_L.team_id == _M.team)
    there = leaders.join(_V, on=(_V.id == _L.user_id) & _V.active)
    return there.where(_M.user == user, _L.user_id != user)


def _without_direct_manager() -> Any:
    asked = named("asked", "asked", "id")
    coaches = (
        Select((_K,))
        .join(_V, on=(_V.id == _K.coach_id) & _V.active)
        .where(_K.user_id == asked.id, _K.coach_id != _K.user_id)
    )
    return ~exists(_direct_leaders(asked.id)) & ~exists(coaches)


_WITHOUT_DIRECT_MANAGER = CachedFragment(_without_direct_manager)


def pairs(people: Any, *, stand_ins: bool = True) -> Any:
    """Return a query of distinct ``user_id, manager_id`` pairs of ``people``.

    ``stand_ins`` includes those who stand in for a manager today (U14).
    """
    found = Select((MANAGING,), (MANAGING.user_id, MANAGING.manager_id)).distinct()
    standing = stand_in_pairs(MANAGING) if stand_ins else None
    if standing is None:
        return managing(people, found)
    return _managing(people, found | standing, "user_id", "manager_id")


def manager_counts(people: Any) -> Any:
    """Return a query of ``user_id, number`` of managers. Users without managers are left out."""
    found = pairs(people).alias("x")
    number = fn.COUNT(found.c.manager_id).alias("number")
    return Select((found,), (found.c.user_id, number)).group_by(found.c.user_id)


def first_managers(people: Any) -> Any:
    """Return a query of ``user_id, name``: the first manager of each of ``people``, if any.

    ``name`` is the text by which users are sorted.
    """
    found = pairs(people).alias("x")
    of_user = _B.select(found.c.user_id, fn.MIN(_B.sort_name).alias("name"))
    return of_user.join(found, on=found.c.manager_id == _B.id).group_by(found.c.user_id)


def managers_by_user(people: Any) -> dict[int, frozenset[int]]:
    """Return the ids of the managers of each of ``people`` who has any."""
    found = defaultdict[int, set[int]](set)
    for user_id, manager_id in stored(pairs(people)):
        found[user_id].add(manager_id)
    return {user_id: frozenset(ids) for user_id, ids in found.items()}


def managers_of(user_ids: list[int], *, stand_ins: bool = True) -> dict[int, tuple[Manager, ...]]:
    """Return the managers of each user, each manager once with all reasons (U4).

    ``stand_ins`` includes those who stand in for one of them today (U14).
    """
    found: dict[int, dict[int, tuple[str, str, list[str]]]] = {}
    for row in _MANAGERS.rows(ids=sorted(user_ids)):
        reason = "coach" if row.team is None else f"leads {row.team}"
        known = found.setdefault(row.user_id, {}).setdefault(
            row.manager_id, (row.login, full_name(row.given_name, row.family_name), [])
        )
        known[2].append(reason)
    managers = {
        user_id: tuple(
            Manager(manager_id, login, name, ", ".join(reasons))
            for manager_id, (login, name, reasons) in each.items()
        )
        for user_id, each in found.items()
    }
    return with_stand_ins(managers) if stand_ins else managers


class _ManagerRow(NamedTuple):
    user_id: int
    manager_id: int
    login: str
    given_name: str
    family_name: str
    team: str | None


def _managers() -> Any:
    found = (
        Select(
            (MANAGING,),
            (MANAGING.user_id, _V.id, _V.login, _V.given_name, _V.family_name, _TEAM.name),
        )
        .join(_V, on=_V.id == MANAGING.manager_id)
        .join(_TEAM, JOIN.LEFT_OUTER, on=_TEAM.id == MANAGING.team_id)
    )
    coaches_last = Case(None, ((_TEAM.id.is_null(), 1),), 0)
    in_order = found.order_by(MANAGING.user_id, _V.sort_name, _V.id, coaches_last, _TEAM.path_key)
    return managing(_USERS.select(_USERS.id).where(among_given(_USERS.id, "ids")), in_order)


_MANAGERS = Prepared(_ManagerRow, _managers)


def _managing_one(user: Any) -> Any:
    """Select the managers of one user, whose id is given as an expression."""
    return managing(Select(columns=(user,)), Select((MANAGING,)))


def is_managed_by(user: Any, manager: Any) -> Any:
    """Return the condition that ``manager`` manages ``user``; both are expressions for ids."""
    return CachedFragment(lambda: exists(_managing_one(user).where(MANAGING.manager_id == manager)))


def has_manager(user: Any) -> Any:
    """Return the condition that a user, given as an expression for the id, has a manager."""

    def build() -> Any:
        # Nearly everybody is in a team that another user leads, which is found quickly.
        return exists(_direct_leaders(user)) | exists(_managing_one(user))

    return CachedFragment(build)


USER_HAS_MANAGER = has_manager(U.id)
"""The condition that the user ``U`` has a manager."""
ASSIGNED_HAS_MANAGER = has_manager(A.user)
"""The condition that the user of an assignment ``A`` has a manager."""


def manages_as(user_id: int, manager_id: int) -> tuple[bool, bool]:
    """Return whether the manager leads and whether they coach the user."""
    found = _REASONS.rows(user_id=user_id, manager_id=manager_id)
    return any(row.team_id is not None for row in found), any(row.team_id is None for row in found)


class _Reason(NamedTuple):
    team_id: int | None


def _reasons() -> Any:
    of_manager = Select((MANAGING,), (MANAGING.team_id,))
    wanted = of_manager.where(MANAGING.manager_id == given("manager_id"))
    return managing(Select(columns=(Cast(given("user_id"), "INTEGER"),)), wanted)


_REASONS = Prepared(_Reason, _reasons)


def manages(user_id: int, manager_id: int) -> bool:
    """Return whether a user leads, coaches, or today stands in for a manager of a user (U14)."""
    managers = managers_of([user_id]).get(user_id, ())
    return manager_id in {manager.user_id for manager in managers}


def managed_by(manager_id: int) -> Any:
    """Return a query of one column, ``user_id``: the users that this user manages (U4)."""
    return managed_by_any([manager_id])


def managed_by_any(manager_ids: Collection[int]) -> Any:
    """Return a query of one column, ``user_id``: the users that any of these manages (U4)."""
    return _MANAGED.of(ids=sorted(manager_ids))


def _managed() -> Any:
    found = Select((MANAGING,), (MANAGING.user_id,)).distinct()
    wanted = found.where(among_given(MANAGING.manager_id, "ids"))
    # Candidates: members and leaders of the teams led, leaders of the teams below, who may lead
    # alone there, and coachees.
    below = named("below", "b", "team_id")
    led = Select((_L,), (_L.team_id,)).where(among_given(_L.user_id, "ids"))
    lower = Select((_T,), (_T.id,)).join(below, on=_T.parent == below.team_id)
    members = Select((_M,), (_M.user,)).join(_L, on=_L.team_id == _M.team)
    leaders = Select((_L,), (_L.user_id,)).join(below, on=below.team_id == _L.team_id)
    coached = Select((_K,), (_K.user_id,)).where(among_given(_K.coach_id, "ids"))
    people = members.where(among_given(_L.user_id, "ids")).union(leaders).union(coached)
    return wanted.with_cte(
        led.union(lower).cte("below", recursive=True, columns=("team_id",)),
        people.cte("people", columns=("user_id",)),
        _EXPRESSIONS,
    )


_MANAGED = CachedFragment(_managed)


def ids_managed_by(manager_id: int) -> list[int]:
    """Return the ids of the users that this user manages (U4)."""
    return [user_id for (user_id,) in stored(managed_by(manager_id))]


def count_unmanaged(people: Any) -> int:
    """Return the number of ``people`` without a manager, as in `unmanaged`."""
    return len(stored(unmanaged(people)))
