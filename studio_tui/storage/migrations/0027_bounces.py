"""Mail that bounced, and the reason (N15)."""

import peewee
from peewee import CharField, TextField
from playhouse.migrate import SchemaMigrator, migrate

from studio_tui.storage.engine.fields import InstantField, KeyField


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    migrate(
        migrator.add_column("notification", "bounced_at", InstantField(null=True)),
        migrator.add_column("notification", "bounce_code", CharField(null=True)),
        migrator.add_column("notification", "bounce_words", TextField(null=True)),
        migrator.add_column("notification", "bounced_key", KeyField(null=True)),
    )
    db.execute_sql(
        "CREATE INDEX notification_bounced ON notification (recipient_id) "
        "WHERE bounced_at IS NOT NULL"
    )
