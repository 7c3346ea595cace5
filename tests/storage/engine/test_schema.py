"""The migrated schema equals that of `storage.engine.tables` on both engines."""

from typing import Any

import peewee
import pytest

from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import execute
from studio_tui.storage.engine.tables import TABLES

Schema = dict[str, dict[str, Any]]


def schema(database: peewee.Database) -> Schema:
    """Return columns, keys and indexes of every table of the Studio."""
    return {
        table: {
            "columns": {
                (c.name, c.data_type.upper(), c.null, c.primary_key)
                for c in database.get_columns(table)
            },
            "references": {
                (key.column, key.dest_table, key.dest_column)
                for key in database.get_foreign_keys(table)
            },
            "indexes": {
                (tuple(index.columns), index.unique, _condition(index.sql))
                for index in database.get_indexes(table)
            },
        }
        for table in (model._meta.table_name for model in TABLES)
    }


def _condition(sql: str | None) -> str:
    """Return the condition of a partial index in a form that both engines share."""
    after = (sql or "").partition(" WHERE ")[2]
    return "".join(
        sorted(set(after.replace('"', "").replace("(", "").replace(")", "").lower().split()))
    )


@pytest.fixture
def database(studio: Studio) -> peewee.Database:
    """The Peewee database of the Studio."""
    found: peewee.Database = studio.store._database
    return found


def test_the_migrations_lead_to_the_tables(studio: Studio, database: peewee.Database) -> None:
    """Storage: the migrations lead to the declared tables."""
    with studio.store.writing():
        migrated = schema(database)
        for model in reversed(TABLES):
            execute(f'DROP TABLE "{model._meta.table_name}"')
        database.create_tables(TABLES)
        assert migrated == schema(database)
