"""Counters of sent, failed and dropped mails, since counting millions of rows is slow.

Triggers maintain them, whoever writes. On PostgreSQL each statement adds a row, so that concurrent
writers do not wait for each other; workers sum the rows up regularly
(`storage.outbox.outbox_count`). A later migration that recreates the table ``notification`` has to
recreate these triggers.
"""

import peewee
from playhouse.migrate import SchemaMigrator

_SETTLED = ("sent", "failed", "dropped")


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    is_sqlite = isinstance(db, peewee.SqliteDatabase)
    key, kind = (" PRIMARY KEY", " WITHOUT ROWID") if is_sqlite else ("", "")
    db.execute_sql(
        f"CREATE TABLE outbox_count (state VARCHAR(255) NOT NULL{key}, number BIGINT NOT NULL)"
        + kind
    )
    for state in _SETTLED:
        db.execute_sql(
            f"INSERT INTO outbox_count (state, number) SELECT '{state}', COUNT(*) "
            f"FROM notification WHERE state = '{state}'"
        )
    if is_sqlite:
        _count_rows(db)
    else:
        _count_statements(db)


def _count_rows(db: peewee.Database) -> None:
    # One statement per trigger: a trigger with two takes several times as long.
    for name, event, number, row in (
        ("added", "INSERT", 1, "new"),
        ("gone", "DELETE", -1, "old"),
        ("came", "UPDATE OF state", 1, "new"),
        ("left", "UPDATE OF state", -1, "old"),
    ):
        changes = " AND old.state <> new.state" if event.startswith("UPDATE") else ""
        db.execute_sql(
            f"CREATE TRIGGER outbox_count_{name} AFTER {event} ON notification "
            f"WHEN {row}.state IN {_SETTLED}{changes} BEGIN "
            f"UPDATE outbox_count SET number = number + {number} WHERE state = {row}.state; END"
        )


def _count_statements(db: peewee.Database) -> None:
    came = "SELECT state, 1 AS number FROM came"
    gone = "SELECT state, -1 AS number FROM gone"
    for name, event, tables, changes in (
        ("added", "INSERT", "NEW TABLE AS came", came),
        ("gone", "DELETE", "OLD TABLE AS gone", gone),
        ("changed", "UPDATE", "OLD TABLE AS gone NEW TABLE AS came", f"{came} UNION ALL {gone}"),
    ):
        db.execute_sql(
            f"CREATE FUNCTION outbox_count_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"INSERT INTO outbox_count (state, number) SELECT state, SUM(number) "
            f"FROM ({changes}) AS each WHERE state IN {_SETTLED} "
            "GROUP BY state HAVING SUM(number) <> 0; RETURN NULL; END $$"
        )
        db.execute_sql(
            f"CREATE TRIGGER outbox_count_{name} AFTER {event} ON notification "
            f"REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION outbox_count_{name}()"
        )
