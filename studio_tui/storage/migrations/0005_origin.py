"""From where somebody came who did something (A3); nobody wrote it down before."""

import peewee
from peewee import TextField
from playhouse.migrate import SchemaMigrator, migrate


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    migrate(migrator.add_column("activity", "origin", TextField(null=True)))
