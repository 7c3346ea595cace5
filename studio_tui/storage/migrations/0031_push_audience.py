"""The audience of a push (P13)."""

import peewee
from peewee import DateField, TextField
from playhouse.migrate import SchemaMigrator, migrate


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    migrate(
        migrator.add_column("push", "audience", TextField(null=True)),
        migrator.add_column("push", "audience_on", DateField(null=True)),
    )
