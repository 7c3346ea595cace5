"""Queries that are asked again and again: the builder writes their text once for each engine.

To write it takes the builder longer than either engine takes to find a page of a list by it.
"""

import json
from collections.abc import Callable, Collection
from typing import Any, Generic, NamedTuple, TypeVar

from peewee import SQL, Select, Value, fn

from studio_tui.storage.engine.unit import is_sqlite, spoken_to

R = TypeVar("R", bound=NamedTuple)


class _Given(NamedTuple):
    """Stands for a parameter until the query is asked."""

    name: str


def given(name: str) -> Value:
    """A parameter of a `Prepared` query."""
    return Value(_Given(name), converter=False, unpack=False)


def among_given(column: Any, name: str) -> Any:
    """``column`` is one of those in a parameter of a `Prepared` query: a collection."""
    if is_sqlite():
        return column.in_(Select((fn.json_each(given(name)),), (SQL("value"),)))
    return column == fn.ANY(given(name))


class Prepared(Generic[R]):
    """A query that ``build`` makes, of rows that ``row`` has the names of.

    Values come as the engine keeps them: instants through `fields.instant_of`, days through
    `sql.day`.
    """

    def __init__(self, row: type[R], build: Callable[[], Any]) -> None:
        self._row: Any = row
        self._build = build
        self._written: dict[bool, tuple[str, list[Any]]] = {}

    def rows(self, **values: Any) -> list[R]:
        """The rows that it finds with these parameters."""
        if is_sqlite() not in self._written:
            self._written[is_sqlite()] = spoken_to().get_sql_context().parse(self._build())
        text, params = self._written[is_sqlite()]
        asked = [_value(values[each.name]) if isinstance(each, _Given) else each for each in params]
        return [self._row._make(found) for found in spoken_to().execute_sql(text, asked).fetchall()]


def _value(value: Any) -> Any:
    if not isinstance(value, Collection) or isinstance(value, str):
        return value
    return json.dumps(list(value)) if is_sqlite() else list(value)
