"""A mail can go to an address that its recipient had before: there a calendar holds an entry. And
a move can be taken back: the activity does not tell the place it was moved from."""

import peewee
from peewee import CharField
from playhouse.migrate import SchemaMigrator, migrate


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    migrate(
        migrator.add_column("notification", "former_address", CharField(null=True)),
        migrator.add_column("conversation", "former_place", CharField(null=True)),
    )
