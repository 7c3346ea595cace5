"""What is relied on in how Peewee looks for its drivers."""

import subprocess
import sys

import peewee
import pytest

_PROGRAM = """
import sys
import studio_tui.storage.engine.store as engine
assert "psycopg" not in sys.modules, "the driver of PostgreSQL is imported for SQLite"
store = engine.open_store(sys.argv[1])
with store.reading():
    (found,) = store.database.execute_sql("SELECT 1").fetchone()
store.close()
print(found)
"""


def test_sqlite_does_without_the_driver_of_postgresql() -> None:
    code = "import sys, studio_tui.storage.engine.store; print('psycopg' in sys.modules)"
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
    assert hasattr(peewee, name), f"Peewee does not use {name} any more: see peewee_drivers.py"
