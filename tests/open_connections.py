"""Which connections to SQLite are left open, wherever in the process they were made.

Python 3.13 warns of one that is left open, but only once it is collected: in another test, or in
none.
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
"""Seconds for which a thread may still read."""
_connect: Callable[..., sqlite3.Connection] = sqlite3.connect
_closed = threading.Condition()
_open: WeakSet[Any] = WeakSet()
_collected: list[str] = []
"""Of each that was collected without having been closed, the calls that made it."""


def watch() -> None:
    """Know of every connection from now on."""
    for module in (sqlite3, dbapi2):
        module.connect = _watched  # type: ignore[attr-defined]


def left_open() -> list[str]:
    """The calls that made each that was left open since this was last asked.

    What a thread still reads by is waited for.
    """
    with _closed:
        _closed.wait_for(lambda: not _open, _PATIENCE)
        left = [*_collected, *(each.made_by for each in _open)]
        for each in _open:
            # Told once: not again when it is collected.
            each.made_by = ""
        _collected.clear()
        _open.clear()
    return left


def _watched(*args: Any, **named: Any) -> sqlite3.Connection:
    named["factory"] = _remembering(named.get("factory", sqlite3.Connection))
    made = _connect(*args, **named)
    made.made_by = "".join(traceback.format_stack(limit=_FRAMES)[:-1])  # type: ignore[attr-defined]
    with _closed:
        _open.add(made)
    return made


@cache
def _remembering(kind: type[sqlite3.Connection]) -> type[sqlite3.Connection]:
    def close(self: sqlite3.Connection) -> None:
        kind.close(self)
        with _closed:
            _open.discard(self)
            _closed.notify_all()

    def collected(self: Any) -> None:
        # Python clears weak references first: the set does not have it any more.
        try:
            self.total_changes  # noqa: B018 - asks whether it is closed
        except sqlite3.Error:
            return
        if self.made_by:
            _collected.append(self.made_by)
        kind.close(self)

    return type(kind.__name__, (kind,), {"close": close, "__del__": collected})
