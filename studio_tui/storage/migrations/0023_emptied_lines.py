"""Emptying of lines of activity when a user is erased (A3, U13); nothing else may change a line.

Triggers allow it only for an act of erasing that is not sealed yet and that names the line with its
digests before and after.
"""

import peewee
from peewee import CharField, CompositeKey, ForeignKeyField
from playhouse.migrate import SchemaMigrator

_REFUSAL = "the activity is only ever added to"
_KEPT = ("id", "at", "actor_id", "action", "push_id")
"""The columns that an act of erasing leaves unchanged."""
_ERASING = (
    "SELECT 1 FROM activity a WHERE a.id = {act} AND a.action = 'erased user' "
    "AND NOT EXISTS (SELECT 1 FROM activity_seal s WHERE s.activity_id = a.id)"
)
_NAMED = (
    "SELECT 1 FROM activity_emptied e WHERE e.activity_id = OLD.id "
    f"AND EXISTS ({_ERASING.format(act='e.emptied_in_id')})"
)


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class Activity(db.Model):
        class Meta:
            table_name = "activity"

    class ActivityEmptied(db.Model):
        activity = ForeignKeyField(Activity, index=False)
        emptied_in = ForeignKeyField(Activity)
        before = CharField()
        after = CharField()

        class Meta:
            table_name = "activity_emptied"
            primary_key = CompositeKey("activity", "emptied_in")

    db.create_tables([ActivityEmptied], safe=False)
    guard = _guard_sqlite if isinstance(db, peewee.SqliteDatabase) else _guard_postgresql
    guard(db)


def _guard_sqlite(db: peewee.Database) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in _KEPT)
    db.execute_sql("DROP TRIGGER activity_no_update")
    db.execute_sql(
        "CREATE TRIGGER activity_no_update BEFORE UPDATE ON activity "
        f"WHEN NOT ({same} AND EXISTS ({_NAMED})) {refuse}"
    )
    for event in ("update", "delete"):
        db.execute_sql(
            f"CREATE TRIGGER activity_emptied_no_{event} BEFORE {event.upper()} "
            f"ON activity_emptied {refuse}"
        )
    db.execute_sql(
        "CREATE TRIGGER activity_emptied_no_insert BEFORE INSERT ON activity_emptied "
        f"WHEN NOT EXISTS ({_ERASING.format(act='NEW.emptied_in_id')}) OR EXISTS ("
        "SELECT 1 FROM activity_emptied e WHERE e.activity_id = NEW.activity_id "
        f"AND e.emptied_in_id = NEW.emptied_in_id) {refuse}"
    )


def _guard_postgresql(db: peewee.Database) -> None:
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _KEPT)
    refuse = f"RAISE EXCEPTION '{_REFUSAL}'"
    for name, allowed in (
        ("emptying", f"{same} AND EXISTS ({_NAMED})"),
        ("emptied", f"EXISTS ({_ERASING.format(act='NEW.emptied_in_id')})"),
    ):
        db.execute_sql(
            f"CREATE FUNCTION refuse_unless_{name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {allowed} THEN RETURN NEW; END IF; {refuse}; END $$"
        )
    db.execute_sql("DROP TRIGGER activity_no_change ON activity")
    for table, event, function in (
        ("activity", "DELETE", "refuse_change_of_activity"),
        ("activity", "UPDATE", "refuse_unless_emptying"),
        ("activity_emptied", "INSERT", "refuse_unless_emptied"),
        ("activity_emptied", "UPDATE OR DELETE", "refuse_change_of_activity"),
    ):
        name = f"{table}_no_{event.lower().replace(' ', '_')}"
        db.execute_sql(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    db.execute_sql(
        "CREATE TRIGGER activity_emptied_no_truncate BEFORE TRUNCATE ON activity_emptied "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_activity()"
    )
