"""Queries that are asked again and again: the builder writes their text once for each engine.

To write it takes the builder longer than either engine takes to find a page of a list by it.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from peewee import SQL, ColumnBase, Node, Select, Value, fn

from studio_tui.storage.engine.peewee_internals import RECURSIVE, QueryPlace, place_of, text_in
from studio_tui.storage.engine.sql import run_many
from studio_tui.storage.engine.unit import is_sqlite, spoken_to

R = TypeVar("R", bound=NamedTuple)


class _Given(NamedTuple):
    """Stands for a parameter until the query is asked."""

    name: str


def given(name: str) -> Value:
    """A parameter of a `Prepared` query, or of a `WrittenOnce` part."""
    return Value(_Given(name), converter=False, unpack=False)


def among_given(column: Any, name: str) -> Any:
    """``column`` is one of those in a parameter of a `Prepared` query: a collection."""
    if is_sqlite():
        return column.in_(Select((fn.json_each(given(name)),), (SQL("value"),)))
    return column == fn.ANY(given(name))


def written(condition: Node) -> tuple[str, Sequence[Any]]:
    """A condition as text, with its parameters."""
    context = spoken_to().get_sql_context()
    return text_in(QueryPlace(context.scope, in_query=True), context, condition)


class WrittenOnce(ColumnBase):
    """A part of queries that is always the same but for its `given` parameters: a condition, a
    query, or common table expressions.

    The tables in it need names of their own: those that the builder makes up begin anew in it.
    """

    def __init__(self, build: Callable[[], Node]) -> None:
        self._build = build
        self._written: dict[tuple[bool, QueryPlace], tuple[str, Sequence[Any]]] = {}
        self._values: dict[str, Any] | None = None
        setattr(self, RECURSIVE, True)

    def of(self, **values: Any) -> "WrittenOnce":
        """The same with these parameters."""
        found: WrittenOnce = self.clone()
        found._values = values
        return found

    def __sql__(self, context: Any) -> Any:
        """What Peewee asks each part of a query for."""
        place = place_of(context)
        if (written := self._written.get((is_sqlite(), place))) is None:
            written = text_in(place, spoken_to().get_sql_context(), self._build())
            self._written[is_sqlite(), place] = written
        text, params = written
        if self._values is not None:
            params = [_asked(each, self._values) for each in params]
        return context.sql(SQL(text, params))


class PreparedStatement:
    """A statement that ``build`` makes, which is run for what it changes."""

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build
        self._written: dict[bool, tuple[str, list[Any]]] = {}

    def execute(self, **values: Any) -> Any:
        """Run it with these parameters; returns the cursor."""
        if is_sqlite() not in self._written:
            self._written[is_sqlite()] = spoken_to().get_sql_context().parse(self._build())
        text, params = self._written[is_sqlite()]
        return spoken_to().execute_sql(text, [_asked(each, values) for each in params])


class Prepared(PreparedStatement, Generic[R]):
    """A query that ``build`` makes, of rows that ``row`` has the names of.

    Values come as the engine keeps them: instants through `fields.instant_of`, days through
    `sql.day`.
    """

    def __init__(self, row: type[R], build: Callable[[], Any]) -> None:
        super().__init__(build)
        self._row: Any = row

    def rows(self, **values: Any) -> list[R]:
        """The rows that it finds with these parameters."""
        return [self._row._make(found) for found in self.execute(**values).fetchall()]


def for_each(statement: Any, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Run a statement of the builder once for each row, as fast as the driver can: a row holds its
    `given` parameters, in the order of ``names``."""
    text, params = spoken_to().get_sql_context().parse(statement)
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
