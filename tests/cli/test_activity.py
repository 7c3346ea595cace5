"""``activity``: list, export (A3)."""

import csv
import json

from tests.cli.conftest import ACCOUNT, Cli


def test_the_newest_comes_first(pushed: Cli) -> None:
    lines = pushed.json("activity", "list", "--limit", "2")
    assert [(line["action"], line["subject"], line["users"]) for line in lines] == [
        ("assigned users", "Q1 review", 3),
        ("created push", "Q1 review", 0),
    ]
    assert lines[0]["actor"] == ACCOUNT
    assert lines[0]["at"] == "2026-03-02T10:00:00+01:00"


def test_of_a_push_or_of_a_user(pushed: Cli) -> None:
    assert len(pushed.json("activity", "list", "--push", "Q1 review")) == 2
    actions = [line["action"] for line in pushed.json("activity", "list", "--user", "ann")]
    assert actions == ["assigned users", "imported users"]
    assert pushed.run("activity", "list", "--user", "bea").stdout.count("\n") == 2
    both = ("activity", "list", "--user", "ann", "--push", "Q1 review")
    assert "Either --push or --user" in pushed.misused(*both)


def test_the_export_is_the_same_as_csv(pushed: Cli) -> None:
    rows = list(csv.DictReader(pushed.out("activity", "export").splitlines()))
    listed = pushed.json("activity", "list")
    assert [int(row["id"]) for row in rows] == [line["id"] for line in listed]
    assert json.loads(rows[1]["after"]) == listed[1]["after"]
