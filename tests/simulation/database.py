"""The real SQLite, with a point before each statement at which a process or the disk can fail."""

import sqlite3
from collections.abc import Callable
from typing import Any

from studio_tui.storage.engine import sqlite
from studio_tui.storage.engine.store import Store
from tests.simulation.event_loop import Killed, current_process

FULL = ("database or disk is full", sqlite3.SQLITE_FULL)
BUSY = ("database is locked", sqlite3.SQLITE_BUSY)
FAILING = ("disk I/O error", sqlite3.SQLITE_IOERR)
AWAY = ("unable to open database file", sqlite3.SQLITE_CANTOPEN)

Failure = tuple[str, int]


def watch(store: Store, failing: Callable[[str], Failure | None]) -> None:
    """Call ``failing`` before each statement of a process, and raise the failure that it returns.

    A process can be killed before each statement and after each commit.
    """
    _Connection.failing = staticmethod(failing)
    store.database.close_idle()
    store.database.connect_params["factory"] = _Connection


class _Cursor(sqlite3.Cursor):
    connection: "_Connection"

    def execute(self, sql: str, parameters: Any = ()) -> "_Cursor":
        process = current_process()
        if process is None or sql.startswith(("PRAGMA", "ROLLBACK")):
            super().execute(sql, parameters)
            return self
        try:
            process.step()
        except Killed:
            # Discard uncommitted changes, as SQLite does when the file is opened again.
            self.connection.rollback()
            raise
        if (failure := self.connection.failing(sql)) is not None:
            words, code = failure
            if code == sqlite3.SQLITE_FULL and self.connection.in_transaction:
                # SQLite rolls back the whole transaction by itself.
                self.connection.rollback()
            error = sqlite3.OperationalError(words)
            error.sqlite_errorcode = code
            raise error
        super().execute(sql, parameters)
        if sql == "COMMIT":
            process.step()
        return self


class _Connection(sqlite._Connection):
    failing: Callable[[str], Failure | None] = staticmethod(lambda sql: None)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        # Pushes take turns at random: make the order deterministic.
        self.create_function("RANDOM", 0, lambda: 0)

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or _Cursor)
