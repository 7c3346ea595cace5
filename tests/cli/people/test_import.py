"""``users import`` (U6)."""

import json
import os
import pty
from datetime import date
from pathlib import Path

import pytest

from studio_tui.cli.shared.progress import ProgressPrinter
from tests.cli.conftest import ACCOUNT, Cli
from tests.organisation import PEOPLE
from tests.workbooks import Sheet, xlsx

HEADINGS = "login,email,given_name,family_name,teams\n"


@pytest.fixture
def cli(cli: Cli) -> Cli:
    """Commands on an existing Studio, so that none reports that it created one."""
    cli.run("users", "list")
    return cli


def write(text: str, name: str = "more.csv") -> str:
    """Write a file into the working directory and return its name."""
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_a_dry_run_reports_everything_and_changes_nothing(organisation: Cli) -> None:
    file = write(
        "login,email,given_name,family_name,teams,active,shoe size\n"
        "ann,ann@example.org,Anna,Peeters,Sales > Belgium,yes,38\n"
        "eve,eve@example.org,Eve,Alone,,no,39\n"
        "new,new@example.org,New,Comer,Finance,yes,40\n"
        "bad,no address,Bad,Row,,yes,41\n"
    )
    before = organisation.out("users", "export", "--left")
    result = organisation.run("users", "import", file, "--dry-run", exit_code=1)
    assert result.stdout.splitlines()[:8] == [
        "1 user would be added:",
        "  line 4: New Comer (new, new@example.org)",
        "1 user would be changed:",
        "  line 2: Anna Peeters (ann, ann@example.org): given_name: Ann → Anna",
        "1 user would be marked as left:",
        "  line 3: Eve Alone (eve, eve@example.org): active: yes → no",
        "1 team would be made:",
        "  Finance",
    ]
    assert "1 line is refused:\n  line 5, column “email”: " in result.stdout
    assert "Columns that tell the Studio nothing: shoe size." in result.stdout
    assert result.stderr.startswith("studio-tui: Nothing was imported: 1 line is refused.")
    assert organisation.out("users", "export", "--left") == before


def test_refused_lines_stop_the_import(organisation: Cli) -> None:
    file = write(HEADINGS + "new,new@example.org,New,Comer,\nbad,no address,Bad,Row,\n")
    result = organisation.run("users", "import", file, exit_code=1)
    assert "line 3, column “email”" in result.stdout
    assert "--skip-refused" in result.stderr
    assert organisation.json("users", "list", "new") == []


def test_refused_lines_can_be_left_out(organisation: Cli) -> None:
    file = write(HEADINGS + "new,new@example.org,New,Comer,\nbad,no address,Bad,Row,\n")
    said = organisation.out("users", "import", file, "--skip-refused")
    assert said.startswith("Imported: 1 added; 0 unchanged.\n1 refused line left out:\n  line 3")
    assert [user["login"] for user in organisation.json("users", "list", "new")] == ["new"]


def test_a_dry_run_that_skips_refused_lines_succeeds(organisation: Cli) -> None:
    file = write(HEADINGS + "new,new@example.org,New,Comer,\nbad,no address,Bad,Row,\n")
    said = organisation.out("users", "import", file, "--skip-refused", "--dry-run")
    assert "1 line is refused" in said


def test_importing_a_file_twice_changes_nothing(organisation: Cli) -> None:
    before = organisation.json("activity", "list")
    said = organisation.out("users", "import", "people.csv")
    assert said == "Imported: nobody added or changed; 10 unchanged.\n"
    assert organisation.json("activity", "list") == before


def test_the_plan_as_json(organisation: Cli) -> None:
    file = write(HEADINGS + "ann,ann@example.org,Anna,Peeters,Sales > Belgium\nbad,x,B,C,\n")
    result = organisation.run("users", "import", file, "--dry-run", "--json", exit_code=1)
    plan = json.loads(result.stdout)
    assert plan["changed"][0]["changes"] == {"given_name": {"before": "Ann", "after": "Anna"}}
    assert plan["refused"][0]["line"] == 3
    assert plan["added"] == []


def test_headings_can_be_mapped(cli: Cli) -> None:
    file = write("Who=what,Voor,Achter\nann@example.org,Ann,Peeters\n")
    mapping = (
        "--map",
        "Who=what=email",
        "--map",
        "Voor = given_name",
        "--map",
        "Achter=family_name",
    )
    cli.run("users", "import", file, *mapping)
    assert cli.json("users", "show", "ann")["name"] == "Ann Peeters"


@pytest.mark.parametrize("mapping", ["email", "=email", "Work Email="])
def test_an_invalid_mapping_is_wrong_usage(cli: Cli, mapping: str) -> None:
    assert "Write it as “Work Email=email”" in cli.misused("users", "import", "x", "--map", mapping)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "email"),
        (HEADINGS + 'x,"x@example.org,X,Y,\n', "quot"),
        (HEADINGS + "x,x@example.org,X\0,Y,\n", "NUL"),
    ],
)
def test_a_file_that_is_not_a_list_is_refused(cli: Cli, content: str, said: str) -> None:
    assert said in cli.refused("users", "import", write(content))


def test_a_missing_file_or_a_folder_is_refused(cli: Cli) -> None:
    Path("folder").mkdir()
    assert "nowhere.csv" in cli.refused("users", "import", "nowhere.csv")
    assert "folder" in cli.refused("users", "import", "folder")


def test_the_last_admin_stays(cli: Cli) -> None:
    file = write(f"login,email,given_name,family_name,active\n{ACCOUNT},hr@example.org,A,B,no\n")
    assert "nobody active would be admin any more" in cli.refused("users", "import", file)


def test_the_right_to_import_is_checked_before_the_file_is_read(organisation: Cli) -> None:
    write(PEOPLE + f"{ACCOUNT},hr@example.org,A,B,en,,,,support,\n", "people.csv")
    organisation.run("users", "import", "people.csv")
    said = organisation.refused("users", "import", "nowhere.csv")
    assert "may not import users" in said


def test_progress_is_printed_only_at_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressPrinter("Reading") as progress:
        progress(0.5)
    assert capsys.readouterr().err == ""


def test_progress_is_shown_in_place_and_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio_tui.cli.shared.progress._DELAY", -1)
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        with ProgressPrinter("Reading") as progress:
            for share in (0.1, 0.101, 0.102, 1.0):
                progress(share)
        terminal.flush()
        shown = ""
        while not shown.endswith("\r\x1b[K") or "100" not in shown:
            shown += os.read(ours, 1024).decode()
    os.close(ours)
    assert shown == "\r\x1b[KReading… 10 %\r\x1b[KReading… 100 %\r\x1b[K"


def test_a_workbook_is_imported_and_its_sheet_can_be_named(organisation: Cli) -> None:
    """U9."""
    head = ("Employee Number", "Email", "First name", "Last name", "Start date")
    fay = (412, "fay@example.org", "Fay", "Novak", date(2020, 3, 31))
    next_year = Sheet("Next year", [head, fay, (413, "no address", "Bad", "Row", None)])
    book = xlsx(Sheet("People", [head, fay]), next_year)
    Path("people.xlsx").write_bytes(book)
    assert "1 added" in organisation.out("users", "import", "people.xlsx")
    found = organisation.json("users", "show", "fay")
    assert (found["employee_number"], found["hired_on"]) == ("412", "2020-03-31")
    # From stdin as well, and from another sheet.
    piped = organisation.run(
        "users", "import", "-", "--sheet", "next year", "--json", typed=book, exit_code=1
    )
    plan = json.loads(piped.stdout)
    assert (plan["unchanged"], plan["sheet"], plan["encoding"]) == (1, "Next year", "XLSX")
    assert [(each["sheet"], each["line"]) for each in plan["refused"]] == [("Next year", 3)]
    said = organisation.run("users", "import", "people.xlsx", "--sheet", "Next year", exit_code=1)
    assert "sheet “Next year”, row 3, column “Email”: “no address” is not" in said.stdout
    assert "Did you mean “People”?" in organisation.refused(
        "users", "import", "people.xlsx", "--sheet", "Peoples"
    )


def test_leading_zeros_that_a_workbook_dropped_are_no_change(organisation: Cli) -> None:
    """U9, U11."""
    text = "employee_number,email,given_name,family_name\n00412,fay@example.org,Fay,Novak\n"
    organisation.run("users", "import", write(text))
    head = ("Employee Number", "Email", "First name", "Last name")
    rows = [head, (412.0, "fay@other.example", "Fay", "Novak-Dubois")]
    Path("people.xlsx").write_bytes(xlsx(Sheet("People", rows)))
    # A new family name and a new domain are one change of one person.
    assert "1 changed" in organisation.out("users", "import", "people.xlsx")
    found = organisation.json("users", "show", "fay")
    assert (found["employee_number"], found["email"], found["family_name"]) == (
        "00412",
        "fay@other.example",
        "Novak-Dubois",
    )
    twice = [
        head,
        *((number, f"{n}@x.example", "A", "B") for n, number in (("a", 7), ("b", "007"))),
    ]
    Path("people.xlsx").write_bytes(xlsx(Sheet("People", twice)))
    said = organisation.run("users", "import", "people.xlsx", exit_code=1).stdout
    assert "row 3, column “Employee Number”" in said
