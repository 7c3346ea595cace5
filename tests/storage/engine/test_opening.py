"""Opening databases and everything else that a URL can name."""

import os
import socket
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.storage.engine import migration, postgresql
from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.sql import execute
from tests.storage.engine.conftest import Open


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
