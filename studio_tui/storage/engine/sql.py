"""Hand-written SQL with parameters, for both engines.

Values are never part of the text. Parameters are written ``?``. Instants are passed as aware
datetimes and days as dates; `required_instant` and `day` convert the results.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import date, datetime
from itertools import chain
from typing import Any, TypeVar

import peewee

from studio_tui.storage.engine.fields import for_sqlite, instant_of
from studio_tui.storage.engine.peewee_internals import driver_errors
from studio_tui.storage.engine.unit import current_database, is_sqlite

K = TypeVar("K", int, str)


_MANY = 2_000
"""Number of written rows from which the planner needs new statistics."""


def execute(text: str, *params: Any) -> Any:
    """Run one statement in the open unit of work and return the cursor."""
    if is_sqlite():
        return current_database().execute_sql(text, params)
    return current_database().execute_sql(text.replace("%", "%%").replace("?", "%s"), params)


def execute_alone(statement: Any) -> None:
    """Run one statement of the builder as the whole of a `Store.writing_alone` block.

    On PostgreSQL the statement also notifies listeners.
    """
    tell = "" if is_sqlite() else current_database().tell()
    current_database().execute(statement.returning(peewee.SQL(tell)) if tell else statement)


def rows(text: str, *params: Any) -> list[tuple[Any, ...]]:
    """Return all rows of a statement."""
    return list(execute(text, *params).fetchall())


def scalar(text: str, *params: Any) -> Any:
    """Return the first column of the first row; None if there is no row."""
    found = execute(text, *params).fetchone()
    return found[0] if found else None


def execute_many(text: str, params: Iterable[Sequence[Any]]) -> None:
    """Run one statement once for each row of ``params``, as fast as the driver can."""
    run_many(text if is_sqlite() else text.replace("%", "%%").replace("?", "%s"), params)


def run_many(text: str, params: Iterable[Sequence[Any]]) -> None:
    """Run one statement, in the parameter style of the driver, once for each row of ``params``."""
    # Peewee has no executemany, so the driver's errors are converted here.
    with driver_errors(), closing(current_database().cursor()) as cursor:
        if is_sqlite():
            cursor.executemany(text, (tuple(map(for_sqlite, row)) for row in params))
        else:
            cursor.executemany(text, params)


def hold_lock(number: int) -> None:
    """Hold a PostgreSQL advisory lock until the transaction ends.

    SQLite needs none: it allows one writer at a time.
    """
    if not is_sqlite():
        current_database().execute(
            peewee.Select(columns=(peewee.fn.pg_advisory_xact_lock(number),))
        )


def refresh_statistics(written: int, *tables: str) -> None:
    """Let PostgreSQL refresh the statistics of these tables after many rows were ``written``.

    Autovacuum does so up to a minute later, and until then queries may take minutes.
    """
    if written >= _MANY and not is_sqlite():
        # If another session analyzes a table at the moment, that is enough.
        execute(f"ANALYZE (SKIP_LOCKED) {', '.join(tables)}")


def values_of(name: str, rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> peewee.CTE:
    """Return a common table expression of these rows; at least one is required."""
    # Built as text: a node of the builder for each value would take twenty times as long.
    row = f"({', '.join([current_database().param] * len(columns))})"
    values = peewee.SQL(f"VALUES {', '.join([row] * len(rows))}", list(chain.from_iterable(rows)))
    return peewee.CTE(name, values, columns=columns)


def required_instant(value: Any) -> datetime:
    """Return the instant of a column that is never null. Raises `ValueError` if it is null."""
    found = instant_of(value)
    if found is None:
        raise ValueError("an instant is missing where the schema has none missing")
    return found


def day(value: Any) -> date:
    """Convert a stored day to a date; None stays None."""
    return date.fromisoformat(value) if isinstance(value, str) else value
