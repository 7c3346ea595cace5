"""The first schema."""

import peewee
from peewee import (
    AutoField,
    BlobField,
    BooleanField,
    CharField,
    CompositeKey,
    DateField,
    ForeignKeyField,
    IntegerField,
    TextField,
)
from playhouse.migrate import SchemaMigrator

from studio_tui.storage.engine.fields import InstantField, KeyField


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class UserTable(db.Model):
        login = CharField()
        login_key = KeyField(unique=True)
        email = CharField()
        email_key = KeyField(unique=True)
        given_name = CharField()
        family_name = CharField()
        sort_name = KeyField()
        search = KeyField()
        language = CharField()
        time_zone = CharField()
        role = CharField()
        department = CharField()
        hired_on = DateField(null=True)
        active = BooleanField()

        class Meta:
            legacy_table_names = False
            table_name = "users"
            indexes = ((("active", "sort_name", "id"), False),)

    class UserGroup(db.Model):
        user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)
        name = CharField()
        name_key = KeyField()

        class Meta:
            legacy_table_names = False
            table_name = "user_group"
            primary_key = CompositeKey("user", "name_key")
            indexes = ((("name_key", "user"), False),)

    class TeamTable(db.Model):
        name = CharField()
        parent = ForeignKeyField("self", null=True)
        path = TextField()
        path_key = KeyField(unique=True)
        by_manager = BooleanField()

        class Meta:
            legacy_table_names = False
            table_name = "team"

    class TeamMember(db.Model):
        team = ForeignKeyField(TeamTable, on_delete="CASCADE")
        user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)

        class Meta:
            legacy_table_names = False
            table_name = "team_member"
            primary_key = CompositeKey("user", "team")

    class TeamLeader(db.Model):
        team = ForeignKeyField(TeamTable, on_delete="CASCADE", index=False)
        user = ForeignKeyField(UserTable, on_delete="CASCADE")

        class Meta:
            legacy_table_names = False
            table_name = "team_leader"
            primary_key = CompositeKey("team", "user")

    class Coaching(db.Model):
        coach = ForeignKeyField(UserTable, on_delete="CASCADE")
        user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)

        class Meta:
            legacy_table_names = False
            table_name = "coaching"
            primary_key = CompositeKey("user", "coach")

    class TemplateTable(db.Model):
        name_key = KeyField(unique=True)
        definition = TextField()
        archived = BooleanField()
        version = IntegerField()

        class Meta:
            legacy_table_names = False
            table_name = "template"

    class PushTable(db.Model):
        name = CharField()
        name_key = KeyField()
        template = ForeignKeyField(TemplateTable)
        definition = TextField()
        available_from = DateField()
        deadline = DateField()
        remind_before = TextField()
        remind_after = TextField()
        created_at = InstantField()
        closed_at = InstantField(null=True)
        version = IntegerField()

        class Meta:
            legacy_table_names = False
            table_name = "push"

    class Activity(db.Model):
        at = InstantField()
        actor = ForeignKeyField(UserTable, null=True)
        actor_login = CharField()
        action = CharField()
        push = ForeignKeyField(PushTable, null=True)
        subject = TextField()
        before = TextField(null=True)
        after = TextField(null=True)

        class Meta:
            legacy_table_names = False
            table_name = "activity"

    class ActivityUser(db.Model):
        activity = ForeignKeyField(Activity, on_delete="CASCADE", index=False)
        user = ForeignKeyField(UserTable, on_delete="CASCADE")

        class Meta:
            legacy_table_names = False
            table_name = "activity_user"
            primary_key = CompositeKey("activity", "user")

    class AssignmentTable(db.Model):
        push = ForeignKeyField(PushTable, index=False)
        user = ForeignKeyField(UserTable)
        assigned_in = ForeignKeyField(Activity, index=False)
        unassigned_at = InstantField(null=True)

        class Meta:
            legacy_table_names = False
            table_name = "assignment"
            indexes = ((("push", "user"), True), (("assigned_in",), False))

    class ConversationTable(db.Model):
        assignment = ForeignKeyField(AssignmentTable, unique=True)
        conductor = ForeignKeyField(UserTable)
        planned_for = InstantField(null=True)
        prepared_at = InstantField(null=True)
        started_at = InstantField(null=True)
        finished_at = InstantField(null=True)

        class Meta:
            legacy_table_names = False
            table_name = "conversation"

    class NotificationTable(db.Model):
        id = AutoField()
        key = CharField(unique=True)
        kind = CharField()
        capacity = CharField()
        state = CharField()
        push = ForeignKeyField(PushTable, index=False)
        recipient = ForeignKeyField(UserTable)
        caused_by = ForeignKeyField(Activity)
        created_at = InstantField()
        due_at = InstantField()
        lease = CharField(null=True)
        attempts = IntegerField()
        dated_at = InstantField(null=True)
        sent_to = CharField(null=True)
        sent_at = InstantField(null=True)
        error = TextField(null=True)

        class Meta:
            legacy_table_names = False
            table_name = "notification"
            indexes = ((("state",), False), (("push", "recipient"), False))

    class NotificationMail(db.Model):
        notification = ForeignKeyField(NotificationTable, on_delete="CASCADE", primary_key=True)
        message = BlobField()

        class Meta:
            legacy_table_names = False
            table_name = "notification_mail"

    class NotificationUser(db.Model):
        notification = ForeignKeyField(NotificationTable, on_delete="CASCADE", index=False)
        user = ForeignKeyField(UserTable)

        class Meta:
            legacy_table_names = False
            table_name = "notification_user"
            primary_key = CompositeKey("notification", "user")

    db.create_tables(
        [
            UserTable,
            UserGroup,
            TeamTable,
            TeamMember,
            TeamLeader,
            Coaching,
            TemplateTable,
            PushTable,
            Activity,
            ActivityUser,
            AssignmentTable,
            ConversationTable,
            NotificationTable,
            NotificationMail,
            NotificationUser,
        ],
        safe=False,
    )
    db.execute_sql("CREATE UNIQUE INDEX push_name_open ON push (name_key) WHERE closed_at IS NULL")
    db.execute_sql(
        "CREATE INDEX notification_due ON notification (due_at, id) "
        "WHERE state IN ('queued', 'sending')"
    )
