"""An open database, and units of work on it."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from copy import copy
from dataclasses import replace
from datetime import date, datetime, tzinfo
from enum import Enum
from pathlib import Path
from typing import Protocol

import peewee

from studio_tui.domain.people.scope import OUT_OF_SIGHT
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import (
    Busy,
    DatabaseGone,
    DatabaseUnavailable,
    NotInitialized,
    Refused,
    StudioError,
    Unavailable,
)
from studio_tui.storage.activity import sealing
from studio_tui.storage.engine import cancellation, errors, file_errors, sqlite
from studio_tui.storage.engine.database_clock import DatabaseClock
from studio_tui.storage.engine.migration import all_migrations, check_version, migrate
from studio_tui.storage.engine.peewee_internals import connected_to, driver_errors
from studio_tui.storage.engine.pool import ClosablePool
from studio_tui.storage.engine.restore_mark import require_no_comment
from studio_tui.storage.engine.sight import Sight
from studio_tui.storage.engine.sqlite import WriteMode
from studio_tui.storage.engine.unit import set_day, unlimited_sight, using_database
from studio_tui.storage.people import scope

HOW_TO_MAKE = "“studio-tui db migrate” makes one"
_LARGE = 1_000_000_000
"""Size of a file in bytes above which a copy takes too long, and too much space."""
_STEPS = 100_000
"""SQLite virtual machine steps between two checks whether a result is still wanted."""


class CreatePolicy(Enum):
    """Whether opening a database creates it if it does not exist."""

    NOTHING = "nothing, and its schema stays as it is"
    """Nothing is changed: a database with pending migrations counts as missing."""
    NEVER = "never"
    IN_FOLDER = "in a folder that is there"
    """A file may be created, but no folder: a missing folder may be a disk that is not mounted."""
    ASKED = "as it was asked for"

    @property
    def forbids_creation(self) -> bool:
        """Whether no database is created, wherever it would be."""
        return self in (CreatePolicy.NEVER, CreatePolicy.NOTHING)


@dataclass(frozen=True, slots=True)
class _Viewer:
    """The user by whose sight a store is limited."""

    user_id: int
    and_own: bool = False
    """Whether people of the viewer's own conversations, and those they manage, are visible, too."""


class _DryRunEnd(Exception):
    """Ends a dry run by rolling back its transaction."""


class CommitSource(Protocol):
    """A source of notifications about commits."""

    def stamp(self) -> int:
        """Return a number that changes with every commit."""

    def wait(self, seconds: float) -> None:
        """Return once there is a commit, after ``seconds`` at the latest."""

    def close(self) -> None:
        """Release the connection and wake up a waiting thread."""


class Store:
    """An open database, on which its units of work run their statements (`engine.unit`)."""

    def __init__(
        self,
        database: ClosablePool,
        name: str,
        commits: "CommitSource",
        clock: DatabaseClock | None = None,
    ) -> None:
        self._database = database
        self.clock = clock
        """The clock of the database server; None if there is no server."""
        self._commits = commits
        self.name = name
        """The path or the URL without a password, for messages."""
        self.applied: tuple[str, ...] = ()
        """The migrations that were applied when it was opened."""
        self.is_new = False
        """Whether opening the database created it."""
        self._identity = sqlite.identity(Path(name)) if self.is_sqlite else None
        self._viewer: _Viewer | None = None
        self.closed: tuple[str, ...] = ()
        """Sentences about the files to which read access of others was removed on opening."""

    @property
    def creation_message(self) -> str:
        """A message about a Studio that was created by opening it; empty if it existed."""
        return f"A new Studio at {self.name}; you are its admin." if self.is_new else ""

    @property
    def database(self) -> ClosablePool:
        """The Peewee database, for the storage layer only."""
        return self._database

    def set_day(self, today: Callable[[], date], zone: tzinfo) -> None:
        """Set the day for queries that depend on it, such as those of stand-ins (U14).

        A day begins at midnight in ``zone``.
        """
        set_day(self._database, today, zone)

    @property
    def is_sqlite(self) -> bool:
        """Whether the engine is SQLite."""
        return isinstance(self._database, peewee.SqliteDatabase)

    def seen_by(self, user_id: int | None) -> "Store":
        """Return the same database limited to the sight of a user (U12); unlimited for None."""
        return self._with(_Viewer(user_id) if user_id is not None else None)

    def for_own(self) -> "Store":
        """Return the same database for acts on the viewer's own conversations.

        The people with whom the viewer holds conversations, and those whom they manage, are visible
        whatever limits the viewer as an admin.
        """
        return self._with(replace(self._viewer, and_own=True) if self._viewer else None)

    def _with(self, viewer: "_Viewer | None") -> "Store":
        seen = copy(self)
        seen._viewer = viewer  # noqa: SLF001 - its own
        return seen

    def _sight(self) -> Sight | None:
        if (viewer := self._viewer) is None:
            return None
        return Sight(
            viewer.user_id, lambda: scope.whom_sees(viewer.user_id, and_own=viewer.and_own)
        )

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Open a read transaction: everything inside is read from one snapshot.

        Raises `Stopped` if the thread is asked to stop (`domain.shared.cancellation`).
        """
        moment = () if self.is_sqlite else ("REPEATABLE READ",)
        outermost = not self._database.in_transaction()
        with (
            self.translating_errors(),
            cancellation.raising_stopped(),
            self._connection(),
            self._stoppable(outermost),
            self._database.atomic(*moment),
        ):
            yield

    def writing_unflushed(self, *, wait: bool = True) -> AbstractContextManager[None]:
        """Open a write transaction that reaches the disk only with the next `flush`.

        Its changes survive a crash of this process at once, and a crash of the machine once `flush`
        has returned. Without ``wait``, raises `Busy` instead of waiting for other writers. On
        SQLite no other program can write while a commit is flushed; with this it can.
        """
        return self._writing(WriteMode(flushed=False, waits=wait), quiet=not self.is_sqlite)

    def writing_alone(self, *, wait: bool = True) -> AbstractContextManager[None]:
        """Open a transaction like `writing_unflushed`, for a single `sql.execute_alone`.

        On PostgreSQL one statement is a transaction by itself: to begin and commit another would
        take longer than the statement.
        """
        return self.writing_unflushed(wait=wait) if self.is_sqlite else self._connected(quiet=True)

    @contextmanager
    def _connected(self, *, quiet: bool = False) -> Iterator[None]:
        throttled = self._database.throttled() if quiet else nullcontext()
        with (
            self.translating_errors(),
            cancellation.raising_stopped(),
            self._connection(),
            throttled,
        ):
            yield

    @contextmanager
    def _connection(self) -> Iterator[None]:
        """Bind this thread to a connection, and query the server's time if that is due."""
        sight = self._sight()
        with self._database.connection_context(), using_database(self._database, sight):
            clock = self.clock
            if clock is not None and clock.is_due() and not self._database.in_transaction():
                clock.set_by(self._server_time)
            try:
                yield
            except peewee.IntegrityError as error:
                if sight is not None and sight.is_limited:
                    # A user beyond the scope has this login, address or name.
                    raise Refused(OUT_OF_SIGHT) from error
                raise

    def _server_time(self) -> datetime:
        cursor = self._database.execute_sql("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found

    def notify_owed(self) -> None:
        """Send the notification about frequent writes that is owed to listeners, if any."""
        if not self.is_sqlite and self._database.throttle.take_owed():
            with self._connected():
                self._database.notify_now()

    def flush(self) -> None:
        """Sync everything written so far to disk. A server does so itself."""
        if self.is_sqlite:
            sqlite.flush(Path(self.name))

    def purge_freed(self) -> None:
        """Purge deleted and replaced data from the file of SQLite.

        A server manages its files itself.

        Does nothing inside a unit of work.
        """
        if not self.is_sqlite or self._database.in_transaction():
            return
        with self.translating_errors(), self._connected():
            # Trigrams of deleted words stay in the index until its segments are merged.
            self._database.execute_sql("INSERT INTO user_search (user_search) VALUES ('optimize')")
            self._database.execute_sql("VACUUM")
            self._database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def writing(self) -> AbstractContextManager[None]:
        """Open a write transaction. On SQLite it locks other writers out at once.

        Lines that it adds to the activity are sealed (A3): on SQLite in the same transaction, on
        PostgreSQL right after it, so that no other act waits for the chain until this one is done.
        """
        return self._writing(WriteMode())

    @contextmanager
    def _writing(self, how: WriteMode, *, quiet: bool = False) -> Iterator[None]:
        outermost = not self._database.in_transaction()
        if outermost:
            sealing.begin_recording()
        with self._connected(quiet=quiet):
            with self._database.atomic(*self._begin_arguments(how)), self._stoppable(outermost):
                yield
                written = sealing.recorded_lines() if outermost else []
                if written:
                    scope.require_within(written)
                if written and self.is_sqlite:
                    with unlimited_sight():
                        sealing.add_seals(sealing.digests(written))
            if written and not self.is_sqlite:
                self._seal_after(written)
        if outermost:
            # SQLite continues to write to a deleted file without an error.
            self._require_same_file()

    @contextmanager
    def dry_run(self, wanted: Callable[[], bool] = lambda: True) -> Iterator[None]:
        """Open a write transaction that is rolled back at the end, for a dry run.

        On SQLite it runs on a copy, so that no other writer is blocked, and ends with `Unavailable`
        once ``wanted`` returns False. A file of over a gigabyte is not copied.
        """
        alone = self.is_sqlite and self._database.is_closed() and self._is_small()
        apart = self._copied(wanted) if alone else nullcontext()
        with self.translating_errors(), apart, suppress(_DryRunEnd), self.writing():
            yield
            scope.require_within(sealing.recorded_lines())
            raise _DryRunEnd

    def seal_first(self) -> int:
        """Seal every line of a database that has no seal yet, in batches; return their number."""
        with self.translating_errors(), self._connection(), unlimited_sight():
            if sealing.anchor() is not None or sealing.count_seals():
                return 0
        return self.seal_rest()

    def seal_rest(self) -> int:
        """Seal every line of activity that has no seal, in batches; return their number.

        The caller records that: a line that is sealed late may have been changed before.
        """
        count, last = 0, 0
        with self.translating_errors(), self._connection(), unlimited_sight():
            while ids := sealing.unsealed_after(last):
                count += self._seal(ids)
                last = ids[-1]
        return count

    def is_own(self) -> bool:
        """Return whether this process runs as the owner of the database file or tables."""
        if self.is_sqlite:
            return Path(self.name).stat().st_uid == os.geteuid()
        with self.translating_errors(), self._database.connection_context():
            cursor = self._database.execute_sql(
                "SELECT pg_get_userbyid(relowner) = session_user FROM pg_class "
                "WHERE oid = 'ssh_key'::regclass"
            )
            return bool(cursor.fetchone()[0])

    def require_restored(self) -> None:
        """Raise `Refused` if a restore into this database is running or was interrupted.

        A database without users is not a new one then. Opening a SQLite file checks this by itself.
        """
        if not self.is_sqlite:
            with self.translating_errors():
                require_no_comment(self._database, self.name)

    def migrate(self, making: CreatePolicy = CreatePolicy.ASKED) -> list[str]:
        """Migrate the schema to this version of the program; return the names of what was applied.

        Raises `NotInitialized` if that would create a Studio, or change an older one, and
        ``making`` does not allow it; `Refused` if the database holds something else.
        """
        with self.translating_errors(), self._connection():
            pending = check_version(self._database, self.name)
            if len(pending) == len(all_migrations()):
                self._require_may_create(making)
                self.is_new = True
            if pending and making is CreatePolicy.NOTHING:
                raise NotInitialized(f"The database {self.name} is one of an older version.")
            return migrate(self._database, self.name) if pending else []

    def _require_may_create(self, making: CreatePolicy) -> None:
        if self.is_sqlite and self._database.get_tables():
            raise Refused(
                f"The database {self.name} is not of the Studio: there is something else in it. "
                "Set another database.url."
            )
        if making.forbids_creation:
            raise NotInitialized(
                f"There is no Studio in the database {self.name} yet: {HOW_TO_MAKE}."
            )

    def _require_same_file(self) -> None:
        """Raise `DatabaseGone` if the file was deleted, moved or replaced since it was opened.

        Whatever is written then is lost.
        """
        if not self.is_sqlite:
            return
        found = sqlite.identity(Path(self.name))
        if found != self._identity:
            what = "was deleted or moved away" if found is None else "was replaced by another"
            raise DatabaseGone(
                f"The file {self.name} {what} while the Studio had it open: nothing more is "
                "written, and what was done just then may be lost. Put it back, or bring a backup "
                "back with “studio-tui db restore FILE”, and open the Studio again."
            )

    def stamp(self) -> int:
        """Return a number that changes with every commit; cheap enough to poll every second."""
        self._require_same_file()
        with self.translating_errors():
            return self._commits.stamp()

    def await_change(self, seconds: float) -> None:
        """Return once anybody commits, after ``seconds`` at the latest; sooner if that is unknown.

        Only one thread of a process can wait. Raises `Unavailable` if the database does not answer.
        """
        self._require_same_file()
        with self.translating_errors():
            self._commits.wait(seconds)

    def close(self) -> None:
        """Close every connection; one in use is closed when its thread returns it."""
        self._database.end()
        self._commits.close()

    def _is_small(self) -> bool:
        with suppress(OSError):
            return Path(self.name).stat().st_size < _LARGE
        return False

    @contextmanager
    def _copied(self, wanted: Callable[[], bool]) -> Iterator[None]:
        """Bind this thread to a private copy of the database that is discarded afterwards."""
        with (
            driver_errors(),
            closing(sqlite.temporary_connection()) as copy,
        ):
            with closing(sqlite.connection_to(Path(self.name))) as source:
                source.backup(copy)
            copy.set_progress_handler(lambda: not wanted(), _STEPS)
            with connected_to(self._database, copy):
                yield

    def _stoppable(self, outermost: bool) -> AbstractContextManager[None]:
        if not outermost:
            return nullcontext()
        return cancellation.interruptible(self._database.connection())

    def _begin_arguments(self, writing: WriteMode) -> tuple[WriteMode, ...]:
        return (writing,) if self.is_sqlite else ()

    def _seal_after(self, written: list[int]) -> None:
        # The act is committed. If it cannot be sealed here, a worker seals it and records that.
        with suppress(peewee.DatabaseError, peewee.InterfaceError):
            self._seal(written)

    def _seal(self, ids: list[int]) -> int:
        if not ids:
            return 0
        # Lines never change, so the slow part runs before the lock is taken.
        with unlimited_sight():
            found = sealing.digests(ids)
            with self._database.atomic(*self._begin_arguments(WriteMode())):
                sealing.lock()
                return sealing.add_seals(found)

    @contextmanager
    def translating_errors(self) -> Iterator[None]:
        """Raise the errors of the database in this block as `StudioError`."""
        self._require_same_file()
        try:
            yield
        except errors.ERRORS as error:
            self._require_same_file()
            told = errors.translate_error(error, self.name)
            if not isinstance(told, Busy | DatabaseUnavailable) and (found := self.damage()):
                raise self.damaged(found) from error
            raise told from error
        except (StudioError, _DryRunEnd):
            raise
        except Exception as error:
            # An unexpected error may come from reading a damaged page.
            if found := self.damage():
                raise self.damaged(found) from error
            raise

    def damage(self, *, thoroughly: bool = False) -> str:
        """Return SQLite's description of damage in the file; empty if there is none.

        ``thoroughly`` also checks the indexes. A server checks its files itself.
        """
        if not self.is_sqlite:
            return ""
        return sqlite.damage(Path(self.name), thoroughly=thoroughly)

    def damaged(self, found: str) -> Unavailable:
        """Return the error to raise if `damage` has ``found`` damage."""
        return file_errors.unavailable(self.name, file_errors.damage_reason(found))
