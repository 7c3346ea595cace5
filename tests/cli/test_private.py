"""Permissions of the Studio's files.

A file that others can read is made private, with a message. One that they can write is refused.
"""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


@pytest.fixture
def database(private_home: Path) -> Path:
    return private_home / "data" / "studio-tui" / "studio.db"


def test_a_database_that_others_can_read_is_made_private_with_a_message(
    organisation: Cli, database: Path
) -> None:
    database.chmod(0o644)
    said = organisation.run("users", "list").stderr
    assert said == f"studio-tui: Others could read {database}: it is closed to them now.\n"
    assert database.stat().st_mode & 0o077 == 0
    assert organisation.run("users", "list").stderr == ""
    database.chmod(0o640)
    found = [
        f["health"] for f in organisation.json("doctor")["findings"] if f["name"] == "database"
    ]
    assert found == ["ok", "limited"]


def test_a_database_that_others_could_write_is_not_opened(
    organisation: Cli, database: Path
) -> None:
    database.chmod(0o666)
    assert "Others can write" in organisation.refused("users", "list")
    database.chmod(0o600)
    database.parent.chmod(0o1777)
    assert "Others can write in the folder" in organisation.refused("users", "list")


def test_a_symlink_in_a_shared_folder_is_not_followed(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, aim = tmp_path / "shared", tmp_path / "aim"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "studio.db").symlink_to(aim)
    monkeypatch.setenv("STUDIO_DATABASE_URL", f"sqlite:///{shared / 'studio.db'}")
    cli.refused("users", "list")
    assert not aim.exists()
    # A symlink in a private folder that leads into a shared one is refused as well.
    (tmp_path / "studio.db").symlink_to(shared / "other.db")
    (shared / "other.db").touch(mode=0o600)
    monkeypatch.setenv("STUDIO_DATABASE_URL", f"sqlite:///{tmp_path / 'studio.db'}")
    assert "Others can write in the folder" in cli.refused("users", "list")


def test_settings_that_others_can_write_are_not_read(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path("config.toml").absolute()
    path.write_text('[database]\nurl = "postgresql://studio:word@127.0.0.1:1/x"\n')
    monkeypatch.setenv("STUDIO_CONFIG", str(path))
    path.chmod(0o646)
    assert f"Others can write {path}" in cli.refused("users", "list")
    path.chmod(0o644)
    findings = {
        f["name"]: f
        for f in json.loads(cli.run("doctor", "--json", exit_code=1).stdout)["findings"]
    }
    assert findings["settings"]["health"] == "limited"
    assert "holds a password and others can read it" in findings["settings"]["message"]
    path.chmod(0o600)
    findings = {
        f["name"]: f
        for f in json.loads(cli.run("doctor", "--json", exit_code=1).stdout)["findings"]
    }
    assert findings["settings"]["health"] == "ok"
