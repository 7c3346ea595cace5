"""Dictionaries for the compression of stored mails. Mails sent before stay as they are."""

import peewee
from peewee import BlobField, CharField, ForeignKeyField
from playhouse.migrate import SchemaMigrator, migrate


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class MailModel(db.Model):
        digest = CharField(unique=True)
        text = BlobField()

        class Meta:
            table_name = "mail_model"

    db.create_tables([MailModel], safe=False)
    model = ForeignKeyField(MailModel, MailModel.id, null=True, index=False)
    migrate(migrator.add_column("notification_mail", "model_id", model))
