"""The managers of users (U3, U4): by hand, and against a plain model on random organisations."""

from dataclasses import dataclass, field
from itertools import chain

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio_tui.domain.people.users import Manager
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.expressions import EVERYBODY
from studio_tui.storage.engine.sql import execute, execute_many
from studio_tui.storage.people.managers import USER_HAS_MANAGER, managers_of
from studio_tui.storage.people.users import count_users, without_manager

Pairs = frozenset[tuple[int, int]]


@dataclass(frozen=True)
class Organisation:
    """Users and teams are numbered from 0. The parent of a team has a lower number."""

    active: tuple[bool, ...]
    parents: tuple[int | None, ...] = ()
    members: Pairs = field(default_factory=frozenset)
    """Pairs of user and team."""
    leaders: Pairs = field(default_factory=frozenset)
    """Pairs of user and team."""
    coaches: Pairs = field(default_factory=frozenset)
    """Pairs of coachee and coach."""

    def leaders_of(self, team: int, without: int) -> set[int]:
        return {u for u, t in self.leaders if t == team and u != without and self.active[u]}

    def managers(self, user: int) -> dict[int, set[str]]:
        """Return the managers of a user with the reasons, as U4 defines them."""
        found: dict[int, set[str]] = {}
        for team in {t for u, t in chain(self.members, self.leaders) if u == user}:
            for leading in self._teams_that_manage(user, team):
                for leader in self.leaders_of(leading, user):
                    found.setdefault(leader, set()).add(f"leads Team {leading}")
        for coachee, coach in self.coaches:
            if coachee == user != coach and self.active[coach]:
                found.setdefault(coach, set()).add("coach")
        return found

    def _teams_that_manage(self, user: int, team: int) -> list[int]:
        if (user, team) not in self.leaders:
            return [team]
        while not self.leaders_of(team, user):
            parent = self.parents[team]
            if parent is None:
                return []
            team = parent
        return [team]


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    active = draw(st.lists(st.sampled_from([True, True, True, False]), min_size=1, max_size=7))
    count = draw(st.integers(1, 6))
    parents = [
        draw(st.none() | st.integers(0, team - 1)) if team else None for team in range(count)
    ]
    user = st.integers(0, len(active) - 1)
    in_team = st.tuples(user, st.integers(0, count - 1))
    return Organisation(
        active=tuple(active),
        parents=tuple(parents),
        members=draw(st.frozensets(in_team, max_size=10)),
        leaders=draw(st.frozensets(in_team, max_size=8)),
        coaches=draw(st.frozensets(st.tuples(user, user), max_size=5)),
    )


def store(organisation: Organisation) -> None:
    """Replace the stored organisation; ids are the numbers of the model plus one."""
    for table in ("team_member", "team_leader", "coaching", "team", "users"):
        execute(f"DELETE FROM {table}")
    execute_many(
        "INSERT INTO users (id, login, login_key, email, email_key, given_name, family_name, "
        "sort_name, search, language, time_zone, role, department, active) "
        "VALUES (?, ?, ?, ?, ?, ?, '', ?, '', 'en', '', 'user', '', ?)",
        [
            (n + 1, *[f"u{n}"] * 4, f"User {n}", f"user {n}", active)
            for n, active in enumerate(organisation.active)
        ],
    )
    execute_many(
        "INSERT INTO team (id, name, parent_id, path, path_key, by_manager) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (n + 1, f"Team {n}", None if parent is None else parent + 1, *[f"team {n}"] * 2, False)
            for n, parent in enumerate(organisation.parents)
        ],
    )
    for table, columns, pairs in (
        ("team_member", "user_id, team_id", organisation.members),
        ("team_leader", "user_id, team_id", organisation.leaders),
        ("coaching", "user_id, coach_id", organisation.coaches),
    ):
        execute_many(
            f"INSERT INTO {table} ({columns}) VALUES (?, ?)", [(a + 1, b + 1) for a, b in pairs]
        )


def found(organisation: Organisation) -> list[dict[int, str]]:
    """Return each user's managers and reasons as the database finds them."""
    ids = [number + 1 for number in range(len(organisation.active))]
    managers = managers_of(ids)
    return [{m.user_id - 1: m.reason for m in managers.get(user_id, ())} for user_id in ids]


def expected(organisation: Organisation) -> list[dict[int, str]]:
    """Return the same by the model: reasons in the order of teams, coaching last."""
    return [
        {
            manager: ", ".join(sorted(reasons, key=lambda reason: (reason == "coach", reason)))
            for manager, reasons in organisation.managers(user).items()
        }
        for user in range(len(organisation.active))
    ]


def test_the_database_finds_the_managers_that_the_rule_names(studio: Studio) -> None:
    """U4, including users without managers, on organisations of every shape."""

    @settings(
        max_examples=80,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(organisations())
    def check(organisation: Organisation) -> None:
        with studio.store.writing():
            store(organisation)
            assert found(organisation) == expected(organisation)
            nobody = [n + 1 for n, managers in enumerate(expected(organisation)) if not managers]
            assert without_manager(EVERYBODY, limit=99) == nobody
            assert count_users(~USER_HAS_MANAGER) == len(nobody)

    check()


ANN, BOB, DAN, EVE = range(4)
ALL_HERE = (True,) * 4


CASES: dict[str, tuple[Organisation, dict[int, str]]] = {
    "all leaders of all teams": (
        Organisation(
            ALL_HERE,
            (None, None),
            frozenset({(ANN, 0), (ANN, 1)}),
            frozenset({(BOB, 0), (DAN, 0), (EVE, 1)}),
        ),
        {BOB: "leads Team 0", DAN: "leads Team 0", EVE: "leads Team 1"},
    ),
    "a coach in the team and one outside it": (
        Organisation(
            ALL_HERE,
            (None,),
            frozenset({(ANN, 0)}),
            frozenset({(BOB, 0)}),
            frozenset({(ANN, BOB), (ANN, EVE)}),
        ),
        {BOB: "leads Team 0, coach", EVE: "coach"},
    ),
    "a co-leader, and never oneself": (
        Organisation(
            ALL_HERE,
            (None,),
            frozenset({(ANN, 0)}),
            frozenset({(ANN, 0), (BOB, 0)}),
            frozenset({(ANN, ANN)}),
        ),
        {BOB: "leads Team 0"},
    ),
    "nobody who has left, and a member is not passed upward": (
        Organisation(
            (True, False, True, False),
            (None, 0),
            frozenset({(ANN, 1)}),
            frozenset({(BOB, 1), (DAN, 0)}),
            frozenset({(ANN, EVE)}),
        ),
        {},
    ),
    "who leads alone, upward past a team without a leader": (
        Organisation(
            ALL_HERE, (None, 0, 1, 2), frozenset(), frozenset({(ANN, 3), (ANN, 2), (DAN, 0)})
        ),
        {DAN: "leads Team 0"},
    ),
    "who leads with somebody who has left leads alone": (
        Organisation(
            (True, False, True, True),
            (None, 0),
            frozenset(),
            frozenset({(ANN, 1), (BOB, 1), (DAN, 0)}),
        ),
        {DAN: "leads Team 0"},
    ),
    "who leads with another is managed by the other": (
        Organisation(ALL_HERE, (None, 0), frozenset(), frozenset({(ANN, 1), (BOB, 1), (DAN, 0)})),
        {BOB: "leads Team 1"},
    ),
    "who leads the highest team alone has nobody": (
        Organisation(ALL_HERE, (None,), frozenset({(ANN, 0)}), frozenset({(ANN, 0)})),
        {},
    ),
}


def test_who_manages_ann(studio: Studio) -> None:
    """U4."""
    for what, (organisation, managers) in CASES.items():
        assert expected(organisation)[ANN] == managers, what
        with studio.store.writing():
            store(organisation)
            assert found(organisation)[ANN] == managers, what


def test_the_search_ends_at_the_top_of_a_deep_tree(studio: Studio) -> None:
    """U4: two hundred nested teams, all led by one user, below a team with another leader."""
    depth = 200
    deep = Organisation(
        (True, True),
        (None, *range(depth)),
        leaders=frozenset({(0, 0), *((1, team) for team in range(1, depth + 1))}),
    )
    with studio.store.writing():
        store(deep)
        assert managers_of([1, 2]) == {2: (Manager(1, "u0", "User 0", "leads Team 0"),)}
