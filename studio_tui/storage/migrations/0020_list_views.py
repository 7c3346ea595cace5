"""Columns and named views of lists that users save (S5, S9)."""

import peewee
from peewee import CharField, CompositeKey, ForeignKeyField, TextField
from playhouse.migrate import SchemaMigrator


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class UserTable(db.Model):
        class Meta:
            table_name = "users"

    class ListViewTable(db.Model):
        user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)
        list_name = CharField()
        name_key = CharField()
        name = CharField()
        kept = TextField()

        class Meta:
            table_name = "list_view"
            primary_key = CompositeKey("user", "list_name", "name_key")

    db.create_tables([ListViewTable], safe=False)
