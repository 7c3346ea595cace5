"""Reading users and teams (U1 to U5)."""

import re
from collections import namedtuple
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Case, Cast, Join, NodeList, Select, Value, fn

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.facts import FACTS, FactType
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.users import User, UserFilter, full_name, sort_name
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.shared.label_search import match_labels
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.shared.text import fold, fold_search
from studio_tui.storage.audiences.conditions import audience_condition, includes_left
from studio_tui.storage.engine.expressions import (
    NO_TEXT,
    ONE,
    ZERO,
    A,
    U,
    among,
    both,
    column,
    containing,
    count,
    named,
    selected,
)
from studio_tui.storage.engine.fields import literal
from studio_tui.storage.engine.prepared import Prepared, among_given
from studio_tui.storage.engine.tables import (
    CoachingTable,
    MergedUser,
    TeamLeader,
    TeamMember,
    TeamTable,
    UserGroup,
    UserTable,
)
from studio_tui.storage.engine.unit import is_sqlite
from studio_tui.storage.lists.keyset import Listing
from studio_tui.storage.lists.shown_words import any_of, words_condition
from studio_tui.storage.lists.text_search import text_condition
from studio_tui.storage.outbox.bounces import IS_BOUNCING, bouncing, bouncing_among
from studio_tui.storage.people.fact_columns import ColumnReader, fact_columns, sort_key
from studio_tui.storage.people.manager_search import managed_by_named
from studio_tui.storage.people.managers import (
    USER_HAS_MANAGER,
    first_managers,
    manager_counts,
    managers_of,
    unmanaged,
)
from studio_tui.storage.people.stored_scope import scope_of

People = Any
"""A query of one column, ``user_id``. Callers pass it on without looking inside."""
_K: Any = UserTable
_SORTS = {
    "name": U.sort_name,
    **{fact.name: sort_key(fact) for fact in FACTS if fact.sorted},
}
_SHOWN_ROLES = DefaultTable(
    {Role.ADMIN: str(Role.ADMIN), Role.SUPPORT: str(Role.SUPPORT)}, otherwise=""
)
_LEFT = {True: "has left"}
_IN = {True: "in already"}
_ALONE = {True: "no manager"}
_BOUNCED = {True: "mail bounced"}
_LANGUAGE = re.compile(r"[A-Za-z]{2}")
_DAY = re.compile(r"\d{4}(-\d\d){1,2}")
_OF_TEAM: Any = TeamMember.alias("m")
_FIRST: Any = TeamTable.alias("t")
_TEAMS = _OF_TEAM.select(fn.MIN(_FIRST.path_key)).join(_FIRST, on=_FIRST.id == _OF_TEAM.team)
_FIRST_TEAM = fn.COALESCE(_TEAMS.where(_OF_TEAM.user == U.id), NO_TEXT)
_STANDING = Case(
    None,
    (
        (~U.active, literal("left")),
        (IS_BOUNCING, literal("bounced")),
        (U.role == literal(Role.USER), NO_TEXT),
    ),
    U.role,
)


def _note(filter_: UserFilter) -> Any:
    there = U.id.in_(_in_push(filter_.candidate_for or 0))
    return Case(None, ((there, literal("in_already")), (~U.active, literal("left"))), NO_TEXT)


_OF_USER = named("g", "g", "user_id", "number", "name")
_UNINDEXED: dict[str, tuple[Any, Callable[[People], Any] | None]] = {
    "teams": (_FIRST_TEAM, None),
    "standing": (_STANDING, None),
    "managers": (fn.COALESCE(_OF_USER.number, ZERO), manager_counts),
    "manager_names": (fn.COALESCE(_OF_USER.name, NO_TEXT), first_managers),
}
"""Columns of lists that no index covers: the sort key, and the query by user that computes it."""
_COMPUTED = {fact.name for fact in FACTS if fact.type is FactType.DAY} | {"note", *_UNINDEXED}
"""Columns sorted by a text that no index holds."""
_READER = ColumnReader(FACTS)


def user_condition(filter_: UserFilter) -> Any:
    """Return the condition that a filter puts on the users ``U``."""
    return _condition(filter_, _finding)


def _condition(filter_: UserFilter, find: Callable[[str], Any]) -> Any:
    words = words_condition(
        filter_.text,
        find,
        lambda word: _meaning(word, filter_),
        lambda word: _managed_people(word, filter_),
    )
    return both(words.condition, _narrowing(filter_))


def _finding(text: str) -> Any:
    return text_condition(U, text)


def _managed_people(word: str, filter_: UserFilter) -> list[int]:
    return [] if filter_.candidate_for is None else managed_by_named(word)


def _meaning(word: str, filter_: UserFilter) -> Any | None:
    """Return the condition of a word that means a visible property outside the search index."""
    roles = match_labels(word, _SHOWN_ROLES)
    left = match_labels(word, _LEFT) and _with_left(filter_)
    alone = match_labels(word, _ALONE)
    push_id = filter_.candidate_for
    return any_of(
        (U.role.in_(roles) & U.active) if roles else None,
        (U.active == SQL("FALSE")) if left else None,
        ~USER_HAS_MANAGER if alone else None,
        U.id.in_(bouncing()) if match_labels(word, _BOUNCED) else None,
        U.id.in_(_in_push(push_id)) if push_id is not None and match_labels(word, _IN) else None,
        U.language == word.lower() if _LANGUAGE.fullmatch(word) else None,
        Cast(U.hired_on, "TEXT").startswith(word) if _DAY.fullmatch(word) else None,
    )


def _narrowing(filter_: UserFilter) -> Any:
    """Return the condition of a filter apart from its words."""
    # Compared with TRUE, not only true: SQLite then uses the index.
    found = ~merged(U) if _with_left(filter_) else U.active == SQL("TRUE")
    if filter_.left_before is not None:
        found = U.left_at.is_null(False) & (U.left_at < filter_.left_before)
    if filter_.where is not None:
        found = both(found, audience_condition(filter_.where))
    if filter_.push_id is not None:
        found = both(found, U.id.in_(_in_push(filter_.push_id)))
    return found


def _with_left(filter_: UserFilter) -> bool:
    return filter_.include_left or includes_left(filter_.where)


def merged(table: Any) -> Any:
    """Return the condition that a row was merged into another and is not a user any more (U11)."""
    return table.id.in_(MergedUser.select(MergedUser.user))


def _in_push(push_id: int) -> Any:
    return A.select(A.user).where(A.push == push_id, A.unassigned_at.is_null())


def chosen(selection: Selection[UserFilter]) -> Any:
    """Return the condition of the users ``U`` in a selection."""
    return selected(selection, user_condition, U.id)


def count_selected(selection: Selection[UserFilter]) -> int:
    """Return the number of users in a selection."""
    return count_users(chosen(selection))


def user_listing(filter_: UserFilter, sort: Sort) -> Listing:
    """Return the ordered ids of the users that match a filter."""
    key, keys_of = _UNINDEXED.get(sort.column, (_SORTS.get(sort.column, _SORTS["name"]), None))
    if sort.column == "note":
        key = _note(filter_)
    narrowed = bool(
        filter_.words()
        or filter_.where
        or filter_.push_id is not None
        or filter_.left_before is not None
    )
    return Listing(
        # Otherwise SQLite would walk all active users by an index.
        NodeList((U, SQL("NOT INDEXED"))) if narrowed and is_sqlite() else U,
        U.id,
        user_condition(filter_),
        key,
        descending=sort.descending,
        narrowed=narrowed,
        computed=sort.column in _COMPUTED,
        whole=_joined_with(keys_of(_K.select(_K.id))) if keys_of else None,
        walked=U,
    )


def _joined_with(found: Any) -> Join:
    """Join the users ``U`` with the result of a query by user."""
    return Join(U, found.alias("g"), JOIN.LEFT_OUTER, _OF_USER.user_id == U.id)


_NAMES: Any = ["id", *_READER.names]
_UserRow: Any = namedtuple("_UserRow", _NAMES)  # type: ignore[misc]


class _OfUser(NamedTuple):
    user_id: int
    text: str


_USERS: Prepared[Any] = Prepared(
    _UserRow,
    lambda: U.select(*fact_columns(_NAMES)).where(among_given(U.id, "ids")),
)
_TEAM: Any = TeamTable
_COACH: Any = UserTable.alias("c")


def _prepared_texts(table: Any, text: Any, order: Any, *joined: Any) -> "Prepared[_OfUser]":
    """Return a prepared query of several texts for each of some users."""

    def build() -> Any:
        found = table.select(table.user, text)
        for other, on in joined:
            found = found.join(other, on=on)
        return found.where(among_given(table.user, "ids")).order_by(order)

    return Prepared(_OfUser, build)


_GROUPS = _prepared_texts(UserGroup, UserGroup.name, UserGroup.name_key)
_TEAMS, _LEADS = (
    _prepared_texts(table, TeamTable.path, TeamTable.path_key, (TeamTable, table.team == _TEAM.id))
    for table in (TeamMember, TeamLeader)
)
_COACHES = _prepared_texts(
    CoachingTable, _COACH.login, _COACH.login_key, (_COACH, CoachingTable.coach == _COACH.id)
)


def users_by_id(ids: list[int]) -> list[User]:
    """Return these users with everything that lists show, in the order of ``ids``."""
    if not ids:
        return []
    groups, teams, leads, coaches = (
        _texts(each, ids) for each in (_GROUPS, _TEAMS, _LEADS, _COACHES)
    )
    managers = managers_of(ids)
    back = bouncing_among(ids)
    users = {
        row.id: User(
            **_fact_values(row),
            groups=groups.get(row.id, ()),
            teams=teams.get(row.id, ()),
            leads=leads.get(row.id, ()),
            coaches=coaches.get(row.id, ()),
            managers=managers.get(row.id, ()),
            mail_bounced=row.id in back,
        )
        for row in _USERS.rows(ids=ids)
    }
    return [users[user_id] for user_id in ids if user_id in users]


def _fact_values(row: Any) -> dict[str, Any]:
    facts = dict(zip(_READER.names, _READER.values(row[1:]), strict=True))
    return {**facts, "id": row.id, "role": Role(facts["role"])}


def _texts(several: "Prepared[_OfUser]", ids: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for user_id, text in several.rows(ids=ids):
        found[user_id] = (*found.get(user_id, ()), text)
    return found


def ids_of_names(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Return the user ids of each of these logins or addresses, by its `fold`.

    Unknown names are left out. A name has two ids if it is one user's login and another's address.
    """
    keys = [fold(name) for name in names]
    found: dict[str, tuple[int, ...]] = {}
    for unique in (_K.email_key, _K.login_key):
        for key, user_id in _K.select(unique, _K.id).where(among(unique, keys)).tuples():
            found[key] = tuple(sorted({*found.get(key, ()), user_id}))
    return found


def ids_of_logins(logins: Iterable[str]) -> dict[str, int]:
    """Return the user id of each of these logins, by its `fold`."""
    wanted = among(_K.login_key, map(fold, logins))
    return dict(_K.select(_K.login_key, _K.id).where(wanted).tuples())


def login_keys() -> list[str]:
    """Return some logins, for near misses."""
    return column(_K.select(_K.login_key).order_by(_K.id).limit(5000))


def matching_users(filter_: UserFilter, ids: list[int]) -> frozenset[int]:
    """Return those of ``ids`` that match a filter."""
    # For a few ids, scanning their texts is cheaper than the search index.
    words = _condition(filter_, lambda text: containing(U.search, map(fold_search, text.split())))
    found = U.select(U.id).where(both(among(U.id, ids), words))
    return frozenset(column(found))


def one_user(user_id: int) -> People:
    """Return a query of one column, ``user_id``, with this user."""
    return Select(columns=(Cast(Value(user_id), "INTEGER").alias("user_id"),))


def these_users(user_ids: Iterable[int]) -> People:
    """Return a query of one column, ``user_id``, with those of these users that exist."""
    return users_of(among(U.id, user_ids))


def users_of(condition: Any) -> People:
    """Return a query of one column, ``user_id``, of the users ``U`` that match a condition."""
    return U.select(U.id.alias("user_id")).where(condition)


def count_users(condition: Any) -> int:
    """Return the number of users ``U`` that match a condition."""
    return count(U.select().where(condition))


def names_of(condition: Any) -> list[tuple[str, str]]:
    """Return login and full name of the users ``U`` that match a condition, by name."""
    found = U.select(U.login, U.given_name, U.family_name).where(condition)
    return [
        (login, full_name(given, family))
        for login, given, family in found.order_by(U.sort_name, U.id).tuples()
    ]


def without_manager(condition: Any, limit: int) -> list[int]:
    """Return the users ``U`` that match a condition and have no manager (U4), by name."""
    alone = U.select(U.id).where(U.id.in_(unmanaged(users_of(condition))))
    return column(alone.order_by(U.sort_name, U.id).limit(limit))


def actor_of(login: str) -> Actor | None:
    """Return the active user of this login as an actor; None if there is none."""
    found = _K.select(_K.id, _K.login, _K.given_name, _K.family_name, _K.role, _K.time_zone)
    there = found.where(_K.login_key == fold(login), _K.active)
    for user_id, own_login, given, family, role, zone in there.tuples():
        name = full_name(given, family)
        return Actor(user_id, own_login, name, Role(role), zone, scope=scope_of(user_id))
    return None


def insert_first_user(
    login: str, email: str, given: str, family: str, language: str, time_zone: str
) -> int:
    """Add the admin who creates the database; return the id."""
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
    """Return whether any user exists."""
    return _K.select(ONE).limit(1).scalar() is not None


def names_at(address: str) -> list[str]:
    """Return the names of the active users with this address, which must be folded."""
    there = _K.select(_K.given_name, _K.family_name).where(fn.LOWER(_K.email) == address, _K.active)
    return [
        full_name(given, family) for given, family in there.order_by(_K.sort_name, _K.id).tuples()
    ]
