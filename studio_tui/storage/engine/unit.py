"""The database of the current unit of work, on which its statements run.

A unit of work is opened by `engine.store` and belongs to the thread that opened it. A nested unit
ends before the outer one continues, so that two databases can be used in turn and no table is bound
to either.
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import Any, Protocol

import peewee


class SightLimit(Protocol):
    """A limit of what a unit of work sees (`engine.sight`)."""

    @property
    def condition(self) -> Any:
        """The condition on the visible users; None if all are visible."""

    def limited(self, text: str, params: Any) -> tuple[str, Any]:
        """Return the statement limited to the visible rows, and its parameters."""


_EVERY = re.compile(r'"?\bevery_([a-z_]+)\b"?')


class _Unit(threading.local):
    database: Any = None
    limit: SightLimit | None = None


_unit = _Unit()


@contextmanager
def using_database(database: peewee.Database, limit: SightLimit | None = None) -> Iterator[None]:
    """Run the statements of this thread on ``database``, limited by ``limit``."""
    before, _unit.database = _unit.database, database
    whole, _unit.limit = _unit.limit, limit
    try:
        yield
    finally:
        _unit.database = before
        _unit.limit = whole


def current_limit() -> SightLimit | None:
    """Return the limit of this thread's unit of work; None if it sees the whole organisation."""
    return _unit.limit


def limit_statement(text: str, params: Any, before_names: Callable[[], str]) -> tuple[str, Any]:
    """Return a statement as limited by this thread's unit of work, and its parameters.

    ``before_names`` returns the prefix that makes a name mean the table itself. It replaces
    ``every_`` in the names of a statement.
    """
    if _unit.limit is not None:
        text, params = _unit.limit.limited(text, params)
    return _named_in_full(text, before_names()) if "every_" in text else text, params


@lru_cache(maxsize=256)
def _named_in_full(text: str, before: str) -> str:
    # Cached, since long statements are run again and again.
    return _EVERY.sub(lambda found: before + found[1], text)


@contextmanager
def unlimited_sight() -> Iterator[None]:
    """Let the statements of this thread see the whole organisation (U12).

    For maintenance, such as the chain of the activity, and never for data that is displayed.
    """
    before, _unit.limit = _unit.limit, None
    try:
        yield
    finally:
        _unit.limit = before


def current_database() -> Any:
    """Return the database of this thread's unit of work. Raises `RuntimeError` outside of one."""
    if _unit.database is None:
        raise RuntimeError("the database is asked outside of a unit of work")
    return _unit.database


def is_sqlite() -> bool:
    """Return whether the database of this thread's unit of work is SQLite."""
    return isinstance(current_database(), peewee.SqliteDatabase)


def set_day(database: peewee.Database, today: Callable[[], date], zone: tzinfo) -> None:
    """Set what `today` returns in units of work of ``database``, and the zone of `start_of`."""
    database.today_of_studio = today  # type: ignore[attr-defined] # of our own
    database.zone_of_studio = zone  # type: ignore[attr-defined]


def today() -> date | None:
    """Return the organisation's current day by the clock set for the database (D1, D2).

    None if no clock was set, as by a tool that only copies the database.
    """
    told = getattr(current_database(), "today_of_studio", None)
    return told() if told is not None else None


def start_of(day: date) -> datetime:
    """Return the instant at which a day begins for the organisation (D1)."""
    return datetime.combine(day, time(), getattr(current_database(), "zone_of_studio", UTC))


class UnitDatabase(peewee.DatabaseProxy):
    """The database of the table declarations: a proxy for that of the current unit of work."""

    def __init__(self) -> None:
        self._callbacks: list[Any] = []

    @property
    def obj(self) -> Any:
        """The database to which Peewee forwards calls; None while the tables are declared."""
        return _unit.database
