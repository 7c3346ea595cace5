"""Segments, which are named audiences, and their versions (P13)."""

import peewee
from peewee import CharField, CompositeKey, ForeignKeyField, IntegerField, TextField
from playhouse.migrate import SchemaMigrator

from studio_tui.storage.engine.fields import InstantField, KeyField


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class SegmentTable(db.Model):
        name = CharField()
        name_key = KeyField(unique=True)
        description = TextField()
        audience = TextField()
        version = IntegerField()

        class Meta:
            table_name = "segment"

    class SegmentVersion(db.Model):
        segment = ForeignKeyField(SegmentTable, on_delete="CASCADE", index=False)
        version = IntegerField()
        name = CharField()
        description = TextField()
        audience = TextField()
        saved_at = InstantField()
        saved_by = CharField()

        class Meta:
            table_name = "segment_version"
            primary_key = CompositeKey("segment", "version")

    db.create_tables([SegmentTable, SegmentVersion], safe=False)
