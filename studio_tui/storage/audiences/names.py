"""The names that audiences speak of: which there are, for looking up and for near misses (P13)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from studio_tui.domain.audiences.words import ValueKind
from studio_tui.domain.people.facts import Fact
from studio_tui.domain.shared.enum_tables import OfSome
from studio_tui.domain.shared.text import fold
from studio_tui.storage.audiences import segments
from studio_tui.storage.engine.expressions import ONE, P, among
from studio_tui.storage.engine.sql import rows
from studio_tui.storage.engine.tables import TeamTable, UserTable

_K: Any = UserTable
_T: Any = TeamTable


def groups() -> list[str]:
    """The groups that there are, by name, each once in one spelling."""
    return [
        spelled
        for (spelled,) in rows(
            "WITH RECURSIVE found(k) AS (SELECT MIN(name_key) FROM user_group UNION ALL "
            "SELECT (SELECT MIN(g.name_key) FROM user_group g WHERE g.name_key > f.k) FROM found f "
            "WHERE f.k IS NOT NULL) SELECT (SELECT MIN(g.name) FROM user_group g "
            "WHERE g.name_key = f.k) FROM found f WHERE f.k IS NOT NULL ORDER BY f.k"
        )
    ]


def values_of(fact: Fact) -> Mapping[str, str]:
    """What users have for a fact that is text: by the key that the engine compares it by, one
    spelling."""
    column = f"u.{fact.name}"
    found: dict[str, str] = {}
    # From one value to the next by the index of them, where there is one: users are many.
    for active in ("TRUE", "FALSE"):
        there = f"FROM users u WHERE u.active = {active}"
        for key, spelled in rows(
            f"WITH RECURSIVE found(k) AS (SELECT MIN(LOWER({column})) {there} UNION ALL "
            f"SELECT (SELECT MIN(LOWER({column})) {there} AND LOWER({column}) > f.k) FROM found f "
            "WHERE f.k IS NOT NULL) "
            f"SELECT f.k, (SELECT {column} {there} AND LOWER({column}) = f.k LIMIT 1) "
            "FROM found f WHERE f.k IS NOT NULL"
        ):
            if spelled:
                found.setdefault(key, spelled)
    return found


def is_somebodys(fact: Fact, text: str) -> bool:
    """Whether somebody has this for a fact that is unique."""
    column = getattr(_K, f"{fact.name}_key")
    return _K.select(ONE).where(column == fold(text)).limit(1).scalar() is not None


def push_names(ids: Collection[int]) -> dict[int, str]:
    """The names of these pushes."""
    return dict(P.select(P.id, P.name).where(among(P.id, ids)).tuples())


def team_paths(ids: Collection[int]) -> dict[int, str]:
    """The paths of these teams."""
    return dict(_T.select(_T.id, _T.path).where(among(_T.id, ids)).tuples())


def logins(ids: Collection[int]) -> dict[int, str]:
    """The logins of these users."""
    return dict(_K.select(_K.id, _K.login).where(among(_K.id, ids)).tuples())


_NO_NAMES: Mapping[int, str] = {}
NAMES_BY_ID: OfSome[ValueKind, Callable[[Collection[int]], Mapping[int, str]]] = OfSome(
    {
        ValueKind.TEAM: team_paths,
        ValueKind.PUSH: push_names,
        ValueKind.USER: logins,
        ValueKind.SEGMENT: segments.names_of,
    },
    otherwise=lambda _: _NO_NAMES,
)
"""What is kept by its id, by kind: the names of those that are there."""
