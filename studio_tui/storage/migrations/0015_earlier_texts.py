"""Texts that were replaced, so that they can be restored (A4, C4)."""

import peewee
from peewee import BooleanField, CompositeKey, ForeignKeyField, IntegerField, TextField
from playhouse.migrate import SchemaMigrator

from studio_tui.storage.engine.fields import InstantField


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class UserTable(db.Model):
        class Meta:
            table_name = "users"

    class ConversationQuestion(db.Model):
        class Meta:
            table_name = "conversation_question"

    class EarlierText(db.Model):
        question = ForeignKeyField(ConversationQuestion, on_delete="CASCADE", index=False)
        author = ForeignKeyField(UserTable)
        prepared = BooleanField()
        version = IntegerField()
        text = TextField()
        written_at = InstantField()

        class Meta:
            table_name = "earlier_text"
            primary_key = CompositeKey("question", "author", "prepared", "version")

    db.create_tables([EarlierText], safe=False)
