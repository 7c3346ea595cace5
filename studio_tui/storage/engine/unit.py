"""The database of a unit of work: what is asked inside of it is asked of that one.

A unit of work is what `engine.store` opens. It belongs to the thread that opened it, and one that
is opened inside of another is over before the outer one goes on: two databases can be spoken to
in turn, and no table is tied to either.
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
    """What a unit of work sees less by (`engine.sight`)."""

    @property
    def condition(self) -> Any:
        """What holds of the users whom it sees; None where it sees everybody."""

    def limited(self, text: str, params: Any) -> tuple[str, Any]:
        """The statement as it sees no more than it may."""


_EVERY = re.compile(r'"?\bevery_([a-z_]+)\b"?')


class _Unit(threading.local):
    database: Any = None
    limit: SightLimit | None = None


_unit = _Unit()


@contextmanager
def speaking_to(database: peewee.Database, limit: SightLimit | None = None) -> Iterator[None]:
    """What this thread asks inside is asked of ``database``, and sees what ``limit`` lets it."""
    before, _unit.database = _unit.database, database
    whole, _unit.limit = _unit.limit, limit
    try:
        yield
    finally:
        _unit.database = before
        _unit.limit = whole


def current_limit() -> SightLimit | None:
    """What limits this thread's unit of work; None where it sees the whole organisation."""
    return _unit.limit


def as_asked(text: str, params: Any, before_names: Callable[[], str]) -> tuple[str, Any]:
    """A statement as this thread's unit of work may ask it, with its parameters.

    ``before_names`` gives what stands before the name of a table so that it is the table itself,
    which a statement calls ``every_…``.
    """
    if _unit.limit is not None:
        text, params = _unit.limit.limited(text, params)
    return _named_in_full(text, before_names()) if "every_" in text else text, params


@lru_cache(maxsize=256)
def _named_in_full(text: str, before: str) -> str:
    # Long statements are asked again and again.
    return _EVERY.sub(lambda found: before + found[1], text)


@contextmanager
def whole() -> Iterator[None]:
    """What this thread asks inside sees the whole organisation (U12): for what keeps the Studio in
    order, as the chain of the activity, and never for what is shown."""
    before, _unit.limit = _unit.limit, None
    try:
        yield
    finally:
        _unit.limit = before


def spoken_to() -> Any:
    """The database of this thread's unit of work; raises `RuntimeError` outside of one."""
    if _unit.database is None:
        raise RuntimeError("the database is asked outside of a unit of work")
    return _unit.database


def is_sqlite() -> bool:
    """Whether that is the embedded one."""
    return isinstance(spoken_to(), peewee.SqliteDatabase)


def set_day(database: peewee.Database, today: Callable[[], date], zone: tzinfo) -> None:
    """Let `today` say this day in the units of work of ``database``, and `start_of` when a day
    begins in ``zone``."""
    database.today_of_studio = today  # type: ignore[attr-defined] # of our own
    database.zone_of_studio = zone  # type: ignore[attr-defined]


def today() -> date | None:
    """The current day for the organisation, by the clock of whoever opened the database (D1, D2);
    None where nobody said: a tool that only copies it."""
    told = getattr(spoken_to(), "today_of_studio", None)
    return told() if told is not None else None


def start_of(day: date) -> datetime:
    """When a day begins for the organisation (D1)."""
    return datetime.combine(day, time(), getattr(spoken_to(), "zone_of_studio", UTC))


class OfUnit(peewee.DatabaseProxy):
    """What the tables are declared with: stands for the database of whichever unit of work asks."""

    def __init__(self) -> None:
        self._callbacks: list[Any] = []

    @property
    def obj(self) -> Any:
        """What Peewee hands everything on to; None while the tables are declared."""
        return _unit.database
