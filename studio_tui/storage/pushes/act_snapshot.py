"""What an act is about, found once and kept until its unit of work ends.

Who is told, and who manages them, is asked of the whole directory, and what the act writes may
change the answer: it is written into a table of this connection alone.
"""

from typing import Any

from peewee import Select, Table

from studio_tui.storage.engine.sql import execute
from studio_tui.storage.engine.unit import is_sqlite, spoken_to

_USERS: Any = Table("act_user", ("user_id",))
_PAIRS: Any = Table("act_pair", ("user_id", "manager_id"))


def fixed_users(users: Any) -> tuple[Any, int]:
    """``users``, a query of one column ``user_id``, as they are now, in the order of their ids; and
    how many they are. It holds until the next call in this unit of work."""
    number = _fix(_USERS, users, ("user_id",))
    return _USERS.select(_USERS.user_id), number


def fixed_pairs(pairs: Any) -> Any:
    """``pairs``, a query of ``user_id`` and ``manager_id``, likewise, by manager."""
    _fix(_PAIRS, pairs, ("user_id", "manager_id"))
    return _PAIRS.select(_PAIRS.user_id, _PAIRS.manager_id)


def begin_snapshot(table: Any, *columns: str) -> None:
    """Let ``table``, of these ``columns`` with their types, be there for this connection alone, and
    empty; it is empty again once the unit of work ends, or begins the next."""
    # Peewee makes tables of models only, and these belong to no schema.
    kept = "" if is_sqlite() else " ON COMMIT DELETE ROWS"
    execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table.__name__} ({', '.join(columns)}){kept}")
    table.delete().execute(spoken_to())


def _fix(table: Any, query: Any, columns: tuple[str, ...]) -> int:
    begin_snapshot(table, *(f"{column} INTEGER" for column in columns))
    found = query.alias("found")
    named = [getattr(found.c, column) for column in columns]
    ordered = Select((found,), named).order_by(*reversed(named))
    written = table.insert(ordered, columns=[getattr(table, column) for column in columns])
    return int(written.as_rowcount().execute(spoken_to()))
