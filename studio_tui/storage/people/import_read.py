"""What an import compares with: the users, teams, leaders and coaches there are (U6)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import peewee

from studio_tui.domain.people.facts import fact_called, with_every_fact
from studio_tui.domain.people.hr_file import Known, TeamPath, UserRef, key
from studio_tui.domain.people.users import full_name
from studio_tui.domain.shared.errors import Conflict
from studio_tui.storage.engine.sql import among, execute, one_of, rows
from studio_tui.storage.engine.unit import is_sqlite
from studio_tui.storage.people.fact_columns import ColumnReader

SEPARATOR = " > "
"""What stands between a team and the one above it, in a path."""

_LOCK_TIMEOUT = "5s"
_NOTHING: frozenset[Any] = frozenset()


@with_every_fact
class Profile(NamedTuple):
    """Everything of a user that an import can tell. Teams are named by `team_key`."""

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
"""Where in a profile its groups, teams, leads and coaches stand."""


@dataclass(frozen=True, slots=True)
class KnownTeam:
    """A team that is there."""

    path: str
    by_manager: bool


class StoredStudio:
    """Answers what `hr_file.check` asks, each question with one query. Texts are keys."""

    def by_login(self, logins: Collection[str]) -> Mapping[str, Known]:
        """Those of ``logins`` that belong to a user."""
        return _known("login_key", logins)

    def by_email(self, emails: Collection[str]) -> Mapping[str, Known]:
        """Those of ``emails`` that belong to a user."""
        return _known("email_key", emails)

    def by_number(self, numbers: Collection[str]) -> Mapping[str, Known]:
        """Those of ``numbers`` that belong to a user."""
        return _known("employee_number_key", numbers)

    def team_paths(self) -> Iterable[TeamPath]:
        """Every team there is."""
        return [tuple(path.split(SEPARATOR)) for (path,) in rows("SELECT path FROM team")]

    def teams_led(self, user_ids: Collection[int]) -> Mapping[int, Collection[TeamPath]]:
        """The teams that each of these users leads."""
        found = _gathered(
            "SELECT l.user_id, t.path FROM team_leader l JOIN team t ON t.id = l.team_id",
            "l.user_id",
            user_ids,
        )
        return {
            user_id: [tuple(path.split(SEPARATOR)) for path in paths]
            for user_id, paths in found.items()
        }


def team_key(path: TeamPath) -> str:
    """How a team is told from others: its folded path, unique."""
    return SEPARATOR.join(map(key, path))


def lock_users() -> None:
    """Keep other imports out until the unit of work ends; on SQLite it does so by itself.

    Raises `Conflict` where another import takes too long.
    """
    if is_sqlite():
        return
    execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
    try:
        execute("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
    except peewee.OperationalError as error:
        raise Conflict(
            "Somebody else is importing users just now; try again when they are done."
        ) from error


def teams_by_key() -> dict[str, KnownTeam]:
    """Every team there is, by `team_key`."""
    found = rows("SELECT path_key, path, by_manager FROM team")
    return {path_key: KnownTeam(path, bool(by_manager)) for path_key, path, by_manager in found}


def profiles(user_ids: Collection[int]) -> dict[UserRef, Profile]:
    """These users as they are."""
    groups = _gathered("SELECT user_id, name FROM user_group", "user_id", user_ids)
    teams = _gathered(_TEAMS_OF.format("team_member"), "x.user_id", user_ids)
    leads = _gathered(_TEAMS_OF.format("team_leader"), "x.user_id", user_ids)
    coaches = _gathered("SELECT user_id, coach_id FROM coaching", "user_id", user_ids)
    wanted = among("id", user_ids)
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
        for user_id, *told in rows(
            f"SELECT id, {', '.join(_READER.names)} FROM users WHERE {wanted.text}", *wanted.params
        )
    }


def logins_of(user_ids: Collection[int]) -> dict[UserRef, str]:
    """The logins of these users."""
    wanted = among("id", user_ids)
    return dict(rows(f"SELECT id, login FROM users WHERE {wanted.text}", *wanted.params))


def active_admins() -> set[UserRef]:
    """Every active admin."""
    return {found for (found,) in rows("SELECT id FROM users WHERE role = 'admin' AND active")}


def count_everybody() -> tuple[int, int]:
    """How many users there are, and how many of them are active."""
    ((users, active),) = rows(
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN active THEN 1 ELSE 0 END), 0) FROM users"
    )
    return int(users), int(active)


_TEAMS_OF = "SELECT x.user_id, t.path_key FROM {} x JOIN team t ON t.id = x.team_id"


def _known(column: str, keys: Collection[str]) -> dict[str, Known]:
    wanted = one_of(column, keys)
    found = rows(
        f"SELECT {column}, id, login, given_name, family_name, employee_number_key FROM users "
        f"WHERE {wanted.text}",
        *wanted.params,
    )
    return {
        folded: Known(user_id, login, full_name(given, family), number or "")
        for folded, user_id, login, given, family, number in found
    }


def _gathered(query: str, column: str, user_ids: Collection[int]) -> dict[int, frozenset[Any]]:
    """What ``query`` finds of each of ``user_ids``."""
    wanted = among(column, user_ids)
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for user_id, value in rows(f"{query} WHERE {wanted.text}", *wanted.params):
        found[user_id].append(value)
    return {user_id: frozenset(values) for user_id, values in found.items()}
