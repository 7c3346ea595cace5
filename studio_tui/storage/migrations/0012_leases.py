"""Ends of leases on a clock that cannot be set, instead of an instant."""

import peewee
from peewee import CharField, DoubleField
from playhouse.migrate import SchemaMigrator, migrate


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    migrate(
        migrator.add_column("notification", "lease_origin", CharField(null=True)),
        migrator.add_column("notification", "lease_until", DoubleField(null=True)),
    )
