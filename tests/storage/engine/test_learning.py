"""PostgreSQL plans with current statistics, not with those from a minute ago."""

from contextlib import closing

import psycopg

from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.sql import execute, refresh_statistics, scalar
from tests.databases import create_database, url_of

MANY = 2_000
TEAMS = (
    "INSERT INTO team (name, path, path_key, by_manager) "
    "SELECT i, i, i, FALSE FROM generate_series(1, ?) i"
)


def test_the_server_looks_at_once_at_what_was_filled(migrated_server: str) -> None:
    create_database(migrated_server, "filled", "migrated")
    url = url_of(migrated_server, "filled")
    with closing(open_store(url)) as store:
        with store.writing():
            execute(TEAMS, MANY)
            before = _known()
            refresh_statistics(MANY - 1, "team")
            assert _known() == before
            refresh_statistics(MANY, "team", "users")
            assert _known() == MANY
        with psycopg.connect(url) as other, store.writing():
            # A concurrent ANALYZE is not waited for.
            other.execute("LOCK TABLE team IN SHARE UPDATE EXCLUSIVE MODE")
            execute("SET LOCAL lock_timeout = '1s'")
            refresh_statistics(MANY, "team")


def _known() -> int:
    return int(scalar("SELECT reltuples FROM pg_class WHERE oid = 'team'::regclass"))
