"""The running workers, and the database server whose data this is."""

import peewee
from peewee import CharField, IntegerField, TextField
from playhouse.migrate import SchemaMigrator

from studio_tui.storage.engine.fields import InstantField


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class WorkerTable(db.Model):
        lease = CharField(primary_key=True)
        host = CharField()
        version = CharField()
        pid = IntegerField()
        started_at = InstantField()
        seen_at = InstantField()
        since = InstantField(null=True)

        class Meta:
            table_name = "worker"

    class MailOrigin(db.Model):
        identity = CharField()
        server = CharField()
        generation = IntegerField()
        restored_at = InstantField(null=True)
        why = TextField()

        class Meta:
            table_name = "mail_origin"

    db.create_tables([WorkerTable, MailOrigin], safe=False)
