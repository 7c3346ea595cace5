"""SQLite: one file that only this account can access, and short waits for other writers."""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event, Lock
from time import monotonic, sleep
from typing import Any, cast

import peewee
from playhouse.pool import PooledSqliteDatabase

from studio_tui.config.private_files import (
    require_own_file,
    require_own_folder,
    require_owner,
    revoke_access,
)
from studio_tui.domain.shared.cancellation import current
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.storage.engine import file_errors
from studio_tui.storage.engine.fields import FIELD_TYPES, for_sqlite
from studio_tui.storage.engine.peewee_internals import driver_errors
from studio_tui.storage.engine.pool import ClosablePool
from studio_tui.storage.engine.unit import limit_statement

LOCK_TIMEOUT = 5
"""Timeout in seconds for a lock that is met in the middle of an operation."""
WRITE_TIMEOUT = 60
"""Timeout in seconds for the write lock: another program may be assigning 100,000 users."""
_LOCK_POLL = 0.001
"""Seconds between two attempts to get a lock."""
_CHANGE_POLL = 0.25
"""Seconds between two checks for changes by others; one takes a few microseconds."""
_MOST = 20
"""Maximum number of connections per process."""
_LARGE = 200_000_000
"""Size of a file in bytes above which indexes are not checked for damage: it would take minutes."""
_OLDEST = (3, 35)
"""The oldest supported version: the first with `RETURNING`. Trigrams came one before."""
_WRITER, _READER = 32_000, 1_000
"""Size of a connection's page cache in kilobytes, for a writer and for a reader.

The writer needs many pages at once, and there is only one. Readers are several, and the system
caches what they need.
"""
_MEMORY, _FILES = 2, 1
"""Location of temporary data, which may be as large as the organisation: memory, or unnamed files.

A writer reads its temporary data again and again, a reader does not.
"""
_PRAGMAS: dict[str, int | str] = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
}


@dataclass(frozen=True, slots=True)
class WriteMode:
    """The options of a write transaction."""

    flushed: bool = True
    """Whether a commit is flushed to disk at once, and not only by the next `flush`."""
    waits: bool = True
    """Whether to wait for the write lock while others write."""
    alone: bool = False
    """Whether other connections cannot even read in the meantime."""


class _Connection(sqlite3.Connection):
    """A connection that caches its pragmas: setting one again takes as long as a small write."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._set: dict[str, int | str] = {}

    def set(self, pragmas: Mapping[str, int | str]) -> None:
        """Set the pragmas that have another value."""
        for name, value in pragmas.items():
            if self._set.get(name) != value:
                self.execute(f"PRAGMA {name} = {value}").close()
                self._set[name] = value


class Sqlite(ClosablePool, PooledSqliteDatabase):  # type: ignore[misc] # not in the stubs
    """SQLite with a wait for other writers that is no longer than necessary."""

    TABLE_PREFIX = "main."
    """Prefix of a table name that keeps it from meaning a common table expression."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            address(path),
            uri=True,
            max_connections=_MOST,
            check_same_thread=False,
            factory=_Connection,
            pragmas={"busy_timeout": int(LOCK_TIMEOUT * 1000), **_PRAGMAS},
            timeout=LOCK_TIMEOUT,
            autoconnect=False,
            field_types=FIELD_TYPES["sqlite"],
        )

    def execute_sql(self, sql: str, params: Sequence[Any] | None = None) -> sqlite3.Cursor:
        """Run a statement; instants and days in ``params`` are stored as text."""
        sql, params = limit_statement(sql, params, lambda: self.TABLE_PREFIX)
        given = tuple(map(for_sqlite, params)) if params else ()
        return cast(sqlite3.Cursor, super().execute_sql(sql, given))

    def rows_affected(self, cursor: Any) -> int:
        """Return the number of rows that a statement changed.

        The driver does not count the rows of a statement that begins with WITH.
        """
        counted = int(super().rows_affected(cursor))
        if counted < 0:
            counted = int(peewee.Select(columns=(peewee.fn.changes(),)).scalar(self))
        return counted

    def _connect(self) -> _Connection:
        """Open a connection for the pool; wait while another program creates the database."""
        until = monotonic() + LOCK_TIMEOUT
        while True:
            try:
                return cast(_Connection, super()._connect())
            except sqlite3.OperationalError as error:
                # SQLite's busy timeout does not cover the change of a new file's journal mode.
                if not _code_is_busy(error) or monotonic() > until:
                    raise
            sleep(_LOCK_POLL)

    def begin(self, writing: WriteMode | None = None) -> None:
        """Begin a transaction that reads or, with the options ``writing``, writes.

        Raises `peewee.OperationalError` if others write for longer than `WRITE_TIMEOUT`, or write
        at all and ``writing`` does not wait; `Stopped` if this thread is asked to stop.
        """
        if writing is None:
            self._set(cache_size=-_READER, temp_store=_FILES)
            super().begin()
            return
        synchronous = _PRAGMAS["synchronous"] if writing.flushed else "normal"
        # SQLite's busy handler backs off up to a tenth of a second between two attempts. A program
        # that writes again and again, as a worker does, would always get the lock first.
        self._set(cache_size=-_WRITER, temp_store=_MEMORY, synchronous=synchronous, busy_timeout=0)
        try:
            self._begin(
                "EXCLUSIVE" if writing.alone else "IMMEDIATE", WRITE_TIMEOUT * writing.waits
            )
        finally:
            # Locks may still occur later on a file system without support for write-ahead logs.
            self._set(busy_timeout=int(LOCK_TIMEOUT * 1000))

    def _begin(self, lock: str, patience: float) -> None:
        stop = current()
        until = monotonic() + patience
        while True:
            try:
                return super().begin(lock)
            except peewee.OperationalError as error:
                if not _is_busy(error) or monotonic() > until:
                    raise
            if stop is not None:
                stop.check()
            sleep(_LOCK_POLL)

    def _set(self, **pragmas: int | str) -> None:
        with driver_errors():
            self.connection().set(pragmas)

    def rollback(self) -> None:
        """Roll back what is not committed. On a full disk SQLite does so by itself."""
        if self.connection().in_transaction:
            super().rollback()


class CommitPoller:
    """A poller for commits of other connections, with a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = identity(path)
        self._connection: sqlite3.Connection | None = None
        self._looking = Lock()
        self._closed = Event()
        self._seen: int | None = None
        self._last = 0

    def stamp(self) -> int:
        """Return a number that changes with every commit; the last one after `close`.

        Raises `peewee.DatabaseError`.
        """
        # `data_version` changes with the commits of other connections.
        with driver_errors(), self._looking:
            if self._closed.is_set():
                return self._last
            if self._connection is None:
                self._connection = sqlite3.connect(
                    address(self._path), uri=True, check_same_thread=False
                )
            self._last = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
            return self._last

    def wait(self, seconds: float) -> None:
        """Return once another connection commits, or the file is deleted, moved or replaced.

        Returns after ``seconds`` at the latest.
        """
        until = monotonic() + seconds
        while monotonic() < until and not self._closed.is_set():
            if identity(self._path) != self._file:
                return
            before, self._seen = self._seen, self.stamp()
            if self._seen != before:
                return
            self._closed.wait(_CHANGE_POLL)

    def close(self) -> None:
        """Close the connection and wake up a waiting thread."""
        self._closed.set()
        with self._looking:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def damage(path: Path, *, thoroughly: bool) -> str:
    """Return SQLite's description of damage in a file; empty if none is found or the check fails.

    ``thoroughly`` also checks references and, in files that are not too large, the indexes.
    """
    large = thoroughly and path.stat().st_size > _LARGE
    look = "integrity_check" if thoroughly and not large else "quick_check"
    try:
        with closing(connection_to(path)) as connection:
            found = connection.execute(f"PRAGMA {look}(1)").fetchone()
            whole = found == ("ok",)
            look_on = whole and thoroughly
            broken = look_on and connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        signs = ("malformed", "not a database")
        return str(error) if any(sign in str(error) for sign in signs) else ""
    if not whole:
        return str(found[0])
    return f"broken reference in {broken[0]}" if broken else ""


def connection_to(path: Path) -> sqlite3.Connection:
    """Open a connection to an existing file, outside of the pool."""
    return sqlite3.connect(address(path), uri=True, timeout=LOCK_TIMEOUT, isolation_level=None)


def temporary_connection() -> sqlite3.Connection:
    """Open a connection to an empty temporary database that no other connection sees."""
    return sqlite3.connect("", check_same_thread=False, isolation_level=None, factory=_Connection)


def flush(path: Path) -> None:
    """Sync the write-ahead log to disk. Raises `Unavailable` if the disk fails."""
    try:
        # SQLite holds no lock on this file, so that closing it here releases none.
        log = os.open(f"{path}-wal", os.O_RDWR)
        try:
            getattr(os, "fdatasync", os.fsync)(log)
        finally:
            os.close(log)
    except FileNotFoundError:
        # The log was merged into the database file, which is on disk.
        return
    except OSError as error:
        raise Unavailable(f"The disk does not take {path}-wal: {error.strerror}.") from error


def require_version() -> None:
    """Raise `Refused` if the SQLite of this Python is too old."""
    if sqlite3.sqlite_version_info < _OLDEST:
        raise Refused(
            f"This Python has SQLite {sqlite3.sqlite_version}; the Studio needs "
            f"{'.'.join(map(str, _OLDEST))} or newer: use another build of Python, or PostgreSQL."
        )


def restrict_to_owner(path: Path, *, closes: bool = True) -> list[str]:
    """Restrict a database file to this account; return sentences about what was changed.

    SQLite gives its other files the permissions of this one. Unless ``closes``, read access of
    others stays. Raises `Refused` if others can write to the file or its folder, or own the file.
    """
    if path.is_dir():
        raise Refused(f"{path} is a folder, not a database file.")
    # Others could place a log there that SQLite would apply.
    require_own_folder(path.parent)
    require_own_file(path)
    require_owner(path)
    require_own_folder(path.resolve().parent)
    files = _files_of(path) if closes else ()
    return [sentence for each in files if (sentence := revoke_access(each))]


def address(path: Path) -> str:
    """Return the URI of an existing file. Opening it creates no file."""
    return f"{path.absolute().as_uri()}?mode=rw"


def identity(path: Path) -> tuple[int, int] | None:
    """Return the device and inode of the file at ``path``; None if it does not exist."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def has_log(path: Path) -> bool:
    """Return whether a write-ahead log exists next to the path of a database."""
    return path.with_name(f"{path.name}-wal").exists()


def merge_log(path: Path) -> None:
    """Merge the write-ahead log, so that all data is in the one file."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise file_errors.translate_file_error(str(error), str(path)) from error


def _files_of(path: Path) -> list[Path]:
    found = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
    return [each for each in found if each.exists()]


def _is_busy(error: Exception) -> bool:
    return _code_is_busy(error.__cause__ or error.__context__)


def _code_is_busy(error: BaseException | None) -> bool:
    return bool(getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY)
