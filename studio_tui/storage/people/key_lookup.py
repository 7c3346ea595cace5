"""Lookup of the SSH key that a client offers, without Peewee. Read-only.

sshd runs this for every offered key while the user waits, so this module imports only the driver of
the engine in use.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from studio_tui.config.private_files import require_own_file, require_owner
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.storage.engine.file_errors import translate_file_error

_KEYS = (
    "SELECT k.key, k.fingerprint FROM ssh_key k JOIN users u ON u.id = k.user_id "
    "WHERE u.active AND (k.fingerprint = {0} OR {0} = '') ORDER BY k.id"
)
_TIMEOUT = 5
"""Seconds to wait for a connection, or for a lock of the database."""

Rows = list[tuple[str, str]]


def lookup_keys(url: str, fingerprint: str) -> Rows:
    """Return key and fingerprint of ``fingerprint``, or of all keys if it is empty.

    Keys of users who have left are ignored. Raises `Refused` for an invalid URL and `Unavailable`
    if the database does not answer.
    """
    if url.startswith("sqlite:///"):
        return _of_sqlite(Path(url.removeprefix("sqlite:///")).expanduser(), fingerprint)
    if url.startswith(("postgresql://", "postgres://")):
        return _of_postgresql(url, fingerprint)
    raise Refused("database.url is no URL of a database: run “studio-tui doctor”.")


def _of_sqlite(path: Path, fingerprint: str) -> Rows:
    try:
        if path.exists():
            # Anybody who can write the file could add a key and log in.
            require_own_file(path)
            require_owner(path)
        # Do not create a missing database.
        address = f"{path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(address, uri=True, timeout=_TIMEOUT)) as connection:
            connection.execute("PRAGMA query_only = 1")
            return connection.execute(_KEYS.format("?1"), (fingerprint,)).fetchall()
    except sqlite3.Error as error:
        raise translate_file_error(str(error), str(path)) from error
    except OSError as error:
        raise Unavailable(f"The database {path} cannot be used: {error.strerror}.") from error


def _of_postgresql(url: str, fingerprint: str) -> Rows:
    try:
        import psycopg
    except ImportError as error:
        raise Refused(
            "PostgreSQL needs an extra: install it with pip install 'studio-tui[postgres]'."
        ) from error
    query = _KEYS.format("%(fingerprint)s::text").encode()
    try:
        with psycopg.connect(url, connect_timeout=_TIMEOUT, autocommit=True) as connection:
            return connection.execute(query, {"fingerprint": fingerprint}).fetchall()
    except psycopg.Error:
        # The driver's message may contain a part of the URL, and so of the password.
        raise Unavailable("The database does not answer: run “studio-tui doctor”.") from None
