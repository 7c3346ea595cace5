"""Stopping what this thread asks of the database (`domain.shared.cancellation`)."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from studio_tui.domain.shared.cancellation import current

_STEPS = 10_000
"""Steps of SQLite, well below a millisecond, between two looks whether to stop."""


@contextmanager
def told() -> Iterator[None]:
    """A statement that was broken on demand, or Ctrl-C, is `Stopped`: nothing was changed."""
    try:
        yield
    except (Exception, KeyboardInterrupt):
        if stop := current():
            stop.check()
        raise


@contextmanager
def broken_off(connection: Any) -> Iterator[None]:
    """What is asked of ``connection`` inside is broken off once this thread is to stop."""
    stop = current()
    if stop is None:
        yield
        return
    stop.check()
    if isinstance(connection, sqlite3.Connection):
        connection.set_progress_handler(lambda: stop.asked, _STEPS)
        try:
            yield
        finally:
            connection.set_progress_handler(None, 0)
    else:
        with stop.breaking(lambda: _cancel(connection)):
            yield
    stop.check()


def _cancel(connection: Any) -> None:
    import psycopg

    # Where the server is gone there is nothing to break.
    with suppress(psycopg.Error):
        connection.cancel_safe(timeout=1.0)
