"""``users merge`` (U11)."""

from pathlib import Path

import pytest

from tests.cli.conftest import Cli


@pytest.fixture
def doubled(pushed: Cli) -> Cli:
    """A Studio with two records of Ann, both in an open push."""
    Path("double.csv").write_text(
        "employee_number,login,email,given_name,family_name,teams\n"
        "00412,ann2,ann@old.example,Ann,Peeters,Finance\n"
    )
    pushed.run("users", "import", "double.csv")
    pushed.run("pushes", "assign", "Q1 review", "ann2")
    return pushed


def test_a_dry_run_reports_what_moves_and_merging_does_it(doubled: Cli) -> None:
    before = doubled.out("users", "export", "--left")
    said = doubled.out("users", "merge", "ann", "ann2", "--dry-run")
    assert said.startswith("Ann Peeters (ann2) would be merged into Ann Peeters (ann).\n")
    assert "Moved: 1 push, 0 conversations, " in said
    assert "Taken over: employee number." in said
    assert "Both are in “Q1 review”: as it stands for the one that stays." in said
    assert said.endswith("Nothing was changed yet.\n")
    assert doubled.out("users", "export", "--left") == before
    done = doubled.json("users", "merge", "ann", "ann@old.example")
    assert (done["kept"], done["merged"], done["taken"]) == ("ann", "ann2", ["employee_number"])
    found = doubled.json("users", "show", "ann")
    assert (found["employee_number"], found["teams"]) == ("00412", ["Finance", "Sales > Belgium"])
    assert "ann2" not in doubled.out("users", "export", "--left")
    assert "“ann2” was merged into Ann Peeters (ann)" in doubled.refused("users", "show", "ann2")
    assert doubled.json("activity", "verify")["intact"] is True
    # Importing the old file does not create the second record again.
    assert "1 changed" in doubled.out("users", "import", "double.csv")


def test_what_is_wrong_is_said(doubled: Cli) -> None:
    assert "are one record already" in doubled.refused("users", "merge", "ann", "ANN@example.org")
    doubled.misused("users", "merge", "ann")
