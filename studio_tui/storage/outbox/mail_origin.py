"""Whether this database is the one that the mail went out of: not one that was brought back, or
that a standby has taken over without its last seconds."""

from datetime import datetime
from secrets import token_hex
from typing import Any, NamedTuple

import peewee
from peewee import SQL, Select

from studio_tui.storage.engine.tables import MailOrigin
from studio_tui.storage.engine.unit import is_sqlite, spoken_to

_O: Any = MailOrigin
_SERVER = SQL(
    "(pg_control_system()).system_identifier || ' ' || "
    "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
)


class StoredMailOrigin(NamedTuple):
    """What was known when mail last went out."""

    identity: str
    """Made when mail goes out for the first time: what all copies of a database have in common."""
    server: str
    """Identifier and timeline of the database server; empty where there is none, or it tells
    none."""
    generation: int
    """How often a worker has begun to send."""
    restored_at: datetime | None
    """When it was noticed that this is another database; None: it is the same."""
    why: str


def server() -> str:
    """Identifier and timeline of the server; empty on SQLite, and where it does not tell them."""
    if is_sqlite():
        return ""
    try:
        with spoken_to().atomic():
            return str(Select(columns=(_SERVER,)).scalar(spoken_to()))
    except peewee.DatabaseError:
        # Some services of the cloud keep it to themselves.
        return ""


def origin() -> StoredMailOrigin | None:
    """What was known; None where no mail has gone out yet."""
    row = _O.select(*(getattr(_O, name) for name in StoredMailOrigin._fields)).tuples().first()
    return StoredMailOrigin(*row) if row else None


def first(server: str) -> StoredMailOrigin:
    """What is known before any mail has gone out."""
    return StoredMailOrigin(token_hex(8), server, 0, None, "")


def keep(known: StoredMailOrigin) -> None:
    """Keep this in the place of what was known."""
    _O.delete().execute()
    _O.insert(**known._asdict()).execute()
