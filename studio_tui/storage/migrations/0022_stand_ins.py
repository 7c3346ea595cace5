"""Stand-ins for leaders and coaches, with the first and the last day (U14)."""

import peewee
from peewee import CompositeKey, DateField, ForeignKeyField
from playhouse.migrate import SchemaMigrator


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class UserTable(db.Model):
        class Meta:
            table_name = "users"

    class StandInTable(db.Model):
        leader = ForeignKeyField(UserTable, on_delete="CASCADE")
        stand_in = ForeignKeyField(UserTable, on_delete="CASCADE")
        first_day = DateField()
        last_day = DateField(index=True)

        class Meta:
            table_name = "stand_in"

    class StandInUser(db.Model):
        stand_in = ForeignKeyField(StandInTable, on_delete="CASCADE", index=False)
        user = ForeignKeyField(UserTable, on_delete="CASCADE")

        class Meta:
            table_name = "stand_in_user"
            primary_key = CompositeKey("stand_in", "user")

    db.create_tables([StandInTable, StandInUser], safe=False)
