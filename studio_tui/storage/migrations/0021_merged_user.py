"""The records of users that were merged into another record (U11)."""

import peewee
from peewee import ForeignKeyField
from playhouse.migrate import SchemaMigrator

from studio_tui.storage.engine.fields import InstantField, KeyField


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class UserTable(db.Model):
        class Meta:
            table_name = "users"

    class MergedUser(db.Model):
        user = ForeignKeyField(UserTable, on_delete="CASCADE", primary_key=True)
        into = ForeignKeyField(UserTable, on_delete="CASCADE")
        login_key = KeyField(index=True)
        email_key = KeyField(index=True)
        number_key = KeyField(null=True, index=True)
        at = InstantField()

        class Meta:
            table_name = "merged_user"

    db.create_tables([MergedUser], safe=False)
