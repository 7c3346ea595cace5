"""The tables. A change here goes with a migration; a test compares the two."""

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
    Model,
    TextField,
)

from studio_tui.storage.fields import InstantField, KeyField


class Table(Model):
    """What all tables share."""

    class Meta:
        legacy_table_names = False


class UserTable(Table):
    """A person (U1). The ``…_key`` columns are folded, for uniqueness without case."""

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
        table_name = "users"
        indexes = ((("active", "sort_name", "id"), False),)


class UserGroup(Table):
    """A free tag on a user."""

    user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)
    name = CharField()
    name_key = KeyField()

    class Meta:
        table_name = "user_group"
        primary_key = CompositeKey("user", "name_key")
        indexes = ((("name_key", "user"), False),)


class TeamTable(Table):
    """A team, under an optional parent (U2). ``path_key`` is its folded path, unique.

    ``by_manager``: made for a manager, because an import knew managers and no teams (U6).
    """

    name = CharField()
    parent = ForeignKeyField("self", null=True)
    path = TextField()
    path_key = KeyField(unique=True)
    by_manager = BooleanField()

    class Meta:
        table_name = "team"


class TeamMember(Table):
    """Who is in a team."""

    team = ForeignKeyField(TeamTable, on_delete="CASCADE")
    user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)

    class Meta:
        table_name = "team_member"
        primary_key = CompositeKey("user", "team")


class TeamLeader(Table):
    """Who leads a team."""

    team = ForeignKeyField(TeamTable, on_delete="CASCADE", index=False)
    user = ForeignKeyField(UserTable, on_delete="CASCADE")

    class Meta:
        table_name = "team_leader"
        primary_key = CompositeKey("team", "user")


class Coaching(Table):
    """Who coaches whom (U3)."""

    coach = ForeignKeyField(UserTable, on_delete="CASCADE")
    user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)

    class Meta:
        table_name = "coaching"
        primary_key = CompositeKey("user", "coach")


class TemplateTable(Table):
    """A template; ``definition`` is JSON (`services.definitions`)."""

    name_key = KeyField(unique=True)
    definition = TextField()
    archived = BooleanField()
    version = IntegerField()

    class Meta:
        table_name = "template"


class PushTable(Table):
    """A push with the template as it was (T5). ``name_key`` is unique among those not closed.

    ``remind_before`` and ``remind_after`` are days before and after the deadline: ``7,1`` (P15).
    """

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
        table_name = "push"


class Activity(Table):
    """Who, when, what, from what to what (A3). Only ever added to."""

    at = InstantField()
    actor = ForeignKeyField(UserTable, null=True)
    actor_login = CharField()
    action = CharField()
    push = ForeignKeyField(PushTable, null=True)
    subject = TextField()
    before = TextField(null=True)
    after = TextField(null=True)

    class Meta:
        table_name = "activity"


class ActivityUser(Table):
    """Whom a line of activity is about."""

    activity = ForeignKeyField(Activity, on_delete="CASCADE", index=False)
    user = ForeignKeyField(UserTable, on_delete="CASCADE")

    class Meta:
        table_name = "activity_user"
        primary_key = CompositeKey("activity", "user")


class AssignmentTable(Table):
    """One user in one push, once (P12); unassigned ones stay (P11)."""

    push = ForeignKeyField(PushTable, index=False)
    user = ForeignKeyField(UserTable)
    assigned_in = ForeignKeyField(Activity, index=False)
    unassigned_at = InstantField(null=True)

    class Meta:
        table_name = "assignment"
        indexes = ((("push", "user"), True), (("assigned_in",), False))


class ConversationTable(Table):
    """The meeting itself; the status of an assignment is derived from its instants (P8)."""

    assignment = ForeignKeyField(AssignmentTable, unique=True)
    conductor = ForeignKeyField(UserTable)
    planned_for = InstantField(null=True)
    prepared_at = InstantField(null=True)
    started_at = InstantField(null=True)
    finished_at = InstantField(null=True)

    class Meta:
        table_name = "conversation"


class NotificationTable(Table):
    """The outbox (N1, N4).

    ``due_at`` is when to try next and, while sending, when the lease ends. ``dated_at`` is set at
    the first try and kept, so that a second copy has the same Date header. *Held* is not stored:
    it is *queued*, never tried, and due later.
    """

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
        table_name = "notification"
        indexes = ((("state",), False), (("push", "recipient"), False))


class NotificationMail(Table):
    """The mail of a notification as it was handed to the server: bytes, compressed by zlib."""

    notification = ForeignKeyField(NotificationTable, on_delete="CASCADE", primary_key=True)
    message = BlobField()

    class Meta:
        table_name = "notification_mail"


class NotificationUser(Table):
    """Whom a notification tells about."""

    notification = ForeignKeyField(NotificationTable, on_delete="CASCADE", index=False)
    user = ForeignKeyField(UserTable)

    class Meta:
        table_name = "notification_user"
        primary_key = CompositeKey("notification", "user")


PushTable.add_index(
    PushTable.name_key,
    unique=True,
    where=PushTable.closed_at.is_null(),
    name="push_name_open",
)

NotificationTable.add_index(
    NotificationTable.due_at,
    NotificationTable.id,
    where=NotificationTable.state.in_(("queued", "sending")),
    name="notification_due",
)

TABLES: list[type[peewee.Model]] = [
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
    NotificationUser,
    NotificationMail,
]
