"""A mail can go to an address that its recipient had before: there a calendar holds an entry."""

import peewee
from peewee import CharField
from playhouse.migrate import SchemaMigrator, migrate


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    migrate(migrator.add_column("notification", "former_address", CharField(null=True)))
