"""SQLite: one file of this account alone, and a wait for other writers as short as they are."""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock
from time import monotonic, sleep
from typing import Any, cast

import peewee
from playhouse.pool import PooledSqliteDatabase

from studio_tui.config.private import (
    close_file,
    require_own_file,
    require_own_folder,
    require_owner,
)
from studio_tui.domain.shared.cancellation import current
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.storage.engine import file_errors
from studio_tui.storage.engine.fields import FIELD_TYPES, for_sqlite
from studio_tui.storage.engine.peewee_internals import driver_errors
from studio_tui.storage.engine.pool import EndingPool
from studio_tui.storage.engine.unit import as_asked

PATIENCE = 5
"""Seconds to wait for a lock that is met in the middle of something before giving up."""
TURN = 60
"""Seconds to wait until one may write: somebody may be assigning a hundred thousand."""
_LOOK_EVERY = 0.001
"""Seconds between two looks whether the other writer is done."""
_LOOK_FOR_CHANGES = 0.25
"""Seconds between two looks whether others changed something: one takes a few microseconds."""
_MOST = 20
"""Connections of one process."""
_LARGE = 200_000_000
"""Bytes of a file in whose indexes nobody looks for what is damaged: it would take minutes."""
_OLDEST = (3, 35)
"""The first with `RETURNING`; one before, trigrams came."""
_WRITER, _READER = 32_000, 1_000
"""Kilobytes of the file that a connection keeps. Who writes needs many at once, and is one; readers
are several, and what they need is in the system's cache."""
_MEMORY, _FILES = 2, 1
"""Where what is sorted or found on the way lies: it may be as large as the organisation. Who writes
looks it up again and again; of readers it lies in files without a name."""
_PRAGMAS: dict[str, int | str] = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
}


@dataclass(frozen=True, slots=True)
class WriteMode:
    """How a transaction writes."""

    flushed: bool = True
    """Whether the disk has it once it is committed, and not only after the next `flush`."""
    waits: bool = True
    """Whether it waits its turn where others write."""
    alone: bool = False
    """Whether nobody else can even read meanwhile."""


class _Connection(sqlite3.Connection):
    """Remembers how it is set: saying it again takes as long as a small write."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._set: dict[str, int | str] = {}

    def set(self, pragmas: Mapping[str, int | str]) -> None:
        """Set what is set otherwise."""
        for name, value in pragmas.items():
            if self._set.get(name) != value:
                self.execute(f"PRAGMA {name} = {value}").close()
                self._set[name] = value


class Sqlite(EndingPool, PooledSqliteDatabase):  # type: ignore[misc] # not in the stubs
    """SQLite with a wait for other writers that is as short as they are."""

    BEFORE_NAMES = "main."
    """What stands before the name of a table, so that no table expression is meant."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            address(path),
            uri=True,
            max_connections=_MOST,
            check_same_thread=False,
            factory=_Connection,
            pragmas={"busy_timeout": int(PATIENCE * 1000), **_PRAGMAS},
            timeout=PATIENCE,
            autoconnect=False,
            field_types=FIELD_TYPES["sqlite"],
        )

    def execute_sql(self, sql: str, params: Sequence[Any] | None = None) -> sqlite3.Cursor:
        """Run a statement; instants and days among ``params`` are stored as text."""
        sql, params = as_asked(sql, params, lambda: self.BEFORE_NAMES)
        given = tuple(map(for_sqlite, params)) if params else ()
        return cast(sqlite3.Cursor, super().execute_sql(sql, given))

    def rows_affected(self, cursor: Any) -> int:
        """How many rows a statement changed; the driver does not count after WITH."""
        counted = int(super().rows_affected(cursor))
        if counted < 0:
            counted = int(peewee.Select(columns=(peewee.fn.changes(),)).scalar(self))
        return counted

    def _connect(self) -> _Connection:
        """A connection of the pool; where another program is making the database, once it has."""
        until = monotonic() + PATIENCE
        while True:
            try:
                return cast(_Connection, super()._connect())
            except sqlite3.OperationalError as error:
                # Not for every lock SQLite waits itself: not to change how a new file is written.
                if not _code_is_busy(error) or monotonic() > until:
                    raise
            sleep(_LOOK_EVERY)

    def begin(self, writing: WriteMode | None = None) -> None:
        """Begin a transaction that reads or, where ``writing`` says how, writes.

        Raises `peewee.OperationalError` where others write for longer than `TURN`, or at all, and
        `Stopped` where this thread is told to stop.
        """
        if writing is None:
            self._set(cache_size=-_READER, temp_store=_FILES)
            super().begin()
            return
        synchronous = _PRAGMAS["synchronous"] if writing.flushed else "normal"
        # SQLite looks ever more rarely whether it has its turn, up to a tenth of a second apart.
        # Who writes again and again, as a worker does, would always be there first.
        self._set(cache_size=-_WRITER, temp_store=_MEMORY, synchronous=synchronous, busy_timeout=0)
        try:
            self._begin("EXCLUSIVE" if writing.alone else "IMMEDIATE", TURN * writing.waits)
        finally:
            # A lock may be met later, where the file system knows no log.
            self._set(busy_timeout=int(PATIENCE * 1000))

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
            sleep(_LOOK_EVERY)

    def _set(self, **pragmas: int | str) -> None:
        with driver_errors():
            self.connection().set(pragmas)

    def rollback(self) -> None:
        """Take back what is not committed; on a full disk SQLite did that by itself."""
        if self.connection().in_transaction:
            super().rollback()


class Looking:
    """Looks whether others commit anything, through a connection that does nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = identity(path)
        self._connection: sqlite3.Connection | None = None
        self._looking = Lock()
        self._closed = Event()
        self._seen: int | None = None
        self._last = 0

    def stamp(self) -> int:
        """A number that changes when anybody commits anything; the last one after `close`.

        Raises `sqlite3.Error`.
        """
        # It tells a connection what the others did.
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
        """Return once anybody has committed anything, or has taken the file away or put another in
        its place; after ``seconds`` at the latest."""
        until = monotonic() + seconds
        while monotonic() < until and not self._closed.is_set():
            if identity(self._path) != self._file:
                return
            before, self._seen = self._seen, self.stamp()
            if self._seen != before:
                return
            self._closed.wait(_LOOK_FOR_CHANGES)

    def close(self) -> None:
        """Let go of the connection; who waits returns."""
        self._closed.set()
        with self._looking:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def damage(path: Path, *, thoroughly: bool) -> str:
    """What SQLite finds to be damaged in a file, in its words; empty where nothing is, or where it
    cannot look."""
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
    """A connection to a file that is there, for a look apart from the pool."""
    return sqlite3.connect(address(path), uri=True, timeout=PATIENCE, isolation_level=None)


def in_memory() -> sqlite3.Connection:
    """A connection to an empty database that nobody else sees."""
    return sqlite3.connect("", check_same_thread=False, isolation_level=None, factory=_Connection)


def flush(path: Path) -> None:
    """Return once the disk has all that was committed; raises `Unavailable` where it takes none."""
    try:
        # SQLite locks nothing of this file, so that opening it here lets go of no lock.
        log = os.open(f"{path}-wal", os.O_RDWR)
        try:
            getattr(os, "fdatasync", os.fsync)(log)
        finally:
            os.close(log)
    except FileNotFoundError:
        # It has become part of the database, which is on the disk.
        return
    except OSError as error:
        raise Unavailable(f"The disk does not take {path}-wal: {error.strerror}.") from error


def require_version() -> None:
    """Raise `Refused` where the SQLite of this Python is too old."""
    if sqlite3.sqlite_version_info < _OLDEST:
        raise Refused(
            f"This Python has SQLite {sqlite3.sqlite_version}; the Studio needs "
            f"{'.'.join(map(str, _OLDEST))} or newer: use another build of Python, or PostgreSQL."
        )


def closed_to_others(path: Path, *, closes: bool = True) -> list[str]:
    """See that a database file is ours alone; what was closed, in sentences. SQLite gives its other
    files the rights of this one. Unless it ``closes``, what others can read stays so.

    Raises `Refused` where others can write it, or anything beside it, and where it is another's.
    """
    if path.is_dir():
        raise Refused(f"{path} is a folder, not a database file.")
    # They could put a log there that SQLite takes for ours.
    require_own_folder(path.parent)
    require_own_file(path)
    require_owner(path)
    require_own_folder(path.resolve().parent)
    files = _files_of(path) if closes else ()
    return [sentence for each in files if (sentence := close_file(each))]


def address(path: Path) -> str:
    """What SQLite knows a file by that is there: it makes none."""
    return f"{path.absolute().as_uri()}?mode=rw"


def identity(path: Path) -> tuple[int, int] | None:
    """Which file it is that goes by this path; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def has_left_a_log(path: Path) -> bool:
    """Whether there is a log of SQLite beside where a database was."""
    return path.with_name(f"{path.name}-wal").exists()


def close_up(path: Path) -> None:
    """Leave all of it in the one file."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise file_errors.in_words(str(error), str(path)) from error


def _files_of(path: Path) -> list[Path]:
    found = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
    return [each for each in found if each.exists()]


def _is_busy(error: Exception) -> bool:
    return _code_is_busy(error.__cause__ or error.__context__)


def _code_is_busy(error: BaseException | None) -> bool:
    return bool(getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY)
