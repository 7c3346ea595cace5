"""The names that audiences refer to, for lookup and for near misses (P13)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from peewee import SQL, Entity, Select, fn

from studio_tui.domain.audiences.words import ValueKind
from studio_tui.domain.people.facts import Fact
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.shared.text import fold
from studio_tui.storage.audiences import segments
from studio_tui.storage.engine.expressions import ONE, P, U, among, column, named, stored
from studio_tui.storage.engine.tables import TeamTable, UserGroup, UserTable
from studio_tui.storage.engine.unit import current_database

_K: Any = UserTable
_T: Any = TeamTable
_G: Any = UserGroup.alias("g")
_FOUND = named("found", "f", "k")


def groups() -> list[str]:
    """Return the existing groups by name, each once in one spelling."""
    spelled = _G.select(fn.MIN(_G.name)).where(_G.name_key == _FOUND.k)
    return column(_each_once(_G.select(), _G.name_key, spelled).bind(current_database()))


def _each_once(rows: Any, key: Any, *columns: Any) -> Any:
    """Return a query of ``columns`` for each distinct key of ``rows``, called ``k``, in order.

    It skips from one key to the next by an index, if there is one, because users are many.
    """
    lowest = rows.select(fn.MIN(key))
    following = Select((_FOUND,), (lowest.where(key > _FOUND.k),)).where(_FOUND.k.is_null(False))
    found = lowest.union_all(following).cte("found", recursive=True, columns=("k",))
    known = Select((_FOUND,), columns).where(_FOUND.k.is_null(False))
    return known.order_by(_FOUND.k).with_cte(found)


def values_of(fact: Fact) -> Mapping[str, str]:
    """Return the values of a text fact, by the key that the engine compares: one spelling each."""
    value = Entity("u", fact.name)
    found: dict[str, str] = {}
    for active in (SQL("TRUE"), SQL("FALSE")):
        there = U.select().where(U.active == active)
        of_key = there.select(value).where(fn.LOWER(value) == _FOUND.k).limit(ONE)
        for key, spelled in stored(_each_once(there, fn.LOWER(value), _FOUND.k, of_key)):
            if spelled:
                found.setdefault(key, spelled)
    return found


def is_value_used(fact: Fact, text: str) -> bool:
    """Return whether any user has this value of a unique fact."""
    unique = getattr(_K, f"{fact.name}_key")
    return _K.select(ONE).where(unique == fold(text)).limit(1).scalar() is not None


def push_names(ids: Collection[int]) -> dict[int, str]:
    """Return the names of these pushes."""
    return dict(P.select(P.id, P.name).where(among(P.id, ids)).tuples())


def team_paths(ids: Collection[int]) -> dict[int, str]:
    """Return the paths of these teams."""
    return dict(_T.select(_T.id, _T.path).where(among(_T.id, ids)).tuples())


def logins(ids: Collection[int]) -> dict[int, str]:
    """Return the logins of these users."""
    return dict(_K.select(_K.id, _K.login).where(among(_K.id, ids)).tuples())


_NO_NAMES: Mapping[int, str] = {}
NAMES_BY_ID: DefaultTable[ValueKind, Callable[[Collection[int]], Mapping[int, str]]] = DefaultTable(
    {
        ValueKind.TEAM: team_paths,
        ValueKind.PUSH: push_names,
        ValueKind.USER: logins,
        ValueKind.SEGMENT: segments.names_of,
    },
    otherwise=lambda _: _NO_NAMES,
)
"""Lookups of the names of those that exist, for the kinds that are stored by id."""
