"""The tables. A change requires a migration; a test compares the two."""

from collections.abc import Mapping
from typing import Any

import peewee
from peewee import (
    AutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    Case,
    CharField,
    CompositeKey,
    DateField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
    Tuple,
    fn,
)

from studio_tui.domain.outbox.notification import WAITING
from studio_tui.domain.pushes.push import MILESTONES, Milestone, Status
from studio_tui.storage.engine.fields import InstantField, KeyField, literal
from studio_tui.storage.engine.unit import UnitDatabase


class Table(Model):
    """The base class of all tables."""

    class Meta:
        database = UnitDatabase()
        legacy_table_names = False


class UserTable(Table):
    """A person (U1).

    The ``…_key`` columns are folded, for uniqueness without case. The words of ``search`` are also
    in an index (`storage.lists.text_search`).
    """

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
    left_at = InstantField(null=True)
    """When the person left, until they are erased; null if they left before the column existed."""
    employee_number = CharField(default="")
    employee_number_key = KeyField(null=True, unique=True)

    class Meta:
        table_name = "users"
        indexes = (
            (("active", "sort_name", "id"), False),
            (("active", "login_key", "id"), False),
            (("active", "email_key", "id"), False),
            (("sort_name", "id"), False),
        )


class EveryUser(UserTable):
    """The users, exempt from the sight of the unit of work (`storage.engine.sight`).

    For people whose names are shown with a visible user.
    """

    class Meta:
        table_name = "every_users"


class MergedUser(Table):
    """A user's record that was merged into another record of the same person (U11).

    Lines of activity refer to its row in ``users``, which is not a user any more. The keys are
    those that it had.
    """

    user = ForeignKeyField(UserTable, on_delete="CASCADE", primary_key=True)
    into = ForeignKeyField(UserTable, on_delete="CASCADE")
    login_key = KeyField(index=True)
    email_key = KeyField(index=True)
    number_key = KeyField(null=True, index=True)
    at = InstantField()

    class Meta:
        table_name = "merged_user"


class UserScope(Table):
    """The scope that limits a user's sight (U12): an audience as text, and in ``kept`` as JSON."""

    user = ForeignKeyField(UserTable, on_delete="CASCADE", primary_key=True)
    audience = TextField()
    kept = TextField()

    class Meta:
        table_name = "user_scope"


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
    """A team with an optional parent (U2). ``path_key`` is its folded path, unique.

    ``by_manager``: created for a manager by an import with managers and without teams (U6).
    """

    name = CharField()
    parent = ForeignKeyField("self", null=True)
    path = TextField()
    path_key = KeyField(unique=True)
    by_manager = BooleanField()

    class Meta:
        table_name = "team"


class TeamMember(Table):
    """A member of a team."""

    team = ForeignKeyField(TeamTable, on_delete="CASCADE")
    user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)

    class Meta:
        table_name = "team_member"
        primary_key = CompositeKey("user", "team")


class TeamLeader(Table):
    """A leader of a team."""

    team = ForeignKeyField(TeamTable, on_delete="CASCADE", index=False)
    user = ForeignKeyField(UserTable, on_delete="CASCADE")

    class Meta:
        table_name = "team_leader"
        primary_key = CompositeKey("team", "user")


class CoachingTable(Table):
    """A coach of a user (U3)."""

    coach = ForeignKeyField(UserTable, on_delete="CASCADE")
    user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)

    class Meta:
        table_name = "coaching"
        primary_key = CompositeKey("user", "coach")


class StandInTable(Table):
    """A stand-in for a leader or coach, from the first day to the last (U14).

    For all people of the leader or coach, or only for those in `StandInUser`.
    """

    leader = ForeignKeyField(UserTable, on_delete="CASCADE")
    stand_in = ForeignKeyField(UserTable, on_delete="CASCADE")
    first_day = DateField()
    last_day = DateField(index=True)

    class Meta:
        table_name = "stand_in"


class StandInUser(Table):
    """A user to whom a stand-in is restricted (U14)."""

    stand_in = ForeignKeyField(StandInTable, on_delete="CASCADE", index=False)
    user = ForeignKeyField(UserTable, on_delete="CASCADE")

    class Meta:
        table_name = "stand_in_user"
        primary_key = CompositeKey("stand_in", "user")


class TemplateTable(Table):
    """A template. ``definition`` is JSON (`services.templates.definitions`)."""

    name_key = KeyField(unique=True)
    definition = TextField()
    archived = BooleanField()
    version = IntegerField()

    class Meta:
        table_name = "template"


class PushTable(Table):
    """A push with the snapshot of its template.

    ``name_key`` is unique among pushes that are not closed.

    ``remind_before`` and ``remind_after`` are days before and after the deadline, such as ``7,1``
    (P15). ``audience`` selects users in addition to those that were picked (P13), as JSON
    (`domain.audiences.audience.encode_audience`); ``audience_on`` is the day of the last automatic
    check for matching users.
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
    audience = TextField(null=True)
    audience_on = DateField(null=True)

    class Meta:
        table_name = "push"


class RepeatTable(Table):
    """The repeat of ``push`` (P17).

    Either once every period, such as ``3m``, computed from ``first_day`` and ``deadline``, or for
    each person ``after_days`` days after they were hired. It applies to what begins after
    ``set_on``, up to ``until``.
    """

    push = ForeignKeyField(PushTable)
    every = CharField(null=True)
    after_days = IntegerField(null=True)
    first_day = DateField()
    deadline = DateField()
    until = DateField(null=True)
    set_on = DateField()
    stopped_at = InstantField(null=True)

    class Meta:
        table_name = "push_repeat"


class RepeatedPush(Table):
    """The result of the ``number``-th repetition of a push (P17).

    ``push`` is the push that was created, null if the repetition was skipped. The primary key
    prevents a second creation.
    """

    repeat = ForeignKeyField(RepeatTable, on_delete="CASCADE", index=False)
    number = IntegerField()
    push = ForeignKeyField(PushTable, null=True)

    class Meta:
        table_name = "repeated_push"
        primary_key = CompositeKey("repeat", "number")


class Activity(Table):
    """A line of activity: who, when, from where, what, the values before and after (A3).

    Append-only.
    """

    at = InstantField()
    actor = ForeignKeyField(UserTable, null=True)
    actor_login = CharField()
    action = CharField()
    push = ForeignKeyField(PushTable, null=True)
    subject = TextField()
    before = TextField(null=True)
    after = TextField(null=True)
    origin = TextField(null=True)

    class Meta:
        table_name = "activity"


class ActivityUser(Table):
    """A user whom a line of activity is about."""

    activity = ForeignKeyField(Activity, on_delete="CASCADE", index=False)
    user = ForeignKeyField(UserTable, on_delete="CASCADE")

    class Meta:
        table_name = "activity_user"
        primary_key = CompositeKey("activity", "user")


class ActivityEmptied(Table):
    """A line of activity that was emptied because a user was erased (A3, U13).

    ``emptied_in`` is the act; ``before`` and ``after`` are the digests of the line.
    """

    activity = ForeignKeyField(Activity, index=False)
    emptied_in = ForeignKeyField(Activity)
    before = CharField()
    after = CharField()

    class Meta:
        table_name = "activity_emptied"
        primary_key = CompositeKey("activity", "emptied_in")


class ActivitySeal(Table):
    """A seal of the chain over the activity (A3): its hash covers a line and the hash before."""

    activity = ForeignKeyField(Activity, unique=True)
    hash = CharField()

    class Meta:
        table_name = "activity_seal"


class ActivityAnchor(Table):
    """The number of sealed lines and the newest seal (A3): a single row."""

    lines = IntegerField()
    hash = CharField()
    last_id = IntegerField()

    class Meta:
        table_name = "activity_anchor"


class AssignmentTable(Table):
    """One user in one push, at most once (P12). The row of an unassigned user stays (P11).

    ``conductor`` is the user who was named to hold the conversation (P10), if any. ``excused_in``
    is the act by which the user was excused, ``excuse`` the reason. ``own_deadline`` replaces an
    earlier deadline of the push (P18).
    """

    push = ForeignKeyField(PushTable, index=False)
    user = ForeignKeyField(UserTable)
    assigned_in = ForeignKeyField(Activity, index=False)
    unassigned_at = InstantField(null=True)
    conductor = ForeignKeyField(UserTable, null=True)
    excused_in = ForeignKeyField(Activity, null=True, index=False)
    excuse = TextField(null=True)
    own_deadline = DateField(null=True)

    class Meta:
        table_name = "assignment"
        indexes = ((("push", "user"), True), (("assigned_in",), False))


class NotMine(Table):
    """A manager's statement that an assignment is not theirs (P10)."""

    assignment = ForeignKeyField(AssignmentTable, on_delete="CASCADE", index=False)
    manager = ForeignKeyField(UserTable)
    at = InstantField()

    class Meta:
        table_name = "not_mine"
        primary_key = CompositeKey("assignment", "manager")


class ConversationTable(Table):
    """A conversation (C2). The status of an assignment is derived from its instants (P8).

    ``definition`` is the template of a conversation without a push; otherwise that of the push
    applies. ``sequence`` numbers the calendar invitations sent (C5). ``finished_at`` is when the
    conversation was held, ``sealed_at`` when that was recorded.
    """

    user = ForeignKeyField(UserTable)
    assignment = ForeignKeyField(AssignmentTable, null=True)
    template = ForeignKeyField(TemplateTable)
    definition = TextField(null=True)
    conductor = ForeignKeyField(UserTable)
    planned_for = InstantField(null=True)
    minutes = IntegerField()
    place = CharField()
    former_place = CharField(null=True)
    """The place before the last move, to undo the move."""
    sequence = IntegerField()
    user_prepared_at = InstantField(null=True)
    conductor_prepared_at = InstantField(null=True)
    started_at = InstantField(null=True)
    finished_at = InstantField(null=True)
    sealed_at = InstantField(null=True)
    cancelled_at = InstantField(null=True)
    version = IntegerField()

    class Meta:
        table_name = "conversation"


class ConversationQuestion(Table):
    """A question of a conversation (T2), ordered by ``position``.

    ``step`` is the kind of the step, ``step_position`` distinguishes steps of one kind. ``options``
    is a JSON array. ``added_by`` is the user who added the question to those of the template, in
    the conductor's ``term`` (`TakeOver`). A question that has an answer is not deleted but only
    marked as removed.
    """

    conversation = ForeignKeyField(ConversationTable, on_delete="CASCADE", index=False)
    position = IntegerField()
    step = CharField()
    step_position = IntegerField()
    topic = CharField()
    text = TextField()
    kind = CharField()
    options = TextField()
    added_by = ForeignKeyField(UserTable, null=True)
    removed_at = InstantField(null=True)
    term = IntegerField()

    class Meta:
        table_name = "conversation_question"
        indexes = ((("conversation", "position"), False),)


class TakeOver(Table):
    """A change of conductor, with which the conductor's ``term`` of this number begins (C6).

    The first term has no row. ``activity`` is the act, ``talked`` whether the talk had begun by
    then.
    """

    conversation = ForeignKeyField(ConversationTable, on_delete="CASCADE", index=False)
    term = IntegerField()
    former = ForeignKeyField(UserTable, index=False)
    conductor = ForeignKeyField(UserTable, index=False)
    activity = ForeignKeyField(Activity)
    talked = BooleanField()

    class Meta:
        table_name = "take_over"
        primary_key = CompositeKey("conversation", "term")


class OpeningTable(Table):
    """A permission: ``reader`` may read texts of ``author`` up to and including ``term`` (C6)."""

    conversation = ForeignKeyField(ConversationTable, on_delete="CASCADE", index=False)
    author = ForeignKeyField(UserTable, index=False)
    reader = ForeignKeyField(UserTable, index=False)
    term = IntegerField()

    class Meta:
        table_name = "opening"
        primary_key = CompositeKey("conversation", "author", "reader")


class Preparation(Table):
    """The text of one side on one question before the talk (C2), last written in ``term``."""

    question = ForeignKeyField(ConversationQuestion, on_delete="CASCADE", index=False)
    author = ForeignKeyField(UserTable)
    text = TextField()
    written_at = InstantField()
    version = IntegerField()
    term = IntegerField()

    class Meta:
        table_name = "preparation"
        primary_key = CompositeKey("question", "author")


class Answer(Table):
    """The conductor's note on one question in the talk (C2), last written in ``term``."""

    question = ForeignKeyField(ConversationQuestion, on_delete="CASCADE", index=False)
    author = ForeignKeyField(UserTable)
    text = TextField()
    written_at = InstantField()
    version = IntegerField()
    term = IntegerField()

    class Meta:
        table_name = "answer"
        primary_key = CompositeKey("question", "author")


class EarlierText(Table):
    """A text on one question, in a preparation or in the talk, that was replaced (A4, C4).

    ``prepared`` tells the two apart. ``version`` is the version that the text had there.
    """

    question = ForeignKeyField(ConversationQuestion, on_delete="CASCADE", index=False)
    author = ForeignKeyField(UserTable)
    prepared = BooleanField()
    version = IntegerField()
    text = TextField()
    written_at = InstantField()

    class Meta:
        table_name = "earlier_text"
        primary_key = CompositeKey("question", "author", "prepared", "version")


class LibraryTopicTable(Table):
    """The questions of one topic in the question library (T2). ``definition`` is JSON."""

    name_key = KeyField(unique=True)
    definition = TextField()
    version = IntegerField()

    class Meta:
        table_name = "library_topic"


class TemplateVersionTable(Table):
    """A saved version of a template (T5). ``saved_by`` is a login, null if unknown."""

    template = ForeignKeyField(TemplateTable, on_delete="CASCADE", index=False)
    version = IntegerField()
    definition = TextField()
    saved_at = InstantField(null=True)
    saved_by = CharField(null=True)

    class Meta:
        table_name = "template_version"
        primary_key = CompositeKey("template", "version")


class DraftTable(Table):
    """A text that a user has not saved yet (A4), visible to that user alone. ``content`` is JSON.

    ``subject`` names what is edited, such as ``template 12``; ``base_version`` is the version that
    the draft is based on.
    """

    user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)
    subject = CharField()
    base_version = IntegerField()
    content = TextField()
    written_at = InstantField()

    class Meta:
        table_name = "draft"
        primary_key = CompositeKey("user", "subject")


class ReviewTable(Table):
    """A change of a user in a push that is not closed, which waits for a decision (U7).

    ``before`` and ``after`` are, by ``kind``, ids of managers joined by commas, an address, or the
    path of a team. ``conductor`` is the user who was to hold the conversation, if the change is
    about that. ``activity`` is the act that caused the change, ``decided_in`` the act of the
    decision. ``named`` is the user named by that act, ``holder`` the conductor before it.
    ``told_at`` is when the new managers were notified without a decision (N16).
    """

    id = AutoField()
    user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)
    push = ForeignKeyField(PushTable, index=False)
    kind = CharField()
    urgency = IntegerField()
    conductor = ForeignKeyField(UserTable, null=True, on_delete="SET NULL")
    before = TextField(null=True)
    after = TextField(null=True)
    since = InstantField()
    activity = ForeignKeyField(Activity)
    told_at = InstantField(null=True)
    decided_at = InstantField(null=True)
    decision = CharField(null=True)
    decided_in = ForeignKeyField(Activity, null=True)
    named = ForeignKeyField(UserTable, null=True, on_delete="SET NULL", index=False)
    holder = ForeignKeyField(UserTable, null=True, on_delete="SET NULL", index=False)

    class Meta:
        table_name = "review"
        indexes = ((("user", "push"), False),)


class SshKey(Table):
    """A key with which a user logs in (A1). ``fingerprint`` is OpenSSH's, by SHA-256."""

    user = ForeignKeyField(UserTable)
    fingerprint = CharField(unique=True)
    key = TextField()
    comment = CharField()
    added_at = InstantField()

    class Meta:
        table_name = "ssh_key"


class NotificationTable(Table):
    """The outbox (N1, N4).

    A notification is about a push, about the invitation ``sequence`` to a conversation, or about
    the line of activity ``sequence`` (`storage.outbox.notices`).

    ``due_at`` is the time of the next try and, while sending, about the end of the lease. The exact
    end is ``lease_until``, a `SteadyTime` in the seconds of ``lease_origin``. ``dated_at`` is set
    at the first try and stays, so that a second copy has the same Date header. *Held* is not
    stored: it is *queued*, never tried, and due later. ``refused_at`` is the time of the last
    refusal for a reason that may affect any recipient (N13).
    """

    id = AutoField()
    key = CharField(unique=True)
    kind = CharField()
    capacity = CharField()
    state = CharField()
    push = ForeignKeyField(PushTable, null=True, index=False)
    conversation = ForeignKeyField(ConversationTable, null=True)
    sequence = IntegerField(null=True)
    recipient = ForeignKeyField(UserTable)
    caused_by = ForeignKeyField(Activity)
    created_at = InstantField()
    due_at = InstantField()
    lease = CharField(null=True)
    lease_origin = CharField(null=True)
    lease_until = DoubleField(null=True)
    attempts = IntegerField()
    dated_at = InstantField(null=True)
    sent_to = CharField(null=True)
    sent_at = InstantField(null=True)
    error = TextField(null=True)
    former_address = CharField(null=True)
    """A former address to send to instead: a calendar there still holds the conversation (C5)."""
    refused_at = InstantField(null=True)
    bounced_at = InstantField(null=True)
    """When a report said that the mail bounced (N15)."""
    bounce_code = CharField(null=True)
    bounce_words = TextField(null=True)
    bounced_key = KeyField(null=True)
    """The address that bounced, folded as `UserTable.email_key`."""

    class Meta:
        table_name = "notification"
        indexes = ((("state", "id"), False), (("push", "recipient"), False))


class SnoozeTable(Table):
    """A case of Today that a user snoozed (S1). ``subject`` is its `domain.today.today.Case.key`.

    The case returns on the day ``until``; without a day, once it has another ``mark``.
    """

    user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)
    subject = CharField()
    until = DateField(null=True)
    mark = CharField()

    class Meta:
        table_name = "snooze"
        primary_key = CompositeKey("user", "subject")


class UnattendedImport(Table):
    """The file that was last given to an unattended import (U10): one row, or none.

    While the file waits, ``content`` holds it, compressed by zlib, and ``planned`` the result of
    its dry run. ``options`` is JSON: how to read the file.
    """

    name = CharField()
    digest = CharField()
    fate = CharField()
    at = InstantField()
    by = CharField()
    why = TextField()
    people = IntegerField()
    planned = BlobField()
    holds_until = DateField(null=True)
    content = BlobField()
    options = TextField()

    class Meta:
        table_name = "unattended_import"


class RetentionTable(Table):
    """A retention time that the Studio was opened with (U13).

    ``since`` is the day from which it has applied without a gap, ``done_on`` the day up to which
    everything was erased.
    """

    months = IntegerField(primary_key=True)
    since = DateField()
    seen_on = DateField()
    done_on = DateField(null=True)

    class Meta:
        table_name = "retention"


class SegmentTable(Table):
    """An audience with a name (P13). ``audience`` is a result of `encode_audience`."""

    name = CharField()
    name_key = KeyField(unique=True)
    description = TextField()
    audience = TextField()
    version = IntegerField()

    class Meta:
        table_name = "segment"


class SegmentVersion(Table):
    """A saved version of a segment. ``saved_by`` is a login."""

    segment = ForeignKeyField(SegmentTable, on_delete="CASCADE", index=False)
    version = IntegerField()
    name = CharField()
    description = TextField()
    audience = TextField()
    saved_at = InstantField()
    saved_by = CharField()

    class Meta:
        table_name = "segment_version"
        primary_key = CompositeKey("segment", "version")


class ListViewTable(Table):
    """A user's view of a list (S5, S9). ``kept`` is `domain.shared.list_views.ListView` as JSON.

    ``name_key`` is the name without case; empty for the state that is remembered without a name.
    """

    user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)
    list_name = CharField()
    name_key = CharField()
    name = CharField()
    kept = TextField()

    class Meta:
        table_name = "list_view"
        primary_key = CompositeKey("user", "list_name", "name_key")


class MailStop(Table):
    """The reason why the mail server accepted no mail when it was last tried: one row, or none."""

    fault = CharField()
    code = IntegerField(null=True)
    words = TextField()
    since = InstantField()

    class Meta:
        table_name = "mail_stop"


class SentCount(Table):
    """The number of mails sent in the ``span`` seconds from ``bucket``, as a Unix time (N14).

    ``domain`` is the domain of the recipients; empty counts mails to all domains.
    """

    span = IntegerField()
    bucket = BigIntegerField()
    domain = CharField()
    sent = IntegerField()

    class Meta:
        table_name = "sent_count"
        primary_key = CompositeKey("span", "bucket", "domain")


class WorkerTable(Table):
    """A running worker, by the name of its lease.

    ``since`` is when it began to hold mail without a break, null if it holds none.
    """

    lease = CharField(primary_key=True)
    host = CharField()
    version = CharField()
    pid = IntegerField()
    started_at = InstantField()
    seen_at = InstantField()
    since = InstantField(null=True)

    class Meta:
        table_name = "worker"


class MailOrigin(Table):
    """The server whose data this was when mail last left (`outbox.mail_origin`): one row, or none.

    While ``restored_at`` is set, no mail leaves.
    """

    identity = CharField()
    server = CharField()
    generation = IntegerField()
    restored_at = InstantField(null=True)
    why = TextField()

    class Meta:
        table_name = "mail_origin"


class MailModel(Table):
    """A text that many mails have in common: the dictionary for their compression."""

    digest = CharField(unique=True)
    text = BlobField()

    class Meta:
        table_name = "mail_model"


class NotificationMail(Table):
    """The mail of a notification as it was handed to the server.

    The message is compressed by zlib, with the model as its dictionary.
    """

    notification = ForeignKeyField(NotificationTable, on_delete="CASCADE", primary_key=True)
    message = BlobField()
    model = ForeignKeyField(MailModel, null=True, index=False)

    class Meta:
        table_name = "notification_mail"


class NotificationUser(Table):
    """A user whom a notification is about."""

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

ConversationTable.add_index(
    ConversationTable.assignment,
    unique=True,
    where=ConversationTable.cancelled_at.is_null(),
    name="conversation_of_assignment",
)

ReviewTable.add_index(
    ReviewTable.user,
    ReviewTable.push,
    ReviewTable.kind,
    unique=True,
    where=ReviewTable.decided_at.is_null(),
    name="review_undecided",
)
ReviewTable.add_index(
    ReviewTable.urgency,
    ReviewTable.id,
    where=ReviewTable.decided_at.is_null(),
    name="review_in_order",
)

NotificationTable.add_index(
    NotificationTable.due_at,
    NotificationTable.id,
    where=NotificationTable.state.in_(WAITING),
    name="notification_due",
)

UserTable.add_index(
    UserTable.left_at,
    where=UserTable.left_at.is_null(False),
    name="users_left",
)

NotificationTable.add_index(
    NotificationTable.recipient,
    where=NotificationTable.bounced_at.is_null(False),
    name="notification_bounced",
)

AssignmentTable.add_index(
    AssignmentTable.push,
    where=AssignmentTable.excused_in.is_null(False) | AssignmentTable.own_deadline.is_null(False),
    name="assignment_excepted",
)
_USERS: Any = UserTable
UserTable.add_index(
    *(_USERS.active, fn.LOWER(_USERS.department), _USERS.id),
    name="users_active_department",
)
_MAILS: Any = NotificationTable
NotificationTable.add_index(
    *(fn.COALESCE(_MAILS.sent_at, _MAILS.due_at), _MAILS.id),
    name="notification_at",
)


def status_case(columns: Mapping[Milestone, Any]) -> Any:
    """Return the status for these columns of milestones, as `domain.pushes.push.status_of` does."""
    whens = [
        (columns[milestone].is_null(False), literal(status))
        for milestone, status in MILESTONES.items()
        if milestone in columns
    ]
    return Case(None, whens, literal(Status.NOT_PLANNED))


def talk_milestones(talk: Any) -> Mapping[Milestone, Any]:
    """Return the columns of a conversation that record its milestones."""
    return {
        Milestone.FINISHED: talk.finished_at,
        Milestone.STARTED: talk.started_at,
        Milestone.PREPARED: talk.user_prepared_at,
        Milestone.PLANNED: talk.planned_for,
    }


ConversationTable.add_index(
    # An index requires brackets around an expression that is not a call: a tuple of one.
    *(Tuple(status_case(talk_milestones(ConversationTable))), ConversationTable.assignment),
    where=ConversationTable.cancelled_at.is_null(),
    name="conversation_status",
)

TABLES: list[type[peewee.Model]] = [
    UserTable,
    MergedUser,
    UserScope,
    UserGroup,
    TeamTable,
    TeamMember,
    TeamLeader,
    CoachingTable,
    StandInTable,
    StandInUser,
    TemplateTable,
    PushTable,
    RepeatTable,
    RepeatedPush,
    Activity,
    ActivityUser,
    ActivityEmptied,
    ActivitySeal,
    ActivityAnchor,
    AssignmentTable,
    NotMine,
    ConversationTable,
    TakeOver,
    OpeningTable,
    ConversationQuestion,
    Preparation,
    Answer,
    EarlierText,
    LibraryTopicTable,
    TemplateVersionTable,
    DraftTable,
    SnoozeTable,
    ReviewTable,
    ListViewTable,
    SegmentTable,
    SegmentVersion,
    SshKey,
    NotificationTable,
    NotificationUser,
    MailModel,
    NotificationMail,
    MailStop,
    SentCount,
    WorkerTable,
    MailOrigin,
    UnattendedImport,
    RetentionTable,
]
