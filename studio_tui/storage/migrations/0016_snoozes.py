"""Cases of Today that a user has snoozed, until a day or until they change (S1)."""

import peewee
from peewee import CharField, CompositeKey, DateField, ForeignKeyField
from playhouse.migrate import SchemaMigrator


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class UserTable(db.Model):
        class Meta:
            table_name = "users"

    class SnoozeTable(db.Model):
        user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)
        subject = CharField()
        until = DateField(null=True)
        mark = CharField()

        class Meta:
            table_name = "snooze"
            primary_key = CompositeKey("user", "subject")

    db.create_tables([SnoozeTable], safe=False)
