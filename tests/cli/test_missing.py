"""A database file that is empty, missing, replaced, damaged or of another program.

No new Studio is made in its place, nothing is written, and the message names the remedy.
"""

import os
import random
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Cli, create

HOW = ("studio-tui db restore FILE", "studio-tui db migrate")
PAGE = 4_096


@pytest.fixture
def cli(no_studio: Cli) -> Cli:
    """Commands on a Studio that does not exist yet."""
    return no_studio


@pytest.fixture
def database(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The path of a database that does not exist yet, in an existing folder."""
    folder = tmp_path / "volume"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("STUDIO_DATABASE_URL", f"sqlite:///{folder / 'studio.db'}")
    return folder / "studio.db"


def commands() -> list[tuple[str, ...]]:
    return [("users", "list"), create("New"), ("worker", "--drain"), ("activity", "verify")]


def refuses(cli: Cli, *signs: str) -> None:
    for command in commands():
        said = cli.refused(*command)
        assert all(sign in said for sign in signs), said


def test_an_empty_file_is_no_studio(cli: Cli, database: Path) -> None:
    database.touch(mode=0o600)
    refuses(cli, "is empty", *HOW)
    assert cli.run("doctor", exit_code=1).stdout.count("is empty") == 1
    assert database.read_bytes() == b""
    cli.run("db", "migrate")
    assert cli.json("users", "list")


def test_a_folder_that_is_missing_is_not_made(cli: Cli, database: Path) -> None:
    database.parent.rmdir()
    refuses(cli, "There is no folder", *HOW)
    cli.run("doctor", exit_code=1)
    assert not database.parent.exists()
    cli.run("db", "migrate")
    assert database.exists()


def test_a_new_studio_is_announced_once(cli: Cli, database: Path) -> None:
    first = cli.run("users", "list")
    assert first.stderr == f"studio-tui: A new Studio at {database}; you are its admin.\n"
    assert cli.run("users", "list").stderr == ""


def test_commands_that_only_read_or_send_do_not_create_a_studio(cli: Cli, database: Path) -> None:
    assert HOW[1] in cli.refused("worker", "--drain")
    cli.run("ssh", "keys", exit_code=1)
    config = Path("config.toml").absolute()
    config.write_text(f'[database]\nurl = "sqlite:///{database}"\n')
    # A process stays in the session of a key until it ends, so run this one separately.
    session = subprocess.run(
        [*COMMAND, "ssh", "session", "SHA256:" + "x" * 43, "--config", str(config)],
        env={**os.environ, "SSH_ORIGINAL_COMMAND": "users list"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (session.returncode, session.stdout) == (1, "")
    assert HOW[1] in session.stderr
    cli.run("doctor")
    assert list(database.parent.iterdir()) == []


def test_a_deleted_studio_is_not_replaced_by_a_new_one(cli: Cli, database: Path) -> None:
    cli.run("users", "list")
    cli.run("db", "backup", "kept.db")
    database.unlink()
    refuses(cli, "is gone", *HOW)
    assert not database.exists()
    cli.run("db", "restore", "kept.db")
    assert cli.json("users", "list")


def test_a_backup_is_restored_into_an_empty_file(cli: Cli, database: Path) -> None:
    cli.run("users", "list")
    cli.run("db", "backup", "kept.db")
    database.write_bytes(b"")
    cli.run("db", "restore", "kept.db")
    assert cli.json("users", "list")


def test_a_database_of_another_program_is_left_alone(cli: Cli, database: Path) -> None:
    with closing(sqlite3.connect(database)) as other:
        other.execute("CREATE TABLE accounts (id INTEGER)")
    database.chmod(0o600)
    for command in (("db", "migrate"), ("users", "list")):
        assert "is not of the Studio" in cli.refused(*command)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_worker_ends_if_its_database_is_deleted_or_replaced(
    cli: Cli, database: Path, replaced: bool
) -> None:
    cli.run("users", "list")
    environ = {
        **os.environ,
        "STUDIO_SMTP_HOST": "127.0.0.1",
        "STUDIO_SMTP_PORT": "9",
        "STUDIO_SMTP_SENDER": "hr@example.org",
    }
    worker = subprocess.Popen(
        [*COMMAND, "worker"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert "Sending mail" in worker.stdout.readline()
    moved = database.with_name("moved.db")
    database.rename(moved)
    if replaced:
        shutil.copy(moved, database)
    _, said = worker.communicate(timeout=60)
    assert worker.returncode == 1
    assert ("was replaced" if replaced else "was deleted or moved away") in said
    assert replaced or not database.exists()


def test_the_remains_of_a_killed_backup_are_removed_by_the_next(cli: Cli, database: Path) -> None:
    cli.run("users", "list")
    left = database.with_name(".studio-tui-left")
    left.mkdir(mode=0o700)
    (left / "part.db").write_bytes(b"part")
    cli.run("db", "backup", str(database.with_name("kept.db")))
    assert {path.name for path in database.parent.iterdir()} <= {
        "studio.db", "studio.db-wal", "studio.db-shm", "kept.db",
    }  # fmt: skip


def test_a_damaged_page_is_reported(organisation: Cli, private_home: Path) -> None:
    whole = private_home / "data" / "studio-tui" / "studio.db"
    with closing(sqlite3.connect(whole)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    content = whole.read_bytes()
    chance = random.Random(1)
    noticed = 0
    for page in chance.sample(range(len(content) // PAGE), 12):
        noise = chance.randbytes(PAGE)
        whole.write_bytes(content[: page * PAGE] + noise + content[(page + 1) * PAGE :])
        found = organisation.run("doctor", exit_code=1)
        noticed += "damaged" in found.stdout
        for command in (("users", "list"), ("activity", "verify"), ("db", "backup", "kept.db")):
            done = organisation.tried(*command)
            assert "fault of the program" not in done.stderr
            assert done.exit_code == 0 or "damaged" in done.stderr, done.stderr
        Path("kept.db").unlink(missing_ok=True)
    assert noticed >= 11
