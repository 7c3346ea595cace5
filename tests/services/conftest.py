"""A Studio on each engine, with a clock that a test can move."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from studio_tui.config.settings import Database, Organisation, Settings
from studio_tui.domain.access import Actor
from studio_tui.services.context import Studio, open_studio
from studio_tui.services.identity import Account, sign_in
from studio_tui.storage.sql import execute

_numbers = count()


@dataclass
class MovableClock:
    """Stands still until a test moves it."""

    instant: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The instant it stands at."""
        return self.instant

    def move(self, **span: float) -> None:
        """Go on by ``days=…``, ``hours=…``, ``minutes=…``."""
        self.instant += timedelta(**span)


@pytest.fixture
def clock() -> MovableClock:
    """The clock of `studio`."""
    return MovableClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'studio.db'}"
        return
    server: str = request.getfixturevalue("postgresql_server")
    name = f"studio_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def studio(database_url: str, clock: MovableClock) -> Iterator[Studio]:
    """An open Studio of Example NV, in Brussels, with nothing in it."""
    settings = Settings(
        database=Database(url=database_url), organisation=Organisation(name="Example NV")
    )
    opened = open_studio(settings, clock)
    yield opened
    opened.close()


@pytest.fixture
def open_database(studio: Studio) -> Callable[[], None]:
    """Takes away what makes the engine refuse to change the activity, as its owner could."""

    def take_away() -> None:
        with studio.store.writing():
            for table in ("activity", "activity_user", "activity_seal"):
                if studio.store.is_sqlite:
                    execute(f"DROP TRIGGER {table}_no_update")
                    execute(f"DROP TRIGGER {table}_no_delete")
                else:
                    execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")

    return take_away


@pytest.fixture
def admin(studio: Studio) -> Actor:
    """The first admin, with the starter templates in place."""
    return sign_in(studio, Account("els", "Els Claes"))
