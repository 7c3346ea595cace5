"""Every table keyed by an enumeration has an entry for each of its members."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from enum import Enum
from types import ModuleType
from typing import Any

import pytest

import studio_tui
from studio_tui.domain.shared.enum_tables import CompleteTable, DefaultTable


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(studio_tui.__path__, "studio_tui."):
        if not found.name.endswith("__main__") and ".migrations." not in found.name:
            yield importlib.import_module(found.name)


def _tables() -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """Yield the name and the value of all tables with members of an enumeration as keys."""
    for module in _modules():
        for name, value in vars(module).items():
            keyed = isinstance(value, Mapping) and not name.startswith("__")
            if keyed and any(isinstance(key, Enum) for key in value):
                yield f"{module.__name__}.{name}", value


TABLES = dict(_tables())


@pytest.mark.parametrize("place", TABLES)
def test_a_table_has_an_entry_for_every_member(place: str) -> None:
    """Tables with a default, and tables that were checked when they were made, are left out."""
    table = TABLES[place]
    if isinstance(table, DefaultTable | CompleteTable):
        return
    for members in {type(key) for key in table if isinstance(key, Enum)}:
        missing = [member.name for member in members if member not in table]
        assert not missing, f"{place} has no entry for {missing} of {members.__name__}"


def test_the_tables_are_found() -> None:
    """Among them tables by the kind of a mail, by a status and by a flag."""
    found = {type(key).__name__ for table in TABLES.values() for key in table}
    assert {"Kind", "Status", "Flag", "NotificationState", "Role", "FactType"} <= found


def test_a_default_applies_to_missing_members() -> None:
    class Letter(Enum):
        A = "a"
        B = "b"

    table = DefaultTable({Letter.A: 1}, otherwise=0)
    assert (table[Letter.A], table[Letter.B]) == (1, 0)


def test_an_incomplete_table_fails_when_it_is_made() -> None:
    class Answer(Enum):
        YES = "yes"
        NO = "no"

    with pytest.raises(LookupError, match="NO"):
        CompleteTable({Answer.YES: 1})
