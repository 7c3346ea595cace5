"""The list of the database files that held a Studio."""

from pathlib import Path

import pytest

from studio_tui.config.known_databases import is_recorded_database, record_database


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of the list."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "studio-tui" / "databases"


def test_a_database_is_recorded_once(listed: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one.db", tmp_path / "caf\udce9.db"
    assert not is_recorded_database(one)
    for path in (one, other, one, other):
        record_database(path)
    assert is_recorded_database(one)
    assert is_recorded_database(other)
    assert listed.read_bytes().count(b"\n") == 2
    assert listed.stat().st_mode & 0o777 == 0o600


def test_a_torn_line_is_replaced(listed: Path, tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    record_database(path)
    complete = listed.read_text(encoding="utf-8")
    listed.write_text(complete[: len(complete) // 2], encoding="utf-8")
    assert not is_recorded_database(path)
    record_database(path)
    assert listed.read_text(encoding="utf-8") == complete


def test_a_list_that_cannot_be_read_stays_as_it_is(listed: Path, tmp_path: Path) -> None:
    listed.mkdir(parents=True)
    record_database(tmp_path / "studio.db")
    assert listed.is_dir()
    assert not is_recorded_database(tmp_path / "studio.db")
