"""The facts about a user as columns of the table of users (`domain.people.facts`)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from peewee import Cast, Entity, fn

from studio_tui.domain.people.facts import FACTS, Fact, FactType
from studio_tui.domain.shared.enum_tables import OfSome
from studio_tui.storage.engine.expressions import NO_TEXT
from studio_tui.storage.engine.sql import day

COLUMNS = tuple(fact for fact in FACTS if fact.is_column)
_CONVERTED: OfSome[FactType, Callable[[Any], Any] | None] = OfSome(
    {FactType.DAY: lambda value: day(value) if value else None, FactType.STATUS: bool},
    otherwise=None,
)
"""What makes a value of what the database gives, where that is something else."""


def fact_columns(names: Iterable[str]) -> list[Entity]:
    """The columns of these names of the users `U`, for Peewee's builder, whether the table is
    declared with them or not."""
    return [Entity("u", name) for name in names]


def sort_key(fact: Fact) -> Any:
    """What users ``U`` are sorted by."""
    if fact.unique:
        return Entity("u", f"{fact.name}_key")
    value = Entity("u", fact.name)
    if fact.type is FactType.DAY:
        return fn.COALESCE(Cast(value, "TEXT"), NO_TEXT)
    return fn.LOWER(value)


class ColumnReader:
    """Reads facts from rows that hold a column of each that has one, in their order."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        facts = [fact for fact in facts if fact.is_column]
        self.names = tuple(fact.name for fact in facts)
        self._converted = [
            (place, convert)
            for place, fact in enumerate(facts)
            if (convert := _CONVERTED[fact.type])
        ]

    def values(self, row: Sequence[Any]) -> list[Any]:
        """The value of each fact; a role is its text."""
        values = list(row)
        for place, convert in self._converted:
            values[place] = convert(values[place])
        return values
