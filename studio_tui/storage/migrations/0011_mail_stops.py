"""The state of the mail server, stored so that it outlives the worker that detected it."""

import peewee
from peewee import CharField, IntegerField, TextField
from playhouse.migrate import SchemaMigrator, migrate

from studio_tui.storage.engine.fields import InstantField


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class MailStop(db.Model):
        fault = CharField()
        code = IntegerField(null=True)
        words = TextField()
        since = InstantField()

        class Meta:
            table_name = "mail_stop"

    db.create_tables([MailStop], safe=False)
    migrate(migrator.add_column("notification", "refused_at", InstantField(null=True)))
