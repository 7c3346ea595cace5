"""Compare the columns of the table of users with the declared facts."""

from typing import Any

from peewee import BooleanField, CharField, DateField

from studio_tui.domain.people.facts import FACTS, Fact, FactType
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.storage.engine.tables import UserTable

_FIELDS: DefaultTable[FactType, Any] = DefaultTable(
    {FactType.DAY: DateField, FactType.STATUS: BooleanField}, otherwise=CharField
)
DERIVED = {"id", "sort_name", "search", "left_at"}
"""Columns derived from facts, apart from the ``_key`` columns of unique facts."""


def without_column() -> list[str]:
    """Return the facts whose column or ``_key`` column is missing or has the wrong type."""
    return [fact.name for fact in FACTS if fact.is_column and not _has_column(fact)]


def without_fact() -> set[str]:
    """Return the columns that belong to no fact."""
    keys = {f"{fact.name}_key" for fact in FACTS if fact.unique}
    return set(UserTable._meta.fields) - keys - DERIVED - {fact.name for fact in FACTS}


def _has_column(fact: Fact) -> bool:
    columns: dict[str, Any] = UserTable._meta.fields
    found = columns.get(fact.name)
    if not isinstance(found, _FIELDS[fact.type]) or found.null is not (fact.default is None):
        return False
    return not fact.unique or bool(columns[f"{fact.name}_key"].unique)
