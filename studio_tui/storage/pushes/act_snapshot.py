"""The subjects of an act, determined once and kept until its unit of work ends.

Finding them and their managers scans the whole directory, and the writes of the act may change the
answer: they are stored in a temporary table of this connection.
"""

from typing import Any

from peewee import Select, Table

from studio_tui.storage.engine.sql import execute
from studio_tui.storage.engine.unit import current_database, is_sqlite

_USERS: Any = Table("act_user", ("user_id",))
_PAIRS: Any = Table("act_pair", ("user_id", "manager_id"))


def snapshot_users(users: Any) -> tuple[Any, int]:
    """Materialize ``users``, a query of one column ``user_id``, ordered by id.

    Returns a query of the copy, and its number of rows. Valid until the next call in this unit of
    work.
    """
    number = _fix(_USERS, users, ("user_id",))
    return _USERS.select(_USERS.user_id), number


def snapshot_pairs(pairs: Any) -> Any:
    """Materialize ``pairs``, a query of ``user_id`` and ``manager_id``, ordered by manager."""
    _fix(_PAIRS, pairs, ("user_id", "manager_id"))
    return _PAIRS.select(_PAIRS.user_id, _PAIRS.manager_id)


def begin_snapshot(table: Any, *columns: str) -> None:
    """Create ``table``, temporary and empty; ``columns`` are given with their types.

    It is emptied when the unit of work ends, or when the next one begins.
    """
    # Peewee creates tables of models only, and these belong to no schema.
    kept = "" if is_sqlite() else " ON COMMIT DELETE ROWS"
    execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table.__name__} ({', '.join(columns)}){kept}")
    table.delete().execute(current_database())


def _fix(table: Any, query: Any, columns: tuple[str, ...]) -> int:
    begin_snapshot(table, *(f"{column} INTEGER" for column in columns))
    found = query.alias("found")
    named = [getattr(found.c, column) for column in columns]
    ordered = Select((found,), named).order_by(*reversed(named))
    written = table.insert(ordered, columns=[getattr(table, column) for column in columns])
    return int(written.as_rowcount().execute(current_database()))
