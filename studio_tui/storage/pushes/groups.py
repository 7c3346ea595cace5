"""Progress of the people of pushes, by manager, team, department or language (S2).

Counting is done in SQL, whatever the number of people: assignments first, then the conversations
that exist.

Nearly everybody is in one team, leads none and has no coach: their managers are the leaders of that
team. They are counted by team, and only the others by each of their managers.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from datetime import date
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Case, Cast, Join, NodeList, Select, fn

from studio_tui.domain.people.users import full_name
from studio_tui.domain.pushes.groups import (
    GroupBy,
    GroupKey,
    PeopleGroup,
    load_of,
    nearest_deadline,
)
from studio_tui.domain.pushes.push import Status, deadline_of
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import (
    COUNTED,
    EVERYBODY,
    IN_ORDER,
    NO_TEXT,
    ONE,
    A,
    C,
    U,
    among,
    both,
    exists,
    named,
    stored,
)
from studio_tui.storage.engine.prepared import CachedFragment, Prepared, among_given
from studio_tui.storage.engine.sql import day
from studio_tui.storage.engine.tables import (
    CoachingTable,
    TeamLeader,
    TeamMember,
    TeamTable,
    UserTable,
)
from studio_tui.storage.engine.unit import is_sqlite
from studio_tui.storage.people.managers import (
    ASSIGNED_HAS_MANAGER,
    MANAGING,
    PEOPLE,
    managed_by,
    managing,
)
from studio_tui.storage.pushes.pushes import (
    IS_ASKED_FOR,
    IS_EXCEPTED,
    IS_EXCUSED,
    STATUS,
    TALK,
    are_many,
    deadlines_of,
    talk_tables,
)

_L: Any = TeamLeader
_S: Any = UserTable.alias("s")
_T: Any = TeamTable
_OF_TEAM: Any = TeamMember.alias("s")
_M: Any = TeamMember.alias("m")
_IS_AHEAD = C.planned_for.is_null(False) & C.started_at.is_null() & C.finished_at.is_null()
"""Whether the conversation ``C`` is planned and has not begun."""
_PAIR = named("pair", "r", "user_id", "id")
_KeyJoin = Callable[[Any], Any]
"""A function that joins the tables of a key to a query of assignments ``A``."""


def _others() -> Any:
    leading, coached = TeamLeader.alias("l"), CoachingTable.alias("k")
    several = _M.select(_M.user).group_by(_M.user).having(COUNTED > ONE)
    found = leading.select(leading.user).union(coached.select(coached.user)).union(several)
    named_others = found.alias("o")
    return Select((named_others,), (named_others.c.user_id,))


OTHERS = CachedFragment(_others)
"""A query of one column, ``user_id``: users whose managers may not be simply the leaders of their
one team."""


def _planned_day() -> Any:
    """Return the UTC day for which the conversation ``C`` is planned: exact enough for its week."""
    at = C.planned_for
    text = at if is_sqlite() else Cast(NodeList((at, SQL("AT TIME ZONE 'UTC'"))), "TEXT")
    return fn.SUBSTR(text, ONE, SQL("10"))


def _in_groups(query: Any) -> Any:
    """Group ``query`` by all selected columns except the count, which is the last."""
    columns = len(query.selected_columns) - 1
    return query.group_by(*(SQL(str(number + 1)) for number in range(columns)))


def _day_of(text: str) -> date:
    return date.fromisoformat(text)


def _numbers() -> defaultdict[Any, int]:
    # One for each group and measure; a `Counter` takes ten times as long to create.
    return defaultdict(int)


@dataclass(slots=True)
class _Counts:
    """Counts of assignments in one group."""

    assigned: int = 0
    still: dict[date, int] = field(default_factory=_numbers)
    """Assignments still to be held, by their last day (P18)."""
    planned: dict[date, int] = field(default_factory=_numbers)
    """Those of them that are planned and have not begun, by the planned day."""
    planned_by: dict[date, int] = field(default_factory=_numbers)
    """The same by their last day."""
    by_status: dict[str, int] = field(default_factory=_numbers)

    def add(self, other: "_Counts") -> None:
        """Add the counts of another group."""
        self.assigned += other.assigned
        for mine, theirs in (
            (self.still, other.still),
            (self.planned, other.planned),
            (self.planned_by, other.planned_by),
        ):
            for day_, number in theirs.items():
                mine[day_] += number
        for status, number in other.by_status.items():
            self.by_status[status] += number


@dataclass(frozen=True, slots=True)
class _Counting:
    """The counting of the assignments of some pushes on the day ``today``."""

    push_ids: list[int]
    deadlines: Mapping[int, date]
    """The deadline of each push."""
    today: date

    def by(
        self, key: Any, join_key: _KeyJoin, where: Any = EVERYBODY, *, planned: bool = False
    ) -> dict[Any, _Counts]:
        """Return the counts by ``key``, an expression over assignments ``A``.

        ``join_key`` joins the tables that the key needs. The planned days are counted only if
        ``planned`` is set.
        """
        there = both(A.unassigned_at.is_null() & among(A.push, self.push_ids), where)

        def counted(tables: Any, *columns: Any, extra: Any = EVERYBODY) -> list[Any]:
            found = join_key(Select((tables,), (A.push, key, *columns, COUNTED)))
            return stored(_in_groups(found.where(both(extra, there))))

        found: defaultdict[Any, _Counts] = defaultdict(_Counts)
        total = 0
        for push_id, value, number in counted(A):
            total += number
            found[value].assigned += number
            found[value].still[self.deadlines[push_id]] += number
        talks = talk_tables(many=are_many(total))
        for push_id, value, status, number in counted(talks, STATUS):
            if status != Status.EXCUSED:
                found[value].by_status[status] += number
            if status == Status.DONE:
                found[value].still[self.deadlines[push_id]] -= number
        # Excused people, most of them without a conversation, and people with their own deadline
        # (P18).
        excepted = IS_EXCEPTED & C.finished_at.is_null()
        for push_id, value, excused, own, number in counted(
            TALK, IS_EXCUSED, A.own_deadline, extra=excepted
        ):
            counts, deadline = found[value], self.deadlines[push_id]
            counts.still[deadline] -= number
            if excused:
                counts.by_status[Status.EXCUSED] += number
            else:
                counts.still[deadline_of(deadline, day(own))] += number
        ahead = _IS_AHEAD & A.excused_in.is_null()
        for push_id, value, own, at, number in (
            counted(talks, A.own_deadline, _planned_day(), extra=ahead) if planned else ()
        ):
            found[value].planned[_day_of(at)] += number
            found[value].planned_by[deadline_of(self.deadlines[push_id], day(own))] += number
        return found

    def by_manager(self, people: Any) -> dict[Any, _Counts]:
        """Return the counts by manager for few ``people``, a query of one column, ``user_id``.

        Each of them is looked up with their managers.
        """
        of_user = Join(_PAIR, A, IN_ORDER[is_sqlite()], A.user == _PAIR.user_id)
        columns = (
            *(A.push, _PAIR.id, STATUS, A.own_deadline),
            *(Case(None, ((_IS_AHEAD, _planned_day()),)), COUNTED),
        )
        query = (
            Select((of_user,), columns)
            .join(C, JOIN.LEFT_OUTER, on=IS_ASKED_FOR)
            .where(A.unassigned_at.is_null(), among(A.push, self.push_ids))
        )
        found: defaultdict[Any, _Counts] = defaultdict(_Counts)
        for push_id, value, status, own, at, number in stored(
            managing(people, _in_groups(query), _MANAGED_BY)
        ):
            counts = found[value]
            counts.assigned += number
            counts.by_status[status] += number
            if status not in (Status.DONE, Status.EXCUSED):
                last = deadline_of(self.deadlines[push_id], day(own))
                counts.still[last] += number
                if at is not None:
                    counts.planned[_day_of(at)] += number
                    counts.planned_by[last] += number
        return found

    def group(
        self,
        by: GroupBy,
        value: int | str | None,
        name: str | None,
        login: str | None,
        counts: _Counts,
    ) -> PeopleGroup:
        """Return the group with these counts."""
        begun = counts.by_status
        deadline, due = nearest_deadline(counts.still, self.today)
        return PeopleGroup(
            GroupKey(by, value),
            name,
            login,
            assigned=counts.assigned,
            # People without any conversation are not planned either.
            not_planned=counts.assigned
            - sum(number for status, number in begun.items() if status != Status.NOT_PLANNED),
            planned=begun.get(Status.PLANNED, 0),
            prepared=begun.get(Status.PREPARED, 0),
            in_progress=begun.get(Status.IN_PROGRESS, 0),
            done=begun.get(Status.DONE, 0),
            overdue=sum(number for last, number in counts.still.items() if last < self.today),
            excused=begun.get(Status.EXCUSED, 0),
            deadline=deadline,
            due=due,
            load=self._load(counts) if by is GroupBy.MANAGER else (),
        )

    def _load(self, counts: _Counts) -> tuple[int, ...]:
        rest = {last: n - counts.planned_by[last] for last, n in counts.still.items()}
        return load_of(counts.planned, rest, self.today)


def grouped(push_ids: list[int], by: GroupBy, today: date) -> list[PeopleGroup]:
    """Return the groups of the people assigned to these pushes, unordered."""
    return list(_GROUPED[by](_Counting(push_ids, deadlines_of(push_ids), today)))


def group_condition(key: GroupKey) -> Any:
    """Return the condition that an assignment ``A`` is in a group."""
    return _IN_GROUP[key.by](key.value)


def _by_manager(counting: _Counting) -> Iterable[PeopleGroup]:
    leading = leaders()
    found: defaultdict[int | None, _Counts] = defaultdict(_Counts)
    alone = A.user.not_in(OTHERS)
    for team_id, counts in counting.by(_OF_TEAM.team, _with_team, alone, planned=True).items():
        for manager_id in leading.get(team_id, (None,)):
            found[manager_id].add(counts)
    if stored(_ANY_OTHER):
        for manager_id, counts in _by_each_manager(counting).items():
            found[manager_id].add(counts)
    yield from _of_managers(counting, found)


_ANY_OTHER = CachedFragment(lambda: _others().select(ONE).limit(ONE))


def _with_team(query: Any) -> Any:
    return query.join(_OF_TEAM, JOIN.LEFT_OUTER, on=_OF_TEAM.user == A.user)


def _of_managers(counting: _Counting, found: Mapping[int | None, _Counts]) -> Iterable[PeopleGroup]:
    names = _names(found)
    for manager_id, counts in found.items():
        name, login = names.get(manager_id, (None, None))
        yield counting.group(GroupBy.MANAGER, manager_id, name, login, counts)


def _by_each_manager(counting: _Counting) -> dict[Any, _Counts]:
    """Return the counts of people not managed simply by the leaders of their one team."""
    there = A.unassigned_at.is_null() & among(A.push, counting.push_ids)
    return counting.by_manager(A.select(A.user).where(there, A.user.in_(OTHERS)).distinct())


def _managed_by() -> Any:
    found = Select((PEOPLE,), (PEOPLE.user_id, MANAGING.manager_id)).join(
        MANAGING, JOIN.LEFT_OUTER, on=MANAGING.user_id == PEOPLE.user_id
    )
    once = found.group_by(PEOPLE.user_id, MANAGING.manager_id)
    return once.cte("pair", columns=("user_id", "id"))


_MANAGED_BY = CachedFragment(_managed_by)


def leaders() -> dict[int, list[int]]:
    """Return the active leaders of each team, by team id."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    leading = _L.select(_L.team, _L.user).join(U, on=U.id == _L.user)
    for team_id, user_id in stored(leading.where(U.active)):
        found[team_id].append(user_id)
    return found


def _names(ids: Iterable[int | None]) -> dict[int | None, tuple[str, str]]:
    """Return name and login of each of these users."""
    known = [each for each in ids if each is not None]
    return {
        row.id: (full_name(row.given_name, row.family_name), row.login)
        for row in _NAMED.rows(ids=known)
    }


class _Named(NamedTuple):
    id: int
    login: str
    given_name: str
    family_name: str


_NAME = (U.id, U.login, U.given_name, U.family_name)
_NAMED = Prepared(_Named, lambda: U.select(*_NAME).where(among_given(U.id, "ids")))


def _by_team(counting: _Counting) -> Iterable[PeopleGroup]:
    paths: dict[int, str] = dict(_T.select(_T.id, _T.path).tuples())
    for team_id, counts in counting.by(_OF_TEAM.team, _with_team).items():
        yield counting.group(GroupBy.TEAM, team_id, paths.get(team_id), None, counts)


def _by_column(by: GroupBy, column: str) -> Callable[[_Counting], Iterable[PeopleGroup]]:
    def groups(counting: _Counting) -> Iterable[PeopleGroup]:
        value_of = fn.NULLIF(getattr(_S, column), NO_TEXT)
        found = counting.by(value_of, lambda query: query.join(_S, on=_S.id == A.user))
        for value, counts in found.items():
            yield counting.group(by, value, value, None, counts)

    return groups


_GROUPED: Mapping[GroupBy, Callable[[_Counting], Iterable[PeopleGroup]]] = {
    GroupBy.MANAGER: _by_manager,
    GroupBy.TEAM: _by_team,
    GroupBy.DEPARTMENT: _by_column(GroupBy.DEPARTMENT, "department"),
    GroupBy.LANGUAGE: _by_column(GroupBy.LANGUAGE, "language"),
}


def _of_manager(value: Any) -> Any:
    return ~ASSIGNED_HAS_MANAGER if value is None else A.user.in_(managed_by(value))


def _of_team(value: Any) -> Any:
    in_team = TeamMember.select().where(TeamMember.user == A.user)
    if value is None:
        return ~exists(in_team)
    return exists(in_team.where(TeamMember.team == value))


def _having(column: str) -> Callable[[Any], Any]:
    value_of: Any = getattr(_S, column)
    of_user = _S.select().where(_S.id == A.user)
    return lambda value: exists(of_user.where(value_of == (value or "")))


_IN_GROUP: Mapping[GroupBy, Callable[[Any], Any]] = {
    GroupBy.MANAGER: _of_manager,
    GroupBy.TEAM: _of_team,
    GroupBy.DEPARTMENT: _having("department"),
    GroupBy.LANGUAGE: _having("language"),
}
"""Functions that return the condition that an assignment ``A`` is in a group."""
