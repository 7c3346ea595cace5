"""How far the people of pushes are, by manager, team, department or language (S2).

Counting is done in SQL, whatever the number of people: how many are assigned, and how far the
conversations are that there are. It is text: who manages whom (`storage.people.managers`) and the
status of an assignment (`storage.pushes.pushes`) are, and Peewee's builder puts no text into a CTE.

Nearly everybody is in one team, leads none and has no coach: their managers are the leaders of
that team. They are counted by team, and only the others by each of their managers.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from studio_tui.domain.people.users import full_name
from studio_tui.domain.pushes.groups import By, GroupKey, PeopleGroup, load_of, nearest_deadline
from studio_tui.domain.pushes.push import Status, deadline_of
from studio_tui.storage.engine.expressions import A, U, exists
from studio_tui.storage.engine.prepared import Prepared, among_given
from studio_tui.storage.engine.sql import Clause, among, day, rows, scalar, textual
from studio_tui.storage.engine.tables import (
    TeamLeader,
    TeamMember,
    TeamTable,
    UserTable,
)
from studio_tui.storage.engine.unit import is_sqlite
from studio_tui.storage.people.managers import (
    has_manager,
    managed_by,
    managing,
)
from studio_tui.storage.pushes.pushes import (
    IS_EXCEPTED,
    STATUS,
    TALK,
    deadlines_of,
    talk_tables,
)

_L: Any = TeamLeader
_S: Any = UserTable.alias("s")
_T: Any = TeamTable

OTHERS = (
    "SELECT l.user_id FROM team_leader l UNION SELECT k.user_id FROM coaching k UNION "
    "SELECT m.user_id FROM team_member m GROUP BY m.user_id HAVING COUNT(*) > 1"
)
"""Who may be managed otherwise than by the leaders of one team."""


_IS_AHEAD = "c.planned_for IS NOT NULL AND c.started_at IS NULL AND c.finished_at IS NULL"
"""Whether the conversation ``c`` is planned and has not begun."""
_EXCUSED = "CASE WHEN a.excused_in_id IS NULL THEN 0 ELSE 1 END"


def _planned_day() -> str:
    """The day of UTC for which the conversation ``c`` is planned: near enough to tell its week."""
    text = "c.planned_for" if is_sqlite() else "CAST(c.planned_for AT TIME ZONE 'UTC' AS TEXT)"
    return f"SUBSTR({text}, 1, 10)"


def _day_of(text: str) -> date:
    return date.fromisoformat(text)


def others() -> Any:
    """The same, as a query."""
    return textual(Clause(OTHERS), "user_id")


@dataclass(slots=True)
class _Counts:
    """Numbers of assignments of one group."""

    assigned: int = 0
    still: Counter[date] = field(default_factory=Counter)
    """How many are still to be held, by the last day for it (P18)."""
    planned: Counter[date] = field(default_factory=Counter)
    """How many of them are planned and have not begun, by the day they are planned for."""
    planned_by: Counter[date] = field(default_factory=Counter)
    """The same by the last day for them."""
    by_status: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, other: "_Counts") -> None:
        """With those of another group."""
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
    """What is counted on the day ``today``: who is assigned to some pushes."""

    push_ids: list[int]
    deadlines: Mapping[int, date]
    """By push."""
    today: date

    def by(
        self, key: str, tables: str, where: str = "", *, planned: bool = False
    ) -> dict[Any, _Counts]:
        """The counts by ``key``, an expression over the assignments ``a`` and ``tables``; for when
        they are ``planned``, only where that is asked."""
        wanted = among("a.push_id", self.push_ids)
        there = f"a.unassigned_at IS NULL AND {wanted.text}{where}"
        found: defaultdict[Any, _Counts] = defaultdict(_Counts)
        total = 0
        for push_id, value, number in rows(
            f"SELECT a.push_id, {key}, COUNT(*) FROM assignment a {tables} "
            f"WHERE {there} GROUP BY 1, 2",
            *wanted.params,
        ):
            total += number
            found[value].assigned += number
            found[value].still[self.deadlines[push_id]] += number
        for push_id, value, status, number in rows(
            f"SELECT a.push_id, {key}, {STATUS}, COUNT(*) "
            f"FROM {talk_tables(total)} {tables} WHERE {there} GROUP BY 1, 2, 3",
            *wanted.params,
        ):
            if status != Status.EXCUSED:
                found[value].by_status[status] += number
            if status == Status.DONE:
                found[value].still[self.deadlines[push_id]] -= number
        # Those who are excused, most of them without a conversation, and who has longer (P18).
        for push_id, value, excused, own, number in rows(
            f"SELECT a.push_id, {key}, {_EXCUSED}, a.own_deadline, COUNT(*) "
            f"FROM assignment a {TALK} {tables} "
            f"WHERE {IS_EXCEPTED} AND c.finished_at IS NULL AND {there} GROUP BY 1, 2, 3, 4",
            *wanted.params,
        ):
            counts, deadline = found[value], self.deadlines[push_id]
            counts.still[deadline] -= number
            if excused:
                counts.by_status[Status.EXCUSED] += number
            else:
                counts.still[deadline_of(deadline, day(own))] += number
        for push_id, value, own, at, number in (
            rows(
                f"SELECT a.push_id, {key}, a.own_deadline, {_planned_day()}, COUNT(*) "
                f"FROM {talk_tables(total)} {tables} "
                f"WHERE {_IS_AHEAD} AND a.excused_in_id IS NULL AND {there} GROUP BY 1, 2, 3, 4",
                *wanted.params,
            )
            if planned
            else ()
        ):
            found[value].planned[_day_of(at)] += number
            found[value].planned_by[deadline_of(self.deadlines[push_id], day(own))] += number
        return found

    def through(self, pairs: Clause) -> dict[Any, _Counts]:
        """The counts by ``r.id`` of few, each looked up: ``pairs`` is the body of a ``WITH`` that
        ends in ``pair(user_id, id)``."""
        wanted = among("a.push_id", self.push_ids)
        join = "CROSS JOIN" if is_sqlite() else "JOIN"
        found: defaultdict[Any, _Counts] = defaultdict(_Counts)
        for push_id, value, status, own, at, number in rows(
            f"WITH RECURSIVE {pairs.text} SELECT a.push_id, r.id, {STATUS}, a.own_deadline, "
            f"CASE WHEN {_IS_AHEAD} THEN {_planned_day()} END, "
            f"COUNT(*) FROM pair r {join} assignment a ON a.user_id = r.user_id {TALK} "
            f"WHERE a.unassigned_at IS NULL AND {wanted.text} GROUP BY 1, 2, 3, 4, 5",
            *pairs.params,
            *wanted.params,
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
        self, by: By, value: int | str | None, name: str | None, login: str | None, counts: _Counts
    ) -> PeopleGroup:
        """The group that was counted so."""
        begun = counts.by_status
        deadline, due = nearest_deadline(counts.still, self.today)
        return PeopleGroup(
            GroupKey(by, value),
            name,
            login,
            assigned=counts.assigned,
            # Who has no conversation at all is not planned, too.
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
            load=self._load(counts) if by is By.MANAGER else (),
        )

    def _load(self, counts: _Counts) -> tuple[int, ...]:
        rest = {last: n - counts.planned_by[last] for last, n in counts.still.items()}
        return load_of(counts.planned, rest, self.today)


def grouped(push_ids: list[int], by: By, today: date) -> list[PeopleGroup]:
    """The groups of those assigned to these pushes, in no order."""
    return list(_GROUPED[by](_Counting(push_ids, deadlines_of(push_ids), today)))


def group_condition(key: GroupKey) -> Any:
    """The assignments ``A`` of those in a group."""
    return _IN_GROUP[key.by](key.value)


def _by_manager(counting: _Counting) -> Iterable[PeopleGroup]:
    leading = leaders()
    found: defaultdict[int | None, _Counts] = defaultdict(_Counts)
    teams = counting.by(
        "s.team_id",
        "LEFT JOIN team_member s ON s.user_id = a.user_id",
        f" AND a.user_id NOT IN (SELECT o.user_id FROM ({OTHERS}) AS o)",
        planned=True,
    )
    for team_id, counts in teams.items():
        for manager_id in leading.get(team_id, (None,)):
            found[manager_id].add(counts)
    if scalar(f"SELECT 1 FROM ({OTHERS}) AS others LIMIT 1") is not None:
        for manager_id, counts in _by_each_manager(counting).items():
            found[manager_id].add(counts)
    yield from _of_managers(counting, found)


def _of_managers(counting: _Counting, found: Mapping[int | None, _Counts]) -> Iterable[PeopleGroup]:
    names = _names(found)
    for manager_id, counts in found.items():
        name, login = names.get(manager_id, (None, None))
        yield counting.group(By.MANAGER, manager_id, name, login, counts)


def _by_each_manager(counting: _Counting) -> dict[Any, _Counts]:
    """The counts of who is managed otherwise than by the leaders of their one team."""
    wanted = among("x.push_id", counting.push_ids)
    body = managing(
        Clause(
            "SELECT DISTINCT x.user_id FROM assignment x WHERE x.unassigned_at IS NULL "
            f"AND {wanted.text} AND x.user_id IN ({OTHERS})",
            wanted.params,
        )
    )
    return counting.through(
        Clause(
            f"{body.text}, pair(user_id, id) AS (SELECT p.user_id, g.manager_id FROM people p "
            "LEFT JOIN managing g ON g.user_id = p.user_id GROUP BY p.user_id, g.manager_id)",
            body.params,
        )
    )


def leaders() -> dict[int, list[int]]:
    """Who is there and leads each team."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    leading = _L.select(_L.team, _L.user).join(U, on=U.id == _L.user)
    for team_id, user_id in leading.where(U.active).tuples():
        found[team_id].append(user_id)
    return found


def _names(ids: Iterable[int | None]) -> dict[int | None, tuple[str, str]]:
    """Name and login of each of these users."""
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
    found = counting.by("s.team_id", "LEFT JOIN team_member s ON s.user_id = a.user_id")
    for team_id, counts in found.items():
        yield counting.group(By.TEAM, team_id, paths.get(team_id), None, counts)


def _by_column(by: By, column: str) -> Callable[[_Counting], Iterable[PeopleGroup]]:
    def groups(counting: _Counting) -> Iterable[PeopleGroup]:
        found = counting.by(f"NULLIF(s.{column}, '')", "JOIN users s ON s.id = a.user_id")
        for value, counts in found.items():
            yield counting.group(by, value, value, None, counts)

    return groups


_GROUPED: Mapping[By, Callable[[_Counting], Iterable[PeopleGroup]]] = {
    By.MANAGER: _by_manager,
    By.TEAM: _by_team,
    By.DEPARTMENT: _by_column(By.DEPARTMENT, "department"),
    By.LANGUAGE: _by_column(By.LANGUAGE, "language"),
}


def _of_manager(value: Any) -> Any:
    return ~has_manager("a.user_id") if value is None else A.user.in_(managed_by(value))


def _of_team(value: Any) -> Any:
    in_team = TeamMember.select().where(TeamMember.user == A.user)
    if value is None:
        return ~exists(in_team)
    return exists(in_team.where(TeamMember.team == value))


def _having(column: str) -> Callable[[Any], Any]:
    value_of: Any = getattr(_S, column)
    of_user = _S.select().where(_S.id == A.user)
    return lambda value: exists(of_user.where(value_of == (value or "")))


_IN_GROUP: Mapping[By, Callable[[Any], Any]] = {
    By.MANAGER: _of_manager,
    By.TEAM: _of_team,
    By.DEPARTMENT: _having("department"),
    By.LANGUAGE: _having("language"),
}
"""Whether an assignment ``A`` is of a group."""
