"""A Studio on each engine, with a clock that tests can move."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import execute, rows
from tests.databases import copy_database, discard_database, url_of
from tests.made_once import MovableClock, database_of, made_once, open_example
from tests.organisation import import_people

__all__ = ["MovableClock"]


@pytest.fixture
def clock() -> MovableClock:
    """The clock of `studio`."""
    return MovableClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, clock: MovableClock
) -> Iterator[str]:
    """The URL of a migrated database on each engine in turn.

    It has the rows of the fixtures that are declared with `made_once`, and no others.
    """
    if request.param == "sqlite":
        migrated = f"sqlite:///{request.getfixturevalue('migrated_file')}"
    else:
        migrated = url_of(request.getfixturevalue("migrated_server"), "migrated")
    with database_of(request, migrated, clock, tmp_path) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'studio.db'}"
        return
    server: str = request.getfixturevalue("postgresql_server")
    url = copy_database(url_of(server, "template1"), tmp_path)
    yield url
    discard_database(url)


@pytest.fixture
def studio(database_url: str, clock: MovableClock) -> Iterator[Studio]:
    """An open Studio of Example NV in Brussels."""
    opened = open_example(database_url, clock)
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


@made_once
def admin(studio: Studio) -> Actor:
    """The first admin; the starter templates exist."""
    return sign_in(studio, Account("els", "Els Claes", "account els on hr-host"))


@made_once
def people(studio: Studio, admin: Actor) -> Actor:
    """The first admin of the Studio with the people of `tests.organisation`."""
    import_people(studio, admin)
    return admin


@pytest.fixture
def organisation(studio: Studio, people: Actor) -> Studio:
    """The Studio with the people of `tests.organisation`."""
    return studio
