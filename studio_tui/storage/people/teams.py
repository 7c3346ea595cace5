"""Reading, moving and removing single teams (U2, U8)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from studio_tui.domain.people.teams import SEPARATOR, Leader
from studio_tui.domain.people.users import full_name
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import COUNTED, U, among, column, stored
from studio_tui.storage.engine.prepared import execute_for_each, given
from studio_tui.storage.engine.tables import TeamLeader, TeamMember, TeamTable

_L: Any = TeamLeader
_M: Any = TeamMember
_T: Any = TeamTable


class StoredTeam(NamedTuple):
    """A row of the table of teams."""

    id: int
    name: str
    parent_id: int | None
    path: str
    key: str
    """The `import_read.team_key` of the path."""


@dataclass(frozen=True, slots=True)
class TeamMove:
    """A team that gets another name or another parent, with all teams below it."""

    team_id: int
    name: str
    parent_id: int | None
    paths: Sequence[tuple[int, str, str]]
    """Id, new path and new key of the team and of all teams below it."""


def every_team() -> list[StoredTeam]:
    """Return all teams, each before those below it."""
    found = stored(_T.select(_T.id, _T.name, _T.parent, _T.path, _T.path_key))
    teams = (StoredTeam(*row) for row in found)
    return sorted(teams, key=lambda team: team.key.split(SEPARATOR))


def leaders_by_team() -> Mapping[int, tuple[Leader, ...]]:
    """Return the leaders of all teams, by team id and ordered by name.

    Includes leaders who have left.
    """
    led = _L.select(_L.team, U.id, U.login, U.given_name, U.family_name, U.active)
    led = led.join(U, on=U.id == _L.user).order_by(U.sort_name, U.id)
    found = defaultdict[int, list[Leader]](list)
    for team_id, user_id, login, given_name, family, active in stored(led):
        found[team_id].append(Leader(user_id, login, full_name(given_name, family), bool(active)))
    return {team_id: tuple(leaders) for team_id, leaders in found.items()}


def count_members() -> Mapping[int, int]:
    """Return the number of members of each team who have not left."""
    return dict(stored(_active_members().select(_M.team, COUNTED).group_by(_M.team)))


def members_of_several() -> Iterable[Collection[int]]:
    """Return the team ids of each active user who is in more than one team."""
    several = _M.select(_M.user).group_by(_M.user).having(COUNTED > 1)
    found = defaultdict[int, list[int]](list)
    for user_id, team_id in stored(
        _active_members().select(_M.user, _M.team).where(_M.user.in_(several))
    ):
        found[user_id].append(team_id)
    return found.values()


def members_of(team_id: int) -> list[int]:
    """Return the members of a team, by name; those who have left come last."""
    members = _M.select(_M.user).join(U, on=U.id == _M.user).where(_M.team == team_id)
    return column(members.order_by(U.active.desc(), U.sort_name, U.id))


def people_in(team_ids: Collection[int]) -> list[int]:
    """Return all members and leaders of these teams."""
    members = _M.select(_M.user).where(among(_M.team, team_ids))
    return column(members | _L.select(_L.user).where(among(_L.team, team_ids)))


def move_team(move: TeamMove) -> None:
    """Rename or move a team, and update the paths of all teams below it."""
    _T.update(name=move.name, parent=move.parent_id).where(_T.id == move.team_id).execute()
    moved = _T.update({_T.path: given("path"), _T.path_key: given("key")})
    execute_for_each(moved.where(_T.id == given("id")), ("id", "path", "key"), move.paths)


def remove_team(team_id: int) -> None:
    """Remove a team, which must be empty."""
    _T.delete().where(_T.id == team_id).execute()


def _active_members() -> Any:
    return _M.select().join(U, on=(U.id == _M.user) & U.active)
