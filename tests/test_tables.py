"""Whatever is looked up by a kind, a state, a flag or a status has an answer for each of them."""

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
    """All tables of the program that have members of an enumeration for keys, by where they are."""
    for module in _modules():
        for name, value in vars(module).items():
            keyed = isinstance(value, Mapping) and not name.startswith("__")
            if keyed and any(isinstance(key, Enum) for key in value):
                yield f"{module.__name__}.{name}", value


TABLES = dict(_tables())


@pytest.mark.parametrize("place", TABLES)
def test_a_table_has_an_entry_for_every_member(place: str) -> None:
    """Or it says what holds for the others, or looked when it was made."""
    table = TABLES[place]
    if isinstance(table, DefaultTable | CompleteTable):
        return
    for members in {type(key) for key in table if isinstance(key, Enum)}:
        missing = [member.name for member in members if member not in table]
        assert not missing, f"{place} has no entry for {missing} of {members.__name__}"


def test_they_are_found() -> None:
    """Among them what is looked up by the kind of a mail, by a status and by a flag."""
    found = {type(key).__name__ for table in TABLES.values() for key in table}
    assert {"Kind", "Status", "Flag", "NotificationState", "Role", "FactType"} <= found


def test_what_holds_for_the_others() -> None:
    class Letter(Enum):
        A = "a"
        B = "b"

    table = DefaultTable({Letter.A: 1}, otherwise=0)
    assert (table[Letter.A], table[Letter.B]) == (1, 0)


def test_a_declaration_that_leaves_one_out_fails_when_it_is_made() -> None:
    class Answer(Enum):
        YES = "yes"
        NO = "no"

    with pytest.raises(LookupError, match="NO"):
        CompleteTable({Answer.YES: 1})
