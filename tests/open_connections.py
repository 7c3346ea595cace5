"""Tracks SQLite connections that are left open, wherever in the process they were opened.

Python 3.13 warns of an unclosed connection, but only when it is garbage collected: during another
test, or never.
"""

import sqlite3
import threading
import traceback
from collections.abc import Callable
from functools import cache
from sqlite3 import dbapi2
from typing import Any
from weakref import WeakSet

_FRAMES = 12
_PATIENCE = 20
"""Seconds to wait for threads that still read."""
_connect: Callable[..., sqlite3.Connection] = sqlite3.connect
_closed = threading.Condition()
_open: WeakSet[Any] = WeakSet()
_collected: list[str] = []
"""The stack of the call that opened each connection that was garbage collected without close."""


def watch() -> None:
    """Track every connection that is opened after this call."""
    for module in (sqlite3, dbapi2):
        module.connect = _watched  # type: ignore[attr-defined]


def left_open() -> list[str]:
    """Return the stacks of the calls that opened connections that are still open, and forget them.

    Includes connections that were garbage collected without being closed. Waits until threads that
    still read have closed theirs.
    """
    with _closed:
        _closed.wait_for(lambda: not _open, _PATIENCE)
        left = [*_collected, *(each.made_by for each in _open)]
        for each in _open:
            # Reported: do not report the connection again when it is garbage collected.
            each.made_by = ""
        _collected.clear()
        _open.clear()
    return left


def _watched(*args: Any, **named: Any) -> sqlite3.Connection:
    named["factory"] = _tracking(named.get("factory", sqlite3.Connection))
    made = _connect(*args, **named)
    made.made_by = "".join(traceback.format_stack(limit=_FRAMES)[:-1])  # type: ignore[attr-defined]
    with _closed:
        _open.add(made)
    return made


@cache
def _tracking(kind: type[sqlite3.Connection]) -> type[sqlite3.Connection]:
    def close(self: sqlite3.Connection) -> None:
        kind.close(self)
        with _closed:
            _open.discard(self)
            _closed.notify_all()

    def collected(self: Any) -> None:
        # Python clears weak references first, so the set no longer contains the connection.
        try:
            self.total_changes  # noqa: B018 - raises if it is closed
        except sqlite3.Error:
            return
        if self.made_by:
            _collected.append(self.made_by)
        kind.close(self)

    return type(kind.__name__, (kind,), {"close": close, "__del__": collected})
