"""PostgreSQL in production: few connections, bounded waits, restarts, and change notifications."""

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
from studio_tui.storage.engine.pool import ClosablePool
from studio_tui.storage.engine.unit import limit_statement

CONNECT_TIMEOUT = 5
"""Timeout in seconds for connecting, for a pooled connection, and for a slot on a full server."""
_MOST = 8
"""Maximum number of connections per process, not counting the one that listens for commits."""
_IDLE_AFTER = 300
"""Seconds after which a pooled connection is reopened."""
_FIRST_PAUSE = 0.05
_CHANNEL = "studio_changed"
_NOTIFY = f"pg_notify('{_CHANNEL}', '')"
_COMMIT = f"SELECT {_NOTIFY} WHERE pg_current_xact_id_if_assigned() IS NOT NULL; COMMIT"
"""Commit, and notify listeners in the same round trip if the transaction wrote anything."""
_LIMITS = (
    # As long as a writer waits on SQLite: another session may be assigning 100,000 users.
    "-c lock_timeout=60s "
    # An import of a million people is one of the longest statements.
    "-c statement_timeout=15min "
    # A stopped program or a sleeping laptop must not block others for ever.
    "-c idle_in_transaction_session_timeout=5min "
    # Nor must a client that lost its network.
    "-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)
DEFAULTS: dict[str, Any] = {
    "connect_timeout": CONNECT_TIMEOUT,
    "application_name": "studio-tui",
    # Detect a server host that disappears without closing its connections.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""Connection parameters that apply unless the URL sets them."""
_WATCHED = {name: value for name, value in DEFAULTS.items() if name != "application_name"}
_NOTIFY_INTERVAL = 1.0
"""Minimum seconds between two notifications about frequent writes."""
_NO_ROOM = ("too many clients", "too many connections", "connection slots are reserved")
_SOON = (*_NO_ROOM, "is starting up")

# Errors are raised. The driver's additional warnings would be written onto the screen.
logging.getLogger("psycopg").addHandler(logging.NullHandler())


class _Connecting(peewee.Psycopg3Adapter):
    """An adapter for connections to a server, directly or through a pooler."""

    def connect(self, db: peewee.Database, **params: Any) -> "psycopg.Connection[Any]":
        """Open a connection; through a pooler, without prepared statements.

        A pooler may run each transaction on another server connection, which does not have the
        statements that were prepared on the last one.
        """
        connection: psycopg.Connection[Any] = super().connect(db, **params)
        connection.autocommit = True
        own = connection.execute("SELECT pg_backend_pid()").fetchone()
        # A pooler reports an invented process id.
        if own != (connection.info.backend_pid,):
            connection.prepare_threshold = None
        return connection


class Postgresql(ClosablePool, PooledPostgresqlDatabase):  # type: ignore[misc] # not in the stubs
    """A PostgreSQL database with a small pool that reconnects after a restart of the server."""

    psycopg3_adapter = _Connecting
    listen_url = ""
    """URL to receive notifications if a pooler holds them back; empty: the URL of the database."""

    listen_settings: Mapping[str, str] = {}
    """Connection parameters that apply unless `listen_url` sets them."""

    @cached_property
    def throttle(self) -> "NotifyThrottle":
        """The throttle for notifications about frequent writes."""
        return NotifyThrottle()

    def connect(self, reuse_if_open: bool = False) -> bool:
        """Open a connection for this thread; back off and retry while the server is full."""
        until, pause = monotonic() + CONNECT_TIMEOUT, _FIRST_PAUSE
        while True:
            try:
                return bool(super().connect(reuse_if_open))
            except peewee.OperationalError as error:
                if not any(sign in str(error) for sign in _SOON) or monotonic() + pause > until:
                    raise
            sleep(pause)
            pause *= 2

    @cached_property
    def TABLE_PREFIX(self) -> str:  # noqa: N802 - a constant of SQLite
        """Prefix of a table name that keeps it from meaning a common table expression."""
        found = super().execute_sql("SELECT quote_ident(current_schema()) || '.'").fetchone()
        return str(found[0])

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        """Run a statement, limited to the sight of its unit of work."""
        return super().execute_sql(*limit_statement(sql, params, lambda: self.TABLE_PREFIX))

    def begin(self, isolation_level: str | None = None) -> None:
        """Begin a transaction. With an isolation level it only reads, and notifies no listener."""
        self._state.reads = isolation_level is not None
        super().begin(isolation_level)

    def commit(self) -> None:
        """Commit and notify listeners; about frequent writes, at most once a second."""
        quiet = self._state.reads or (self.is_throttled and not self.throttle.is_due())
        with driver_errors():
            self.cursor().execute("COMMIT" if quiet else _COMMIT)

    @property
    def is_throttled(self) -> bool:
        """Whether notifications about the writes of this thread may be delayed."""
        return bool(getattr(self._state, "quiet", False))

    @contextmanager
    def throttled(self) -> Iterator[None]:
        """Limit notifications about the writes of this thread to one a second.

        A worker writes result after result, and PostgreSQL serializes each notifying commit with
        all other commits of the server.
        """
        before = self.is_throttled
        self._state.quiet = True
        try:
            yield
        finally:
            self._state.quiet = before

    def tell(self) -> str:
        """Return an SQL expression that notifies listeners; empty if they are notified later.

        For a statement that is a transaction by itself.
        """
        return _NOTIFY if not self.is_throttled or self.throttle.is_due() else ""

    def notify_now(self) -> None:
        """Notify listeners of a change."""
        peewee.Select(columns=(peewee.SQL(_NOTIFY),)).execute(self)

    def rollback(self) -> None:
        """Roll back. If the connection is lost, the server has done so."""
        if not self._state.conn.closed:
            super().rollback()

    def _is_closed(self, connection: "psycopg.Connection[Any]") -> bool:
        # A server that shuts down sends a message unasked. A query for each check would cost a
        # round trip.
        if not connection.closed and _has_input(connection):
            self._close_raw(connection)
        return connection.closed

    def listening(self) -> "psycopg.Connection[Any]":
        """Open a connection outside of the pool that is notified of every commit."""
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


class NotifyThrottle:
    """A throttle that allows one notification a second about frequent writes."""

    def __init__(self, elapsed: Callable[[], float] = monotonic) -> None:
        self._elapsed = elapsed
        self._told_at = float("-inf")
        self._owed = False
        self._lock = Lock()

    def is_due(self) -> bool:
        """Return whether this commit should notify; if not, a notification is owed."""
        with self._lock:
            now = self._elapsed()
            due = now - self._told_at >= _NOTIFY_INTERVAL
            self._told_at = now if due else self._told_at
            self._owed = not due
            return due

    def take_owed(self) -> bool:
        """Return whether a notification is owed, and clear the debt."""
        with self._lock:
            owed, self._owed = self._owed, False
            if owed:
                self._told_at = self._elapsed()
            return owed


def postgresql(url: str, listen_url: str = "") -> Postgresql:
    """Return the database at ``url``; its commits are received at ``listen_url`` if that is set.

    Raises `psycopg.Error` if either is not a valid URL.
    """
    url = url.replace("postgres://", "postgresql://", 1)
    said = psycopg.conninfo.conninfo_to_dict(url)
    settings = {name: value for name, value in DEFAULTS.items() if name not in said}
    settings |= _of_several(url)
    listening = _of_several(listen_url)
    database = Postgresql(
        url,
        max_connections=_MOST,
        stale_timeout=_IDLE_AFTER,
        timeout=CONNECT_TIMEOUT,
        prefer_psycopg3=True,
        autoconnect=False,
        field_types=FIELD_TYPES["postgresql"],
        options=f"{_LIMITS} {said.get('options', '')}".strip(),
        **settings,
    )
    database.listen_url, database.listen_settings = listen_url, listening
    return database


def _of_several(url: str) -> dict[str, str]:
    """Return the parameters that select the writable one of several hosts, if the URL has none."""
    said = psycopg.conninfo.conninfo_to_dict(url)
    if "," not in str(said.get("host", "")) or "target_session_attrs" in said:
        return {}
    return {"target_session_attrs": "read-write"}


class CommitListener:
    """A listener for commits of other sessions, with a connection of its own."""

    def __init__(self, database: Postgresql) -> None:
        self._database = database
        self._connection: psycopg.Connection[Any] | None = None
        self._closed = False

    def stamp(self) -> int:
        """Return a number that changes with every commit. Raises `peewee.DatabaseError`."""
        with self._database.connection_context():
            # Hash the whole snapshot: a transaction that began first and ended last moves neither
            # bound.
            cursor = self._database.execute_sql(
                "SELECT hashtextextended(pg_current_snapshot()::text, 0)"
            )
            return int(cursor.fetchone()[0])

    def wait(self, seconds: float) -> None:
        """Return once another session has committed a change, after ``seconds`` at the latest.

        Returns at once if the connection had to be opened, since earlier commits were not received.
        Raises `peewee.OperationalError` if the server does not answer.
        """
        if self._connection is None and not self._closed:
            self._connection = self._database.listening()
            if self._closed:
                # `close` was called while this connection was being opened.
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
        """Close the connection and wake up a waiting thread."""
        self._closed = True
        self._let_go()

    def _hear(self, seconds: float) -> None:
        connection = self._connection
        if connection is None:
            return
        if list(connection.notifies(timeout=seconds, stop_after=1)):
            # Discard the notifications that arrived with it.
            list(connection.notifies(timeout=0))

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()


def _has_input(connection: "psycopg.Connection[Any]") -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
