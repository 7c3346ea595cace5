"""What a database says when it does not do what it was asked, in words (`domain.errors`)."""

import os
import re
import sqlite3
from pathlib import Path

import peewee
from playhouse.pool import MaxConnectionsExceeded

from studio_tui.domain.errors import Away, Busy, Conflict, StudioError, Unavailable

ERRORS = (peewee.DatabaseError, peewee.InterfaceError, MaxConnectionsExceeded)
"""What `in_words` has words for."""
_BUSY = "another program has been writing to it for too long; try again"
_FULL = "The disk of the database is full; nothing was changed. Make room and try again"
DAMAGED = "the file is damaged; restore a backup with “studio-tui db restore FILE”"
_READ_ONLY = "it cannot be written: its file system is mounted read-only"
_MOUNTED_ANEW = ("readonly", "unable to open", "I/O error")
_LAST_BYTES = 65_536
_SQLITE = {
    "interrupted": "what was asked of it is no longer wanted",
    "locked": _BUSY,
    "readonly": "it cannot be written; check the permissions of the file and its folder",
    "not a database": "it is not a database of the Studio, or is damaged; check the setting "
    "database.url, or restore a backup with “studio-tui db restore FILE”",
    "malformed": DAMAGED,
    "full": _FULL,
    "unable to open": "it cannot be opened; check that its folder exists and is yours",
}
_MEANWHILE = "somebody else changed the same thing just now; try again"
_POSTGRESQL = {
    "40001": _MEANWHILE,
    "40P01": _MEANWHILE,
    "25006": "it can only be read: it is a standby, or is being moved",
    "42501": "its role may not do that; see docs/postgresql.md",
    "53100": _FULL,
    "53200": "the server is out of memory; nothing was changed",
    "55P03": _BUSY,
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
    "unsupported startup parameter": "PgBouncer has to ignore_startup_parameters; see "
    "docs/postgresql.md",
    "closed the connection unexpectedly": "the connection is lost",
    "connection is closed": "the connection is lost",
    "connection is lost": "the connection is lost",
    "timeout expired": "timeout",
}


def in_words(error: Exception, name: str) -> StudioError:
    """What to tell somebody who used the database ``name`` and met ``error``."""
    if isinstance(error, peewee.IntegrityError):
        return Conflict(f"{_MEANWHILE.capitalize()}.")
    cause = error.__cause__ or error.__context__
    if isinstance(cause, sqlite3.Error):
        return _unavailable(name, _of_sqlite(str(error), name))
    if isinstance(error, MaxConnectionsExceeded):
        return Unavailable(_sentence(name, "every connection is in use; try again"))
    return _of_postgresql(error, getattr(cause, "sqlstate", None), name)


def of_damage(found: str) -> str:
    """What to say of a file in which SQLite has ``found`` damage."""
    sign = "not a database"
    return _SQLITE[sign] if sign in found else DAMAGED


def _of_sqlite(words: str, name: str) -> str:
    if any(sign in words for sign in _MOUNTED_ANEW) and (found := _of_disk(Path(name).parent)):
        return found
    return next((reason for sign, reason in _SQLITE.items() if sign in words), _plain(words))


def _of_disk(folder: Path) -> str:
    """What is to be said of the disk itself: SQLite calls it something else."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return ""
    if disk.f_flag & os.ST_RDONLY:
        return _READ_ONLY
    return _FULL if disk.f_bavail * disk.f_frsize < _LAST_BYTES else ""


def _of_postgresql(error: Exception, state: str | None, name: str) -> StudioError:
    words = str(error)
    if state in _POSTGRESQL:
        return _unavailable(name, _POSTGRESQL[state])
    reason = next((reason for sign, reason in _SIGNS.items() if sign in words), _plain(words))
    # A connection that is lost, or was never made, has no code.
    if isinstance(error, peewee.OperationalError) and (not state or state.startswith(_AWAY)):
        return Away(f"The database does not answer: {reason} ({name}).")
    return Unavailable(_sentence(name, reason))


def _unavailable(name: str, reason: str) -> Unavailable:
    return (Busy if reason == _BUSY else Unavailable)(_sentence(name, reason))


def _sentence(name: str, reason: str) -> str:
    if reason == _FULL:
        # What to do stands before a path that may be longer than the screen is wide.
        return f"{_FULL} ({name})."
    return f"The database {name}: {reason}."


def _plain(words: str) -> str:
    """The first line of what a server says, without what every line begins with."""
    first = words.strip().partition("\n")[0].rpartition("FATAL:")[2]
    return re.sub(r"\s+", " ", first).strip(" .") or "it says nothing"
