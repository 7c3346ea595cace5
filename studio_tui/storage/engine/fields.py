"""Columns that mean the same on SQLite and on PostgreSQL."""

from datetime import UTC, date, datetime
from typing import Any

import peewee

FIELD_TYPES = {
    "sqlite": {"INSTANT": "TEXT", "KEY": "TEXT"},
    "postgresql": {"INSTANT": "TIMESTAMPTZ", "KEY": 'TEXT COLLATE "C"'},
}
"""The column types of each engine, for `peewee.Database(field_types=…)`."""


def instant_text(value: datetime) -> str:
    """How SQLite keeps an instant: UTC, of fixed width, so that it sorts by time."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def instant_of(value: str | datetime | None) -> datetime | None:
    """The instant that an engine kept, aware, in UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return value.astimezone(UTC) if value is not None else None


def for_sqlite(value: Any) -> Any:
    """A parameter as SQLite takes it: instants and days are text there."""
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value


def literal(value: str) -> peewee.SQL:
    """A word of the domain's own as part of the text: what SQLite keeps an index for it only finds
    so, and PostgreSQL plans by it."""
    if not value.replace("_", "").isalnum():
        raise ValueError(f"no word of the domain: {value!r}")
    return peewee.SQL(f"'{value}'")


class InstantField(peewee.Field):
    """An instant (D1): aware, in UTC."""

    field_type = "INSTANT"

    def python_value(self, value: str | datetime | None) -> datetime | None:
        """The instant that the engine stored."""
        return instant_of(value)


class KeyField(peewee.Field):
    """Text made to be compared and sorted (`domain.shared.text.fold`), by code point on every
    engine."""

    field_type = "KEY"

    def adapt(self, value: Any) -> str:
        """``value`` as text."""
        return str(value)
