"""Employee numbers, by which imports recognize users (U11)."""

import peewee
from playhouse.migrate import SchemaMigrator


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    # On SQLite the migrator would recreate the table without the triggers of its search index.
    db.execute_sql("ALTER TABLE users ADD COLUMN employee_number VARCHAR(255) NOT NULL DEFAULT ''")
    kind = "TEXT" if isinstance(db, peewee.SqliteDatabase) else 'TEXT COLLATE "C"'
    db.execute_sql(f"ALTER TABLE users ADD COLUMN employee_number_key {kind}")
    db.execute_sql("CREATE UNIQUE INDEX users_employee_number_key ON users (employee_number_key)")
