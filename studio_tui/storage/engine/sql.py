"""SQL that is written by hand: clauses that carry their parameters, on both engines.

Values never become part of the text. Parameters are written ``?`` and instants are handed over as
aware datetimes, days as dates; both come back as such through `instant` and `day`.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any, TypeVar

import peewee

from studio_tui.storage.engine.fields import for_sqlite, instant_of
from studio_tui.storage.engine.peewee_internals import driver_errors
from studio_tui.storage.engine.unit import is_sqlite, spoken_to

K = TypeVar("K", int, str)


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of SQL with its parameters."""

    text: str
    params: tuple[Any, ...] = ()

    def __and__(self, other: "Clause") -> "Clause":
        return Clause(f"(({self.text}) AND ({other.text}))", self.params + other.params)


_MANY = 2_000
"""Rows that make a difference to how others are found."""


def expression(clause: Clause) -> peewee.SQL:
    """``clause`` for Peewee's query builder, in brackets."""
    if is_sqlite():
        return peewee.SQL(f"({clause.text})", clause.params)
    return peewee.SQL(f"({clause.text.replace('%', '%%').replace('?', '%s')})", clause.params)


def rendered(query: Any) -> Clause:
    """A query or a condition of Peewee's as text, where it is to stand in text."""
    is_condition = not isinstance(query, peewee.BaseQuery)
    with spoken_to().get_sql_context().scope_normal(subquery=is_condition) as context:
        text, params = context.sql(query).query()
    return Clause(text if is_sqlite() else text.replace("%s", "?"), tuple(params))


def textual(clause: Clause, *columns: str) -> peewee.Select:
    """A query that is text for Peewee's builder; ``columns`` are those that it finds."""
    found = peewee.NodeList((expression(clause), peewee.SQL("AS found")))
    return peewee.Select((found,), [peewee.SQL(f"found.{column}") for column in columns])


def execute(text: str, *params: Any) -> Any:
    """Run one statement inside the open unit of work; returns the cursor."""
    if is_sqlite():
        return spoken_to().execute_sql(text, params)
    return spoken_to().execute_sql(text.replace("%", "%%").replace("?", "%s"), params)


def execute_alone(text: str, *params: Any) -> None:
    """Run one statement that changes rows, as all that `Store.writing_alone` is opened for."""
    tell = "" if is_sqlite() else spoken_to().tell()
    execute(f"{text} RETURNING {tell}" if tell else text, *params)


def rows(text: str, *params: Any) -> list[tuple[Any, ...]]:
    """All rows that a statement returns."""
    return list(execute(text, *params).fetchall())


def scalar(text: str, *params: Any) -> Any:
    """The first column of the first row, None where there is no row."""
    found = execute(text, *params).fetchone()
    return found[0] if found else None


def execute_many(text: str, params: Iterable[Sequence[Any]]) -> None:
    """Run one statement once per row of ``params``, as fast as the driver can."""
    # Peewee has no such call of its own: the driver's errors are made its own here.
    with driver_errors(), closing(spoken_to().cursor()) as cursor:
        if is_sqlite():
            cursor.executemany(text, (tuple(map(for_sqlite, row)) for row in params))
        else:
            cursor.executemany(text.replace("%", "%%").replace("?", "%s"), params)


def learn(written: int, *tables: str) -> None:
    """Let PostgreSQL look what is in these tables now, where many rows were ``written``.

    By itself it looks up to a minute later, and what is asked until then may take minutes.
    """
    if written >= _MANY and not is_sqlite():
        # Where another is looking just now, that is enough.
        execute(f"ANALYZE (SKIP_LOCKED) {', '.join(tables)}")


def listed(name: str, rows: Sequence[Sequence[Any]]) -> Clause:
    """``WITH`` for a statement that goes over ``rows``, one at least: ``name`` is that of the table
    and its columns, ``sent (id, address)``."""
    row = f"({', '.join('?' * len(rows[0]))})"
    values = ", ".join([row] * len(rows))
    return Clause(f"WITH {name} AS (VALUES {values})", tuple(chain.from_iterable(rows)))


def among(column: str, values: Iterable[K]) -> Clause:
    """``column`` is one of ``values``, however many: one parameter."""
    wanted = sorted(values)
    if is_sqlite():
        return Clause(f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(wanted),))
    return Clause(f"{column} = ANY(?)", (wanted,))


def known_instant(value: Any) -> datetime:
    """The instant in a column that is never null."""
    found = instant_of(value)
    if found is None:
        raise ValueError("an instant is missing where the schema has none missing")
    return found


def day(value: Any) -> date:
    """The day in a column."""
    return date.fromisoformat(value) if isinstance(value, str) else value
