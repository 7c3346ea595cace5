"""The tables. A change here goes with a migration; a test compares the two."""

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
from studio_tui.storage.engine.unit import OfUnit


class Table(Model):
    """What all tables share."""

    class Meta:
        database = OfUnit()
        legacy_table_names = False


class UserTable(Table):
    """A person (U1). The ``…_key`` columns are folded, for uniqueness without case; what ``search``
    holds is in an index besides (`storage.lists.text_search`)."""

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
    """Of who has left and is not erased; nothing is known of who left before it was kept."""
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
    """The same, whomever the unit of work sees (`storage.engine.sight`): for who is told of by name
    with somebody whom it sees."""

    class Meta:
        table_name = "every_users"


class MergedUser(Table):
    """A record of somebody that was merged into another of theirs (U11): its row in ``users`` is
    named by lines of activity, and is no user any more. The keys are those it had."""

    user = ForeignKeyField(UserTable, on_delete="CASCADE", primary_key=True)
    into = ForeignKeyField(UserTable, on_delete="CASCADE")
    login_key = KeyField(index=True)
    email_key = KeyField(index=True)
    number_key = KeyField(null=True, index=True)
    at = InstantField()

    class Meta:
        table_name = "merged_user"


class UserScope(Table):
    """To whom the sight of an admin is limited (U12): an audience as text, and ``kept`` as JSON."""

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


class CoachingTable(Table):
    """Who coaches whom (U3)."""

    coach = ForeignKeyField(UserTable, on_delete="CASCADE")
    user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)

    class Meta:
        table_name = "coaching"
        primary_key = CompositeKey("user", "coach")


class StandInTable(Table):
    """Somebody who stands in for a leader or coach from the first day to the last (U14); for all
    their people, or those in `StandInUser`."""

    leader = ForeignKeyField(UserTable, on_delete="CASCADE")
    stand_in = ForeignKeyField(UserTable, on_delete="CASCADE")
    first_day = DateField()
    last_day = DateField(index=True)

    class Meta:
        table_name = "stand_in"


class StandInUser(Table):
    """Whom alone a stand-in stands in for (U14)."""

    stand_in = ForeignKeyField(StandInTable, on_delete="CASCADE", index=False)
    user = ForeignKeyField(UserTable, on_delete="CASCADE")

    class Meta:
        table_name = "stand_in_user"
        primary_key = CompositeKey("stand_in", "user")


class TemplateTable(Table):
    """A template; ``definition`` is JSON (`services.templates.definitions`)."""

    name_key = KeyField(unique=True)
    definition = TextField()
    archived = BooleanField()
    version = IntegerField()

    class Meta:
        table_name = "template"


class PushTable(Table):
    """A push with the template as it was (T5). ``name_key`` is unique among those not closed.

    ``remind_before`` and ``remind_after`` are days before and after the deadline: ``7,1`` (P15).
    ``audience`` is whom it is for beside those who were picked (P13), as JSON
    (`domain.audiences.audience.kept_text`); ``audience_on`` is the day on which who matches was
    last looked up by itself.
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
    """How ``push`` comes again (P17): ``every`` so often (``3m``), computed from ``first_day`` and
    ``deadline``, or for each person ``after_days`` days after they were hired.

    It counts for what begins after ``set_on``, up to ``until``.
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
    """What became of the ``number``-th time that a push came again (P17): the push that was made,
    or none, where it was skipped. That it is there once is what keeps it from being made twice."""

    repeat = ForeignKeyField(RepeatTable, on_delete="CASCADE", index=False)
    number = IntegerField()
    push = ForeignKeyField(PushTable, null=True)

    class Meta:
        table_name = "repeated_push"
        primary_key = CompositeKey("repeat", "number")


class Activity(Table):
    """Who, when, from where, what, from what to what (A3). Only ever added to."""

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
    """Whom a line of activity is about."""

    activity = ForeignKeyField(Activity, on_delete="CASCADE", index=False)
    user = ForeignKeyField(UserTable, on_delete="CASCADE")

    class Meta:
        table_name = "activity_user"
        primary_key = CompositeKey("activity", "user")


class ActivityEmptied(Table):
    """A line that was emptied because somebody was erased (A3, U13): by which act, and its digest
    ``before`` and ``after``."""

    activity = ForeignKeyField(Activity, index=False)
    emptied_in = ForeignKeyField(Activity)
    before = CharField()
    after = CharField()

    class Meta:
        table_name = "activity_emptied"
        primary_key = CompositeKey("activity", "emptied_in")


class ActivitySeal(Table):
    """The chain over the activity (A3): each hash covers a line and the hash before it."""

    activity = ForeignKeyField(Activity, unique=True)
    hash = CharField()

    class Meta:
        table_name = "activity_seal"


class ActivityAnchor(Table):
    """One row: how many lines are sealed, and the newest seal (A3)."""

    lines = IntegerField()
    hash = CharField()
    last_id = IntegerField()

    class Meta:
        table_name = "activity_anchor"


class AssignmentTable(Table):
    """One user in one push, once (P12); unassigned ones stay (P11).

    ``conductor`` is who was named to hold the conversation (P10), where somebody was.
    ``excused_in`` is the act by which they were excused, for the reason ``excuse``;
    ``own_deadline`` counts in the place of an earlier deadline of the push (P18).
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
    """A manager who said that an assignment is not theirs (P10)."""

    assignment = ForeignKeyField(AssignmentTable, on_delete="CASCADE", index=False)
    manager = ForeignKeyField(UserTable)
    at = InstantField()

    class Meta:
        table_name = "not_mine"
        primary_key = CompositeKey("assignment", "manager")


class ConversationTable(Table):
    """The meeting itself (C2); the status of an assignment is derived from its instants (P8).

    ``definition`` is that of a conversation no push asked for; otherwise the push's holds.
    ``sequence`` numbers the calendar invitations sent (C5). ``finished_at`` is when it was held,
    ``sealed_at`` when that was recorded.
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
    """Where it was to be held before it was moved the last time, by which that is undone."""
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
    """What is asked in one conversation (T2), in the order of ``position``.

    ``step`` is the kind of the step, ``step_position`` tells steps of one kind apart; ``options``
    is a JSON array. ``added_by`` is who brought it in beyond the template, in the conductor's
    ``term`` (`TakeOver`). What was answered already is only marked as removed.
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
    """Somebody else holds a conversation from here on: the conductor's ``term`` of this number
    begins (C6). The first term has no row. ``activity`` is the act,
    ``talked`` whether the talk had begun by then."""

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
    """``author`` lets ``reader`` read what they wrote up to and in this ``term`` (C6)."""

    conversation = ForeignKeyField(ConversationTable, on_delete="CASCADE", index=False)
    author = ForeignKeyField(UserTable, index=False)
    reader = ForeignKeyField(UserTable, index=False)
    term = IntegerField()

    class Meta:
        table_name = "opening"
        primary_key = CompositeKey("conversation", "author", "reader")


class Preparation(Table):
    """What one side wrote before the talk, on one question (C2); last in this ``term``."""

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
    """What a conductor noted on one question in the talk (C2); last in this ``term``."""

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
    """What somebody wrote on one question, in a preparation or in the talk, until something else
    took its place (A4, C4); ``version`` is the one it had there."""

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
    """Questions under one heading in the question library (T2); ``definition`` is JSON."""

    name_key = KeyField(unique=True)
    definition = TextField()
    version = IntegerField()

    class Meta:
        table_name = "library_topic"


class TemplateVersionTable(Table):
    """A template as somebody saved it (T5); ``saved_by`` is their login, where it is known."""

    template = ForeignKeyField(TemplateTable, on_delete="CASCADE", index=False)
    version = IntegerField()
    definition = TextField()
    saved_at = InstantField(null=True)
    saved_by = CharField(null=True)

    class Meta:
        table_name = "template_version"
        primary_key = CompositeKey("template", "version")


class DraftTable(Table):
    """What somebody is writing and has not saved (A4), theirs alone; ``content`` is JSON.

    ``subject`` says of what: ``template 12``; ``base_version`` is the version it began from.
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
    """A change of somebody who is in a push that is not closed, for somebody to decide on (U7).

    ``before`` and ``after`` are ids of managers, joined by commas, an address, or the path of a
    team, as ``kind`` says. ``conductor`` is who was to hold the conversation, of a change that is
    about that. ``activity`` is what caused it, ``decided_in`` the act of deciding: ``named`` and
    ``holder`` are who was named and who held it before that act handed it over. ``told_at`` is when
    the new managers were told without a decision (N16).
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
    """A key with which a user comes in (A1); ``fingerprint`` is OpenSSH's, of SHA-256."""

    user = ForeignKeyField(UserTable)
    fingerprint = CharField(unique=True)
    key = TextField()
    comment = CharField()
    added_at = InstantField()

    class Meta:
        table_name = "ssh_key"


class NotificationTable(Table):
    """The outbox (N1, N4). It tells of a push, or of the invitation ``sequence`` to a conversation,
    or gives notice of the line of activity ``sequence`` (`storage.outbox.notices`).

    ``due_at`` is when to try next and, while sending, about when the lease ends: what counts is
    ``lease_until``, a `SteadyTime` in the seconds of ``lease_origin``. ``dated_at`` is set at
    the first try and kept, so that a second copy has the same Date header. *Held* is not stored:
    it is *queued*, never tried, and due later. ``refused_at`` is when it was last refused for a
    reason that may be about anybody (N13).
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
    """Where it goes in the place of the recipient's address: one they had before, whose calendar
    still holds a conversation (C5)."""
    refused_at = InstantField(null=True)
    bounced_at = InstantField(null=True)
    """When a report said that it came back (N15)."""
    bounce_code = CharField(null=True)
    bounce_words = TextField(null=True)
    bounced_key = KeyField(null=True)
    """The address that it came back from, as `UserTable.email_key`."""

    class Meta:
        table_name = "notification"
        indexes = ((("state", "id"), False), (("push", "recipient"), False))


class SnoozeTable(Table):
    """A case of Today that somebody put off (S1): ``subject`` is its `domain.today.today.Case.key`.

    It comes back on the day ``until``; without one, once the case has another ``mark``.
    """

    user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)
    subject = CharField()
    until = DateField(null=True)
    mark = CharField()

    class Meta:
        table_name = "snooze"
        primary_key = CompositeKey("user", "subject")


class UnattendedImport(Table):
    """The file that was given last to an unattended import (U10): one row, or none.

    While it waits, ``content``, compressed by zlib, and ``planned``, what its dry run said, are
    kept. ``options`` is JSON: how the file is read.
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
    """A retention time that a Studio was opened with (U13): since when without a gap, and until
    which day all was erased."""

    months = IntegerField(primary_key=True)
    since = DateField()
    seen_on = DateField()
    done_on = DateField(null=True)

    class Meta:
        table_name = "retention"


class SegmentTable(Table):
    """An audience with a name (P13); ``audience`` is what `kept_text` makes of it."""

    name = CharField()
    name_key = KeyField(unique=True)
    description = TextField()
    audience = TextField()
    version = IntegerField()

    class Meta:
        table_name = "segment"


class SegmentVersion(Table):
    """A segment as somebody saved it; ``saved_by`` is their login."""

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
    """What somebody keeps of a list (S5, S9): ``kept`` is `domain.shared.list_views.ListView` as
    JSON, ``name_key`` its name without case, empty for what is remembered without a name."""

    user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)
    list_name = CharField()
    name_key = CharField()
    name = CharField()
    kept = TextField()

    class Meta:
        table_name = "list_view"
        primary_key = CompositeKey("user", "list_name", "name_key")


class MailStop(Table):
    """Why the mail server took no mail when it was last asked: one row, or none."""

    fault = CharField()
    code = IntegerField(null=True)
    words = TextField()
    since = InstantField()

    class Meta:
        table_name = "mail_stop"


class SentCount(Table):
    """How many mails were sent within ``span`` seconds from ``bucket`` on, in seconds since 1970:
    to one domain or, where that is empty, to anybody (N14)."""

    span = IntegerField()
    bucket = BigIntegerField()
    domain = CharField()
    sent = IntegerField()

    class Meta:
        table_name = "sent_count"
        primary_key = CompositeKey("span", "bucket", "domain")


class WorkerTable(Table):
    """A worker that is at work, by the name of its lease; ``since`` it has held mail, None where it
    holds none."""

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
    """Of which server's data this is, as it was when mail last went out (`outbox.mail_origin`): one
    row, or none. While ``restored_at`` is set, no mail leaves."""

    identity = CharField()
    server = CharField()
    generation = IntegerField()
    restored_at = InstantField(null=True)
    why = TextField()

    class Meta:
        table_name = "mail_origin"


class MailModel(Table):
    """What many mails have in common."""

    digest = CharField(unique=True)
    text = BlobField()

    class Meta:
        table_name = "mail_model"


class NotificationMail(Table):
    """The mail of a notification as it was handed to the server: bytes, compressed by zlib, which
    takes the model for its dictionary."""

    notification = ForeignKeyField(NotificationTable, on_delete="CASCADE", primary_key=True)
    message = BlobField()
    model = ForeignKeyField(MailModel, null=True, index=False)

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
    """The status of what has these columns of milestones: `domain.pushes.push.status_of`."""
    whens = [
        (columns[milestone].is_null(False), literal(status))
        for milestone, status in MILESTONES.items()
        if milestone in columns
    ]
    return Case(None, whens, literal(Status.NOT_PLANNED))


def talk_milestones(talk: Any) -> Mapping[Milestone, Any]:
    """The columns of a conversation that tell how far it is."""
    return {
        Milestone.FINISHED: talk.finished_at,
        Milestone.STARTED: talk.started_at,
        Milestone.PREPARED: talk.user_prepared_at,
        Milestone.PLANNED: talk.planned_for,
    }


ConversationTable.add_index(
    # In brackets of its own, as an index takes what is no call.
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
