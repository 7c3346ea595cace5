"""Detection of a database that is not the one from which mail was sent.

The other database was restored from a backup, or is a standby that took over without the last
seconds.
"""

from datetime import datetime
from secrets import token_hex
from typing import Any, NamedTuple

import peewee
from peewee import SQL, Select

from studio_tui.storage.engine.tables import MailOrigin
from studio_tui.storage.engine.unit import current_database, is_sqlite

_O: Any = MailOrigin
_SERVER = SQL(
    "(pg_control_system()).system_identifier || ' ' || "
    "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
)


class StoredMailOrigin(NamedTuple):
    """The origin of the mail that left last."""

    identity: str
    """Generated when mail leaves for the first time; all copies of a database share it."""
    server: str
    """Identifier and timeline of the database server; empty if there is none or they are hidden."""
    generation: int
    """How often a worker has begun to send."""
    restored_at: datetime | None
    """When another database was detected; None if it is the same."""
    why: str


def server() -> str:
    """Return identifier and timeline of the server; empty on SQLite and if they are hidden."""
    if is_sqlite():
        return ""
    try:
        with current_database().atomic():
            return str(Select(columns=(_SERVER,)).scalar(current_database()))
    except peewee.DatabaseError:
        # Some cloud services hide them.
        return ""


def origin() -> StoredMailOrigin | None:
    """Return the stored origin; None if no mail has left yet."""
    row = _O.select(*(getattr(_O, name) for name in StoredMailOrigin._fields)).tuples().first()
    return StoredMailOrigin(*row) if row else None


def first(server: str) -> StoredMailOrigin:
    """Return the origin to store when the first mail leaves."""
    return StoredMailOrigin(token_hex(8), server, 0, None, "")


def store(known: StoredMailOrigin) -> None:
    """Store ``known`` as the origin."""
    _O.delete().execute()
    _O.insert(**known._asdict()).execute()
