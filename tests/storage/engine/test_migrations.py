"""A database of any earlier version opens in this version with all its data (Storage)."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import peewee
import pytest
from playhouse.db_url import connect
from playhouse.migrations import Runner

from studio_tui.services.people.identity import Account
from studio_tui.services.system.copy_database import restore
from studio_tui.storage.activity.sealing import chain
from studio_tui.storage.conversations.conversations import questions_of
from studio_tui.storage.engine import migration
from studio_tui.storage.engine.copy import survey
from studio_tui.storage.engine.fields import FIELD_TYPES
from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.sql import rows
from studio_tui.storage.engine.store import Store

AT = "2026-03-02T09:00:00.000000Z"
DEFINITION = json.dumps(
    {
        "name": "Regular",
        "description": "",
        "planning": True,
        "questions": "extendable",
        "permissions": {"through_push": True, "by_managers": True, "by_users": True},
        "viewing": {"admins": "nothing", "leaders": False},
        "steps": [
            {
                "kind": "discussion",
                "topics": [
                    {
                        "name": "Work",
                        "questions": [{"text": "Well?", "kind": "choice", "options": ["Yes", "Ñ"]}],
                    }
                ],
            },
            {"kind": "summary", "topics": []},
        ],
    },
    ensure_ascii=False,
)
FIRST: dict[str, list[dict[str, Any]]] = {
    "users": [
        {
            "id": number,
            "login": login,
            "login_key": login,
            "email": f"{login}@example.org",
            "email_key": f"{login}@example.org",
            "given_name": login.title(),
            "family_name": "Test",
            "sort_name": f"test {login}",
            "search": login,
            "language": "",
            "time_zone": "",
            "role": "user",
            "department": "",
            "active": True,
        }
        for number, login in enumerate(("ann", "bob", "cas", "dan", "eve"), 1)
    ],
    "template": [
        {
            "id": 1,
            "name_key": "regular",
            "definition": DEFINITION,
            "archived": False,
            "version": 1,
        }
    ],
    "push": [
        {
            "id": 1,
            "name": "Q1",
            "name_key": "q1",
            "template_id": 1,
            "definition": DEFINITION,
            "available_from": "2026-03-01",
            "deadline": "2026-03-31",
            "remind_before": "",
            "remind_after": "",
            "created_at": AT,
            "version": 1,
        }
    ],
    "activity": [
        {"id": 1, "at": AT, "actor_id": 1, "actor_login": "ann", "action": "x", "subject": "y"}
    ],
    "assignment": [
        {"id": number, "push_id": 1, "user_id": number, "assigned_in_id": 1}
        for number in (1, 2, 3, 4)
    ],
    "conversation": [
        {"assignment_id": 1, "conductor_id": 5, "planned_for": AT, "prepared_at": AT},
        {"assignment_id": 2, "conductor_id": 5, "finished_at": AT},
        {"assignment_id": 3, "conductor_id": 5},
    ],
    "notification": [
        {
            "id": 7,
            "key": "1-1-assigned-user-1",
            "kind": "assigned",
            "capacity": "user",
            "state": "sent",
            "push_id": 1,
            "recipient_id": 1,
            "caused_by_id": 1,
            "created_at": AT,
            "due_at": AT,
            "attempts": 1,
        }
    ],
    "notification_mail": [{"notification_id": 7, "message": b"mail"}],
    "notification_user": [{"notification_id": 7, "user_id": 1}],
}
"""The rows of a database of the first version, by table.

Ann's conversation is prepared, Bob's is held, Cas's has only a conductor, Eve, and Dan's has none.
"""


RELEASED = ("0001_first", "0002_conversations", "0003_templates", "0004_append_only", "0005_origin")
"""The schemas of released versions."""


@pytest.fixture
def opened(empty_database_url: str) -> Iterator[Store]:
    """A database of the first version, opened by this version."""
    _make(empty_database_url, "0001_first")
    store = open_store(empty_database_url)
    yield store
    store.close()


def _make(url: str, version: str) -> None:
    """Create a database of the first version and migrate it to ``version``."""
    before = _database(url)
    with before.connection_context(), before.atomic():
        Runner(before, str(migration.DIRECTORY), table_name="schema_migration").up("0001_first")
        for table, listed in FIRST.items():
            for row in listed:
                _insert(before, table, row)
        Runner(before, str(migration.DIRECTORY), table_name="schema_migration").up(version)


@pytest.mark.parametrize("version", RELEASED)
def test_every_released_version_opens_with_everything_in_it(
    empty_database_url: str, tmp_path: Path, version: str
) -> None:
    """The data is the same, whatever version is migrated."""
    _make(empty_database_url, version)
    reference = f"sqlite:///{tmp_path / 'reference.db'}"
    _make(reference, "0001_first")
    found = []
    for url in (empty_database_url, reference):
        with closing(open_store(url)) as store:
            # Opening seals migrated lines; lines of this version are sealed by a worker.
            store.seal_rest()
            with store.reading():
                found.append(survey(store, lambda _: None))
    assert found[0] == found[1]
    assert {each.table: each.rows for each in found[0]}.items() >= {
        "users": 5, "assignment": 4, "conversation": 2, "notification": 1, "activity": 1,
    }.items()  # fmt: skip


def test_a_backup_of_the_first_version_is_brought_up_to_this_one(
    empty_database_url: str, tmp_path: Path
) -> None:
    """Storage: the backup file itself does not change."""
    path = tmp_path / "old.db"
    _make(f"sqlite:///{path}", "0001_first")
    before = path.read_bytes()
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    restored = restore(empty_database_url, path, Account("ann", ""), now, lambda _: None)
    assert path.read_bytes() == before
    assert {each.table: each.rows for each in restored.contents}["conversation"] == 2
    with closing(open_store(empty_database_url)) as store, store.reading():
        assert rows("SELECT action, actor_login FROM activity ORDER BY id") == [
            ("x", "ann"),
            ("restored the database", "ann"),
        ]


def _database(url: str) -> peewee.Database:
    engine = "sqlite" if url.startswith("sqlite") else "postgresql"
    own = {} if engine == "sqlite" else {"prefer_psycopg3": True}
    found: peewee.Database = connect(url, field_types=FIELD_TYPES[engine], **own)
    return found


def _insert(database: peewee.Database, table: str, row: dict[str, Any]) -> None:
    mark = "?" if isinstance(database, peewee.SqliteDatabase) else "%s"
    marks = ", ".join([mark] * len(row))
    columns = ", ".join(row)
    database.execute_sql(  # type: ignore[no-untyped-call]
        f"INSERT INTO {table} ({columns}) VALUES ({marks})", [*row.values()]
    )


def test_everything_is_still_there(opened: Store) -> None:
    assert list(opened.applied) == migration.all_migrations()[1:]
    with opened.reading():
        assert rows("SELECT COUNT(*) FROM users")[0] == (5,)
        assert rows("SELECT id, push_id, recipient_id, state FROM notification") == [
            (7, 1, 1, "sent")
        ]
        ((message,),) = rows("SELECT message FROM notification_mail WHERE notification_id = 7")
        assert bytes(message) == b"mail"
        assert rows("SELECT notification_id, user_id FROM notification_user") == [(7, 1)]
        assert rows("SELECT action, subject FROM activity") == [("x", "y")]


def test_conversations_stand_by_themselves(opened: Store) -> None:
    """A conductor who was only named becomes a column of the assignment."""
    with opened.reading():
        found = rows(
            "SELECT id, user_id, assignment_id, template_id, conductor_id, "
            "planned_for IS NOT NULL, user_prepared_at IS NOT NULL, finished_at IS NOT NULL, "
            "sealed_at IS NOT NULL, minutes "
            "FROM conversation ORDER BY assignment_id"
        )
        assert [tuple(map(int, row[1:])) for row in found] == [
            (1, 1, 1, 5, 1, 1, 0, 0, 60),
            (2, 2, 1, 5, 0, 0, 1, 1, 60),
        ]
        assert rows("SELECT user_id, conductor_id FROM assignment ORDER BY user_id") == [
            (1, 5),
            (2, 5),
            (3, 5),
            (4, None),
        ]
        asked = [(q.step, q.topic, q.text, q.kind, q.options) for q in questions_of(found[0][0])]
        assert asked == [
            ("discussion", "Work", "Well?", "choice", '["Yes", "Ñ"]'),
            ("summary", "", "", "text", "[]"),
        ]
        assert questions_of(found[1][0]) == []


def test_what_was_sealed_before_there_was_an_origin_is_as_it_was_sealed(
    empty_database_url: str,
) -> None:
    """A3: the seal covers the content that the line had at the time."""
    before = _database(empty_database_url)
    said = [1, AT, None, "ann", "x", None, "y", None, None]
    digest = sha256((json.dumps(said, separators=(",", ":")) + "\n").encode()).hexdigest()
    seal = sha256(f"{'0' * 64}\n{digest}".encode()).hexdigest()
    with before.connection_context(), before.atomic():
        Runner(before, str(migration.DIRECTORY), table_name="schema_migration").up(
            "0004_append_only"
        )
        _insert(before, "activity", {**FIRST["activity"][0], "actor_id": None})
        _insert(before, "activity_seal", {"activity_id": 1, "hash": seal})
    with closing(open_store(empty_database_url)) as store, store.reading():
        _, links = chain()
        assert [(link.activity_id, link.hash, link.digest) for link in links] == [(1, seal, digest)]


def test_references_are_kept_again_afterwards(opened: Store) -> None:
    """SQLite disables foreign keys while a table is rebuilt."""
    with pytest.raises(Exception, match=r"Somebody else changed"), opened.writing():
        rows("DELETE FROM users WHERE id = 5 RETURNING id")
