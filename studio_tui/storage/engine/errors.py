"""Messages for the errors that a database raises (`domain.shared.errors`)."""

import sqlite3

import peewee
from playhouse.pool import MaxConnectionsExceeded

from studio_tui.domain.shared.errors import Conflict, DatabaseUnavailable, StudioError
from studio_tui.storage.engine import file_errors
from studio_tui.storage.engine.file_errors import BUSY, FULL, first_line, unavailable

ERRORS = (peewee.DatabaseError, peewee.InterfaceError, MaxConnectionsExceeded)
"""The exceptions that `translate_error` translates."""
_CONFLICT = "somebody else changed the same thing just now; try again"
_POSTGRESQL = {
    "40001": _CONFLICT,
    "40P01": _CONFLICT,
    "25006": "it can only be read: it is a standby, or is being moved",
    "42501": "its role may not do that; see docs/postgresql.md",
    "53100": FULL,
    "53200": "the server is out of memory; nothing was changed",
    "55P03": BUSY,
    "57014": "what was asked of it took too long; nothing was changed",
    "57P05": "the program was idle for too long; nothing was changed",
    "25P03": "the program was stopped for too long; nothing was changed",
    "XX001": "it is damaged; restore a backup",
    "XX002": "it is damaged; restore a backup",
}
_AWAY = ("08", "57P01", "57P02", "57P03")
_SIGNS = {
    "too many clients": "it takes no more connections (max_connections); try again, or see "
    "docs/postgresql.md",
    "too many connections": "it takes no more connections of this role or to this database; try "
    "again, or see docs/postgresql.md",
    "slots are reserved": "it takes no more connections (max_connections); try again, or see "
    "docs/postgresql.md",
    "is starting up": "it is starting up; try again in a moment",
    "is shutting down": "it is being shut down",
    "terminating connection": "it is being shut down or restarted",
    "Connection refused": "connection refused",
    "No such file": "nothing listens there",
    "etwork is unreachable": "there is no network",
    "No route to host": "there is no way to its host",
    "not known": "nobody knows its host",
    "resolve host": "nobody knows its host",
    "query_wait_timeout": "PgBouncer has had no connection to it for too long; try again",
    "server_login_retry": "PgBouncer does not reach it",
    "closed the connection unexpectedly": "the connection is lost",
    "connection is closed": "the connection is lost",
    "connection is lost": "the connection is lost",
    "timeout expired": "timeout",
}
_WRONG_POOLER = {
    "unsupported startup parameter": "PgBouncer has to ignore_startup_parameters; see "
    "docs/postgresql.md",
    "statement pooling mode": "PgBouncer has to be set to pool_mode = transaction, or session; see "
    "docs/postgresql.md",
}
"""Errors that do not pass by waiting: the configuration of PgBouncer has to be changed."""


def translate_error(error: Exception, name: str) -> StudioError:
    """Return the error to raise for ``error``, which occurred on the database ``name``."""
    if isinstance(error, peewee.IntegrityError):
        return Conflict(f"{_CONFLICT.capitalize()}.")
    cause = error.__cause__ or error.__context__
    if isinstance(cause, sqlite3.Error):
        return file_errors.translate_file_error(str(error), name)
    if isinstance(error, MaxConnectionsExceeded):
        return unavailable(name, "every connection is in use; try again")
    return _of_postgresql(error, getattr(cause, "sqlstate", None), name)


def _of_postgresql(error: Exception, state: str | None, name: str) -> StudioError:
    words = str(error)
    if state in _POSTGRESQL:
        return unavailable(name, _POSTGRESQL[state])
    for sign, reason in _WRONG_POOLER.items():
        if sign in words:
            return unavailable(name, reason)
    reason = next((reason for sign, reason in _SIGNS.items() if sign in words), first_line(words))
    # A lost connection, or one that was never opened, has no SQLSTATE.
    if isinstance(error, peewee.OperationalError) and (not state or state.startswith(_AWAY)):
        return DatabaseUnavailable(f"The database does not answer: {reason} ({name}).")
    return unavailable(name, reason)
