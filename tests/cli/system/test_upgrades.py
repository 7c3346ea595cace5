"""A used database of a released version opens in this version, on both engines (Storage).

`tests.year` made the files.
"""

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import psycopg
import pytest

from studio_tui.services.people import identity
from studio_tui.storage.engine import migration
from tests.cli.conftest import Cli
from tests.databases import create_database, drop_database, url_of
from tests.smtp_server import smtp_server

KEPT = Path(__file__).parents[2] / "files" / "upgrades"
RELEASES = sorted(path.name for path in KEPT.iterdir())
LISTS: dict[tuple[str, ...], int] = {
    ("users", "list"): 32,
    ("teams", "list"): 3,
    ("templates", "list"): 4,
    ("pushes", "list"): 4,
    ("outbox", "list"): 300,
    ("conversations", "list", "--all"): 15,
    ("conversations", "history"): 28,
    ("ssh", "list"): 1,
    ("segments", "list"): 0,
}
"""Number of rows in the JSON of each list, as version 0.1.0 printed it for its own database."""
_NUMBERS = count()


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, release: str) -> Iterator[str]:
    """The URL of a database as this release left it."""
    if request.param == "sqlite":
        path = tmp_path / "kept.db"
        path.touch(mode=0o600)
        path.write_bytes(gzip.decompress((KEPT / release / "studio.db.gz").read_bytes()))
        yield f"sqlite:///{path}"
        return
    server: str = request.getfixturevalue("postgresql_server")
    name = f"kept{next(_NUMBERS)}"
    create_database(server, name)
    with psycopg.connect(url_of(server, name), autocommit=True) as connection:
        connection.execute(gzip.decompress((KEPT / release / "studio.sql.gz").read_bytes()))
    yield url_of(server, name)
    drop_database(server, name)


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    """A released version."""
    found: str = request.param
    return found


def test_a_database_of_a_released_version_is_upgraded_and_used(
    cli: Cli, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_DATABASE_URL", kept)
    monkeypatch.setenv("STUDIO_NOW", "2026-01-22T09:00:00+01:00")
    monkeypatch.setattr(identity, "own_account", lambda: identity.Account("root", "root"))
    assert "0016" in cli.out("db", "migrate")
    assert {words: len(cli.json(*words)) for words in LISTS} == LISTS
    assert cli.json("users", "show", "u13")["pushes"]
    assert cli.json("today")
    assert cli.json("activity", "verify")["intact"]
    cli.run(
        "pushes", "duplicate", "Q4 review", "--name", "Q5 review", "--from", "2026-02-02", "--yes"
    )
    cli.run("pushes", "assign", "Q5 review", "u10", "u11", "--yes")
    with smtp_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("STUDIO_NOW", "2026-02-02T12:00:00+01:00")
        cli.run("worker", "--drain")
        assert {message.recipients[0] for message in server.messages} >= {"u10@example.org"}
    assert cli.json("activity", "verify")["intact"]


def test_a_database_of_a_newer_version_is_refused_with_the_remedy(
    cli: Cli, private_home: Path
) -> None:
    [path] = private_home.rglob("studio.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO schema_migration (name, applied) "
            "SELECT '9999_of_tomorrow', applied FROM schema_migration LIMIT 1"
        )
    before = path.read_bytes()
    for arguments in (("pushes", "list"), ("db", "migrate"), ("worker", "--drain")):
        said = cli.refused(*arguments)
        assert str(path) in said
        assert "newer version of Studio TUI (9999_of_tomorrow): install that version" in said
    assert path.read_bytes() == before
    assert "9999_of_tomorrow" not in migration.all_migrations()
