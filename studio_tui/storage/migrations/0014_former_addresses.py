"""Mails to a former address of the recipient, whose calendar there holds an entry.

Also the place of a conversation before a move, which undo needs: the activity does not contain it.
"""

import peewee
from peewee import CharField
from playhouse.migrate import SchemaMigrator, migrate


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    migrate(
        migrator.add_column("notification", "former_address", CharField(null=True)),
        migrator.add_column("conversation", "former_place", CharField(null=True)),
    )
