"""Changes of people in open pushes that wait for a decision (U7)."""

import peewee
from peewee import CharField, ForeignKeyField, IntegerField, TextField
from playhouse.migrate import SchemaMigrator

from studio_tui.storage.engine.fields import InstantField


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class UserTable(db.Model):
        class Meta:
            table_name = "users"

    class PushTable(db.Model):
        class Meta:
            table_name = "push"

    class Activity(db.Model):
        class Meta:
            table_name = "activity"

    class ReviewTable(db.Model):
        user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)
        push = ForeignKeyField(PushTable, index=False)
        kind = CharField()
        urgency = IntegerField()
        conductor = ForeignKeyField(UserTable, null=True, on_delete="SET NULL")
        before = TextField(null=True)
        after = TextField(null=True)
        since = InstantField()
        activity = ForeignKeyField(Activity)
        told_at = InstantField(null=True)
        decided_at = InstantField(null=True)
        decision = CharField(null=True)
        decided_in = ForeignKeyField(Activity, null=True)
        named = ForeignKeyField(UserTable, null=True, on_delete="SET NULL", index=False)
        holder = ForeignKeyField(UserTable, null=True, on_delete="SET NULL", index=False)

        class Meta:
            table_name = "review"
            indexes = ((("user", "push"), False),)

    ReviewTable.add_index(
        ReviewTable.user,
        ReviewTable.push,
        ReviewTable.kind,
        unique=True,
        where=ReviewTable.decided_at.is_null(),
        name="review_undecided",
    )
    ReviewTable.add_index(
        ReviewTable.urgency,
        ReviewTable.id,
        where=ReviewTable.decided_at.is_null(),
        name="review_in_order",
    )
    db.create_tables([ReviewTable], safe=False)
