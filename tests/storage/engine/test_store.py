"""Units of work on an open database, and the change stamp."""

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from shutil import copy
from time import monotonic

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Conflict, DatabaseGone, Unavailable
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine import sqlite
from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.sql import execute, scalar
from studio_tui.storage.engine.tables import MailModel
from tests.acting import lines
from tests.storage.engine.conftest import Open


def test_each_unit_of_work_asks_the_database_that_it_was_opened_on(
    studio: Studio, tmp_path: Path, opened: Open
) -> None:
    """Opening a second database does not rebind the models."""
    other = opened(f"sqlite:///{tmp_path / 'other.db'}")
    with studio.store.writing():
        MailModel.insert(digest="here", text=b"").execute()
        with other.writing():
            assert (scalar("SELECT COUNT(*) FROM mail_model"), MailModel.select().count()) == (0, 0)
        assert (scalar("SELECT COUNT(*) FROM mail_model"), MailModel.select().count()) == (1, 1)


def test_nothing_is_asked_outside_of_a_unit_of_work(opened: Open, tmp_path: Path) -> None:
    opened(f"sqlite:///{tmp_path / 'studio.db'}")
    with pytest.raises(RuntimeError, match="unit of work"):
        scalar("SELECT 1")


def test_a_file_that_may_only_be_read_says_so_and_stays_readable(own_folder: Path) -> None:
    path = own_folder / "studio.db"
    open_store(f"sqlite:///{path}").close()
    path.chmod(0o400)
    store = open_store(f"sqlite:///{path}")
    with store.reading():
        assert scalar("SELECT COUNT(*) FROM users") == 0
    with (
        pytest.raises(Unavailable, match="cannot be written; check the permissions"),
        store.writing(),
    ):
        execute("DELETE FROM users")
    store.close()


def _delete_users(url: str) -> None:
    with closing(open_store(url)) as store, store.writing():
        execute("DELETE FROM users")


@pytest.mark.parametrize("new", [True, False])
def test_a_database_that_another_program_keeps_locked_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new: bool
) -> None:
    monkeypatch.setattr(sqlite, "LOCK_TIMEOUT", 0.05)
    monkeypatch.setattr(sqlite, "WRITE_TIMEOUT", 0.05)
    path = tmp_path / "studio.db"
    url = f"sqlite:///{path}"
    if not new:
        open_store(url).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Unavailable, match="another program has been writing to it for too long"):
        _delete_users(url)
    other.close()
    _delete_users(url)


def test_a_writer_has_its_turn_once_another_is_done(tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "studio.db"
    store = opened(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.05, other.execute, ["ROLLBACK"]).start()
    with store.writing():
        assert not other.in_transaction
        # Later locks are waited for with the usual timeout.
        assert scalar("PRAGMA busy_timeout") == 5_000
    other.close()


def test_who_waits_for_news_hears_at_once_that_the_file_is_gone(
    tmp_path: Path, opened: Open
) -> None:
    path = tmp_path / "studio.db"
    store = opened(f"sqlite:///{path}")
    store.await_change(0.01)
    threading.Timer(0.05, path.unlink).start()
    begun = monotonic()
    store.await_change(300)
    assert monotonic() - begun < 60
    with pytest.raises(DatabaseGone, match="was deleted or moved away"):
        store.stamp()


def test_what_is_written_while_the_file_goes_is_not_called_done(
    tmp_path: Path, opened: Open
) -> None:
    path = tmp_path / "studio.db"
    store = opened(f"sqlite:///{path}")

    def write() -> None:
        with store.writing():
            execute("UPDATE template SET version = 2")
            path.rename(tmp_path / "elsewhere.db")

    with pytest.raises(DatabaseGone, match="may be lost"):
        write()
    assert not path.exists()


def test_a_reference_to_nothing_is_damage(tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "studio.db"
    store = opened(f"sqlite:///{path}")
    assert store.damage(thoroughly=True) == ""
    with closing(sqlite3.connect(path)) as other:
        other.execute("INSERT INTO team_member (team_id, user_id) VALUES (9, 9)")
        other.commit()
    assert store.damage() == ""
    assert store.damage(thoroughly=True) == "broken reference in team_member"


def test_what_a_thread_reads_by_is_closed_once_it_is_done(database_url: str) -> None:
    """Closing it earlier, during a read, would crash SQLite."""
    store = open_store(database_url)
    reads, may_end = threading.Event(), threading.Event()

    def read() -> tuple[object, int]:
        with store.reading():
            reads.set()
            assert may_end.wait(30)
            return store.database.connection(), int(scalar("SELECT 1"))

    with ThreadPoolExecutor(1) as thread:
        reading = thread.submit(read)
        assert reads.wait(30)
        store.close()
        may_end.set()
        connection, read_last = reading.result(30)
    assert read_last == 1
    if isinstance(connection, sqlite3.Connection):
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")
    else:
        assert connection.closed  # type: ignore[attr-defined]


def test_who_looks_for_changes_of_a_closed_store_opens_nothing(database_url: str) -> None:
    store = open_store(database_url)
    before = store.stamp()
    store.close()
    store.await_change(30)
    if store.is_sqlite:
        assert store.stamp() == before
    # A connection left open would fail the teardown of this test.


def test_what_sqlite_takes_back_by_itself_is_told_by_its_cause(
    tmp_path: Path, opened: Open
) -> None:
    """SQLite rolls back by itself, as on a full disk, so there is no transaction to roll back."""
    store = opened(f"sqlite:///{tmp_path / 'studio.db'}")
    team = "INTO team (name, path, path_key, by_manager) VALUES ('Lost', 'Lost', 'lost', 0)"

    def insert_twice() -> None:
        with store.writing():
            execute(f"INSERT {team}")
            execute(f"INSERT OR ROLLBACK {team}")

    with pytest.raises(Conflict):
        insert_twice()
    with store.writing():
        assert scalar("SELECT COUNT(*) FROM team") == 0


def test_the_stamp_changes_with_what_others_commit_and_not_otherwise(
    studio: Studio, admin: Actor
) -> None:
    """Screens: changes by others appear without a key press."""
    before = studio.stamp()
    lines(studio, admin)
    assert studio.stamp() == before
    with studio.store.writing():
        execute("DELETE FROM template WHERE id = 0")
        execute("UPDATE template SET version = version + 1")
    assert studio.stamp() != before


def test_the_stamp_changes_with_what_began_first_and_ended_last(
    studio: Studio, admin: Actor, database_url: str
) -> None:
    """A long import commits after a short transaction that began later."""
    if studio.store.is_sqlite:
        with studio.store.writing():
            execute("UPDATE template SET version = version + 1")
            before = studio.stamp()
        assert studio.stamp() != before
        return
    import psycopg

    with psycopg.connect(database_url) as long:
        long.execute("UPDATE template SET version = version + 1 WHERE id = 1")
        with studio.store.writing():
            execute("UPDATE template SET version = version + 1 WHERE id = 2")
        before = studio.stamp()
        assert studio.stamp() == before
        long.commit()
        assert studio.stamp() != before


def test_what_is_not_flushed_is_written_and_the_next_act_waits_for_the_disk_again(
    studio: Studio, admin: Actor
) -> None:
    with studio.store.writing_unflushed():
        execute("UPDATE template SET version = 7 WHERE id = 1")
        assert not studio.store.is_sqlite or scalar("PRAGMA synchronous") == 1
    with studio.store.reading():
        assert scalar("SELECT version FROM template WHERE id = 1") == 7
    studio.store.flush()
    with studio.store.writing():
        assert not studio.store.is_sqlite or scalar("PRAGMA synchronous") == 2


def test_what_fails_leaves_nothing(studio: Studio, admin: Actor) -> None:
    with pytest.raises(ZeroDivisionError):
        _fail_after_deleting(studio)
    with studio.store.reading():
        assert scalar("SELECT COUNT(*) FROM template") == 3


def _fail_after_deleting(studio: Studio) -> None:
    with studio.store.writing():
        execute("DELETE FROM template")
        raise ZeroDivisionError


def test_what_readers_sort_or_go_through_does_not_lie_in_memory(
    tmp_path: Path, migrated_file: Path
) -> None:
    """Several readers sort ten megabytes each."""
    copied = copy(migrated_file, tmp_path)
    growth = subprocess.run(
        [sys.executable, "-c", _LOOKS_AT_MUCH, f"sqlite:///{copied}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert int(growth) < 10_000


_LOOKS_AT_MUCH = """
import sys
from resource import RUSAGE_SELF, getrusage
from threading import Barrier, Thread
from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.sql import execute, scalar

store = open_store(sys.argv[1])
MUCH = (
    "WITH RECURSIVE counted(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted WHERE i < 5000) "
    "SELECT printf('%02000d', i * 7919 % 5003) AS text FROM counted"
)
with store.writing():
    execute(f"CREATE TABLE much AS {MUCH}")
before = getrusage(RUSAGE_SELF).ru_maxrss
together = Barrier(4)

def look():
    with store.reading():
        together.wait()
        scalar("SELECT COUNT(*) FROM much WHERE text > 'x'")
        scalar("SELECT COUNT(DISTINCT text) FROM much")
        scalar("SELECT text FROM much ORDER BY text DESC LIMIT 1 OFFSET 4999")
        together.wait()

threads = [Thread(target=look) for _ in range(4)]
for each in threads:
    each.start()
for each in threads:
    each.join()
print(getrusage(RUSAGE_SELF).ru_maxrss - before)
"""
