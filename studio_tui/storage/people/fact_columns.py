"""The facts about a user as columns of the users table (`domain.people.facts`)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from peewee import Cast, Entity, fn

from studio_tui.domain.people.facts import FACTS, Fact, FactType
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.storage.engine.expressions import NO_TEXT
from studio_tui.storage.engine.sql import day

COLUMNS = tuple(fact for fact in FACTS if fact.is_column)
_CONVERTED: DefaultTable[FactType, Callable[[Any], Any] | None] = DefaultTable(
    {FactType.DAY: lambda value: day(value) if value else None, FactType.STATUS: bool},
    otherwise=None,
)
"""Converters from database values, for types that need one."""


def fact_columns(names: Iterable[str]) -> list[Entity]:
    """Return the columns of the users `U` with these names, for Peewee's builder.

    They need not be declared in the model of the table.
    """
    return [Entity("u", name) for name in names]


def sort_key(fact: Fact) -> Any:
    """Return the sort key of the users ``U`` for a fact."""
    if fact.unique:
        return Entity("u", f"{fact.name}_key")
    value = Entity("u", fact.name)
    if fact.type is FactType.DAY:
        return fn.COALESCE(Cast(value, "TEXT"), NO_TEXT)
    return fn.LOWER(value)


class ColumnReader:
    """Reads facts from rows with one column for each fact that has one, in their order."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        facts = [fact for fact in facts if fact.is_column]
        self.names = tuple(fact.name for fact in facts)
        self._converted = [
            (place, convert)
            for place, fact in enumerate(facts)
            if (convert := _CONVERTED[fact.type])
        ]

    def values(self, row: Sequence[Any]) -> list[Any]:
        """Return the value of each fact; a role is returned as its text."""
        values = list(row)
        for place, convert in self._converted:
            values[place] = convert(values[place])
        return values
