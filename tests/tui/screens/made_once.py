"""Fill a Studio with services once per process, and copy the result for later tests."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import wraps

from tests.tui.screens.organisation import Example


def made_once(fill: Callable[[Example], object]) -> Callable[[Example], None]:
    """Run ``fill`` only for the first new Studio, and copy its database to later ones.

    A Studio that has changed otherwise, or whose clock was moved, is filled separately.
    """
    left: dict[tuple[object, ...], bytes] = {}

    @wraps(fill)
    def filled(made: Example) -> None:
        state = (made.clock.instant, made.studio.settings.smtp, _content(made))
        if state not in left:
            fill(made)
            left[state] = _content(made)
            return
        with closing(sqlite3.connect(":memory:")) as kept, closing(_connected(made)) as own:
            kept.deserialize(left[state])
            kept.backup(own)

    return filled


def _content(made: Example) -> bytes:
    with closing(_connected(made)) as own:
        content = bytearray(own.serialize())
    # Set the file format version to that without a write-ahead log, which a database in memory
    # cannot have.
    content[18:20] = b"\1\1"
    return bytes(content)


def _connected(made: Example) -> sqlite3.Connection:
    return sqlite3.connect(made.studio.settings.database_url.removeprefix("sqlite:///"))
