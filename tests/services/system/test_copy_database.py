"""Copying, backing up and restoring the whole database."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.domain.shared.text import clean_line
from studio_tui.services import conversations
from studio_tui.services.activity import activity, verify
from studio_tui.services.people import users
from studio_tui.services.people.identity import Account
from studio_tui.services.system import copy_database
from studio_tui.services.system.context import Studio
from studio_tui.services.system.copy_database import Content, TransferResult
from studio_tui.storage.engine import backup, copy
from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.sql import execute, rows, scalar
from tests.acting import as_user, assign, finish, lines, mail, send_due
from tests.databases import create_database, url_of
from tests.hostile import HOSTILE
from tests.made_once import made_once
from tests.organisation import PEOPLE, create_push, import_people
from tests.services.conftest import MovableClock


@made_once
def els(studio: Studio, admin: Actor, clock: MovableClock) -> Actor:
    """An admin of a Studio with rows in many tables, including hostile names."""
    names = [clean_line(name).replace('"', '""') for name in HOSTILE]
    named = "".join(
        f'h{number},h{number}@example.org,"{name}",X,en,Sales,,,,\n'
        for number, name in enumerate(names)
    )
    import_people(studio, admin, PEOPLE + named)
    # A parent with a higher id than its child: rows do not arrive in the order of references.
    with studio.store.writing():
        execute("UPDATE team SET parent_id = (SELECT MAX(id) FROM team) WHERE parent_id IS NULL")
        execute("UPDATE team SET parent_id = NULL WHERE id = (SELECT MAX(id) FROM team)")
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann", "ben", "h1")
    clock.move(minutes=2)
    send_due(studio)
    finish(studio, admin, push, "ann", by="cor")
    assign(studio, admin, create_push(studio, admin, "Later", starts_in=9), "cas")
    return admin


@pytest.fixture
def other_url(studio: Studio, postgresql_server: str, tmp_path: Path) -> str:
    """The URL of an empty database on the other engine."""
    if not studio.store.is_sqlite:
        return f"sqlite:///{tmp_path / 'other.db'}"
    name = f"other_{os.getpid()}_{tmp_path.name}".replace("-", "_").lower()[:60]
    create_database(postgresql_server, name)
    return url_of(postgresql_server, name)


@contextmanager
def reopened(studio: Studio, url: str) -> Iterator[Studio]:
    with closing(open_store(url)) as store:
        yield replace(studio, store=store)


def without_activity(moved: TransferResult) -> list[Content]:
    return [each for each in moved.contents if not each.table.startswith("activity")]


def silent(_: float) -> None:
    """Ignore progress."""


def test_a_copy_to_the_other_engine_and_back_is_complete(
    studio: Studio, els: Actor, other_url: str, tmp_path: Path
) -> None:
    """Storage, A3: every row and seal is copied, and new rows get ids of their own."""
    before = mail(studio, els), users.every(studio, els, UserFilter())
    there = copy_database.copy(studio, els, other_url, silent)
    assert there.rows > 100
    assert (there.activity.broken, there.activity.lines) == (None, len(lines(studio, els)) - 1)
    assert there.waiting == 3
    with reopened(studio, other_url) as other:
        assert (mail(other, els), users.every(other, els, UserFilter())) == before
        # The search columns of the lists were copied as well.
        assert [user.login for user in users.every(other, els, UserFilter("eeter"))] == ["ann"]
        assert verify.verify(other, els).broken is None
        assert lines(other, els)[0].action == "copied the database"
        assign(other, els, create_push(other, els, "New"), "ann")
        asked = conversations.find(other, "New", "ann")
        conversations.record_held(other, els, asked, conductor="bob")
    line = lines(studio, els)[0]
    assert (line.action, line.actor) == ("copied the database", "els")
    with reopened(studio, other_url) as other:
        back = copy_database.copy(other, els, f"sqlite:///{tmp_path / 'back.db'}", silent)
        again = copy_database.back_up(other, els, tmp_path / "again.db", silent)
    assert without_activity(back) == without_activity(again)
    assert without_activity(back) != without_activity(there)


def test_a_backup_can_be_restored_completely(
    studio: Studio, els: Actor, other_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "backup.db"
    before = os.umask(0)
    try:
        kept = copy_database.back_up(studio, els, path, silent)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir() if "studio-tui" in each.name] == []
    assert lines(studio, els)[0].action == "backed up the database"
    origin = "account els on hr-host"
    restored = copy_database.restore(
        other_url, path, Account("els", "", origin), studio.now(), silent
    )
    assert restored.contents == kept.contents
    with reopened(studio, other_url) as other:
        line = lines(other, els)[0]
        assert (line.action, line.actor, line.origin) == ("restored the database", "els", origin)
        assert verify.verify(other, els, kept=kept.activity.head).kept_at == kept.activity.lines


def test_concurrent_writes_are_not_in_a_backup_and_do_not_wait_for_it(
    studio: Studio, els: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_PAGES", 30)
    monkeypatch.setattr(copy, "_PAGE", 30)
    url = studio.settings.database.url
    written: list[float] = []

    def write(share: float) -> None:
        """Write to the database as another program would."""
        statement = "UPDATE users SET department = 'Other'"
        if studio.store.is_sqlite:
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0)) as other:
                other.execute(statement)
                other.commit()
        else:
            import psycopg

            with psycopg.connect(url) as other:
                other.execute(statement.encode())
        written.append(share)

    with ThreadPoolExecutor(1) as thread:
        path = tmp_path / "backup.db"
        copy_database.back_up(
            studio, els, path, lambda share: thread.submit(write, share).result(30)
        )
    assert len(written) > 3
    with closing(sqlite3.connect(path)) as kept:
        assert kept.execute("SELECT DISTINCT department FROM users").fetchall() == [("",)]
    with studio.store.reading():
        assert rows("SELECT DISTINCT department FROM users") == [("Other",)]


def test_existing_files_and_databases_are_not_overwritten(
    studio: Studio, els: Actor, other_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "backup.db"
    copy_database.back_up(studio, els, path, silent)
    copy_database.copy(studio, els, other_url, silent)
    content, said = path.read_bytes(), len(lines(studio, els))
    acts: list[Callable[[], TransferResult]] = [
        lambda: copy_database.back_up(studio, els, path, silent),
        lambda: copy_database.copy(studio, els, f"sqlite:///{path}", silent),
        lambda: copy_database.copy(studio, els, other_url, silent),
        lambda: copy_database.copy(studio, els, studio.settings.database.url, silent),
        lambda: copy_database.restore(other_url, path, Account("els", ""), studio.now(), silent),
    ]
    for act in acts:
        with pytest.raises(Refused, match=r"is there already|is not empty: there is something"):
            act()
    assert path.read_bytes() == content
    assert len(lines(studio, els)) == said


@pytest.mark.parametrize("when", [0.2, 0.9])
def test_an_interrupted_copy_or_backup_leaves_no_trace(
    studio: Studio,
    els: Actor,
    other_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    when: float,
) -> None:
    monkeypatch.setattr(backup, "_PAGES", 1)
    monkeypatch.setattr(copy, "_PAGE", 1)
    there = sorted(tmp_path.rglob("*"))
    said = len(lines(studio, els))

    def stop(share: float) -> None:
        if share > when:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_database.copy(studio, els, other_url, stop)
    with pytest.raises(KeyboardInterrupt):
        copy_database.back_up(studio, els, tmp_path / "backup.db", stop)
    assert sorted(tmp_path.rglob("*")) == there
    assert len(lines(studio, els)) == said
    assert copy_database.copy(studio, els, other_url, silent).rows


def test_a_copy_whose_rows_differ_from_the_source_is_refused(
    studio: Studio, els: Actor, other_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An incomplete copy must not be reported as done."""
    insert = copy._insert

    def lossy(store, table, sent):  # type: ignore[no-untyped-def]
        kept = (row for row in sent if row[0] != 2 or table.called != "users")
        insert(store, table, (list(row) for row in kept))

    monkeypatch.setattr(copy, "_insert", lossy)
    with pytest.raises(Unavailable, match="What arrived in users is not what was sent"):
        copy_database.copy(studio, els, other_url, silent)


def test_a_file_that_is_not_a_backup_is_refused(tmp_path: Path, empty_database_url: str) -> None:
    letter, other, newer = (tmp_path / name for name in ("letter", "other.db", "newer.db"))
    letter.write_text("Dear Ann,\n" * 1_000)
    with closing(sqlite3.connect(other)) as made:
        made.execute("CREATE TABLE users (id INTEGER)")
    open_store(f"sqlite:///{newer}").close()
    with closing(sqlite3.connect(newer)) as made, made:
        made.execute("UPDATE schema_migration SET name = '9999_future' WHERE name LIKE '0001%'")
    account, now = Account("els", ""), MovableClock().now()
    for path, reason in (
        (letter, "is no backup of the Studio, or is damaged"),
        (other, "is no backup of the Studio"),
        (newer, r"newer version of Studio TUI \(9999_future\)"),
        (tmp_path / "none.db", "There is no file"),
        (tmp_path, "There is no file"),
    ):
        content = path.read_bytes() if path.is_file() else None
        with pytest.raises(Refused, match=reason):
            copy_database.restore(empty_database_url, path, account, now, silent)
        assert not content or path.read_bytes() == content


def test_a_restore_by_an_account_unknown_to_the_backup_is_recorded_with_its_name(
    studio: Studio, els: Actor, other_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "backup.db"
    copy_database.back_up(studio, els, path, silent)
    account = Account("root", "", "account root on new-host")
    copy_database.restore(other_url, path, account, studio.now(), silent)
    with reopened(studio, other_url) as other:
        line = activity.of_everything(other, as_user(other, "els"), limit=1)[0]
        assert line.after == {"account": "root", "origin": "account root on new-host"}
        with other.store.reading():
            assert scalar("SELECT COUNT(*) FROM users WHERE login = 'root'") == 0
