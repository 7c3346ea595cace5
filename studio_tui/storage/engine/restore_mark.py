"""A mark on a database while a backup is restored into it.

As long as the mark exists, no program opens the database or creates a new Studio in its place. A
killed program leaves the mark behind. The mark is a file next to a SQLite database, or a comment on
a table of the schema in PostgreSQL.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import peewee

from studio_tui.config.private_files import is_empty_file, make_folder
from studio_tui.domain.shared.disk import describe_os_error
from studio_tui.domain.shared.errors import Refused, Unavailable

_COMMENT = "studio-tui: a backup is being restored"
_TABLE = "schema_migration"


def marker_of(path: Path) -> Path:
    """Return the path of the marker file of the SQLite database at ``path``."""
    return path.with_name(f".{path.name}.restoring")


def require_no_marker(path: Path) -> None:
    """Raise `Refused` if a restore to ``path`` is running or was interrupted.

    A restored file appears at ``path`` complete, at the end. If it exists, only the marker was left
    behind, and is removed here.
    """
    if not os.path.lexists(marker_of(path)):
        return
    if not path.is_file() or is_empty_file(path):
        raise _unfinished(str(path), f"remove {marker_of(path)}")
    _remove(marker_of(path))


def require_no_comment(database: peewee.Database, name: str) -> None:
    """Raise `Refused` as `require_no_marker` does, for a PostgreSQL database."""
    if _has_comment(database):
        raise _unfinished(name, f"run “COMMENT ON TABLE {_TABLE} IS NULL” in psql")


@contextmanager
def marked_by_file(path: Path) -> Iterator[None]:
    """Mark the SQLite database at ``path`` for the duration of the block.

    The mark stays if the block fails. Only `Refused` restores the previous state. Raises `Refused`
    if another program restores to the same path, `Unavailable` if the marker cannot be created.
    """
    marker = marker_of(path)
    try:
        make_folder(path.parent)
        was_there = marker.exists()
        handle = os.open(marker, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable(f"{path} cannot be made: {describe_os_error(error)}.") from error
    try:
        _lock(handle, path)
        with _removed_at_end(lambda: _remove(marker), was_there):
            yield
    finally:
        os.close(handle)


def _remove(marker: Path) -> None:
    # If that fails, the restored file is complete: its next opening removes the marker.
    with suppress(OSError):
        marker.unlink()


def _lock(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Refused(f"Another program is restoring a backup into {path}: wait for it.") from error


@contextmanager
def marked_by_comment(database: peewee.Database) -> Iterator[None]:
    """Mark a PostgreSQL database that has its schema, as `marked_by_file` does."""
    was_there = _has_comment(database)
    _comment(database, f"'{_COMMENT}'")
    with _removed_at_end(lambda: _comment(database, "NULL"), was_there):
        yield


@contextmanager
def _removed_at_end(remove: Callable[[], None], was_there: bool) -> Iterator[None]:
    try:
        yield
    except Refused:
        if not was_there:
            remove()
        raise
    remove()


def _has_comment(database: peewee.Database) -> bool:
    with database.connection_context():
        found = database.execute_sql(f"SELECT obj_description(to_regclass('{_TABLE}'), 'pg_class')")
        return bool(found.fetchone()[0] == _COMMENT)


def _comment(database: peewee.Database, text: str) -> None:
    with database.connection_context():
        database.execute_sql(f"COMMENT ON TABLE {_TABLE} IS {text}")


def _unfinished(name: str, otherwise: str) -> Refused:
    return Refused(
        f"A backup is being restored into {name}, or that was cut off: wait, or run “studio-tui db "
        f"restore FILE” again. To begin with a new Studio instead, {otherwise}."
    )
