"""Autovacuum of the outbox on PostgreSQL in small steps.

The default waits until a fifth of all mail ever sent has changed.
"""

import peewee
from playhouse.migrate import SchemaMigrator

SETTINGS = (
    "autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02, "
    "autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000"
)


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    if not isinstance(db, peewee.SqliteDatabase):
        for table in ("notification", "notification_user"):
            db.execute_sql(f"ALTER TABLE {table} SET ({SETTINGS})")
