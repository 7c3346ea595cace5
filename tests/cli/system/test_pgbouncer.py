"""The Studio behind a real PgBouncer in transaction mode, configured as in docs/postgresql.md.

Each transaction may use another connection to the server.
"""

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from studio_tui.config.settings import Database, Settings
from studio_tui.domain.shared.errors import DatabaseUnavailable, Unavailable
from studio_tui.services.people.identity import own_account, sign_in
from studio_tui.services.system.context import open_studio
from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.sql import execute, rows, scalar
from studio_tui.storage.engine.store import Store
from tests.acting import assign
from tests.cli.conftest import Cli
from tests.cluster import Cluster, server_folder
from tests.databases import create_database, url_of
from tests.organisation import create_push, import_people
from tests.pgbouncer import PGBOUNCER, pgbouncer
from tests.services.conftest import MovableClock, clock
from tests.smtp_server import smtp_server
from tests.storage.engine.test_cancellation import require_broken_off
from tests.worker.processes import service, wait_until

__all__ = ["clock"]
pytestmark = pytest.mark.skipif(
    PGBOUNCER is None and "PGBOUNCER_IS_THERE" not in os.environ,
    reason="there is no PgBouncer on this machine: apt-get install pgbouncer; CI does have one",
)
GUIDE = (Path(__file__).parents[3] / "docs" / "postgresql.md").read_text(encoding="utf-8")


_DOCUMENTED = re.search(r"<!-- pgbouncer configuration -->\n```ini\n(.*?)```", GUIDE, re.DOTALL)


@contextmanager
def _before(server: str, **changed: object) -> Iterator[str]:
    """Yield the URL of ``server`` through a PgBouncer as documented, with ``changed`` options."""
    assert _DOCUMENTED is not None
    lines = _DOCUMENTED[1]
    for name, value in changed.items():
        lines, count = re.subn(f"^{name} = .*$", f"{name} = {value}", lines, flags=re.M)
        assert count == 1
    with server_folder() as folder, pgbouncer(server, folder, lines) as url:
        yield url


@pytest.fixture(scope="module")
def pooler(migrated_server: str) -> Iterator[str]:
    """A PgBouncer with fewer server connections than clients."""
    with _before(migrated_server, default_pool_size=3) as url:
        yield url


@pytest.fixture
def database(pooler: str, migrated_server: str, request: pytest.FixtureRequest) -> Database:
    name = f"behind_{len(request.node.name)}"
    create_database(migrated_server, name, "migrated")
    return Database(url=url_of(pooler, name), listen_url=url_of(migrated_server, name))


def test_transactions_do_not_affect_each_other(database: Database) -> None:
    """Many threads share few connections and repeat the same statements.

    Statements that take too long are cancelled, and changes are notified at `listen_url`.
    """
    with closing(open_store(database.url, listen_url=database.listen_url)) as store:
        store.await_change(5)
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda number: _turn(store, number), range(64)))
        assert len({server for server, _ in found}) > 1
        assert {prepared for _, prepared in found} == {0}
        with store.reading():
            assert scalar("SELECT COUNT(*) FROM mail_stop") == 64
            assert scalar("SELECT COUNT(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'") == 1
        require_broken_off(store)
        Thread(target=_turn, args=(store, 64)).start()
        # Notifications of earlier changes by the threads may arrive first.
        for _ in range(9):
            store.await_change(30)
            with store.reading():
                if scalar("SELECT COUNT(*) FROM mail_stop") == 65:
                    return
        raise AssertionError("nothing was heard of the change")


def _turn(store: Store, number: int) -> tuple[int, int]:
    with store.writing():
        _add(number)
    with store.reading():
        assert str(scalar("SHOW transaction_isolation")) == "repeatable read"
        prepared = int(scalar("SELECT COUNT(*) FROM pg_prepared_statements"))
        return int(scalar("SELECT pg_backend_pid()")), prepared


def _add(number: int) -> None:
    execute("INSERT INTO mail_stop (fault, words, since) VALUES ('x', ?, now())", str(number))


def test_a_worker_and_commands_work_behind_pgbouncer(
    database: Database, clock: MovableClock, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers that share a limit as well, which they lock on the server."""
    with (
        closing(open_studio(Settings(database=database), clock)) as studio,
        smtp_server() as server,
    ):
        admin = sign_in(studio, own_account())
        import_people(studio, admin)
        assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas")
        clock.move(minutes=2)
        monkeypatch.setenv("STUDIO_DATABASE_URL", database.url)
        monkeypatch.setenv("STUDIO_NOW", clock.now().isoformat())
        monkeypatch.setenv("STUDIO_SMTP_PER_MINUTE", "100")
        with service(studio, server, "--drain", connections=2) as worker:
            assert worker.wait(60) == 0
        assert len(server.messages) == 6
    assert {each["state"] for each in cli.json("outbox", "list")} == {"sent"}
    assert cli.json("users", "edit", "eve", "--email", "eva@example.org")
    assert "none missing" in cli.out("activity", "verify")
    cli.run("db", "backup", "behind.db")
    cli.run("db", "copy", "--to", "sqlite:///copied.db")


def test_a_server_that_was_away_is_used_again(own_cluster: Cluster) -> None:
    own_cluster.start()
    create_database(own_cluster.url, "behind")
    with (
        _before(own_cluster.url, query_wait_timeout=1) as url,
        closing(open_store(url_of(url, "behind"))) as store,
    ):
        with store.writing():
            _add(1)
        with pytest.raises(DatabaseUnavailable):
            _write_while_it_stops(store, own_cluster)
        with (
            pytest.raises(DatabaseUnavailable, match="does not answer: PgBouncer"),
            store.reading(),
        ):
            raise AssertionError("nobody answers")
        own_cluster.start()
        wait_until(lambda: _kept(store) == [1])


def _write_while_it_stops(store: Store, own_cluster: Cluster) -> None:
    with store.writing():
        _add(2)
        own_cluster.stop()
        _add(3)


def _kept(store: Store) -> list[int]:
    with suppress(DatabaseUnavailable), store.reading():
        return [int(words) for (words,) in rows("SELECT words FROM mail_stop")]
    return []


def test_an_unsuitable_configuration_is_refused_with_the_required_setting(
    migrated_server: str,
) -> None:
    """The error is not `DatabaseUnavailable`, since waiting does not help."""
    for wrong, said in (
        ({"pool_mode": "statement"}, "pool_mode = transaction"),
        ({"ignore_startup_parameters": "extra_float_digits"}, "ignore_startup_parameters"),
    ):
        with _before(migrated_server, **wrong) as url:
            with pytest.raises(Unavailable, match=said) as met:
                _ask(url_of(url, "migrated"))
            assert not isinstance(met.value, DatabaseUnavailable)


def _ask(url: str) -> None:
    with closing(open_store(url)) as store, store.reading():
        scalar("SELECT 1")
