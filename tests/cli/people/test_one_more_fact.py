"""A new fact about a user is declared in one place and appears everywhere facts appear (U1, U6)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ACCOUNT, NOW

FILE = """email,given_name,family_name,Budget Line
ann@example.org,Ann,Peeters,BE-7
bob@example.org,Bob,Smith,
"""
COMMANDS = {
    "plan": ["users", "import", "people.csv", "--dry-run", "--json"],
    "import": ["users", "import", "people.csv"],
    "list": ["users", "list", "be-7", "--json"],
    "show": ["users", "show", "ann"],
    "export": ["users", "export"],
    "help": ["users", "edit", "--help"],
    "edit": ["users", "edit", "ann", "--cost-centre", "BE-8"],
    "same": ["users", "edit", "ann", "--cost-centre", "BE-8"],
    "activity": ["activity", "list", "--json"],
    "mapped": ["users", "import", "people.csv", "--map", "Budget Line=cost_centre", "--dry-run"],
    "unmapped": ["users", "import", "people.csv", "--map", "Budget Line=cost_center", "--dry-run"],
}


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Results of a program with the fact ``cost_centre``, by the keys of `COMMANDS` and others."""
    (tmp_path / "people.csv").write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("STUDIO_NOW", NOW)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    done = subprocess.run(
        [sys.executable, "-m", "tests.one_more_fact"],
        input=json.dumps(COMMANDS),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_a_new_fact_appears_everywhere_facts_appear(found: dict[str, Any]) -> None:
    plan = json.loads(found["plan"])
    assert plan["recognised"]["Budget Line"] == "cost_centre"
    assert [user["changes"]["cost_centre"]["after"] for user in plan["added"]] == [
        "BE-7",
        "none yet",
    ]
    (ann,) = json.loads(found["list"])
    assert (ann["login"], ann["cost_centre"]) == ("ann", "BE-7")
    assert ["Cost", "centre", "BE-7"] in [line.split() for line in found["show"].splitlines()]
    head, *rows = found["export"].splitlines()
    assert head.endswith(",cost_centre")
    assert {row.rpartition(",")[2] for row in rows} == {"", "BE-7", "none yet"}
    assert "--cost-centre TEXT" in found["help"]
    assert found["edit"] == "Ann Peeters: BE-7 becomes BE-8.\n"
    assert found["same"] == "The cost centre of Ann Peeters is BE-8 already.\n"
    changed = json.loads(found["activity"])[0]
    assert (changed["before"], changed["after"]) == (
        {"cost_centre": "BE-7"},
        {"cost_centre": "BE-8"},
    )
    assert "cost_centre: BE-8 → BE-7" in found["mapped"]
    assert "Did you mean “cost_centre”?" in found["unmapped"]
    assert found["sorted"] == ["bob", "ann", ACCOUNT]
    assert found["column"] == ["Cost centre", True, "none yet", "BE-8", ""]
    assert found["page"] == ["none yet"]
    assert found["recognised"] == "cost_centre"
    (row,) = found["documented"]
    assert "in the list, sorts it, `users edit --cost-centre` | cost_centre · Budget line" in row
    assert found["without column"] == ["cost_centre"]
