"""``activity``: list, export (A3)."""

import csv
import json
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from studio_tui.config import settings
from tests.cli.conftest import ACCOUNT, Cli


def database() -> Path:
    """The path of the database file of the commands."""
    return Path(settings.load().database_url.removeprefix("sqlite:///"))


def test_the_newest_comes_first(pushed: Cli) -> None:
    lines = pushed.json("activity", "list", "--limit", "2")
    assert [(line["action"], line["subject"], line["users"]) for line in lines] == [
        ("assigned users", "Q1 review", 3),
        ("created push", "Q1 review", 0),
    ]
    assert lines[0]["actor"] == ACCOUNT
    assert lines[0]["at"] == "2026-03-02T10:00:00+01:00"


def test_the_list_can_be_limited_to_a_push_or_a_user(pushed: Cli) -> None:
    assert len(pushed.json("activity", "list", "--push", "Q1 review")) == 2
    actions = [line["action"] for line in pushed.json("activity", "list", "--user", "ann")]
    assert actions == ["assigned users", "imported users"]
    assert pushed.run("activity", "list", "--user", "bea").stdout.count("\n") == 2
    both = ("--user", "ann", "--push", "Q1 review")
    assert [line["action"] for line in pushed.json("activity", "list", *both)] == ["assigned users"]


def test_the_list_can_be_limited_by_actor_action_and_time(pushed: Cli) -> None:
    def actions(*narrowing: str) -> list[str]:
        found = [line["action"] for line in pushed.json("activity", "list", *narrowing)]
        rows = csv.DictReader(pushed.out("activity", "export", *narrowing).splitlines())
        assert [row["action"] for row in rows] == found
        return found

    every = actions()
    assert actions("--actor", ACCOUNT.upper()) == every
    assert actions("--actor", "ann") == []
    assert actions("--action", "PUSH") == ["created push"]
    assert actions("--action", "%") == []
    assert actions("--since", "2026-03-02", "--until", "2026-03-02") == every
    assert actions("--since", "2026-03-03") == actions("--until", "2026-03-01") == []
    assert "too far away" in pushed.misused("activity", "list", "--until", "9999-12-31")
    assert actions("--since", "yesterday") == every
    assert actions("--until", "yesterday") == []
    assert "not a date" in pushed.misused("activity", "list", "--since", "someday")


def test_the_name_of_the_actor_is_shown(pushed: Cli) -> None:
    Path("me.csv").write_text(
        f"login,email,given_name,family_name,role\n{ACCOUNT},me@example.org,Maria,Admin,admin\n"
    )
    pushed.run("users", "import", "me.csv")
    assert {line["actor_name"] for line in pushed.json("activity", "list")} == {"Maria Admin"}
    assert "Maria Admin" in pushed.out("activity", "list")
    exported = next(csv.DictReader(pushed.out("activity", "export").splitlines()))
    assert (exported["actor"], exported["actor_name"]) == (ACCOUNT, "Maria Admin")


def test_the_origin_of_an_act_is_recorded(pushed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A3."""
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 50123 192.0.2.1 22")
    pushed.run("pushes", "close", "Q1 review")
    here = f"account {ACCOUNT} on {socket.gethostname()}"
    origins = [line["origin"] for line in pushed.json("activity", "list", "--limit", "2")]
    assert origins == [f"{here} from 192.0.2.7", here]
    rows = csv.DictReader(pushed.out("activity", "export", "--limit", "2").splitlines())
    assert [row["origin"] for row in rows] == origins


def test_verify_reports_that_no_line_was_changed(pushed: Cli) -> None:
    """A3."""
    told = pushed.json("activity", "verify")
    assert told["intact"]
    assert told["sealed"] == told["as_written"] == len(pushed.json("activity", "list"))
    said = pushed.out("activity", "verify", "--against", told["newest_seal"])
    assert f"{told['sealed']} lines as written" in said
    assert told["newest_seal"] in said
    assert "not in it" in pushed.refused("activity", "verify", "--against", "1" * 64)
    assert "hexadecimal" in pushed.refused("activity", "verify", "--against", "x")


def test_verify_reports_the_changed_line_in_one_line(pushed: Cli) -> None:
    """A3: doctor reports it as well."""
    line = pushed.json("activity", "list")[1]
    with closing(sqlite3.connect(database())) as connection, connection:
        connection.execute("DROP TRIGGER activity_no_update")
        connection.execute("UPDATE activity SET subject = 'Q9' WHERE id = ?", (line["id"],))
    said = pushed.refused("activity", "verify")
    assert f"breaks at line {line['id']} (2026-03-02 10:00, {ACCOUNT} created push: Q9)" in said
    told = json.loads(pushed.run("activity", "verify", "--json", exit_code=1).stdout)
    assert (told["intact"], told["breaks_at"]) == (False, line["id"])
    findings = {f["name"]: f for f in pushed.json("doctor")["findings"]}
    assert findings["activity"]["health"] == "limited"
    assert f"line {line['id']}" in findings["activity"]["message"]


def test_the_export_has_the_lines_of_the_list_as_csv(pushed: Cli) -> None:
    rows = list(csv.DictReader(pushed.out("activity", "export").splitlines()))
    listed = pushed.json("activity", "list")
    assert [int(row["id"]) for row in rows] == [line["id"] for line in listed]
    assert json.loads(rows[1]["after"]) == listed[1]["after"]
