"""Indexes for sorting and filtering lists of a million rows."""

import peewee
from playhouse.migrate import SchemaMigrator

INDEXES = (
    "users_active_login_key ON users (active, login_key, id)",
    "users_active_email_key ON users (active, email_key, id)",
    "users_active_department ON users (active, LOWER(department), id)",
    "users_sort_name ON users (sort_name, id)",
    "notification_at ON notification (COALESCE(sent_at, due_at), id)",
    "notification_state_id ON notification (state, id)",
)


def up(migrator: SchemaMigrator, db: peewee.Database) -> None:
    for index in INDEXES:
        db.execute_sql(f"CREATE INDEX {index}")
    db.execute_sql("DROP INDEX notification_state")
    if isinstance(db, peewee.SqliteDatabase):
        _index_pieces(db)
    else:
        _index_trigrams(db)


def _index_pieces(db: peewee.Database) -> None:
    # The index stores only the rows of each trigram, neither the text nor the positions.
    db.execute_sql(
        "CREATE VIRTUAL TABLE user_search USING fts5(search, content='users', content_rowid='id', "
        "tokenize='trigram', detail=none, columnsize=0)"
    )
    db.execute_sql("INSERT INTO user_search(user_search) VALUES ('rebuild')")
    added = "INSERT INTO user_search(rowid, search) VALUES (new.id, new.search);"
    gone = (
        "INSERT INTO user_search(user_search, rowid, search) VALUES ('delete', old.id, old.search);"
    )
    for name, when, does in (
        ("added", "AFTER INSERT ON users", added),
        ("gone", "AFTER DELETE ON users", gone),
        (
            "changed",
            "AFTER UPDATE OF search ON users WHEN old.search <> new.search",
            f"{gone} {added}",
        ),
    ):
        db.execute_sql(f"CREATE TRIGGER user_search_{name} {when} BEGIN {does} END")


def _index_trigrams(db: peewee.Database) -> None:
    try:
        with db.atomic():
            db.execute_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            db.execute_sql(
                "CREATE INDEX users_search_trigram ON users USING gin (search gin_trgm_ops)"
            )
    except peewee.DatabaseError:
        # The extension is missing or may not be created: searches scan all users, and `doctor`
        # reports it.
        return
