"""The scope that limits what an admin sees (U12)."""

import peewee
from peewee import ForeignKeyField, TextField
from playhouse.migrate import SchemaMigrator


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class UserTable(db.Model):
        class Meta:
            table_name = "users"

    class UserScope(db.Model):
        user = ForeignKeyField(UserTable, on_delete="CASCADE", primary_key=True)
        audience = TextField()
        kept = TextField()

        class Meta:
            table_name = "user_scope"

    db.create_tables([UserScope], safe=False)
