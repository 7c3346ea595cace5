"""Conversations, invitations, the question library, SSH keys, and the seal."""

import json

import peewee
from peewee import (
    CharField,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    TextField,
)
from playhouse.migrate import SchemaMigrator

from studio_tui.storage.engine.fields import InstantField, KeyField


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class UserTable(db.Model):
        class Meta:
            table_name = "users"

    class TemplateTable(db.Model):
        class Meta:
            table_name = "template"

    class Activity(db.Model):
        class Meta:
            table_name = "activity"

    class AssignmentTable(db.Model):
        class Meta:
            table_name = "assignment"

    class ActivitySeal(db.Model):
        activity = ForeignKeyField(Activity, unique=True)
        hash = CharField()

        class Meta:
            table_name = "activity_seal"

    class NotMine(db.Model):
        assignment = ForeignKeyField(AssignmentTable, on_delete="CASCADE", index=False)
        manager = ForeignKeyField(UserTable)
        at = InstantField()

        class Meta:
            table_name = "not_mine"
            primary_key = CompositeKey("assignment", "manager")

    class ConversationTable(db.Model):
        user = ForeignKeyField(UserTable)
        assignment = ForeignKeyField(AssignmentTable, null=True)
        template = ForeignKeyField(TemplateTable)
        definition = TextField(null=True)
        conductor = ForeignKeyField(UserTable)
        planned_for = InstantField(null=True)
        minutes = IntegerField()
        place = CharField()
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

    class ConversationQuestion(db.Model):
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

        class Meta:
            table_name = "conversation_question"
            indexes = ((("conversation", "position"), False),)

    class Preparation(db.Model):
        question = ForeignKeyField(ConversationQuestion, on_delete="CASCADE", index=False)
        author = ForeignKeyField(UserTable)
        text = TextField()
        written_at = InstantField()
        version = IntegerField()

        class Meta:
            table_name = "preparation"
            primary_key = CompositeKey("question", "author")

    class Answer(db.Model):
        question = ForeignKeyField(ConversationQuestion, on_delete="CASCADE", primary_key=True)
        text = TextField()
        written_by = ForeignKeyField(UserTable)
        written_at = InstantField()
        version = IntegerField()

        class Meta:
            table_name = "answer"

    class LibraryTopic(db.Model):
        name_key = KeyField(unique=True)
        definition = TextField()
        version = IntegerField()

        class Meta:
            table_name = "library_topic"

    class SshKey(db.Model):
        user = ForeignKeyField(UserTable)
        fingerprint = CharField(unique=True)
        key = TextField()
        comment = CharField()
        added_at = InstantField()

        class Meta:
            table_name = "ssh_key"

    migrator.add_column(
        "assignment", "conductor_id", ForeignKeyField(UserTable, UserTable.id, null=True)
    ).run()
    # No table refers to it yet, and all its columns change.
    db.execute_sql("CREATE TEMPORARY TABLE conversation_before AS SELECT * FROM conversation")
    db.execute_sql("DROP TABLE conversation")
    db.create_tables(
        [
            ActivitySeal,
            NotMine,
            ConversationTable,
            ConversationQuestion,
            Preparation,
            Answer,
            LibraryTopic,
            SshKey,
        ],
        safe=False,
    )
    db.execute_sql(
        "CREATE UNIQUE INDEX conversation_of_assignment ON conversation (assignment_id) "
        "WHERE cancelled_at IS NULL"
    )
    _carry_over(db)
    db.execute_sql("DROP TABLE conversation_before")
    migrator.drop_not_null("notification", "push_id").run()
    migrator.add_column(
        "notification",
        "conversation_id",
        ForeignKeyField(ConversationTable, ConversationTable.id, null=True),
    ).run()
    migrator.add_column("notification", "sequence", IntegerField(null=True)).run()


def _carry_over(db: peewee.Database) -> None:
    # A conversation without any milestone only named its conductor; the assignment stores that.
    db.execute_sql(
        "UPDATE assignment SET conductor_id = (SELECT b.conductor_id FROM conversation_before b "
        "WHERE b.assignment_id = assignment.id)"
    )
    db.execute_sql(
        "INSERT INTO conversation (user_id, assignment_id, template_id, conductor_id, planned_for, "
        "minutes, place, sequence, user_prepared_at, started_at, finished_at, sealed_at, version) "
        "SELECT a.user_id, a.id, p.template_id, b.conductor_id, b.planned_for, 60, '', 0, "
        "b.prepared_at, b.started_at, b.finished_at, b.finished_at, 1 "
        "FROM conversation_before b JOIN assignment a ON a.id = b.assignment_id "
        "JOIN push p ON p.id = a.push_id "
        "WHERE COALESCE(b.planned_for, b.started_at, b.finished_at) IS NOT NULL ORDER BY b.id"
    )
    unfinished = db.execute_sql(
        "SELECT c.id, p.definition FROM conversation c JOIN assignment a ON a.id = c.assignment_id "
        "JOIN push p ON p.id = a.push_id WHERE c.finished_at IS NULL"
    ).fetchall()
    mark = "?" if isinstance(db, peewee.SqliteDatabase) else "%s"
    marks = ", ".join([mark] * 8)
    for conversation_id, definition in unfinished:
        for values in _questions(json.loads(definition)):
            db.execute_sql(
                "INSERT INTO conversation_question (conversation_id, position, step, "
                f"step_position, topic, text, kind, options) VALUES ({marks})",
                (conversation_id, *values),
            )


def _questions(definition: dict) -> list[tuple]:
    found = []
    for number, step in enumerate(definition["steps"]):
        if step["kind"] == "discussion":
            for topic in step["topics"]:
                for question in topic["questions"]:
                    options = json.dumps(question["options"], ensure_ascii=False)
                    asked = (topic["name"], question["text"], question["kind"], options)
                    found.append((len(found), step["kind"], number, *asked))
        else:
            found.append((len(found), step["kind"], number, "", "", "text", "[]"))
    return found
