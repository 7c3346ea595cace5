"""Users and teams: reading (U1 to U5)."""

from studio_tui.domain.listing import Sort
from studio_tui.domain.text import fold, fold_search
from studio_tui.domain.users import Role, User, UserFilter
from studio_tui.storage.listing import Listing
from studio_tui.storage.managers import managers_of
from studio_tui.storage.sql import Clause, among, containing, day, rows, scalar

_SORTS = {
    "name": "u.sort_name",
    "login": "u.login_key",
    "email": "u.email_key",
    "department": "LOWER(u.department)",
    "hired_on": "COALESCE(CAST(u.hired_on AS TEXT), '')",
}


def user_clause(filter_: UserFilter) -> Clause:
    """The users, as ``u``, that a filter matches."""
    clause = containing("u.search", map(fold_search, filter_.words()))
    if not filter_.include_left:
        clause &= Clause("u.active")
    if filter_.push_id is not None:
        clause &= Clause(
            "EXISTS (SELECT 1 FROM assignment a WHERE a.user_id = u.id "
            "AND a.push_id = ? AND a.unassigned_at IS NULL)",
            (filter_.push_id,),
        )
    return clause


def user_listing(filter_: UserFilter, sort: Sort) -> Listing:
    """The users that a filter matches."""
    key = _SORTS.get(sort.column, _SORTS["name"])
    return Listing("users u", "u.id", user_clause(filter_), key, descending=sort.descending)


def users_by_id(ids: list[int]) -> list[User]:
    """These users with everything that lists show, in the order of ``ids``."""
    wanted = among("u.id", ids)
    groups = _texts("SELECT u.user_id, u.name FROM user_group u", "u.user_id", ids, "u.name_key")
    teams = _texts(
        "SELECT u.user_id, t.path FROM team_member u JOIN team t ON t.id = u.team_id",
        "u.user_id",
        ids,
        "t.path_key",
    )
    leads = _texts(
        "SELECT u.user_id, t.path FROM team_leader u JOIN team t ON t.id = u.team_id",
        "u.user_id",
        ids,
        "t.path_key",
    )
    coaches = _texts(
        "SELECT c.user_id, u.login FROM coaching c JOIN users u ON u.id = c.coach_id",
        "c.user_id",
        ids,
        "u.login_key",
    )
    managers = managers_of(ids)
    users = {
        row[0]: User(
            id=row[0],
            login=row[1],
            email=row[2],
            given_name=row[3],
            family_name=row[4],
            language=row[5],
            time_zone=row[6],
            role=Role(row[7]),
            department=row[8],
            hired_on=day(row[9]) if row[9] else None,
            active=bool(row[10]),
            groups=groups.get(row[0], ()),
            teams=teams.get(row[0], ()),
            leads=leads.get(row[0], ()),
            coaches=coaches.get(row[0], ()),
            managers=managers.get(row[0], ()),
        )
        for row in rows(
            "SELECT u.id, u.login, u.email, u.given_name, u.family_name, u.language, u.time_zone, "
            f"u.role, u.department, u.hired_on, u.active FROM users u WHERE {wanted.text}",
            *wanted.params,
        )
    }
    return [users[user_id] for user_id in ids if user_id in users]


def user_id_of(login_or_email: str) -> int | None:
    """Who goes by this login or address, ignoring case."""
    key = fold(login_or_email)
    found = scalar("SELECT id FROM users WHERE login_key = ?", key)
    return found or scalar("SELECT id FROM users WHERE email_key = ?", key)


def ids_of_logins(names: list[str]) -> dict[str, int]:
    """Who goes by each of these logins or addresses; those unknown are left out."""
    return {name: found for name in names if (found := user_id_of(name)) is not None}


def login_keys() -> list[str]:
    """Some logins, for near misses."""
    return [key for (key,) in rows("SELECT login_key FROM users ORDER BY id LIMIT 5000")]


def matching_users(filter_: UserFilter, ids: list[int]) -> frozenset[int]:
    """Those of ``ids`` that a filter matches."""
    clause = user_clause(filter_) & among("u.id", ids)
    return frozenset(
        found for (found,) in rows(f"SELECT u.id FROM users u WHERE {clause.text}", *clause.params)
    )


def count_users(clause: Clause) -> int:
    """How many users, as ``u``, a clause matches."""
    return int(scalar(f"SELECT COUNT(*) FROM users u WHERE {clause.text}", *clause.params))


def any_user() -> bool:
    """Whether anybody is known at all."""
    return scalar("SELECT 1 FROM users LIMIT 1") is not None


def _texts(query: str, column: str, ids: list[int], order: str) -> dict[int, tuple[str, ...]]:
    wanted = among(column, ids)
    found: dict[int, tuple[str, ...]] = {}
    for user_id, text in rows(f"{query} WHERE {wanted.text} ORDER BY {order}", *wanted.params):
        found[user_id] = (*found.get(user_id, ()), text)
    return found
