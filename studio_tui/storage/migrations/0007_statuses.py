"""An index for finding the users of a push by their status."""

import peewee
from playhouse.migrate import SchemaMigrator


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    db.execute_sql(
        "CREATE INDEX conversation_status ON conversation ((CASE "
        "WHEN finished_at IS NOT NULL THEN 'done' WHEN started_at IS NOT NULL THEN 'in_progress' "
        "WHEN user_prepared_at IS NOT NULL THEN 'prepared' "
        "WHEN planned_for IS NOT NULL THEN 'planned' ELSE 'not_planned' END), assignment_id) "
        "WHERE cancelled_at IS NULL"
    )
