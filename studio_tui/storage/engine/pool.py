"""A pool of connections that comes to an end."""

from typing import Any

from playhouse.pool import PooledDatabase


class EndingPool(PooledDatabase):  # type: ignore[misc] # not in the stubs
    """A pool that keeps no connection once it has ended.

    To be inherited from before the pool of an engine.
    """

    _ended = False

    def end(self) -> None:
        """Close what nobody uses; what a thread still reads by is closed when it gives it back.

        SQLite does not survive a connection that is closed while another thread reads by it.
        """
        self._ended = True
        self.close_idle()

    def _can_reuse(self, connection: Any) -> bool:
        # Peewee asks this of every connection that is given back, and closes it on a no.
        return not self._ended and bool(super()._can_reuse(connection))
