"""The number of sealed lines of activity and the newest seal, in a separate table (A3).

It reveals that lines were deleted from the end. Triggers refuse to replace rows, too.
"""

import peewee
from peewee import CharField, IntegerField
from playhouse.migrate import SchemaMigrator

_REFUSAL = "the activity is only ever added to"
_KEYS = {
    "activity": "id = NEW.id",
    "activity_user": "activity_id = NEW.activity_id AND user_id = NEW.user_id",
    "activity_seal": "id = NEW.id OR activity_id = NEW.activity_id",
}


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class ActivityAnchor(db.Model):
        lines = IntegerField()
        hash = CharField()
        last_id = IntegerField()

        class Meta:
            table_name = "activity_anchor"

    db.create_tables([ActivityAnchor], safe=False)
    db.execute_sql(
        "INSERT INTO activity_anchor (lines, hash, last_id) "
        "SELECT s.sealed, l.hash, s.newest "
        "FROM (SELECT COUNT(*) AS sealed, MAX(activity_id) AS newest FROM activity_seal) AS s, "
        "(SELECT hash FROM activity_seal ORDER BY id DESC LIMIT 1) AS l"
    )
    if isinstance(db, peewee.SqliteDatabase):
        _guard_sqlite(db)
        return
    db.execute_sql(
        "CREATE TRIGGER activity_anchor_no_delete BEFORE DELETE ON activity_anchor "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_activity()"
    )
    db.execute_sql(
        "CREATE TRIGGER activity_anchor_no_truncate BEFORE TRUNCATE ON activity_anchor "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_activity()"
    )


def _guard_sqlite(db: peewee.Database) -> None:
    # INSERT OR REPLACE deletes rows without firing the triggers that refuse deletion.
    for table, same in _KEYS.items():
        db.execute_sql(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
    db.execute_sql(
        "CREATE TRIGGER activity_anchor_no_delete BEFORE DELETE ON activity_anchor "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )
