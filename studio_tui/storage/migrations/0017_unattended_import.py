"""The last file given to an unattended import, and its content while it waits (U10)."""

import peewee
from peewee import AutoField, BlobField, CharField, DateField, IntegerField, TextField
from playhouse.migrate import SchemaMigrator

from studio_tui.storage.engine.fields import InstantField


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class UnattendedImport(db.Model):
        id = AutoField()
        name = CharField()
        digest = CharField()
        fate = CharField()
        at = InstantField()
        by = CharField()
        why = TextField()
        people = IntegerField()
        planned = BlobField()
        holds_until = DateField(null=True)
        content = BlobField()
        options = TextField()

        class Meta:
            table_name = "unattended_import"

    db.create_tables([UnattendedImport], safe=False)
