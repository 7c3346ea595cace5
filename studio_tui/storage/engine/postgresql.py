"""PostgreSQL as a company runs it: few connections, limits on waiting, restarts, news of others."""

import logging
import select
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from threading import Lock
from time import monotonic, sleep
from typing import Any

import peewee
import psycopg
from playhouse.pool import PooledDatabase, PooledPostgresqlDatabase

from studio_tui.storage.engine.fields import FIELD_TYPES
from studio_tui.storage.engine.peewee_internals import driver_errors
from studio_tui.storage.engine.pool import EndingPool
from studio_tui.storage.engine.unit import as_asked

PATIENCE = 5
"""Seconds to wait for a connection: for the server to answer, for one of our own to come back, for
room where the server takes no more."""
_MOST = 8
"""Connections of one process, the one that hears of commits left out."""
_IDLE_AFTER = 300
"""Seconds after which a pooled connection is opened anew."""
_FIRST_PAUSE = 0.05
_CHANNEL = "studio_changed"
_TELL = f"pg_notify('{_CHANNEL}', '')"
_COMMIT = f"SELECT {_TELL} WHERE pg_current_xact_id_if_assigned() IS NOT NULL; COMMIT"
"""Who changed something tells the others with its commit, and in no round trip of its own."""
_LIMITS = (
    # As long as one waits for a turn on SQLite: somebody may be assigning a hundred thousand.
    "-c lock_timeout=60s "
    # An import of a million is one of the longest.
    "-c statement_timeout=15min "
    # A program that was stopped, or a laptop that sleeps, keeps nobody waiting for ever.
    "-c idle_in_transaction_session_timeout=5min "
    # Nor does one whose network is gone.
    "-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)
DEFAULTS: dict[str, Any] = {
    "connect_timeout": PATIENCE,
    "application_name": "studio-tui",
    # Where the server's host is gone without a word, that is noticed.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""What a URL need not say; what it says counts."""
_WATCHED = {name: value for name, value in DEFAULTS.items() if name != "application_name"}
_TELL_EVERY = 1.0
"""Seconds between two tellings of what is written in quick succession."""
_NO_ROOM = ("too many clients", "too many connections", "connection slots are reserved")
_SOON = (*_NO_ROOM, "is starting up")

# What goes wrong is raised; the driver's warnings beside it would be written into the screen.
logging.getLogger("psycopg").addHandler(logging.NullHandler())


class _Connecting(peewee.Psycopg3Adapter):
    """Opens connections, to a server or to a pooler before it."""

    def connect(self, db: peewee.Database, **params: Any) -> "psycopg.Connection[Any]":
        """Open one. Behind a pooler nothing is prepared: each transaction may have another
        connection of the server's, which knows nothing of what was prepared on the last."""
        connection: psycopg.Connection[Any] = super().connect(db, **params)
        connection.autocommit = True
        own = connection.execute("SELECT pg_backend_pid()").fetchone()
        # A pooler makes one up.
        if own != (connection.info.backend_pid,):
            connection.prepare_threshold = None
        return connection


class Postgresql(EndingPool, PooledPostgresqlDatabase):  # type: ignore[misc] # not in the stubs
    """PostgreSQL by few connections, opened anew where the server was restarted."""

    psycopg3_adapter = _Connecting
    listen_url = ""
    """Where commits are heard of, beside a pooler that keeps them back; empty: where all is."""

    listen_settings: Mapping[str, str] = {}
    """What its URL need not say."""

    @cached_property
    def telling(self) -> "Telling":
        """When who listens is told of what is written in quick succession."""
        return Telling()

    def connect(self, reuse_if_open: bool = False) -> bool:
        """Open a connection for this thread; where the server takes no more, wait for a while."""
        until, pause = monotonic() + PATIENCE, _FIRST_PAUSE
        while True:
            try:
                return bool(super().connect(reuse_if_open))
            except peewee.OperationalError as error:
                if not any(sign in str(error) for sign in _SOON) or monotonic() + pause > until:
                    raise
            sleep(pause)
            pause *= 2

    @cached_property
    def BEFORE_NAMES(self) -> str:  # noqa: N802 - a constant of SQLite
        """What stands before the name of a table, so that no table expression is meant."""
        found = super().execute_sql("SELECT quote_ident(current_schema()) || '.'").fetchone()
        return str(found[0])

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        """Run a statement, which sees no more than its unit of work may."""
        return super().execute_sql(*as_asked(sql, params, lambda: self.BEFORE_NAMES))

    def begin(self, isolation_level: str | None = None) -> None:
        """Begin a transaction; a view of one moment is to be read by, and changes nothing."""
        self._state.reads = isolation_level is not None
        super().begin(isolation_level)

    def commit(self) -> None:
        """Commit, and tell who listens; of what is written in quick succession, once a second."""
        quiet = self._state.reads or (self.is_quiet and not self.telling.is_due())
        with driver_errors():
            self.cursor().execute("COMMIT" if quiet else _COMMIT)

    @property
    def is_quiet(self) -> bool:
        """Whether what this thread writes need not be told at once."""
        return bool(getattr(self._state, "quiet", False))

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """What this thread writes inside is told of once a second at most: a worker writes result
        after result, and each telling is ordered with all other commits of the server."""
        before = self.is_quiet
        self._state.quiet = True
        try:
            yield
        finally:
            self._state.quiet = before

    def tell(self) -> str:
        """What tells who listens, in a statement that is a transaction by itself; empty where they
        are told later."""
        return _TELL if not self.is_quiet or self.telling.is_due() else ""

    def tell_now(self) -> None:
        """Tell who listens that there is something new."""
        peewee.Select(columns=(peewee.SQL(_TELL),)).execute(self)

    def rollback(self) -> None:
        """Roll back; where the connection is lost, the server has done so."""
        if not self._state.conn.closed:
            super().rollback()

    def _is_closed(self, connection: "psycopg.Connection[Any]") -> bool:
        # A server that goes away says so unasked. To ask it each time would cost a round trip.
        if not connection.closed and _says_something(connection):
            self._close_raw(connection)
        return connection.closed

    def listening(self) -> "psycopg.Connection[Any]":
        """A connection outside of the pool that hears of every commit."""
        with driver_errors():
            connection: psycopg.Connection[Any] = (
                psycopg.connect(
                    self.listen_url, autocommit=True, **{**_WATCHED, **self.listen_settings}
                )
                if self.listen_url
                else super(PooledDatabase, self)._connect()
            )
            connection.execute(f"LISTEN {_CHANNEL}".encode())
            return connection


class Telling:
    """Tells who listens at most once a second of what is written in quick succession."""

    def __init__(self, elapsed: Callable[[], float] = monotonic) -> None:
        self._elapsed = elapsed
        self._told_at = float("-inf")
        self._owed = False
        self._lock = Lock()

    def is_due(self) -> bool:
        """Whether to tell with this commit; else it is owed."""
        with self._lock:
            now = self._elapsed()
            due = now - self._told_at >= _TELL_EVERY
            self._told_at = now if due else self._told_at
            self._owed = not due
            return due

    def take_owed(self) -> bool:
        """Whether anything was not told; it is from now on."""
        with self._lock:
            owed, self._owed = self._owed, False
            if owed:
                self._told_at = self._elapsed()
            return owed


def postgresql(url: str, listen_url: str = "") -> Postgresql:
    """The database at ``url``, whose commits are heard of at ``listen_url``, or there as well;
    raises `psycopg.Error` where one of them is no URL."""
    url = url.replace("postgres://", "postgresql://", 1)
    said = psycopg.conninfo.conninfo_to_dict(url)
    settings = {name: value for name, value in DEFAULTS.items() if name not in said}
    settings |= _of_several(url)
    listening = _of_several(listen_url)
    database = Postgresql(
        url,
        max_connections=_MOST,
        stale_timeout=_IDLE_AFTER,
        timeout=PATIENCE,
        prefer_psycopg3=True,
        autoconnect=False,
        field_types=FIELD_TYPES["postgresql"],
        options=f"{_LIMITS} {said.get('options', '')}".strip(),
        **settings,
    )
    database.listen_url, database.listen_settings = listen_url, listening
    return database


def _of_several(url: str) -> dict[str, str]:
    """Of several hosts in a URL, the one that takes changes, unless the URL says which."""
    said = psycopg.conninfo.conninfo_to_dict(url)
    if "," not in str(said.get("host", "")) or "target_session_attrs" in said:
        return {}
    return {"target_session_attrs": "read-write"}


class Listening:
    """Waits for what others commit, on a connection of its own."""

    def __init__(self, database: Postgresql) -> None:
        self._database = database
        self._connection: psycopg.Connection[Any] | None = None
        self._closed = False

    def stamp(self) -> int:
        """A number that changes when anybody commits a change; raises `peewee.DatabaseError`."""
        with self._database.connection_context():
            # All of it: what began first and ended last moves no end of the snapshot.
            cursor = self._database.execute_sql(
                "SELECT hashtextextended(pg_current_snapshot()::text, 0)"
            )
            return int(cursor.fetchone()[0])

    def wait(self, seconds: float) -> None:
        """Return once anybody has committed a change, after ``seconds`` at the latest.

        At once where the connection had to be opened: what came before, nobody has told. Raises
        `peewee.OperationalError` where the server does not answer.
        """
        if self._connection is None and not self._closed:
            self._connection = self._database.listening()
            if self._closed:
                # It was closed while this one was being opened.
                self._let_go()
            return
        try:
            with driver_errors():
                self._hear(seconds)
        except peewee.DatabaseError:
            self._let_go()
            if not self._closed:
                raise

    def close(self) -> None:
        """Let go of the connection; who waits returns."""
        self._closed = True
        self._let_go()

    def _hear(self, seconds: float) -> None:
        connection = self._connection
        if connection is None:
            return
        if list(connection.notifies(timeout=seconds, stop_after=1)):
            # Those that came with it tell nothing more.
            list(connection.notifies(timeout=0))

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()


def _says_something(connection: "psycopg.Connection[Any]") -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
