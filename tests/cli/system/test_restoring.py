"""A killed restore: no new Studio is made in its place, and the restore can be repeated."""

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from studio_tui.storage.engine.restore_mark import marker_of
from tests.cli.conftest import COMMAND, Cli, create
from tests.databases import create_database, drop_database, url_of

UNFINISHED = "or that was cut off: wait, or run “studio-tui db restore FILE” again"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a lock on the folder for temporary files, on which a restore waits in the middle."""
    handle = os.open(folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    yield
    os.close(handle)


@pytest.fixture
def backup(organisation: Cli, private_home: Path) -> Path:
    """A backup of a Studio with people."""
    organisation.run("db", "backup", "kept.db")
    return Path("kept.db").absolute()


@pytest.fixture(params=["sqlite", "postgresql"])
def half_restored(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backup: Path
) -> Iterator[Cli]:
    """Commands on a database whose restore was killed in the middle."""
    if request.param == "sqlite":
        place = tmp_path / "volume" / "studio.db"
        monkeypatch.setenv("STUDIO_DATABASE_URL", f"sqlite:///{place}")
        kill_a_restore(backup, tmp_path / "unpacked", marker_of(place).exists)
        yield Cli()
        return
    server, name = request.getfixturevalue("postgresql_server"), f"restored_{os.getpid()}"
    create_database(server, name)
    url = url_of(server, name)
    monkeypatch.setenv("STUDIO_DATABASE_URL", url)
    kill_a_restore(backup, tmp_path / "unpacked", lambda: is_commented(url))
    yield Cli()
    drop_database(server, name)


def kill_a_restore(backup: Path, folder: Path, is_under_way: Callable[[], bool]) -> None:
    folder.mkdir()
    with locked(folder):
        restore = subprocess.Popen(
            [*COMMAND, "db", "restore", str(backup)],
            env={**os.environ, "TMPDIR": str(folder)},
        )
        while not is_under_way():
            assert restore.poll() is None
        restore.kill()
        restore.wait()


def is_commented(url: str) -> bool:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT 1 FROM pg_description WHERE description LIKE 'studio%'")
        return found.fetchone() is not None


def test_no_studio_is_made_in_place_of_an_unfinished_restore(
    half_restored: Cli, backup: Path
) -> None:
    Path("not-a-backup.db").write_text("Dear Ann")
    for command in (("users", "list"), create("New"), ("db", "backup", "other.db")):
        assert UNFINISHED in half_restored.refused(*command)
    assert "that was cut off" in half_restored.run("doctor", exit_code=1).stdout
    # Refused commands leave it as it is.
    half_restored.refused("db", "restore", "not-a-backup.db")
    half_restored.refused("db", "migrate")
    half_restored.run("db", "restore", str(backup))
    assert "ann" in {user["login"] for user in half_restored.json("users", "list")}


def test_a_restore_that_was_refused_leaves_no_mark(cli: Cli) -> None:
    Path("not-a-backup.db").write_text("Dear Ann")
    for file in ("not-a-backup.db", "none.db"):
        cli.refused("db", "restore", file)
    assert cli.json("users", "list")
