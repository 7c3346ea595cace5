"""The stored users, teams, leaders and coaches that an import is compared with (U6)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from studio_tui.domain.people.facts import fact_called, with_every_fact
from studio_tui.domain.people.hr_file import KnownUser, TeamPath, UserRef
from studio_tui.domain.people.keys import key
from studio_tui.domain.people.teams import SEPARATOR
from studio_tui.domain.people.users import full_name
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import U, among, column, count, stored
from studio_tui.storage.engine.tables import (
    CoachingTable,
    MergedUser,
    TeamLeader,
    TeamMember,
    TeamTable,
    UserGroup,
    UserTable,
)
from studio_tui.storage.people.fact_columns import ColumnReader, fact_columns

_M: Any = MergedUser
_T: Any = TeamTable
_U: Any = UserTable

_NOTHING: frozenset[Any] = frozenset()


@with_every_fact
class Profile(NamedTuple):
    """All properties of a user that an import can set. Teams are named by `team_key`."""

    login: str
    email: str
    given_name: str
    family_name: str
    language: str
    time_zone: str
    role: str
    department: str
    employee_number: str
    hired_on: date | None
    active: bool
    groups: frozenset[str]
    teams: frozenset[str]
    leads: frozenset[str]
    coaches: frozenset[UserRef]

    @property
    def name(self) -> str:
        """Given and family name."""
        return full_name(self.given_name, self.family_name)


_READER = ColumnReader(map(fact_called, Profile._fields))
_LINKS = Profile._fields.index("groups")
"""Index in a profile at which groups, teams, leads and coaches begin."""


@dataclass(frozen=True, slots=True)
class KnownTeam:
    """A team that exists."""

    path: str
    by_manager: bool


class StoredStudio:
    """The stored data that `hr_file.check` queries, one query for each question. Texts are keys."""

    def by_login(self, logins: Collection[str]) -> Mapping[str, KnownUser]:
        """Return the users of those ``logins`` that are in use."""
        return _known(_U.login_key, logins, _M.login_key)

    def by_email(self, emails: Collection[str]) -> Mapping[str, KnownUser]:
        """Return the users of those ``emails`` that are in use."""
        return _known(_U.email_key, emails, _M.email_key)

    def by_number(self, numbers: Collection[str]) -> Mapping[str, KnownUser]:
        """Return the users of those ``numbers`` that are in use."""
        return _known(_U.employee_number_key, numbers, _M.number_key)

    def team_paths(self) -> Iterable[TeamPath]:
        """Return the path of every team."""
        return [tuple(path.split(SEPARATOR)) for path in column(_T.select(_T.path))]

    def teams_led(self, user_ids: Collection[int]) -> Mapping[int, Collection[TeamPath]]:
        """Return the teams that each of these users leads."""
        found = _gathered(TeamLeader, _T.path, user_ids)
        return {
            user_id: [tuple(path.split(SEPARATOR)) for path in paths]
            for user_id, paths in found.items()
        }


def team_key(path: TeamPath) -> str:
    """Return the unique key of a team: its folded path."""
    return SEPARATOR.join(map(key, path))


def teams_by_key() -> dict[str, KnownTeam]:
    """Return every team, by `team_key`."""
    found = _T.select(_T.path_key, _T.path, _T.by_manager)
    return {path_key: KnownTeam(path, bool(made)) for path_key, path, made in stored(found)}


def profiles(user_ids: Collection[int]) -> dict[UserRef, Profile]:
    """Return the stored profiles of these users."""
    groups = _gathered(UserGroup, UserGroup.name, user_ids)
    teams = _gathered(TeamMember, _T.path_key, user_ids)
    leads = _gathered(TeamLeader, _T.path_key, user_ids)
    coaches = _gathered(CoachingTable, CoachingTable.coach, user_ids)
    found = U.select(U.id, *fact_columns(_READER.names))
    return {
        user_id: Profile._make(
            (
                *(values := _READER.values(told))[:_LINKS],
                groups.get(user_id, _NOTHING),
                teams.get(user_id, _NOTHING),
                leads.get(user_id, _NOTHING),
                coaches.get(user_id, _NOTHING),
                *values[_LINKS:],
            )
        )
        for user_id, *told in stored(found.where(among(U.id, user_ids)))
    }


def logins_of(user_ids: Collection[int]) -> dict[UserRef, str]:
    """Return the logins of these users."""
    return dict(stored(_U.select(_U.id, _U.login).where(among(_U.id, user_ids))))


def count_everybody() -> tuple[int, int]:
    """Return the number of users, and of active users."""
    everybody = count(_U.select()) - count(MergedUser.select())
    return everybody, count(_U.select().where(_U.active))


def _known(unique: Any, keys: Collection[str], former: Any) -> dict[str, KnownUser]:
    """Return the users of ``keys``, including keys of records that were merged into theirs."""
    told = (_U.id, _U.login, _U.given_name, _U.family_name, _U.employee_number_key)
    merged = _U.select(former, *told).join(_M, on=_M.into == _U.id).where(among(former, keys))
    own = _U.select(unique, *told).where(among(unique, keys))
    return {
        folded: KnownUser(user_id, login, full_name(given, family), number or "")
        for query in (merged, own)
        for folded, user_id, login, given, family, number in stored(query)
    }


def _gathered(table: Any, value: Any, user_ids: Collection[int]) -> dict[int, frozenset[Any]]:
    """Return the ``value`` of each row of ``table``, or of the team it refers to, by user."""
    of_users = table.select(table.user, value).where(among(table.user, user_ids))
    if value.model is TeamTable:
        of_users = of_users.join(_T, on=_T.id == table.team)
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for user_id, each in stored(of_users):
        found[user_id].append(each)
    return {user_id: frozenset(values) for user_id, values in found.items()}
