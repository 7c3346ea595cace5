"""What an act is about, found once and kept until its unit of work ends.

Who is told, and who manages them, is asked of the whole directory, and what the act writes may
change the answer: it is written into a table of this connection alone.
"""

from studio_tui.storage.engine.sql import Clause, execute
from studio_tui.storage.engine.unit import is_sqlite

_USERS = ("act_user", ("user_id",))
_PAIRS = ("act_pair", ("user_id", "manager_id"))


def fixed_users(users: Clause) -> tuple[Clause, int]:
    """``users``, a query of one column ``user_id``, as they are now, in the order of their ids; and
    how many they are. It holds until the next call in this unit of work."""
    return _fixed(*_USERS, users)


def fixed_pairs(pairs: Clause) -> Clause:
    """``pairs``, a query of ``user_id`` and ``manager_id``, likewise, by manager."""
    return _fixed(*_PAIRS, pairs)[0]


def _fixed(table: str, columns: tuple[str, ...], found: Clause) -> tuple[Clause, int]:
    named = ", ".join(columns)
    typed = ", ".join(f"{column} INTEGER" for column in columns)
    kept = "" if is_sqlite() else " ON COMMIT DELETE ROWS"
    execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} ({typed}){kept}")
    execute(f"DELETE FROM {table}")
    order = ", ".join(reversed(columns))
    cursor = execute(
        f"INSERT INTO {table} ({named}) SELECT {named} FROM ({found.text}) AS found "
        f"ORDER BY {order}",
        *found.params,
    )
    return Clause(f"SELECT {named} FROM {table}"), int(cursor.rowcount)
