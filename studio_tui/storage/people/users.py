"""Users and teams: reading (U1 to U5)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.facts import FACTS, FactType
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.users import User, UserFilter, full_name, sort_name
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.shared.text import fold, fold_search
from studio_tui.storage.engine.sql import (
    EVERYBODY,
    Clause,
    among,
    containing,
    one_of,
    rows,
    scalar,
    selected,
)
from studio_tui.storage.engine.tables import UserTable
from studio_tui.storage.engine.unit import is_sqlite
from studio_tui.storage.lists.keyset import Listing
from studio_tui.storage.lists.text_search import finding
from studio_tui.storage.people.fact_columns import ColumnReader, sort_key
from studio_tui.storage.people.managers import managers_of, unmanaged

People = Clause
"""A query of one column, the ids of users: what it says is nobody's business who holds it."""
_SORTS = {
    "name": "u.sort_name",
    **{fact.name: sort_key(fact) for fact in FACTS if fact.sorted},
}
_COMPUTED = {fact.name for fact in FACTS if fact.type is FactType.DAY}
"""What is sorted by a text that no index holds."""
_READER = ColumnReader(FACTS)
_SELECTED = ", ".join(f"u.{name}" for name in _READER.names)


def user_clause(filter_: UserFilter) -> Clause:
    """The users, as ``u``, that a filter matches."""
    return finding("u", filter_.text) & _narrowing(filter_)


def _narrowing(filter_: UserFilter) -> Clause:
    """What a filter says beside its words."""
    clause = EVERYBODY
    if not filter_.include_left:
        # Not only true, but equal to it: so SQLite looks it up.
        clause = Clause("u.active = TRUE")
    if filter_.push_id is not None:
        clause &= Clause(
            "u.id IN (SELECT a.user_id FROM assignment a "
            "WHERE a.push_id = ? AND a.unassigned_at IS NULL)",
            (filter_.push_id,),
        )
    return clause


def chosen(selection: Selection[UserFilter]) -> Clause:
    """The users, as ``u``, that a selection holds."""
    return selected(selection, user_clause, "u.id")


def count_selected(selection: Selection[UserFilter]) -> int:
    """How many users a selection holds."""
    return count_users(chosen(selection))


def user_listing(filter_: UserFilter, sort: Sort) -> Listing:
    """The users that a filter matches."""
    key = _SORTS.get(sort.column, _SORTS["name"])
    narrowed = bool(filter_.words()) or filter_.push_id is not None
    return Listing(
        # SQLite would go through all that are there by an index, one by one.
        "users u NOT INDEXED" if narrowed and is_sqlite() else "users u",
        "u.id",
        user_clause(filter_),
        key,
        descending=sort.descending,
        narrowed=narrowed,
        computed=sort.column in _COMPUTED,
        walked="users u",
    )


def users_by_id(ids: list[int]) -> list[User]:
    """These users with everything that lists show, in the order of ``ids``."""
    wanted = among("u.id", ids)
    groups = _texts("user_group u", "u.name", ids, "u.name_key")
    teams = _texts("team_member u JOIN team t ON t.id = u.team_id", "t.path", ids, "t.path_key")
    leads = _texts("team_leader u JOIN team t ON t.id = u.team_id", "t.path", ids, "t.path_key")
    coaches = _texts("coaching u JOIN users c ON c.id = u.coach_id", "c.login", ids, "c.login_key")
    managers = managers_of(ids)
    users = {
        row[0]: replace(
            _user(row[0], row[1:]),
            groups=groups.get(row[0], ()),
            teams=teams.get(row[0], ()),
            leads=leads.get(row[0], ()),
            coaches=coaches.get(row[0], ()),
            managers=managers.get(row[0], ()),
        )
        for row in rows(
            f"SELECT u.id, {_SELECTED} FROM users u WHERE {wanted.text}", *wanted.params
        )
    }
    return [users[user_id] for user_id in ids if user_id in users]


def _user(user_id: int, values: Sequence[Any]) -> User:
    told = dict(zip(_READER.names, _READER.values(values), strict=True))
    return User(id=user_id, **{**told, "role": Role(told["role"])})


def user_id_of(login_or_email: str) -> int | None:
    """Who goes by this login or address, ignoring case."""
    key = fold(login_or_email)
    found = scalar("SELECT id FROM users WHERE login_key = ?", key)
    return found or scalar("SELECT id FROM users WHERE email_key = ?", key)


def ids_of_names(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Who goes by each of these logins or addresses, by `fold` of it; unknown ones are left out.

    Two people where the login of one is the address of another.
    """
    keys = [fold(name) for name in names]
    found: dict[str, tuple[int, ...]] = {}
    for column in ("email_key", "login_key"):
        wanted = one_of(column, keys)
        for key, user_id in rows(
            f"SELECT {column}, id FROM users WHERE {wanted.text}", *wanted.params
        ):
            found[key] = tuple(sorted({*found.get(key, ()), user_id}))
    return found


def ids_of_logins(logins: Iterable[str]) -> dict[str, int]:
    """Who has each of these logins, by `fold` of it."""
    wanted = one_of("login_key", map(fold, logins))
    return dict(rows(f"SELECT login_key, id FROM users WHERE {wanted.text}", *wanted.params))


def login_keys() -> list[str]:
    """Some logins, for near misses."""
    return [key for (key,) in rows("SELECT login_key FROM users ORDER BY id LIMIT 5000")]


def matching_users(filter_: UserFilter, ids: list[int]) -> frozenset[int]:
    """Those of ``ids`` that a filter matches."""
    words = containing("u.search", map(fold_search, filter_.words()))
    clause = among("u.id", ids) & words & _narrowing(filter_)
    return frozenset(
        found for (found,) in rows(f"SELECT u.id FROM users u WHERE {clause.text}", *clause.params)
    )


def one_user(user_id: int) -> People:
    """A query of one column, ``user_id``: this user."""
    return Clause("SELECT CAST(? AS INTEGER) AS user_id", (user_id,))


def these_users(user_ids: Iterable[int]) -> People:
    """A query of one column, ``user_id``: these users, as far as they are known."""
    return users_of(among("u.id", user_ids))


def users_of(clause: Clause) -> People:
    """A query of one column, ``user_id``: the users, as ``u``, that a clause matches."""
    return Clause(f"SELECT u.id AS user_id FROM users u WHERE {clause.text}", clause.params)


def count_users(clause: Clause) -> int:
    """How many users, as ``u``, a clause matches."""
    return int(scalar(f"SELECT COUNT(*) FROM users u WHERE {clause.text}", *clause.params))


def names_of(clause: Clause) -> list[tuple[str, str]]:
    """Login and full name of the users, as ``u``, that a clause matches, by name."""
    return [
        (login, full_name(given, family))
        for login, given, family in rows(
            f"SELECT u.login, u.given_name, u.family_name FROM users u WHERE {clause.text} "
            "ORDER BY u.sort_name, u.id",
            *clause.params,
        )
    ]


def without_manager(clause: Clause, limit: int) -> list[int]:
    """The users, as ``u``, that a clause matches and who have no manager (U4), by name."""
    alone = unmanaged(Clause(f"SELECT u.id FROM users u WHERE {clause.text}", clause.params))
    return [
        found
        for (found,) in rows(
            f"SELECT u.id FROM users u WHERE u.id IN ({alone.text}) "
            "ORDER BY u.sort_name, u.id LIMIT ?",
            *alone.params,
            limit,
        )
    ]


def actor_of(login: str) -> Actor | None:
    """The active user of this login, as one who asks; None where there is none."""
    found = rows(
        "SELECT id, login, given_name, family_name, role, time_zone FROM users "
        "WHERE login_key = ? AND active",
        fold(login),
    )
    for user_id, own_login, given, family, role, zone in found:
        return Actor(user_id, own_login, full_name(given, family), Role(role), zone)
    return None


def insert_first_user(
    login: str, email: str, given: str, family: str, language: str, time_zone: str
) -> int:
    """Add the admin who makes the database; returns the id."""
    return int(
        UserTable.insert(
            login=login,
            login_key=fold(login),
            email=email,
            email_key=fold(email),
            given_name=given,
            family_name=family,
            sort_name=sort_name(given, family),
            search=fold_search(f"{given} {family} {login} {email}"),
            language=language,
            time_zone=time_zone,
            role=str(Role.ADMIN),
            department="",
            hired_on=None,
            active=True,
        ).execute()
    )


def any_user() -> bool:
    """Whether anybody is known at all."""
    return scalar("SELECT 1 FROM users LIMIT 1") is not None


def _texts(tables: str, text: str, ids: list[int], order: str) -> dict[int, tuple[str, ...]]:
    """A text of each of these users, several times; ``u.user_id`` tells whose it is."""
    wanted = among("u.user_id", ids)
    found: dict[int, tuple[str, ...]] = {}
    for user_id, value in rows(
        f"SELECT u.user_id, {text} FROM {tables} WHERE {wanted.text} ORDER BY {order}",
        *wanted.params,
    ):
        found[user_id] = (*found.get(user_id, ()), value)
    return found


def names_at(address: str) -> list[str]:
    """The names of those who are active and have an address, which is folded."""
    return [
        full_name(given, family)
        for given, family in rows(
            "SELECT given_name, family_name FROM users WHERE LOWER(email) = ? AND active "
            "ORDER BY sort_name, id",
            address,
        )
    ]
