"""Bringing a database to the schema of this version, with Peewee's own migrations."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import peewee

from studio_tui.domain.shared.errors import Refused
from studio_tui.storage.engine.sqlite import WriteMode

DIRECTORY = Path(__file__).parents[1] / "migrations"
_HISTORY = "schema_migration"
LOCK = 7_483_921
"""The advisory lock of PostgreSQL under which one program migrates and the others wait."""


def known() -> list[str]:
    """The names of all migrations of this version, in order."""
    return sorted(path.stem for path in DIRECTORY.glob("[0-9]*.py"))


def check_version(database: peewee.Database, name: str) -> list[str]:
    """The migrations still to apply; raises `Refused` for a database of a newer version."""
    applied = _applied(database)
    if newer := sorted(applied - set(known())):
        raise Refused(
            f"The database {name} was made by a newer version of Studio TUI ({newer[-1]}): "
            "install that version, or set another database.url."
        )
    return [migration for migration in known() if migration not in applied]


def migrate(database: peewee.Database, name: str) -> list[str]:
    """Apply what is missing, one program at a time, all of it or nothing.

    Raises `Refused` where a newer program was quicker.
    """
    # Only who migrates pays for the import.
    from playhouse.migrations import Runner

    is_sqlite = isinstance(database, peewee.SqliteDatabase)
    with (
        _without_references(database) if is_sqlite else nullcontext(),
        database.atomic(*((WriteMode(alone=True),) if is_sqlite else ())),
    ):
        if not is_sqlite:
            _wait_for_others(database)
        check_version(database, name)
        applied = list(Runner(database, str(DIRECTORY), table_name=_HISTORY).up())
        if is_sqlite and (broken := database.execute_sql("PRAGMA foreign_key_check").fetchone()):
            raise Refused(
                f"The database {name} is damaged: there is a broken reference in {broken[0]}. "
                "Restore a backup with “studio-tui db restore FILE”."
            )
        return applied


def _wait_for_others(database: peewee.Database) -> None:
    # Making an index of a million rows takes its time, and so does waiting for who makes it.
    for limit in ("statement_timeout", "lock_timeout"):
        database.execute_sql(f"SET LOCAL {limit} = 0")
    database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    # A table that somebody else holds is another matter.
    database.execute_sql("SET LOCAL lock_timeout TO DEFAULT")


@contextmanager
def _without_references(database: peewee.Database) -> Iterator[None]:
    """SQLite changes a column by making its table anew, which must not delete what refers to it."""
    # It counts only outside of a transaction.
    database.execute_sql("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        database.execute_sql("PRAGMA foreign_keys = ON")


def _applied(database: peewee.Database) -> set[str]:
    if not database.table_exists(_HISTORY):
        return set()
    return {name for (name,) in database.execute_sql(f"SELECT name FROM {_HISTORY}").fetchall()}
