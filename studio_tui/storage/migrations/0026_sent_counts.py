"""Counts of recently sent mail, for the limits of all workers (N14)."""

import peewee
from peewee import BigIntegerField, CharField, CompositeKey, IntegerField
from playhouse.migrate import SchemaMigrator


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class SentCount(db.Model):
        span = IntegerField()
        bucket = BigIntegerField()
        domain = CharField()
        sent = IntegerField()

        class Meta:
            table_name = "sent_count"
            primary_key = CompositeKey("span", "bucket", "domain")

    db.create_tables([SentCount], safe=False)
