"""SQL that is written by hand: clauses that carry their parameters, on both engines.

Values never become part of the text. Parameters are written ``?`` and instants are handed over as
aware datetimes, days as dates; both come back as such through `instant` and `day`.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import date, datetime
from itertools import chain
from typing import Any, TypeVar

import peewee

from studio_tui.storage.engine.fields import for_sqlite, instant_of
from studio_tui.storage.engine.peewee_internals import driver_errors
from studio_tui.storage.engine.unit import is_sqlite, spoken_to

K = TypeVar("K", int, str)


_MANY = 2_000
"""Rows that make a difference to how others are found."""


def execute(text: str, *params: Any) -> Any:
    """Run one statement inside the open unit of work; returns the cursor."""
    if is_sqlite():
        return spoken_to().execute_sql(text, params)
    return spoken_to().execute_sql(text.replace("%", "%%").replace("?", "%s"), params)


def execute_alone(statement: Any) -> None:
    """Run one statement of the builder that changes rows, as all that `Store.writing_alone` is
    opened for."""
    tell = "" if is_sqlite() else spoken_to().tell()
    spoken_to().execute(statement.returning(peewee.SQL(tell)) if tell else statement)


def rows(text: str, *params: Any) -> list[tuple[Any, ...]]:
    """All rows that a statement returns."""
    return list(execute(text, *params).fetchall())


def scalar(text: str, *params: Any) -> Any:
    """The first column of the first row, None where there is no row."""
    found = execute(text, *params).fetchone()
    return found[0] if found else None


def execute_many(text: str, params: Iterable[Sequence[Any]]) -> None:
    """Run one statement once per row of ``params``, as fast as the driver can."""
    run_many(text if is_sqlite() else text.replace("%", "%%").replace("?", "%s"), params)


def run_many(text: str, params: Iterable[Sequence[Any]]) -> None:
    """The same for a statement as the driver takes it."""
    # Peewee has no such call of its own: the driver's errors are made its own here.
    with driver_errors(), closing(spoken_to().cursor()) as cursor:
        if is_sqlite():
            cursor.executemany(text, (tuple(map(for_sqlite, row)) for row in params))
        else:
            cursor.executemany(text, params)


def hold_lock(number: int) -> None:
    """Let nobody else hold this advisory lock of PostgreSQL until the transaction ends; SQLite lets
    one program write at a time as it is."""
    if not is_sqlite():
        spoken_to().execute(peewee.Select(columns=(peewee.fn.pg_advisory_xact_lock(number),)))


def learn(written: int, *tables: str) -> None:
    """Let PostgreSQL look what is in these tables now, where many rows were ``written``.

    By itself it looks up to a minute later, and what is asked until then may take minutes.
    """
    if written >= _MANY and not is_sqlite():
        # Where another is looking just now, that is enough.
        execute(f"ANALYZE (SKIP_LOCKED) {', '.join(tables)}")


def values_of(name: str, rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> peewee.CTE:
    """A common table expression of these rows, one at least."""
    # Text: a node of the builder for each value takes twenty times as long.
    row = f"({', '.join([spoken_to().param] * len(columns))})"
    values = peewee.SQL(f"VALUES {', '.join([row] * len(rows))}", list(chain.from_iterable(rows)))
    return peewee.CTE(name, values, columns=columns)


def known_instant(value: Any) -> datetime:
    """The instant in a column that is never null."""
    found = instant_of(value)
    if found is None:
        raise ValueError("an instant is missing where the schema has none missing")
    return found


def day(value: Any) -> date:
    """The day in a column."""
    return date.fromisoformat(value) if isinstance(value, str) else value
