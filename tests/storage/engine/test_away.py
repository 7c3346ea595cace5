"""A PostgreSQL server that is stopped, restarted or full, or whose data others change."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import count
from threading import Barrier, Timer

import psycopg
import pytest

from studio_tui.domain.shared.errors import DatabaseUnavailable, Unavailable
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine import postgresql
from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.sql import execute, execute_alone, scalar
from studio_tui.storage.engine.store import Store
from studio_tui.storage.engine.tables import TemplateTable
from tests.cluster import Cluster
from tests.databases import create_database, url_of

_numbers = count()


@pytest.fixture
def store(own_cluster: Cluster) -> Iterator[Store]:
    """A database on a server that tests may stop."""
    own_cluster.start()
    name = f"away_{next(_numbers)}"
    create_database(own_cluster.url, name)
    with closing(open_store(url_of(own_cluster.url, name))) as opened:
        yield opened


def _templates(store: Store) -> int:
    with store.reading():
        return int(scalar("SELECT COUNT(*) FROM template"))


def _add_template(number: int) -> None:
    execute(
        "INSERT INTO template (name_key, definition, archived, version) VALUES (?, '{}', FALSE, 1)",
        str(number),
    )


def _write_while_it_stops(store: Store, own_cluster: Cluster) -> None:
    with store.writing():
        _add_template(1)
        own_cluster.stop()
        _add_template(2)


def _use_two_connections(store: Store) -> None:
    both = Barrier(2)

    def read() -> None:
        with store.reading():
            both.wait(30)

    with ThreadPoolExecutor(2) as threads:
        for each in [threads.submit(read) for _ in range(2)]:
            each.result()


def test_a_restart_is_not_noticed_by_who_comes_after_it(store: Store, own_cluster: Cluster) -> None:
    _use_two_connections(store)
    own_cluster.restart()
    _use_two_connections(store)
    with store.writing():
        _add_template(1)
    assert _templates(store) == 1


def test_a_server_that_is_stopped_is_away_and_what_was_under_way_is_undone(
    store: Store, own_cluster: Cluster
) -> None:
    with pytest.raises(DatabaseUnavailable, match="does not answer: it is being shut down"):
        _write_while_it_stops(store, own_cluster)
    with pytest.raises(DatabaseUnavailable, match="does not answer: nothing listens there"):
        _templates(store)
    own_cluster.start()
    assert _templates(store) == 0


def test_who_waits_for_a_change_is_told_that_the_server_is_gone(
    store: Store, own_cluster: Cluster
) -> None:
    store.await_change(30)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(store.await_change, 30)
        own_cluster.stop()
        with pytest.raises(DatabaseUnavailable):
            waiting.result(20)
    with pytest.raises(DatabaseUnavailable):
        store.await_change(30)
    own_cluster.start()
    store.await_change(30)


def test_who_waits_for_a_change_hears_of_it_at_once(studio: Studio) -> None:
    """Screens: changes by others appear without a key press."""
    # The first wait returns at once, for changes made before the listener started.
    studio.await_change(30)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(studio.await_change, 60)
        with studio.store.reading():
            scalar("SELECT COUNT(*) FROM template")
        with studio.store.writing():
            execute("DELETE FROM template WHERE id = 0")
        with studio.store.dry_run():
            _add_template(1)
        assert not waiting.done()
        with studio.store.writing():
            _add_template(1)
        waiting.result(20)
        waiting = thread.submit(studio.await_change, 60)
        with studio.store.writing_alone():
            execute_alone(TemplateTable.update(version=2))
        waiting.result(20)


def test_who_waits_for_a_change_is_let_go_when_the_store_is_closed(database_url: str) -> None:
    store = open_store(database_url)
    store.await_change(30)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(store.await_change, 60)
        store.close()
        waiting.result(20)


@pytest.fixture(scope="module")
def limited(postgresql_server: str) -> Iterator[str]:
    """The URL of a database whose role may open two connections."""
    create_database(postgresql_server, "limited")
    with psycopg.connect(postgresql_server, autocommit=True) as server:
        server.execute("CREATE ROLE limited LOGIN CONNECTION LIMIT 2")
        server.execute("ALTER DATABASE limited OWNER TO limited")
        yield url_of(postgresql_server, "limited").replace("//postgres:", "//limited:")
        server.execute("DROP DATABASE limited WITH (FORCE)")
        server.execute("DROP ROLE limited")


def test_a_server_that_takes_no_more_is_tried_again_for_a_while(
    limited: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as others, closing(open_store(limited)) as store:
        store.close()
        held = [others.enter_context(psycopg.connect(limited)) for _ in range(2)]
        monkeypatch.setattr(postgresql, "CONNECT_TIMEOUT", 0.1)
        with pytest.raises(Unavailable, match="takes no more connections of this role"):
            _templates(store)
        monkeypatch.setattr(postgresql, "CONNECT_TIMEOUT", 20)
        Timer(0.1, held[0].close).start()
        assert _templates(store) == 0


def test_whom_another_keeps_waiting_is_told(limited: str) -> None:
    with (
        closing(open_store(f"{limited}&options=-c%20lock_timeout%3D10ms")) as store,
        psycopg.connect(limited) as other,
    ):
        other.execute("LOCK TABLE template")
        with pytest.raises(Unavailable, match="has been writing to it for too long"):
            _templates(store)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(9)", "took too long; nothing was"),
        ("SET TRANSACTION READ ONLY; DELETE FROM template", "can only be read: it is a standby"),
        ("SELECT * FROM pg_authid", "its role may not do that; see docs/postgresql.md"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", "shut down or restarted"),
    ],
)
def test_what_the_server_refuses_is_said_in_words(
    limited: str, statement: str, reason: str
) -> None:
    with (
        closing(open_store(limited)) as store,
        pytest.raises(Unavailable, match=reason),
        store.writing(),
    ):
        execute(statement)
