"""A connection pool that can be shut down."""

from typing import Any

from playhouse.pool import PooledDatabase


class ClosablePool(PooledDatabase):  # type: ignore[misc] # not in the stubs
    """A pool that reuses no connection after `end`.

    Inherit from it before the pool class of an engine.
    """

    _ended = False

    def end(self) -> None:
        """Close the idle connections now, and each other one when its thread returns it.

        SQLite crashes if a connection is closed while another thread reads from it.
        """
        self._ended = True
        self.close_idle()

    def _can_reuse(self, connection: Any) -> bool:
        # Peewee calls this for every returned connection, and closes the connection on False.
        return not self._ended and bool(super()._can_reuse(connection))
