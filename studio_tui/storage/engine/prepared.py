"""Queries whose SQL the builder renders once for each engine.

Rendering takes the builder longer than either engine needs to find a page of a list.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from peewee import SQL, ColumnBase, Node, Select, Value, fn

from studio_tui.storage.engine.peewee_internals import RECURSIVE, QueryPlace, place_of, text_in
from studio_tui.storage.engine.sql import run_many
from studio_tui.storage.engine.unit import current_database, is_sqlite

R = TypeVar("R", bound=NamedTuple)


class _Given(NamedTuple):
    """A placeholder for a parameter until the query is executed."""

    name: str


def given(name: str) -> Value:
    """Return a placeholder for a parameter of a `Prepared` query or a `CachedFragment` fragment."""
    return Value(_Given(name), converter=False, unpack=False)


def among_given(column: Any, name: str) -> Any:
    """Return the condition that ``column`` is an element of a parameter that holds a collection."""
    if is_sqlite():
        return column.in_(Select((fn.json_each(given(name)),), (SQL("value"),)))
    return column == fn.ANY(given(name))


def render_condition(condition: Node) -> tuple[str, Sequence[Any]]:
    """Render a condition; return its SQL and parameters."""
    context = current_database().get_sql_context()
    return text_in(QueryPlace(context.scope, in_query=True), context, condition)


class CachedFragment(ColumnBase):
    """A query fragment that is rendered once: a condition, a query, or common table expressions.

    Only its `given` parameters vary. Its tables need explicit aliases, since the aliases that the
    builder generates start anew within the fragment.
    """

    def __init__(self, build: Callable[[], Node]) -> None:
        self._build = build
        self._written: dict[tuple[bool, QueryPlace], tuple[str, Sequence[Any]]] = {}
        self._values: dict[str, Any] | None = None
        setattr(self, RECURSIVE, True)

    def of(self, **values: Any) -> "CachedFragment":
        """Return a copy with these parameter values."""
        found: CachedFragment = self.clone()
        found._values = values
        return found

    def __sql__(self, context: Any) -> Any:
        """Render the fragment for Peewee."""
        place = place_of(context)
        if (written := self._written.get((is_sqlite(), place))) is None:
            written = text_in(place, current_database().get_sql_context(), self._build())
            self._written[is_sqlite(), place] = written
        text, params = written
        if self._values is not None:
            params = [_asked(each, self._values) for each in params]
        return context.sql(SQL(text, params))


class PreparedStatement:
    """A statement made by ``build`` that is executed for its changes."""

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build
        self._written: dict[bool, tuple[str, list[Any]]] = {}

    def execute(self, **values: Any) -> Any:
        """Execute the statement with these parameter values and return the cursor."""
        if is_sqlite() not in self._written:
            self._written[is_sqlite()] = current_database().get_sql_context().parse(self._build())
        text, params = self._written[is_sqlite()]
        return current_database().execute_sql(text, [_asked(each, values) for each in params])


class Prepared(PreparedStatement, Generic[R]):
    """A query made by ``build`` whose rows are named tuples of the type ``row``.

    Values are as the engine stores them: convert instants by `fields.instant_of` and days by
    `sql.day`.
    """

    def __init__(self, row: type[R], build: Callable[[], Any]) -> None:
        super().__init__(build)
        self._row: Any = row

    def rows(self, **values: Any) -> list[R]:
        """Return the rows for these parameter values."""
        return [self._row._make(found) for found in self.execute(**values).fetchall()]


def execute_for_each(statement: Any, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Execute a statement of the builder once for each row, as fast as the driver can.

    A row holds the `given` parameters in the order of ``names``.
    """
    text, params = current_database().get_sql_context().parse(statement)
    places = [names.index(each.name) for each in params]
    if places != list(range(len(places))):
        rows = ([row[place] for place in places] for row in rows)
    run_many(text, rows)


def _asked(each: Any, values: dict[str, Any]) -> Any:
    if not isinstance(each, _Given):
        return each
    value = values[each.name]
    if not isinstance(value, Collection) or isinstance(value, str | bytes):
        return value
    return json.dumps(list(value)) if is_sqlite() else list(value)
