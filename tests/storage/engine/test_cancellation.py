"""A statement that is no longer needed is cancelled; later statements are not."""

from threading import Thread

import pytest

from studio_tui.domain.shared.cancellation import CancelToken, stoppable
from studio_tui.domain.shared.errors import Stopped
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import rows, scalar
from studio_tui.storage.engine.store import Store

ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT (i + 1) % 1000000 FROM n) "
    "SELECT COUNT(*) FROM n"
)


def test_a_statement_that_nobody_waits_for_is_broken_off(studio: Studio) -> None:
    require_broken_off(studio.store)


def require_broken_off(store: Store) -> None:
    """Fail if a cancelled statement continues, or if the next statement fails."""
    stop, told = CancelToken(), list[str]()

    def read() -> None:
        try:
            with stoppable(stop), store.reading():
                told.append("begun")
                rows(ENDLESS)
        except Stopped:
            told.append("stopped")
        with store.reading():
            told.append(str(scalar("SELECT 1")))

    thread = Thread(target=read, daemon=True)
    thread.start()
    while not told:
        thread.join(0.001)
    stop.ask()
    thread.join(30)
    assert told == ["begun", "stopped", "1"]


def test_what_nobody_waits_for_is_not_asked(studio: Studio) -> None:
    stop = CancelToken()
    stop.ask()
    with pytest.raises(Stopped), stoppable(stop), studio.store.reading():
        raise AssertionError("nobody wants to know")
