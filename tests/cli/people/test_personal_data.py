"""``users export-data``: one archive of all that is kept about somebody (U13)."""

import json
import stat
import zipfile
from pathlib import Path

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
