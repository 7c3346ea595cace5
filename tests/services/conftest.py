"""A Studio on each engine, with a clock that tests can move."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from studio_tui.config.settings import Database, Organisation, Settings
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.clock import SteadyTime
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.system.context import Studio, open_studio
from studio_tui.storage.engine.sql import execute, rows
from tests.databases import create_database, drop_database, url_of

_numbers = count()


@dataclass
class MovableClock:
    """A clock that stands still until a test moves it."""

    instant: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self.instant

    def time(self) -> SteadyTime:
        """Return the same instant for leases, which expire when a test moves the clock."""
        return SteadyTime(self.instant.timestamp(), "test")

    def jumped_within(self, seconds: float) -> bool:
        """Return False: moving the clock counts as elapsed time, not as a jump."""
        return False

    def move(self, **span: float) -> None:
        """Move the clock forward by ``days=…``, ``hours=…`` or ``minutes=…``."""
        self.instant += timedelta(**span)


@pytest.fixture
def clock() -> MovableClock:
    """The clock of `studio`."""
    return MovableClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database without rows, on each engine in turn."""
    if request.param == "sqlite":
        migrated: Path = request.getfixturevalue("migrated_file")
        yield f"sqlite:///{shutil.copy(migrated, tmp_path)}"
        return
    with _database(request.getfixturevalue("migrated_server"), "migrated") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'studio.db'}"
        return
    with _database(request.getfixturevalue("postgresql_server"), "template1") as url:
        yield url


@contextmanager
def _database(server: str, template: str) -> Iterator[str]:
    name = f"studio_{next(_numbers)}"
    create_database(server, name, template)
    yield url_of(server, name)
    drop_database(server, name)


@pytest.fixture
def studio(database_url: str, clock: MovableClock) -> Iterator[Studio]:
    """An open, empty Studio of Example NV in Brussels."""
    settings = Settings(
        database=Database(url=database_url), organisation=Organisation(name="Example NV")
    )
    opened = open_studio(settings, clock, steady=clock)
    yield opened
    opened.close()


@pytest.fixture
def drop_activity_guards(studio: Studio) -> Callable[[], None]:
    """Remove the triggers that protect the activity from changes, as the database owner could."""

    def take_away() -> None:
        with studio.store.writing():
            if studio.store.is_sqlite:
                guards = rows(
                    "SELECT name FROM sqlite_master "
                    "WHERE type = 'trigger' AND tbl_name LIKE 'activity%'"
                )
                for (name,) in guards:
                    execute(f"DROP TRIGGER {name}")
                return
            for table in ("activity", "activity_user", "activity_seal", "activity_anchor"):
                execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")

    return take_away


@pytest.fixture
def admin(studio: Studio) -> Actor:
    """The first admin; the starter templates exist."""
    return sign_in(studio, Account("els", "Els Claes", "account els on hr-host"))
