"""Cancellation of the statements of the current thread (`domain.shared.cancellation`)."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from studio_tui.domain.shared.cancellation import current

_STEPS = 10_000
"""SQLite virtual machine steps, well below a millisecond, between two cancellation checks."""


@contextmanager
def raising_stopped() -> Iterator[None]:
    """Raise `Stopped` in place of an error, or of Ctrl-C, if this thread was asked to stop.

    Nothing was changed then.
    """
    try:
        yield
    except (Exception, KeyboardInterrupt):
        if stop := current():
            stop.check()
        raise


@contextmanager
def interruptible(connection: Any) -> Iterator[None]:
    """Interrupt the statements on ``connection`` once this thread is asked to stop."""
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

    # If the server is unreachable, no statement is running that could be cancelled.
    with suppress(psycopg.Error):
        connection.cancel_safe(timeout=1.0)
