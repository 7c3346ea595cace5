"""Users who are excused from a push, or have a later deadline of their own (P18)."""

import peewee
from peewee import DateField, ForeignKeyField, TextField
from playhouse.migrate import SchemaMigrator, migrate


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class Activity(db.Model):
        class Meta:
            table_name = "activity"

    act = ForeignKeyField(Activity, field=Activity.id, null=True, index=False)  # type: ignore[attr-defined]
    migrate(
        migrator.add_column("assignment", "excused_in_id", act),
        migrator.add_column("assignment", "excuse", TextField(null=True)),
        migrator.add_column("assignment", "own_deadline", DateField(null=True)),
    )
    db.execute_sql(
        "CREATE INDEX assignment_excepted ON assignment (push_id) "
        "WHERE (excused_in_id IS NOT NULL OR own_deadline IS NOT NULL)"
    )
