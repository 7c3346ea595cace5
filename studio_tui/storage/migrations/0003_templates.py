"""Versions of templates, drafts, and a question library for existing databases."""

import json
import tomllib

import peewee
from peewee import CharField, CompositeKey, ForeignKeyField, IntegerField, TextField
from playhouse.migrate import SchemaMigrator

from studio_tui.config.assets import asset
from studio_tui.domain.shared.text import fold
from studio_tui.storage.engine.fields import InstantField


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    class UserTable(db.Model):
        class Meta:
            table_name = "users"

    class TemplateTable(db.Model):
        class Meta:
            table_name = "template"

    class TemplateVersion(db.Model):
        template = ForeignKeyField(TemplateTable, on_delete="CASCADE", index=False)
        version = IntegerField()
        definition = TextField()
        saved_at = InstantField(null=True)
        saved_by = CharField(null=True)

        class Meta:
            table_name = "template_version"
            primary_key = CompositeKey("template", "version")

    class Draft(db.Model):
        user = ForeignKeyField(UserTable, on_delete="CASCADE", index=False)
        subject = CharField()
        base_version = IntegerField()
        content = TextField()
        written_at = InstantField()

        class Meta:
            table_name = "draft"
            primary_key = CompositeKey("user", "subject")

    db.create_tables([TemplateVersion, Draft], safe=False)
    _keep_what_there_is(db)
    # A new database gets its library when its first admin logs in.
    if db.execute_sql("SELECT 1 FROM users").fetchone():
        _begin_library(db)


def _keep_what_there_is(db: peewee.Database) -> None:
    found = db.execute_sql("SELECT id, version, definition FROM template").fetchall()
    for template_id, version, definition in found:
        saved = _run(
            db,
            "SELECT at, actor_login FROM activity WHERE subject = ? "
            "AND action IN ('added template', 'edited template') ORDER BY id DESC LIMIT 1",
            json.loads(definition)["name"],
        ).fetchone()
        _run(
            db,
            "INSERT INTO template_version (template_id, version, definition, saved_at, saved_by) "
            "VALUES (?, ?, ?, ?, ?)",
            template_id,
            version,
            definition,
            *(saved or (None, None)),
        )


def _begin_library(db: peewee.Database) -> None:
    for path in sorted(asset("data/questions").glob("*.toml")):
        topic = tomllib.loads(path.read_text(encoding="utf-8"))
        key = fold(topic["name"])
        if not _run(db, "SELECT 1 FROM library_topic WHERE name_key = ?", key).fetchone():
            _run(
                db,
                "INSERT INTO library_topic (name_key, definition, version) VALUES (?, ?, 1)",
                key,
                json.dumps(topic, ensure_ascii=False),
            )


def _run(db: peewee.Database, text: str, *params: object):
    is_sqlite = isinstance(db, peewee.SqliteDatabase)
    return db.execute_sql(text if is_sqlite else text.replace("?", "%s"), params)
