"""``users export-data``, ``erase`` and ``retention``: all stored data about a person (U13)."""

import json
import stat
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Accounts, Cli


def test_an_archive_is_made_once_and_by_admins_alone(pushed: Cli, accounts: Accounts) -> None:
    said = pushed.out("users", "export-data", "Ann@Example.org", "--output", "ann.zip")
    assert said.startswith("ann.zip holds all that is kept about Ann Peeters (ann): ")
    assert stat.S_IMODE(Path("ann.zip").stat().st_mode) == 0o600
    with zipfile.ZipFile("ann.zip") as archive:
        assert archive.testzip() is None
        told = json.loads(archive.read("data.json"))
        assert any(name.startswith("mails/") for name in archive.namelist())
    assert told["person"]["login"] == "ann"
    whole = Path("ann.zip").read_bytes()
    again = pushed.refused("users", "export-data", "ann", "--output", "ann.zip")
    assert "ann.zip is there already" in again
    assert Path("ann.zip").read_bytes() == whole
    assert "“anm”" in pushed.refused("users", "export-data", "anm", "--output", "other.zip")
    assert "--output" in pushed.misused("users", "export-data", "ann")
    for login in ("sam", "ann"):
        with accounts.of(login) as theirs:
            said = theirs.refused("users", "export-data", "ann", "--output", "mine.zip")
            assert "may not export or erase all that is kept about a user" in said
    assert [path.name for path in Path.cwd().glob("*.zip")] == ["ann.zip"]


def test_erasing_requires_confirmation(pushed: Cli, accounts: Accounts) -> None:
    erase = ("users", "erase", "ann")
    assert "has not left: mark them as left first" in pushed.refused(*erase, "--yes")
    pushed.run("users", "leave", "ann")
    tried = pushed.out(*erase, "--dry-run")
    assert "Ann Peeters (ann) would be erased: Erased person " in tried
    assert tried.endswith("Nothing was changed.\n")
    assert "--yes" in pushed.refused(*erase)
    assert pushed.json("users", "show", "ann")["login"] == "ann"
    with accounts.of("sam") as sam:
        assert "may not export or erase" in sam.refused(*erase, "--yes")
    said = pushed.out(*erase, "--yes")
    assert "Ann Peeters (ann) is erased" in said
    number = said.partition("Erased person ")[2].partition(" ")[0]
    assert "is erased already" in pushed.nothing_to_do(
        "users", "erase", f"erased-{number}", "--yes"
    )
    assert "Peeters" not in pushed.out("activity", "export")
    assert "as written" in pushed.out("activity", "verify")
    assert "“ann”" in pushed.refused(*erase, "--yes")


def test_people_whose_retention_time_is_over_are_erased_after_confirmation(
    pushed: Cli, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    retention = ("users", "retention")
    assert "retention_months is not set" in pushed.nothing_to_do(*retention, "--yes")
    pushed.run("users", "leave", "ann")
    monkeypatch.setenv("STUDIO_PRIVACY_RETENTION_MONTHS", "1")
    assert "nobody's retention time is over" in pushed.nothing_to_do(*retention)
    monkeypatch.setenv("STUDIO_NOW", "2026-04-15T10:00:00+02:00")
    tried = pushed.json(*retention, "--dry-run", "--json")
    assert tried["over"][0] == {
        "login": "ann", "name": "Ann Peeters", "left_on": "2026-03-02", "erase_on": "2026-04-22",
    }  # fmt: skip
    assert "1 person left more than 1 month ago" in pushed.out(*retention, "--dry-run")
    assert pushed.json("today", "--json")[-1]["kind"] == "erased"
    assert "--yes" in pushed.refused(*retention)
    with accounts.of("sam") as sam:
        assert "may not export or erase" in sam.refused(*retention, "--yes")
    done = pushed.json(*retention, "--yes", "--json")
    assert (done["over"], len(done["erased"])) == ([], 1)
    assert "“ann”" in pushed.refused("users", "show", "ann")
    monkeypatch.setenv("STUDIO_PRIVACY_RETENTION_MONTHS", "-1")
    assert "months from 0" in pushed.refused(*retention)
