"""Writing an import: a handful of statements, whatever the number of users (U6).

The statements for many users are text with parameters: Peewee offers no call for the driver's
executemany, and its builder is slower at writing one statement with as many values.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, TypeVar

from peewee import Table

from studio_tui.domain.people.facts import FACTS
from studio_tui.domain.people.hr_file import UserRef
from studio_tui.domain.people.keys import address_key, key, number_key
from studio_tui.domain.people.teams import SEPARATOR
from studio_tui.domain.people.users import sort_name
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import fold_search
from studio_tui.storage.engine.expressions import among, joined, stored
from studio_tui.storage.engine.prepared import execute_for_each, given
from studio_tui.storage.engine.sql import refresh_statistics
from studio_tui.storage.engine.tables import TeamTable, UserGroup, UserTable
from studio_tui.storage.people.fact_columns import COLUMNS
from studio_tui.storage.people.import_read import Profile
from studio_tui.storage.people.users import People, these_users

T = TypeVar("T")
_T: Any = TeamTable
_U: Any = UserTable
_G: Any = UserGroup

PASSES = 6
"""The number of passes of `write` over the users, which its progress is measured by."""

_TOLD = [fact.name for fact in COLUMNS]
_COLUMNS = (*_TOLD, "login_key", "email_key", "employee_number_key", "sort_name", "search")
# The declared table may lack columns of facts that were added (`domain.people.facts`).
_USERS: Any = Table("users", ("id", *_COLUMNS))
_GIVEN = {getattr(_USERS, column): given(column) for column in _COLUMNS}
_told = attrgetter(*_TOLD)
_searched = attrgetter(*(fact.name for fact in FACTS if fact.searched))


@dataclass(frozen=True, slots=True)
class NewTeam:
    """A team to be created. Keys are `imports.team_key`; the parent exists or is created first."""

    key: str
    parent_key: str | None
    name: str
    path: str
    by_manager: bool

    @property
    def depth(self) -> int:
        """The depth in the tree of teams: lower for every team above this one."""
        return self.key.count(SEPARATOR)


class Write(NamedTuple):
    """A user to be added (``before`` is None) or changed."""

    ref: UserRef
    before: Profile | None
    after: Profile


class ProgressIterator(Protocol):
    """Passes the items through and reports progress. An exception that it raises stops the work."""

    def __call__(self, items: Iterable[T], /) -> Iterator[T]: ...


def write(teams: Sequence[NewTeam], writes: Sequence[Write], counted: ProgressIterator) -> People:
    """Create the teams and write the users, inside an open unit of work.

    Returns a query of one column, ``user_id``, of the users that were written.
    """
    _make_teams(teams)
    _free_unique_keys(writes)
    _change_users(writes, counted)
    _add_users(writes, counted)
    user_ids = _user_ids(writes)
    team_ids = _team_ids(writes)
    found = [(user_ids[one.ref], one.before, one.after) for one in writes]
    _write_groups(found, counted)
    for table, column, ids, picked in (
        ("team_member", "team_id", team_ids, attrgetter("teams")),
        ("team_leader", "team_id", team_ids, attrgetter("leads")),
        ("coaching", "coach_id", user_ids, attrgetter("coaches")),
    ):
        _write_links(_Links(table, column, ids, picked), found, counted)
    refresh_statistics(
        len(found), "users", "user_group", "team", "team_member", "team_leader", "coaching"
    )
    return these_users(user_id for user_id, _, _ in found)


def search_text(profile: Profile) -> str:
    """Return the text that filters search: the names, and the user's teams and groups."""
    return fold_search(
        " ".join(
            (
                profile.given_name,
                profile.family_name,
                profile.login,
                profile.email,
                *_searched(profile),
                *sorted(profile.teams | profile.leads),
                *sorted(profile.groups),
            )
        )
    )


def _make_teams(teams: Sequence[NewTeam]) -> None:
    """Create the teams level by level, so that every parent has its id."""
    by_depth = groupby(sorted(teams, key=lambda team: team.depth), key=lambda team: team.depth)
    for _, level in by_depth:
        made = list(level)
        parents = ids_of_teams({team.parent_key for team in made if team.parent_key})
        execute_for_each(
            _T.insert({getattr(_T, name): given(name) for name in _OF_TEAM}).returning(),
            _OF_TEAM,
            [
                (
                    team.name,
                    parents[team.parent_key] if team.parent_key else None,
                    team.path,
                    team.key,
                    team.by_manager,
                )
                for team in made
            ],
        )


_OF_TEAM = ("name", "parent", "path", "path_key", "by_manager")


def _free_unique_keys(writes: Sequence[Write]) -> None:
    """Clear the logins, addresses and numbers that change, so that two users can swap theirs.

    The placeholder begins with a space, which a real key never does.
    """
    changing = [one.ref for one in writes if isinstance(one.ref, int) and _renamed(one)]
    if changing:
        free = joined(" ", _U.id)
        _U.update(login_key=free, email_key=free, employee_number_key=None).where(
            among(_U.id, changing)
        ).execute()


def _renamed(one: Write) -> bool:
    before, after = one.before, one.after
    return before is not None and (before.login, before.email, before.employee_number) != (
        after.login,
        after.email,
        after.employee_number,
    )


def _change_users(writes: Sequence[Write], counted: ProgressIterator) -> None:
    execute_for_each(
        _USERS.update(_GIVEN).where(_USERS.id == given("id")),
        (*_COLUMNS, "id"),
        ((*_columns(one.after), one.ref) for one in counted(writes) if one.before is not None),
    )


def _add_users(writes: Sequence[Write], counted: ProgressIterator) -> None:
    execute_for_each(
        _USERS.insert(_GIVEN),
        _COLUMNS,
        (_columns(one.after) for one in counted(writes) if one.before is None),
    )


def _columns(profile: Profile) -> tuple[Any, ...]:
    """Return a row of the users table, in the order of `_COLUMNS`."""
    return (
        *_told(profile),
        key(profile.login),
        address_key(profile.email, profile.login),
        number_key(profile.employee_number) or None,
        sort_name(profile.given_name, profile.family_name),
        search_text(profile),
    )


def _user_ids(writes: Sequence[Write]) -> dict[UserRef, int]:
    """Return the id of every user that ``writes`` change, add or name as a coach."""
    refs: set[UserRef] = {one.ref for one in writes}
    for one in writes:
        refs |= one.after.coaches
        if one.before is not None:
            refs |= one.before.coaches
    emails = [ref for ref in refs if isinstance(ref, str)]
    added = dict(stored(_U.select(_U.email_key, _U.id).where(among(_U.email_key, emails))))
    return {**{ref: ref for ref in refs if isinstance(ref, int)}, **added}


def _team_ids(writes: Sequence[Write]) -> dict[str, int]:
    """Return the id of every team that ``writes`` refer to."""
    profiles = (profile for one in writes for profile in (one.before, one.after) if profile)
    return ids_of_teams({team for profile in profiles for team in (*profile.teams, *profile.leads)})


def ids_of_teams(keys: Iterable[str]) -> dict[str, int]:
    """Return the ids of the existing teams with these `team_key`."""
    return dict(stored(_T.select(_T.path_key, _T.id).where(among(_T.path_key, keys))))


_FoundUser = tuple[int, Profile | None, Profile]
"""The id of a user, and their profile before and after."""


def _write_groups(found: Sequence[_FoundUser], counted: ProgressIterator) -> None:
    theirs = (_G.user == given("user")) & (_G.name_key == given("key"))
    execute_for_each(
        _G.delete().where(theirs),
        ("user", "key"),
        (
            (user_id, key(name))
            for user_id, before, after in found
            if before is not None
            for name in before.groups - after.groups
        ),
    )
    added = {_G.user: given("user"), _G.name: given("name"), _G.name_key: given("key")}
    execute_for_each(
        _G.insert(added).returning(),
        ("user", "name", "key"),
        (
            (user_id, name, key(name))
            for user_id, before, after in counted(found)
            # Sorted: the order of a set differs between processes, and what is written must not.
            for name in sorted(after.groups - (before.groups if before else frozenset()))
        ),
    )


@dataclass(frozen=True, slots=True)
class _Links:
    """A table that links users to teams or to each other."""

    table: str
    column: str
    ids: Mapping[Any, int]
    picked: Callable[[Profile], frozenset[Any]]

    def differing(self, found: Iterable[_FoundUser], *, gone: bool) -> Iterator[tuple[int, int]]:
        """Yield the links to be removed (``gone``) or to be added."""
        for user_id, before, after in found:
            old: frozenset[Any] = self.picked(before) if before else frozenset()
            new = self.picked(after)
            for target in sorted(self.ids[each] for each in (old - new if gone else new - old)):
                yield user_id, target


def _write_links(links: _Links, found: Sequence[_FoundUser], counted: ProgressIterator) -> None:
    table: Any = Table(links.table, ("user_id", links.column))
    other, both = getattr(table, links.column), ("user", "other")
    gone = table.delete().where(table.user_id == given("user"), other == given("other"))
    execute_for_each(gone, both, links.differing(found, gone=True))
    added = table.insert({table.user_id: given("user"), other: given("other")})
    execute_for_each(added, both, links.differing(counted(found), gone=False))
