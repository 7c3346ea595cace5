"""Column types with the same meaning on SQLite and PostgreSQL."""

from datetime import UTC, date, datetime
from typing import Any

import peewee

FIELD_TYPES = {
    "sqlite": {"INSTANT": "TEXT", "KEY": "TEXT"},
    "postgresql": {"INSTANT": "TIMESTAMPTZ", "KEY": 'TEXT COLLATE "C"'},
}
"""The column types by engine, for `peewee.Database(field_types=…)`."""


def instant_text(value: datetime) -> str:
    """Format an instant as SQLite stores it: UTC of fixed width, so that text sorts by time."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def instant_of(value: str | datetime | None) -> datetime | None:
    """Convert a stored instant to an aware datetime in UTC; None stays None."""
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return value.astimezone(UTC) if value is not None else None


def for_sqlite(value: Any) -> Any:
    """Convert a parameter for SQLite, which stores instants and dates as text."""
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value


def literal(value: str) -> peewee.SQL:
    """Return a constant of the domain as SQL text instead of a parameter.

    SQLite uses a partial index only if its condition appears literally, and PostgreSQL plans with
    the value. Raises `ValueError` if ``value`` is not a plain word.
    """
    if not value.replace("_", "").isalnum():
        raise ValueError(f"no word of the domain: {value!r}")
    return peewee.SQL(f"'{value}'")


class InstantField(peewee.Field):
    """A column for an instant (D1): an aware datetime in UTC."""

    field_type = "INSTANT"

    def python_value(self, value: str | datetime | None) -> datetime | None:
        """Convert a stored value to an aware datetime."""
        return instant_of(value)


class KeyField(peewee.Field):
    """A column for text folded by `domain.shared.text.fold`, sorted by code point everywhere."""

    field_type = "KEY"

    def adapt(self, value: Any) -> str:
        """Return ``value`` as text."""
        return str(value)
