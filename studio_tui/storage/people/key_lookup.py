"""The key that somebody shows at the door, looked up without Peewee.

sshd asks for every key that a client offers, and everybody waits for the answer: this imports the
driver of the one engine and nothing else. It only reads.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from studio_tui.config.private import require_own_file, require_owner
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.storage.engine.file_errors import in_words

_KEYS = (
    "SELECT k.key, k.fingerprint FROM ssh_key k JOIN users u ON u.id = k.user_id "
    "WHERE u.active AND (k.fingerprint = {0} OR {0} = '') ORDER BY k.id"
)
_TIMEOUT = 5
"""Seconds that the database may take to let one read, or to be connected to."""

Rows = list[tuple[str, str]]


def keys_at_the_door(url: str, fingerprint: str) -> Rows:
    """Each key with its fingerprint: that of ``fingerprint``, or all where it is empty, of those
    who have not left.

    Raises `Refused` for a URL that is none, `Unavailable` where the database does not answer.
    """
    if url.startswith("sqlite:///"):
        return _of_sqlite(Path(url.removeprefix("sqlite:///")).expanduser(), fingerprint)
    if url.startswith(("postgresql://", "postgres://")):
        return _of_postgresql(url, fingerprint)
    raise Refused("database.url is no URL of a database: run “studio-tui doctor”.")


def _of_sqlite(path: Path, fingerprint: str) -> Rows:
    try:
        if path.exists():
            # Whoever can write it could let anybody in.
            require_own_file(path)
            require_owner(path)
        # One that is not there must not be made by a look.
        address = f"{path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(address, uri=True, timeout=_TIMEOUT)) as connection:
            connection.execute("PRAGMA query_only = 1")
            return connection.execute(_KEYS.format("?1"), (fingerprint,)).fetchall()
    except sqlite3.Error as error:
        raise in_words(str(error), str(path)) from error
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
        # What it says may hold a piece of the URL, and so of the password.
        raise Unavailable("The database does not answer: run “studio-tui doctor”.") from None
