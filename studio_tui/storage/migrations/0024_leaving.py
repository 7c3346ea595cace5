"""When a user left, and since when a retention time applies (U13).

For users who left before, the time of the last act about them is used: never too early.
"""

import peewee
from peewee import DateField, IntegerField
from playhouse.migrate import SchemaMigrator, migrate

from studio_tui.storage.engine.fields import InstantField

_ABOUT = "FROM activity_user x JOIN activity a ON a.id = x.activity_id WHERE x.user_id = users.id"


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class Retention(db.Model):
        months = IntegerField(primary_key=True)
        since = DateField()
        seen_on = DateField()
        done_on = DateField(null=True)

        class Meta:
            table_name = "retention"

    db.create_tables([Retention], safe=False)
    migrate(migrator.add_column("users", "left_at", InstantField(null=True)))
    db.execute_sql(
        f"UPDATE users SET left_at = (SELECT MAX(a.at) {_ABOUT}) WHERE NOT active "
        "AND id NOT IN (SELECT user_id FROM merged_user) "
        f"AND NOT EXISTS (SELECT 1 {_ABOUT} AND a.action = 'erased user')"
    )
    db.execute_sql("CREATE INDEX users_left ON users (left_at) WHERE left_at IS NOT NULL")
