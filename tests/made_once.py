"""Fixtures whose rows are written once in a session and copied for each test."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from studio_tui.config.settings import Database, Organisation, Settings
from studio_tui.domain.shared.clock import SteadyTime
from studio_tui.services.system.context import Studio, open_studio
from tests.databases import copy_database, discard_database

BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class MovableClock:
    """A clock that stands still until a test moves it."""

    instant: datetime = BEGINNING

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


def open_example(database_url: str, clock: MovableClock) -> Studio:
    """Open the Studio of Example NV in Brussels."""
    settings = Settings(
        database=Database(url=database_url), organisation=Organisation(name="Example NV")
    )
    return open_studio(settings, clock, steady=clock)


@dataclass(frozen=True)
class _State:
    """A database to copy."""

    url: str
    instant: datetime = BEGINNING
    values: dict[object, Any] = field(default_factory=dict)
    """What the functions that wrote its rows returned, by fixture."""


_functions: dict[object, Callable[..., Any]] = {}
"""The function that was declared with `made_once`, by fixture."""
_states: dict[tuple[object, str], _State] = {}
"""The state that a fixture leaves, by the fixture and the URL of the database without rows."""
_VALUES = pytest.StashKey[dict[object, Any]]()


def made_once(
    function: Callable[..., Any] | None = None, *, autouse: bool = False
) -> Callable[..., Any]:
    """Declare a fixture that writes rows. Its function runs once in a session on each engine.

    The function may request ``studio``, ``clock`` and other fixtures of this kind. A test that
    requests the fixture starts with a copy of the database that the function left, and with the
    clock and the value that it left. The value must not change, nor refer to the Studio.
    """
    if function is None:
        return partial(made_once, autouse=autouse)

    def fixture(request: pytest.FixtureRequest, studio: Studio) -> Any:
        return request.node.stash[_VALUES][fixture]

    fixture.__doc__ = function.__doc__
    _functions[fixture] = function
    return pytest.fixture(fixture, autouse=autouse)


@contextmanager
def database_of(
    request: pytest.FixtureRequest, migrated: str, clock: MovableClock, folder: Path
) -> Iterator[str]:
    """Return the URL of a copy of ``migrated`` with the rows that the fixtures of a test write."""
    state = _state_of(request, request.fixturenames, migrated)
    request.node.stash[_VALUES] = state.values
    clock.instant = state.instant
    url = copy_database(state.url, folder)
    yield url
    discard_database(url)


def _state_of(request: pytest.FixtureRequest, names: Iterable[str], migrated: str) -> _State:
    """Return the state that the fixtures with these names leave."""
    fixtures = [each for name in names if (each := _fixture(request, name)) in _functions]
    states = [_state_after(request, each, migrated) for each in fixtures]
    last = max(states, key=lambda each: len(each.values), default=_State(migrated))
    assert last.values.keys() >= set(fixtures), "one fixture has to request the others"
    return last


def _fixture(request: pytest.FixtureRequest, name: str) -> object:
    found = request._fixturemanager.getfixturedefs(name, request.node)
    return found[-1].func if found else None


def _state_after(request: pytest.FixtureRequest, fixture: object, migrated: str) -> _State:
    if (fixture, migrated) not in _states:
        function = _functions[fixture]
        names = inspect.signature(function).parameters
        before = _state_of(request, names, migrated)
        folder = request.getfixturevalue("tmp_path_factory").mktemp("made")
        url, clock = copy_database(before.url, folder), MovableClock(before.instant)
        with closing(open_example(url, clock)) as studio:
            own = {"studio": studio, "clock": clock}
            value = function(
                **{
                    name: own[name] if name in own else before.values[_fixture(request, name)]
                    for name in names
                }
            )
        values = before.values | {fixture: value}
        _states[fixture, migrated] = _State(url, clock.instant, values)
    return _states[fixture, migrated]
