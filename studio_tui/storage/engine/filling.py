"""A mark on a database that a backup is being brought into: until that has ended, nobody opens it,
nor makes a new Studio in its place.

A program that is killed leaves the mark. It is a file beside a SQLite database, and a comment on
a table of the schema in PostgreSQL.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import peewee

from studio_tui.config.private import is_empty, make_folder
from studio_tui.domain.shared.disk import in_words
from studio_tui.domain.shared.errors import Refused, Unavailable

_COMMENT = "studio-tui: a backup is being restored"
_TABLE = "schema_migration"


def marker_of(path: Path) -> Path:
    """The file that marks the SQLite database at ``path``."""
    return path.with_name(f".{path.name}.restoring")


def require_no_marker(path: Path) -> None:
    """Raise `Refused` where a backup is being brought to ``path``, or that was cut off.

    A file comes there whole, at the end: where one is there, only the mark has been left behind.
    """
    if not os.path.lexists(marker_of(path)):
        return
    if not path.is_file() or is_empty(path):
        raise _unfinished(str(path), f"remove {marker_of(path)}")
    with suppress(OSError):
        marker_of(path).unlink()


def require_no_comment(database: peewee.Database, name: str) -> None:
    """Like `require_no_marker`, for a PostgreSQL database."""
    if _has_comment(database):
        raise _unfinished(name, f"run “COMMENT ON TABLE {_TABLE} IS NULL” in psql")


@contextmanager
def marked_by_file(path: Path) -> Iterator[None]:
    """The SQLite database at ``path`` is marked inside, and stays so where that is broken off.

    Where what is inside is `Refused`, the mark is as it was before. Raises `Refused` where another
    program restores to the same place, `Unavailable` where the mark cannot be made.
    """
    marker = marker_of(path)
    try:
        make_folder(path.parent)
        was_there = marker.exists()
        handle = os.open(marker, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable(f"{path} cannot be made: {in_words(error)}.") from error
    try:
        _lock(handle, path)
        with _removed_at_end(lambda: marker.unlink(missing_ok=True), was_there):
            yield
    finally:
        os.close(handle)


def _lock(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Refused(f"Another program is restoring a backup into {path}: wait for it.") from error


@contextmanager
def marked_by_comment(database: peewee.Database) -> Iterator[None]:
    """Like `marked_by_file`, for a PostgreSQL database that has its schema."""
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
