"""The activity is append-only (A3): triggers refuse updates and deletions."""

import peewee
from playhouse.migrate import SchemaMigrator

TABLES = ("activity", "activity_user", "activity_seal")
_REFUSAL = "the activity is only ever added to"


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    if isinstance(db, peewee.SqliteDatabase):
        for table in TABLES:
            for event in ("update", "delete"):
                db.execute_sql(
                    f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
                )
        return
    db.execute_sql(
        "CREATE FUNCTION refuse_change_of_activity() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    for table in TABLES:
        db.execute_sql(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_activity()"
        )
        db.execute_sql(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_activity()"
        )
