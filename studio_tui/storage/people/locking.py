"""The lock that keeps acts on many users apart."""

import peewee

from studio_tui.domain.shared.errors import Conflict
from studio_tui.storage.engine.sql import execute
from studio_tui.storage.engine.unit import is_sqlite

_LOCK_TIMEOUT = "5s"


def lock_users() -> None:
    """Lock out other imports until the unit of work ends; on SQLite it does so by itself.

    Raises `Conflict` if another import holds the lock too long.
    """
    if is_sqlite():
        return
    execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
    try:
        execute("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
    except peewee.OperationalError as error:
        raise Conflict(
            "Somebody else is importing users just now; try again when they are done."
        ) from error
