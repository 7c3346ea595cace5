"""Undocumented behaviour of Peewee that the storage relies on."""

import inspect
import sqlite3
import subprocess
import sys
from functools import partial

import peewee
import pytest
from playhouse import pool

from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.expressions import ONE, A, U
from studio_tui.storage.engine.peewee_internals import (
    OVERRIDDEN,
    RECURSIVE,
    driver_errors,
    table_facts,
)
from studio_tui.storage.engine.prepared import CachedFragment, given
from studio_tui.storage.engine.tables import SnoozeTable
from studio_tui.storage.engine.unit import current_database

_PROGRAM = """
import sys
import studio_tui.storage.engine.opening as engine
assert "psycopg" not in sys.modules, "the driver of PostgreSQL is imported for SQLite"
store = engine.open_store(sys.argv[1])
with store.reading():
    (found,) = store.database.execute_sql("SELECT 1").fetchone()
store.close()
print(found)
"""


def test_sqlite_does_without_the_driver_of_postgresql() -> None:
    code = "import sys, studio_tui.storage.engine.opening; print('psycopg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_postgresql_gets_its_driver(migrated_server: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, migrated_server],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.mark.parametrize("name", ["psycopg", "TransactionStatus", "Json_pg3", "Jsonb_pg3"])
def test_peewee_has_the_names_that_are_given_to_it(name: str) -> None:
    assert hasattr(peewee, name), f"Peewee does not use {name} any more: see peewee_internals.py"


@pytest.mark.parametrize("name", OVERRIDDEN)
def test_the_pools_of_peewee_call_what_ours_override(name: str) -> None:
    called = any(f".{name}(" in inspect.getsource(module) for module in (peewee, pool))
    taken_for = OVERRIDDEN[name]
    assert called, f"Peewee does not call {name} any more, {taken_for}: see peewee_internals.py"


def test_peewee_tells_what_a_table_is_made_of() -> None:
    name, fields, key = table_facts(SnoozeTable)
    assert (name, [each.column_name for each in fields]) == (
        "snooze",
        ["user_id", "subject", "until", "mark"],
    ), "Peewee describes a model in another way: see peewee_internals.table_facts"
    assert isinstance(key, peewee.CompositeKey)


def test_errors_of_a_driver_become_those_of_peewee() -> None:
    with pytest.raises(peewee.OperationalError), driver_errors():
        raise sqlite3.OperationalError("locked")


def test_peewee_knows_a_recursive_expression_by_its_attribute() -> None:
    asked = f".{RECURSIVE}" in inspect.getsource(peewee.Query)
    assert asked, "Peewee knows a recursive expression by something else: see RECURSIVE"


def _same(part: peewee.Node) -> peewee.Node:
    return part


def test_what_is_written_once_is_what_peewee_writes(studio: Studio) -> None:
    """In any position: as a condition, a sub-query, a table or a table expression."""
    low = U.select(U.id).where(U.sort_name < "b")
    tables, condition = peewee.Join(U, A, on=A.user == U.id), U.id.in_(low) | U.active
    below = low.cte("below", columns=("id",))

    def query(parts: list[peewee.Node]) -> peewee.Select:
        joined, such, found, expression = parts
        asked = peewee.Select((joined,), (ONE,)).where(such, U.id.in_(found))
        return asked.with_cte(expression)

    plain: list[peewee.Node] = [tables, condition, low, below]
    written: list[peewee.Node] = [CachedFragment(partial(_same, part)) for part in plain]
    with studio.store.reading():
        database = current_database()
        expected, params = database.get_sql_context().parse(query(plain))
        expected = expected.replace("WITH ", "WITH RECURSIVE ", 1)
        for _ in range(2):
            assert database.get_sql_context().parse(query(written)) == (expected, params), (
                "Peewee writes a part of a query in another way: see text_in and place_of"
            )
        looked_for = CachedFragment(lambda: U.id == given("id"))
        assert database.get_sql_context().parse(looked_for.of(id=7))[1] == [7]
