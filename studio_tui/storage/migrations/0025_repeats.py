"""Pushes that repeat, and the result of each repetition (P17)."""

import peewee
from peewee import CharField, CompositeKey, DateField, ForeignKeyField, IntegerField
from playhouse.migrate import SchemaMigrator

from studio_tui.storage.engine.fields import InstantField


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class PushTable(db.Model):
        class Meta:
            table_name = "push"

    class RepeatTable(db.Model):
        push = ForeignKeyField(PushTable)
        every = CharField(null=True)
        after_days = IntegerField(null=True)
        first_day = DateField()
        deadline = DateField()
        until = DateField(null=True)
        set_on = DateField()
        stopped_at = InstantField(null=True)

        class Meta:
            table_name = "push_repeat"

    class RepeatedPush(db.Model):
        repeat = ForeignKeyField(RepeatTable, on_delete="CASCADE", index=False)
        number = IntegerField()
        push = ForeignKeyField(PushTable, null=True)

        class Meta:
            table_name = "repeated_push"
            primary_key = CompositeKey("repeat", "number")

    db.create_tables([RepeatTable, RepeatedPush], safe=False)
