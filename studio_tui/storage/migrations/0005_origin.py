"""The origin of an act (A3); null in lines that were written before."""

import peewee
from peewee import TextField
from playhouse.migrate import SchemaMigrator, migrate


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    migrate(migrator.add_column("activity", "origin", TextField(null=True)))
