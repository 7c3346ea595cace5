"""Opening databases and everything else a URL can name; units of work; the change stamp."""

import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from shutil import copy
from time import monotonic

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Conflict, DatabaseGone, Refused, Unavailable
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine import migration, postgresql, sqlite
from studio_tui.storage.engine.database_url import without_password
from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.sql import execute, scalar
from studio_tui.storage.engine.store import Store
from studio_tui.storage.engine.tables import MailModel
from tests.acting import lines

Open = Callable[[str], Store]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens stores, and closes them at the end."""
    stores: list[Store] = []

    def open_and_keep(url: str) -> Store:
        stores.append(open_store(url))
        return stores[-1]

    yield open_and_keep
    for store in stores:
        store.close()


def test_a_new_database_is_private_whatever_the_umask(tmp_path: Path, opened: Open) -> None:
    folder = tmp_path / "data" / "studio"
    before = os.umask(0)
    try:
        store = opened(f"sqlite:///{folder / 'studio.db'}")
        with store.writing():
            execute("DELETE FROM template")
            kept = sorted(folder.iterdir())
            modes = {path.name: path.stat().st_mode & 0o777 for path in kept}
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert modes == {"studio.db": 0o600, "studio.db-shm": 0o600, "studio.db-wal": 0o600}


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


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ann,\n" * 1_000)
    with pytest.raises(Unavailable, match=r"letter\.txt: it is not a database of the Studio"):
        open_store(f"sqlite:///{path}")
    assert path.read_text() == "Dear Ann,\n" * 1_000


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is a folder"):
        open_store(f"sqlite:///{tmp_path}")


def test_an_old_sqlite_is_refused_before_there_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(Refused, match=r"needs 3\.35 or newer"):
        open_store(f"sqlite:///{tmp_path / 'new' / 'studio.db'}")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:studio.db", "sqlite://host/x"])
def test_a_url_that_names_no_file_says_how_to_write_one(url: str) -> None:
    with pytest.raises(Refused, match="names no file: write sqlite:////absolute/path"):
        open_store(url)


@pytest.mark.parametrize("url", ["", "mysql://u:secret@host/db", "studio.db", "postgresqk://host"])
def test_another_kind_of_url_says_how_to_write_one(url: str) -> None:
    with pytest.raises(
        Refused, match=r"is no database URL: write sqlite.* or postgresql"
    ) as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_a_folder_that_cannot_be_made_says_so(own_folder: Path) -> None:
    own_folder.chmod(0o500)
    with pytest.raises(Unavailable, match=r"studio\.db cannot be made: Permission denied"):
        open_store(f"sqlite:///{own_folder / 'below' / 'studio.db'}")


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


def test_a_database_that_another_program_is_making_is_waited_for(
    tmp_path: Path, opened: Open
) -> None:
    """SQLite itself does not wait when the journal mode is changed."""
    path = tmp_path / "studio.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.05, other.execute, ["ROLLBACK"]).start()
        opened(f"sqlite:///{path}")
        assert not other.in_transaction


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


def test_a_database_of_a_newer_version_is_not_touched(database_url: str) -> None:
    store = open_store(database_url)
    with store.writing():
        execute("UPDATE schema_migration SET name = '9999_future' WHERE name LIKE '0001%'")
    store.close()
    for _ in range(2):
        with pytest.raises(Refused, match=r"newer version of Studio TUI \(9999_future\)"):
            open_store(database_url)


def test_opening_again_changes_nothing(database_url: str) -> None:
    store = open_store(database_url)
    assert store.migrate() == []
    store.close()


def test_a_server_that_is_away_says_so_and_keeps_the_password(opened: Open) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for url in (
        f"postgresql://ann:s3cret@127.0.0.1:{port}/studio",
        f"postgresql://ann@127.0.0.1:{port}/studio?password=s3cret",
    ):
        with pytest.raises(Unavailable, match="refused") as caught:
            open_store(url)
        assert f"127.0.0.1:{port}" in str(caught.value)
        assert "s3cret" not in str(caught.value)


def test_a_server_that_does_not_answer_is_not_waited_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(postgresql.DEFAULTS, "connect_timeout", 1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        with pytest.raises(Unavailable, match=f"timeout .*127.0.0.1:{port}"):
            open_store(f"postgresql://127.0.0.1:{port}/studio")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:s3cret@host/db", "postgresql://ann@host/db"),
        ("postgresql://ann:s3%40cr:et@host:5432/db?x=1", "postgresql://ann@host:5432/db?x=1"),
        ("postgresql://ann:s3#cret@host/db", "postgresql://ann@host/db"),
        ("postgresql://ann:s3/cr@et?@host/db", "postgresql://ann@host/db"),
        ("postgresql://host/db?user=ann&password=s3cret", "postgresql://host/db?user=ann"),
        ("postgresql://host/db?PASSWORD=s3cret", "postgresql://host/db"),
        ("mysql://ann:s3cret@host", "mysql://ann@host"),
        ("postgresql://ann@host/db", "postgresql://ann@host/db"),
        ("sqlite:////srv/a:b@c.db", "sqlite:////srv/a:b@c.db"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    """N11: even if the password contains characters that no URL allows."""
    assert without_password(url) == shown


@pytest.mark.parametrize("url", ["postgresql://ann:s3%zzcret@host/db", "postgresql://[host/db"])
def test_a_url_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(Refused, match="is no database URL") as caught:
        open_store(url)
    assert "cret" not in str(caught.value)


_OPENING = """
import sys
from studio_tui.storage.engine.opening import open_store
for url in sys.argv[1:]:
    print("ready", flush=True)
    sys.stdin.readline()
    store = open_store(url)
    with store.reading():
        pass
    store.close()
    print("open", flush=True)
"""


def _open_at_once(urls: list[str]) -> None:
    programs = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", _OPENING, *urls],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for _ in urls:
        for said in ("ready", "open"):
            assert [_says(program) for program in programs] == [said] * 2
            if said == "ready":
                for program in programs:
                    _go(program)
    for program in programs:
        program.communicate(timeout=30)
        assert program.returncode == 0


def _says(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def _go(program: subprocess.Popen[str]) -> None:
    assert program.stdin is not None
    program.stdin.write("\n")
    program.stdin.flush()


def test_two_programs_that_make_the_same_database_both_work(tmp_path: Path) -> None:
    """Storage: the second program waits, and finds the database complete."""
    _open_at_once([f"sqlite:///{tmp_path / f'{number}.db'}" for number in range(6)])


def test_two_programs_that_migrate_the_same_database_both_work(
    empty_database_url: str,
) -> None:
    _open_at_once([empty_database_url])


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_who_waits_for_a_newer_version_to_migrate_is_refused_afterwards(
    empty_database_url: str,
) -> None:
    """Storage: SQLite lets no other program read during the migration."""
    import psycopg

    with psycopg.connect(empty_database_url) as newer, ThreadPoolExecutor(1) as thread:
        newer.execute("SELECT pg_advisory_xact_lock(%s)", (migration.LOCK,))
        newer.execute("CREATE TABLE schema_migration (name TEXT)")
        newer.execute("INSERT INTO schema_migration VALUES ('9999_future')")
        waiting = thread.submit(open_store, empty_database_url)
        while not newer.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
            assert not waiting.done()
        newer.commit()
        with pytest.raises(Refused, match=r"newer version of Studio TUI \(9999_future\)"):
            waiting.result(30)


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
