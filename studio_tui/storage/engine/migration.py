"""Migration of a database to the schema of this version, with Peewee's migration runner."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import peewee

from studio_tui.domain.shared.errors import Refused
from studio_tui.storage.engine.sqlite import WriteMode

DIRECTORY = Path(__file__).parents[1] / "migrations"
_HISTORY = "schema_migration"
LOCK = 7_483_921
"""PostgreSQL advisory lock under which one program migrates while others wait."""


def all_migrations() -> list[str]:
    """Return the names of all migrations of this version, in order."""
    return sorted(path.stem for path in DIRECTORY.glob("[0-9]*.py"))


def check_version(database: peewee.Database, name: str) -> list[str]:
    """Return the pending migrations. Raises `Refused` if a newer version made the database."""
    applied = _applied(database)
    if newer := sorted(applied - set(all_migrations())):
        raise Refused(
            f"The database {name} was made by a newer version of Studio TUI ({newer[-1]}): "
            "install that version, or set another database.url."
        )
    return [migration for migration in all_migrations() if migration not in applied]


def migrate(database: peewee.Database, name: str) -> list[str]:
    """Apply the pending migrations in one transaction, one program at a time; return their names.

    Raises `Refused` if a newer program migrated the database first, or if a reference is broken.
    """
    # Imported here, since only a migration needs it.
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
    # Creating an index of a million rows takes long, and so does waiting for a program that does
    # so.
    for limit in ("statement_timeout", "lock_timeout"):
        database.execute_sql(f"SET LOCAL {limit} = 0")
    database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    # The wait for a table that another session has locked keeps its limit.
    database.execute_sql("SET LOCAL lock_timeout TO DEFAULT")


@contextmanager
def _without_references(database: peewee.Database) -> Iterator[None]:
    """Disable the foreign keys of SQLite for the duration of the block.

    SQLite changes a column by recreating its table, which must not delete the rows that refer to
    it.
    """
    # The pragma has no effect inside a transaction.
    database.execute_sql("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        database.execute_sql("PRAGMA foreign_keys = ON")


def _applied(database: peewee.Database) -> set[str]:
    if not database.table_exists(_HISTORY):
        return set()
    return {name for (name,) in database.execute_sql(f"SELECT name FROM {_HISTORY}").fetchall()}
