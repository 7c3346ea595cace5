"""Terms of conductors: who held a conversation when a text was written, and its readers (C6)."""

import peewee
from peewee import BooleanField, CompositeKey, ForeignKeyField, IntegerField, TextField
from playhouse.migrate import SchemaMigrator, migrate

from studio_tui.storage.engine.fields import InstantField


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class UserTable(db.Model):
        class Meta:
            table_name = "users"

    class Activity(db.Model):
        class Meta:
            table_name = "activity"

    class ConversationTable(db.Model):
        class Meta:
            table_name = "conversation"

    class ConversationQuestion(db.Model):
        class Meta:
            table_name = "conversation_question"

    class TakeOver(db.Model):
        conversation = ForeignKeyField(ConversationTable, on_delete="CASCADE", index=False)
        term = IntegerField()
        former = ForeignKeyField(UserTable, index=False)
        conductor = ForeignKeyField(UserTable, index=False)
        activity = ForeignKeyField(Activity)
        talked = BooleanField()

        class Meta:
            table_name = "take_over"
            primary_key = CompositeKey("conversation", "term")

    class Opening(db.Model):
        conversation = ForeignKeyField(ConversationTable, on_delete="CASCADE", index=False)
        author = ForeignKeyField(UserTable, index=False)
        reader = ForeignKeyField(UserTable, index=False)
        term = IntegerField()

        class Meta:
            table_name = "opening"
            primary_key = CompositeKey("conversation", "author", "reader")

    class Answer(db.Model):
        question = ForeignKeyField(ConversationQuestion, on_delete="CASCADE", index=False)
        author = ForeignKeyField(UserTable)
        text = TextField()
        written_at = InstantField()
        version = IntegerField()
        term = IntegerField()

        class Meta:
            table_name = "answer"
            primary_key = CompositeKey("question", "author")

    for table in ("preparation", "conversation_question"):
        migrate(migrator.add_column(table, "term", IntegerField(default=1)))
    # No table refers to it, and its primary key changes.
    db.execute_sql("CREATE TEMPORARY TABLE answer_before AS SELECT * FROM answer")
    db.execute_sql("DROP TABLE answer")
    db.create_tables([TakeOver, Opening, Answer], safe=False)
    db.execute_sql(
        "INSERT INTO answer (question_id, author_id, text, written_at, version, term) "
        "SELECT question_id, written_by_id, text, written_at, version, 1 FROM answer_before"
    )
    db.execute_sql("DROP TABLE answer_before")
    # A user who had submitted a preparation had shown it to the conductor.
    db.execute_sql(
        "INSERT INTO opening (conversation_id, author_id, reader_id, term) "
        "SELECT id, user_id, conductor_id, 1 FROM conversation WHERE user_prepared_at IS NOT NULL"
    )
