"""Opening a database, and units of work on it.

``sqlite:///relative.db``, ``sqlite:////absolute/path.db`` or ``postgresql://user@host/name``.
"""

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

import peewee

from studio_tui.config.clock import seconds_since_boot
from studio_tui.domain.errors import Refused
from studio_tui.storage import reasons, sealing, sqlite, stopping
from studio_tui.storage.database_clock import DatabaseClock
from studio_tui.storage.migrate import check_version, migrate
from studio_tui.storage.pool import EndingPool
from studio_tui.storage.sqlite import Writing
from studio_tui.storage.tables import TABLES

_LARGE = 1_000_000_000
"""Bytes of a file that takes too long, and too much room, to copy."""
_STEPS = 100_000
"""Steps of SQLite between two looks whether an answer is still wanted."""
_AFTER_USER = re.compile(r"^(\w+://[^/:@]*):.*@", re.DOTALL)
_BEGINNING = re.compile(r"\w+://[^/:@]*@")
_IN_QUERY = re.compile(r"(?<=[?&])(?:ssl)?password=[^&]*(?:&|$)", re.IGNORECASE)
"""Where a URL may hold a password."""


class _TakenBack(Exception):
    """Ends a transaction that was only tried."""


class News(Protocol):
    """Tells of what anybody commits."""

    def stamp(self) -> int:
        """A number that changes with it."""

    def wait(self, seconds: float) -> None:
        """Return once there is something new, after ``seconds`` at the latest."""

    def close(self) -> None:
        """Let go; who waits returns."""


class Store:
    """An open database. One per process: opening binds the tables to it."""

    def __init__(
        self,
        database: EndingPool,
        name: str,
        news: "News",
        clock: DatabaseClock | None = None,
    ) -> None:
        self._database = database
        self.clock = clock
        """The time of the database server; None where there is no server."""
        self._news = news
        self.name = name
        """The path or the URL, without a password: fit for messages."""
        self.applied: tuple[str, ...] = ()
        """The migrations that opening it has applied."""
        self.closed: tuple[str, ...] = ()
        """What others could read of it until it was opened now, in sentences."""
        self.bind()

    @property
    def database(self) -> EndingPool:
        """What Peewee knows it by: for this layer alone."""
        return self._database

    def bind(self) -> None:
        """Let the tables be those of this database, where a process has opened another since."""
        self._database.bind(TABLES)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded engine."""
        return isinstance(self._database, peewee.SqliteDatabase)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A consistent view: everything read inside is of one moment. What nobody waits for any
        more (`domain.stopping`) ends with `Stopped`."""
        moment = () if self.is_sqlite else ("REPEATABLE READ",)
        outermost = not self._database.in_transaction()
        with (
            self.in_words(),
            stopping.told(),
            self._connection(),
            self._stoppable(outermost),
            self._database.atomic(*moment),
        ):
            yield

    def writing_unflushed(self, *, wait: bool = True) -> AbstractContextManager[None]:
        """Like `writing`, but what it wrote survives a crash of the machine only once `flush` has
        returned, though one of this process at once. Without ``wait`` it raises `Busy` where that
        would have to wait for others who write.

        On SQLite nobody else can write while the disk takes in what was written: here they can.
        """
        return self._writing(Writing(flushed=False, waits=wait))

    def writing_alone(self, *, wait: bool = True) -> AbstractContextManager[None]:
        """Like `writing_unflushed`, for `sql.execute_alone`: on PostgreSQL one statement is a
        transaction by itself, and to begin and to end one would take longer than it does."""
        return self.writing_unflushed(wait=wait) if self.is_sqlite else self._connected()

    @contextmanager
    def _connected(self) -> Iterator[None]:
        with self.in_words(), stopping.told(), self._connection():
            yield

    @contextmanager
    def _connection(self) -> Iterator[None]:
        """A connection for this thread; the server is asked for its time now and then."""
        with self._database.connection_context():
            clock = self.clock
            if clock is not None and clock.is_due() and not self._database.in_transaction():
                clock.set_by(self._server_time)
            yield

    def _server_time(self) -> datetime:
        cursor = self._database.execute_sql("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found

    def flush(self) -> None:
        """Return once the disk has all that was written so far."""
        if self.is_sqlite:
            sqlite.flush(Path(self.name))

    def writing(self) -> AbstractContextManager[None]:
        """One transaction: all of it, or nothing. On SQLite it locks other writers out at once.

        What it adds to the activity is sealed (A3): on SQLite with it, on PostgreSQL right after
        it, so that nobody waits for the chain as long as the act takes.
        """
        return self._writing(Writing())

    @contextmanager
    def _writing(self, how: Writing) -> Iterator[None]:
        outermost = not self._database.in_transaction()
        if outermost:
            sealing.begin()
        with self._connected():
            with self._database.atomic(*self._how(how)), self._stoppable(outermost):
                yield
                adds = outermost and sealing.any_written()
                if adds and self.is_sqlite:
                    sealing.add_seals(sealing.digests(sealing.unsealed()))
            if adds and not self.is_sqlite:
                self._seal_after()

    @contextmanager
    def trying(self, wanted: Callable[[], bool] = lambda: True) -> Iterator[None]:
        """Like `writing`, but nothing of it stays.

        On SQLite it is tried in a copy, so that nobody is locked out meanwhile, and broken off
        with `Unavailable` once ``wanted`` says no; a file of over a gigabyte is not copied.
        """
        alone = self.is_sqlite and self._database.is_closed() and self._is_small()
        apart = self._copied(wanted) if alone else nullcontext()
        with self.in_words(), apart, suppress(_TakenBack), self.writing():
            yield
            raise _TakenBack

    def seal_rest(self) -> int:
        """Seal every line of activity that has no seal, a few at a time; returns how many."""
        count, last = 0, 0
        with self.in_words(), self._database.connection_context():
            while ids := sealing.unsealed_after(last):
                count += self._seal(ids)
                last = ids[-1]
        return count

    def is_own(self) -> bool:
        """Whether this process runs as the owner of the database: of its file, of its tables."""
        if self.is_sqlite:
            return Path(self.name).stat().st_uid == os.geteuid()
        with self.in_words(), self._database.connection_context():
            cursor = self._database.execute_sql(
                "SELECT pg_get_userbyid(relowner) = session_user FROM pg_class "
                "WHERE oid = 'ssh_key'::regclass"
            )
            return bool(cursor.fetchone()[0])

    def migrate(self) -> list[str]:
        """Bring the schema up to this version of the program; the names of what was applied."""
        with self.in_words(), self._connection():
            pending = check_version(self._database, self.name)
            return migrate(self._database, self.name) if pending else []

    def stamp(self) -> int:
        """A number that changes when anybody commits anything; cheap enough to ask every second."""
        with self.in_words():
            return self._news.stamp()

    def await_change(self, seconds: float) -> None:
        """Return once anybody has committed anything, after ``seconds`` at the latest; sooner where
        that cannot be told. One thread of a process can wait.

        Raises `Unavailable` where the database does not answer.
        """
        with self.in_words():
            self._news.wait(seconds)

    def close(self) -> None:
        """Close every connection, what a thread still reads by as soon as it is done."""
        self._database.end()
        self._news.close()

    def _is_small(self) -> bool:
        with suppress(OSError):
            return Path(self.name).stat().st_size < _LARGE
        return False

    @contextmanager
    def _copied(self, wanted: Callable[[], bool]) -> Iterator[None]:
        """This thread works on a copy that nobody else sees, and that is gone afterwards."""
        with (
            peewee.__exception_wrapper__,  # type: ignore[attr-defined] # not in the stubs
            closing(sqlite.in_memory()) as copy,
        ):
            with closing(sqlite3.connect(self.name, timeout=sqlite.PATIENCE)) as source:
                source.backup(copy)
            copy.set_progress_handler(lambda: not wanted(), _STEPS)
            # Peewee has no other way to hand it a connection.
            self._database._add_conn_hooks(copy)  # noqa: SLF001
            self._database._state.set_connection(copy)  # noqa: SLF001
            try:
                yield
            finally:
                self._database._state.reset()  # noqa: SLF001

    def _stoppable(self, outermost: bool) -> AbstractContextManager[None]:
        if not outermost:
            return nullcontext()
        return stopping.broken_off(self._database.connection())

    def _how(self, writing: Writing) -> tuple[Writing, ...]:
        return (writing,) if self.is_sqlite else ()

    def _seal_after(self) -> None:
        # The act is done: where it cannot be sealed now, the next one seals it.
        with suppress(peewee.DatabaseError, peewee.InterfaceError):
            self._seal(sealing.unsealed())

    def _seal(self, ids: list[int]) -> int:
        if not ids:
            return 0
        # Lines never change: what takes long is done before the lock.
        found = sealing.digests(ids)
        with self._database.atomic(*self._how(Writing())):
            sealing.lock()
            return sealing.add_seals(found)

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """What goes wrong with the database inside is raised as a `StudioError`."""
        try:
            yield
        except reasons.ERRORS as error:
            raise reasons.in_words(error, self.name) from error


def open_store(url: str) -> Store:
    """The database at ``url``, made and migrated as needed.

    Raises `Refused` for a URL that is none or a database of a newer version, `Unavailable` where
    it does not answer.
    """
    path = file_of(url)
    store = _open_sqlite(path) if path else _open_postgresql(url)
    try:
        store.applied = tuple(store.migrate())
        if store.applied:
            store.seal_rest()
    except BaseException:
        store.close()
        raise
    return store


def file_of(url: str) -> Path | None:
    """The file of a SQLite database, None for another engine; raises `Refused` where it has no
    name."""
    if not url.startswith("sqlite:"):
        return None
    path = Path(url.removeprefix("sqlite:///")).expanduser()
    if not url.startswith("sqlite:///") or not path.name:
        raise Refused(
            f"“{without_password(url)}” names no file: write sqlite:////absolute/path.db."
        )
    return path


def without_password(url: str) -> str:
    """``url`` as it may be shown, even where it is none (N11)."""
    shown = _IN_QUERY.sub("", _AFTER_USER.sub(r"\1@", url)).rstrip("?&")
    if "@" in shown and not shown.startswith("sqlite:") and not _BEGINNING.match(shown):
        # Where it is mistyped, nobody knows where the password begins.
        return f"…@{shown.rpartition('@')[2]}"
    return shown


def _open_sqlite(path: Path) -> Store:
    sqlite.require_version()
    closed = sqlite.made_private(path)
    store = Store(sqlite.Sqlite(path), str(path), sqlite.Looking(path))
    store.closed = tuple(closed)
    return store


def _open_postgresql(url: str) -> Store:
    shown = without_password(url)
    no_url = f"“{shown}” is no database URL: write sqlite:////… or postgresql://…."
    if not url.startswith(("postgresql://", "postgres://")):
        raise Refused(no_url)
    try:
        import psycopg
    except ImportError as error:
        raise Refused(
            "PostgreSQL needs an extra: install it with pip install 'studio-tui[postgres]'."
        ) from error
    from studio_tui.storage.postgresql import Listening, postgresql

    try:
        database = postgresql(url)
    except psycopg.Error:
        # What it complains of may be a piece of the password.
        raise Refused(no_url) from None
    return Store(database, shown, Listening(database), DatabaseClock(seconds_since_boot))
