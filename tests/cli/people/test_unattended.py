"""``users import --unattended`` and ``--waiting`` (U10)."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import COMMAND, Accounts, Cli
from tests.organisation import PEOPLE

UNATTENDED = ("users", "import", "people.csv", "--unattended")
WAITING = ("users", "import", "--waiting")


def write(*changes: tuple[str, str], more: str = "") -> None:
    """Write the file of tonight: the small organisation, and a column that marks who has left."""
    head, *people = PEOPLE.splitlines()
    text = "\n".join([f"{head},active", *(f"{person},yes" for person in people), more])
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    Path("people.csv").write_text(text, encoding="utf-8")


def leaves(*logins: str) -> tuple[tuple[str, str], ...]:
    """Return the replacements in the file that mark these users as left."""
    lines = {line.partition(",")[0]: line for line in PEOPLE.splitlines()}
    return tuple((f"{lines[login]},yes", f"{lines[login]},no") for login in logins)


def active(cli: Cli) -> set[str]:
    return {user["login"] for user in cli.json("users", "list")}


def waits(cli: Cli, *arguments: str) -> str:
    """Run an import that has to wait, and return its line of result."""
    result = cli.run(*UNATTENDED, *arguments, exit_code=1)
    assert result.stdout.count("\n") == 1
    assert result.stderr.count("\n") == 1
    assert "“studio-tui users import --waiting” shows it" in result.stderr
    return result.stdout


def test_an_import_within_its_limits_is_done_and_reported_in_one_line(organisation: Cli) -> None:
    write(("Ann,Peeters", "Anna,Peeters"), more="new,new@example.org,New,Comer,en,,,,,,yes")
    assert organisation.out(*UNATTENDED) == (
        "people.csv: imported: 1 added, 1 changed; 9 unchanged\n"
    )
    assert organisation.json("users", "show", "ann")["given_name"] == "Anna"
    assert organisation.json(*WAITING) == {"waiting": None}


def test_an_import_beyond_its_limits_waits_and_changes_nothing(organisation: Cli) -> None:
    write(*leaves("ben"), ("Ann,Peeters", "Anna,Peeters"))
    everybody = organisation.out("users", "export", "--left")
    assert waits(organisation) == (
        "people.csv: waits: 1 of 11 active users (9.1%) would be marked as left, more than 2%; "
        "nothing was changed\n"
    )
    assert organisation.out("users", "export", "--left") == everybody
    found = organisation.json(*WAITING)
    assert found["waiting"]["file"] == "people.csv"
    assert found["waiting"]["changed_since"] == 0
    assert [user["login"] for user in found["left"]] == ["ben"]
    shown = organisation.out(*WAITING)
    assert "1 user would be marked as left:\n  line 8: Ben Willems" in shown
    assert organisation.json("activity", "list")[0]["action"] == "left an import waiting"


def test_a_waiting_import_is_applied_or_discarded(organisation: Cli) -> None:
    write(*leaves("ben"))
    waits(organisation)
    assert organisation.out(*WAITING, "--apply") == ("people.csv: imported: 1 left; 9 unchanged\n")
    assert "ben" not in active(organisation)
    assert organisation.nothing_to_do(*WAITING) == "No import waits.\n"
    write(*leaves("ben", "cas"))
    waits(organisation)
    assert "thrown away" in organisation.out(*WAITING, "--discard")
    assert "cas" in active(organisation)
    for decision in ("--apply", "--discard"):
        assert organisation.nothing_to_do(*WAITING, decision) == "No import waits.\n"


def test_the_same_file_twice_does_nothing(organisation: Cli) -> None:
    write(("Ann,Peeters", "Anna,Peeters"))
    organisation.run(*UNATTENDED)
    organisation.run("users", "edit", "ann", "--email", "anna@example.org")
    said = organisation.nothing_to_do(*UNATTENDED)
    assert said == "people.csv: nothing to do: the same file was imported on 2026-03-02\n"
    assert organisation.json("users", "show", "ann")["email"] == "anna@example.org"
    # A waiting file keeps waiting, and there is one entry for it.
    write(*leaves("ben"))
    assert waits(organisation) == waits(organisation)
    organisation.run(*WAITING, "--discard")
    assert "the same file was discarded" in organisation.nothing_to_do(*UNATTENDED)
    # With other options, it counts as another file.
    waits(organisation, "--dates", "month-first")


def test_a_last_day_that_has_passed_since_the_first_import_counts(
    organisation: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    write((",active", ",last day"), ("cor,,remote,yes", "cor,,remote,2026-03-04"), (",yes", ","))
    arguments = (*UNATTENDED, "--at-most-left", "1", "--map", "last day=left_on")
    assert organisation.out(*arguments) == (
        "people.csv: nothing to do: everybody is as the file says, 10 unchanged\n"
    )
    monkeypatch.setenv("STUDIO_NOW", "2026-03-04T10:00:00+01:00")
    assert "the same file was" in organisation.nothing_to_do(*arguments)
    monkeypatch.setenv("STUDIO_NOW", "2026-03-05T10:00:00+01:00")
    assert organisation.out(*arguments) == "people.csv: imported: 1 left; 9 unchanged\n"
    assert "ann" not in active(organisation)


def test_a_newer_file_replaces_a_waiting_one(organisation: Cli) -> None:
    write(*leaves("ben", "cas"))
    waits(organisation)
    write(*leaves("eve"))
    waits(organisation)
    assert [user["login"] for user in organisation.json(*WAITING)["left"]] == ["eve"]
    # So does a file that need not wait.
    write(("Ann,Peeters", "Anna,Peeters"))
    organisation.run(*UNATTENDED)
    assert organisation.json(*WAITING) == {"waiting": None}
    # A file that cannot be read does not.
    write(*leaves("eve"))
    waits(organisation)
    Path("people.csv").write_text("nothing,of,people\n1,2,3\n")
    result = organisation.run(*UNATTENDED, exit_code=1)
    assert result.stdout.startswith("people.csv: failed: people.csv: ")
    assert organisation.json(*WAITING)["waiting"]["file"] == "people.csv"


def test_other_limits_are_applied_to_a_waiting_import(organisation: Cli) -> None:
    write(*leaves("ben"))
    waits(organisation, "--at-most-left", "0")
    assert "imported: 1 left" in organisation.out(*UNATTENDED, "--at-most-left", "10%")
    assert organisation.json(*WAITING) == {"waiting": None}


def test_refused_lines_are_left_out_up_to_a_limit(organisation: Cli) -> None:
    write(more="bad,no address,Bad,Row,en,,,,,,yes\nnew,new@example.org,New,Comer,en,,,,,,yes")
    line = waits(organisation)
    assert "1 of 12 lines (8.3%) are refused, more than 1%" in line
    assert organisation.out(*UNATTENDED, "--at-most-refused", "1") == (
        "people.csv: imported: 1 added; 10 unchanged, 1 refused line left out\n"
    )
    # An import that an admin reviewed is applied as it was shown.
    write(more="bad,no address,Bad,Row,en,,,,,,yes\nmo,mo@example.org,Mo,Comer,en,,,,,,yes")
    waits(organisation)
    assert "1 refused line left out" in organisation.out(*WAITING, "--apply")
    assert "mo" in active(organisation)


def test_a_file_whose_lines_are_all_refused_does_not_wait(organisation: Cli) -> None:
    Path("people.csv").write_text("login,email,given_name,family_name\nx,y,Z,\n")
    result = organisation.run(*UNATTENDED, "--at-most-refused", "100%", exit_code=1)
    assert "all of its lines are refused" in result.stdout
    assert organisation.json(*WAITING) == {"waiting": None}


def test_an_import_outdated_by_edits_waits_again_with_a_new_dry_run(organisation: Cli) -> None:
    write(*leaves("ben"))
    waits(organisation)
    organisation.run("users", "edit", "ann", "--email", "anna@example.org")
    found = organisation.json(*WAITING)
    assert found["waiting"]["changed_since"] == 1
    assert [user["login"] for user in found["changed"]] == ["ann"]
    said = organisation.refused(*WAITING, "--apply")
    assert "would do to 1 user or line what its dry run did not say" in said
    assert "ben" in active(organisation)
    assert organisation.json(*WAITING)["waiting"]["changed_since"] == 0
    assert "imported: 1 changed, 1 left" in organisation.out(*WAITING, "--apply")


def test_changes_that_were_made_already_are_no_reason_to_wait_again(organisation: Cli) -> None:
    write(*leaves("ben"), ("Ann,Peeters", "Anna,Peeters"))
    waits(organisation)
    Path("anna.csv").write_text(
        "login,email,given_name,family_name\nann,ann@example.org,Anna,Peeters\n"
    )
    organisation.run("users", "import", "anna.csv")
    assert "imported: 1 left" in organisation.out(*WAITING, "--apply")


def test_a_dry_run_changes_nothing(organisation: Cli) -> None:
    write(*leaves("ben"))
    result = organisation.run(*UNATTENDED, "--dry-run", exit_code=1)
    assert result.stdout.startswith("people.csv: would wait: 1 of 11")
    said = organisation.out(*UNATTENDED, "--dry-run", "--at-most-left", "1")
    assert said == "people.csv: would be imported: 1 left; 9 unchanged\n"
    assert organisation.json(*WAITING) == {"waiting": None}
    assert "ben" in active(organisation)


def test_the_result_of_an_unattended_import_as_json(organisation: Cli) -> None:
    write(*leaves("ben"))

    def outcome(*arguments: str, exit_code: int) -> Any:
        return json.loads(
            organisation.run(*UNATTENDED, "--json", *arguments, exit_code=exit_code).stdout
        )

    assert outcome(exit_code=1)["outcome"] == "waits"
    done = outcome("--at-most-left", "1", exit_code=0)
    assert (done["outcome"], done["why"], len(done["left"])) == ("imported", None, 1)
    assert outcome(exit_code=0)["outcome"] == "nothing_to_do"


@pytest.mark.parametrize(
    "arguments",
    [
        ("people.csv", "--unattended", "--at-most-left", "many"),
        ("people.csv", "--unattended", "--at-most-refused", "-1"),
        ("people.csv", "--unattended", "--at-most-left", "101%"),
        ("people.csv", "--at-most-left", "2%"),
        ("people.csv", "--unattended", "--skip-refused"),
        ("people.csv", "--unattended", "--waiting"),
        ("people.csv", "--waiting"),
        ("people.csv", "--apply"),
        ("--discard",),
        ("--waiting", "--apply", "--discard"),
        ("--waiting", "--dry-run"),
        ("--unattended",),
        (),
    ],
)
def test_options_that_exclude_each_other_are_wrong_usage(
    cli: Cli, arguments: tuple[str, ...]
) -> None:
    assert "Error: " in cli.misused("users", "import", *arguments)


def test_only_users_who_may_import_decide_about_a_waiting_import(accounts: Accounts) -> None:
    write(*leaves("ben"))
    waits(accounts.cli)
    with accounts.of("sam") as support:
        for decision in ((), ("--apply",), ("--discard",)):
            assert "may not import users" in support.refused(*WAITING, *decision)


def test_two_concurrent_imports_of_a_file_apply_it_once(organisation: Cli) -> None:
    write(("Ann,Peeters", "Anna,Peeters"), more="new,new@example.org,New,Comer,en,,,,,,yes")
    before = len(organisation.json("activity", "list"))
    both = [
        subprocess.Popen([*COMMAND, *UNATTENDED], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = sorted(process.communicate()[0].decode() for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said[0] == "people.csv: imported: 1 added, 1 changed; 9 unchanged\n"
    assert said[1].startswith("people.csv: nothing to do: ")
    assert len(organisation.json("activity", "list")) == before + 1
