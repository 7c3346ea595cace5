"""Real-world exports, each odd in one way: imported, imported with a warning, or refused."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ACCOUNT, Cli

FILES = Path(__file__).parents[2] / "files" / "hr_odd"


@pytest.fixture
def cli(cli: Cli) -> Cli:
    """Commands on an existing Studio, so that none reports that it created one."""
    cli.run("users", "list")
    return cli


def taken(cli: Cli, name: str, *options: str) -> dict[str, dict[str, Any]]:
    """Import a file and return all users by login, without the first admin."""
    cli.run("users", "import", str(FILES / name), *options)
    users = cli.json("users", "list", "--left")
    return {user["login"]: user for user in users if user["login"] != ACCOUNT}


def plan(cli: Cli, name: str, *options: str) -> dict[str, Any]:
    """Return the output of a dry run in which no line is refused."""
    told: dict[str, Any] = cli.json("users", "import", str(FILES / name), "--dry-run", *options)
    return told


def reasons(told: dict[str, Any], which: str = "warnings") -> list[tuple[int, str, str]]:
    return [(one["line"], one["column"], one["reason"]) for one in told[which]]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("trailing-separator-data-only.csv", 2),
        ("excel-drops-last-empties.csv", 3),
        ("title-rows-above-headings.csv", 2),
        ("pipe-delimiter.csv", 1),
        ("space-after-comma-before-quote.csv", 2),
        ("space-before-quote-names.csv", 2),
        ("get-aduser-type-line.csv", 1),
        ("zero-width-in-email.csv", 5),
        ("display-name-in-email-cell.csv", 5),
        ("no-manager-words.csv", 8),
        ("personio-german.csv", 2),
    ],
)
def test_unusual_notations_are_read(cli: Cli, name: str, count: int) -> None:
    told = plan(cli, name)
    assert (told["refused"], told["warnings"]) == ([], [])
    assert len(taken(cli, name)) == count
    users = cli.json("users", "list")
    assert all(user["email"].isascii() and "<" not in user["email"] for user in users)
    assert all('"' not in user["name"] for user in users)


def test_two_lines_of_headings(cli: Cli) -> None:
    users = taken(cli, "successfactors-two-heading-rows.csv")
    assert {login: user["employee_number"] for login, user in users.items()} == {
        "bsmith": "1001",
        "apeeters": "1002",
    }
    assert [one["login"] for one in users["apeeters"]["managers"]] == ["bsmith"]
    assert users["bsmith"]["managers"] == []
    assert users["bsmith"]["hired_on"] == "2019-03-15"


@pytest.mark.parametrize(
    ("name", "warned"),
    [
        ("own-manager-at-the-top.csv", "Ann Peeters cannot be their own manager"),
        ("manager-outside-the-export.csv", "“owner@holding.example” is nobody in this file"),
    ],
)
def test_a_head_without_a_manager_is_imported_with_a_warning(
    cli: Cli, name: str, warned: str
) -> None:
    told = plan(cli, name)
    (warning,) = told["warnings"]
    assert warning["line"] == 2
    assert warned in warning["reason"]
    assert warning["reason"].endswith("imported without this manager")
    users = taken(cli, name)
    managers = {login: [m["login"] for m in user["managers"]] for login, user in users.items()}
    assert managers == {"ann": [], "bob": ["ann"], "cas": ["bob"]}


def test_people_without_an_address_can_be_managers(cli: Cli) -> None:
    users = taken(cli, "people-without-an-address.csv")
    assert (users["2"]["email"], users["4"]["email"]) == ("", "")
    assert [one["login"] for one in users["cas"]["managers"]] == ["2"]
    assert [one["login"] for one in users["eva"]["managers"]] == ["4"]
    told = plan(cli, "people-without-an-address.csv")
    assert [line for line, _, _ in reasons(told)] == [3, 5]
    assert told["unchanged"] == 5


def test_a_manager_is_found_in_every_notation(cli: Cli) -> None:
    users = taken(cli, "manager-spellings.csv")
    managers = {login: [m["login"] for m in user["managers"]] for login, user in users.items()}
    assert managers.pop("bob") == []
    assert sorted(managers.pop("leo")) == ["ann", "bob"]
    assert set(map(tuple, managers.values())) == {("bob",)}


def test_wrong_addresses_are_refused_with_the_reason(cli: Cli) -> None:
    result = cli.run(
        "users", "import", str(FILES / "addresses-that-are-wrong.csv"), "--dry-run", exit_code=1
    )
    for said in ("“’” may not stand before", "“‐” may not", "“、” may not", "“😀” may not"):
        assert said in result.stdout
    assert "dan@example)" in result.stdout
    assert "is not an e-mail address" in cli.refused("mail", "test", "nel’s@example.org")


def test_a_file_of_which_no_line_is_accepted_is_a_failure(cli: Cli) -> None:
    file = str(FILES / "smart-quotes.csv")
    for option in ("--dry-run", "--skip-refused"):
        result = cli.run("users", "import", file, "--skip-refused", option, exit_code=1)
        assert "1 line is refused, and there is no other" in result.stderr


def test_an_encoding_can_be_given_and_a_guess_is_reported(cli: Cli) -> None:
    told = plan(cli, "cp1250.csv")
    assert told["encoding"] == "Windows-1252"
    assert [line for line, _, _ in reasons(told)] == [0]
    assert "which is a guess" in told["warnings"][0]["reason"]
    users = taken(cli, "cp1250.csv", "--encoding", "windows-1250")
    assert {user["name"] for user in users.values()} == {"Jiří Dvořák", "Łukasz Wójcik"}
    said = cli.refused("users", "import", str(FILES / "cp1250.csv"), "--encoding", "klingon")
    assert "is no encoding that is known" in said


def test_names_that_were_encoded_twice_cause_a_warning(cli: Cli) -> None:
    told = reasons(plan(cli, "mojibake-already.csv"))
    assert [(line, column) for line, column, _ in told] == [(2, "First Name"), (2, "Last Name")]
    assert "should be “Zoë”" in told[0][2]


def test_a_delimiter_can_be_given(cli: Cli) -> None:
    Path("odd.csv").write_text("Email^First Name^Last Name\nann@example.org^Ann^Peeters\n")
    assert '--delimiter "|"' in cli.refused("users", "import", "odd.csv")
    cli.run("users", "import", "odd.csv", "--delimiter", "^")
    assert cli.json("users", "show", "ann")["name"] == "Ann Peeters"
    assert "is no delimiter" in cli.refused("users", "import", "odd.csv", "--delimiter", "ab")


def test_the_advice_on_two_columns_of_one_name_helps(cli: Cli) -> None:
    file = str(FILES / "duplicate-heading.csv")
    assert '--map "column 4=ignore"' in cli.refused("users", "import", file)
    for advice in ("column 4=ignore", "Email=ignore"):
        told = plan(cli, "duplicate-heading.csv", "--map", advice)
        assert [user["email"] for user in told["added"]] == ["ann@example.org"]


def test_one_name_is_enough(cli: Cli) -> None:
    users = taken(cli, "one-word-and-very-long-names.csv", "--skip-refused")
    assert {user["name"] for user in users.values()} == {"Sukarno", "Madonna", "Ann Peeters"}


def test_a_user_with_a_past_last_day_is_not_active(cli: Cli) -> None:
    users = taken(cli, "termination-date-only.csv")
    assert {login: user["active"] for login, user in users.items()} == {"ann": True, "bob": False}
    users = taken(cli, "moodle.csv")
    assert {login: user["active"] for login, user in users.items()} == {"ann": True, "bob": False}


def test_a_user_with_a_future_last_day_or_a_later_hire_is_active(cli: Cli) -> None:
    Path("ends.csv").write_text(
        "email,name,hire date,termination date\n"
        "a@example.org,A A,2019-01-01,2026-03-02\n"
        "b@example.org,B B,2019-01-01,2026-03-01\n"
        "c@example.org,C C,2025-01-01,2024-06-30\n"
        "d@example.org,D D,2019-01-01,9999-12-31\n"
    )
    cli.run("users", "import", "ends.csv")
    users = cli.json("users", "list", "--left", "example.org")
    assert {u["login"]: u["active"] for u in users} == {
        "a": True,
        "b": False,
        "c": True,
        "d": True,
    }


def test_unknown_words_for_a_status_are_refused_with_the_mapping_to_add(cli: Cli) -> None:
    result = cli.run("users", "import", str(FILES / "status-words.csv"), exit_code=1)
    assert "add --map Pending=active or --map Pending=left" in result.stdout
    users = taken(cli, "status-words.csv", "--map", "Pending=active")
    left = {user["login"] for user in users.values() if not user["active"]}
    assert left == {"p1", "p3", "p16", "p17", "p19", "p25", "p27", "p28"}
    users = taken(cli, "status-words.csv", "--map", "Pending=left", "--map", "L=left")
    assert not users["p26"]["active"]
    assert not users["p2"]["active"]


def test_a_mapped_word_that_no_cell_contains_causes_a_warning(cli: Cli) -> None:
    told = plan(cli, "status-words.csv", "--map", "Pending=active", "--map", "Gone fishing=left")
    assert reasons(told) == [(0, "", "no cell says “gone fishing”, which --map explains")]


def test_an_invalid_hire_date_is_left_out(cli: Cli) -> None:
    told = plan(cli, "hire-dates.csv")
    assert [line for line, _, _ in reasons(told)] == [6, 13, 18, 19, 20, 21, 22]
    assert len(told["added"]) == 26


def test_stored_values_stay_if_a_cell_cannot_be_read(cli: Cli) -> None:
    head = "email,name,hired_on,language,time_zone\n"
    Path("one.csv").write_text(head + "ann@example.org,Ann P,2020-01-02,nl,UTC\n")
    cli.run("users", "import", "one.csv")
    Path("one.csv").write_text(head + "ann@example.org,Ann P,soon,xx,99\n")
    said = cli.out("users", "import", "one.csv")
    assert "3 warnings:" in said
    ann = cli.json("users", "show", "ann")
    assert (ann["hired_on"], ann["language"], ann["time_zone"]) == ("2020-01-02", "nl", "UTC")


def test_ambiguous_dates_cause_a_warning(cli: Cli) -> None:
    told = plan(cli, "us-and-eu-dates.csv")
    assert "--dates month-first" in told["warnings"][0]["reason"]
    users = taken(cli, "us-and-eu-dates.csv", "--dates", "month-first")
    assert users["ann"]["hired_on"] == "2020-03-04"
    assert plan(cli, "us-and-eu-dates.csv", "--dates", "day-first")["warnings"] == []


def test_an_employee_number_identifies_a_person(cli: Cli) -> None:
    before = taken(cli, "a-before.csv")
    after = taken(cli, "b-married.csv")
    assert list(after) == list(before) == ["ann.peeters"]
    ann = after["ann.peeters"]
    assert (ann["name"], ann["email"]) == ("Ann Smith", "ann.smith@example.org")
    assert (ann["employee_number"], ann["active"]) == ("7", True)
    assert "7" in cli.out("users", "show", "ann.peeters")


@pytest.mark.parametrize("column", ["login", "Employee ID"])
def test_two_can_swap_addresses(cli: Cli, column: str) -> None:
    head = f"{column},First Name,Last Name,Email\n"
    Path("a.csv").write_text(head + "1,Ann,A,one@example.org\n2,Bob,B,two@example.org\n")
    Path("b.csv").write_text(head + "1,Ann,A,two@example.org\n2,Bob,B,one@example.org\n")
    cli.run("users", "import", "a.csv")
    said = cli.out("users", "import", "b.csv")
    assert said.startswith("Imported: 2 changed; 0 unchanged.")
    assert cli.json("users", "show", "two@example.org")["name"] == "Ann A"
    # If only one of the two changes the address, the wanted one is still in use.
    Path("b.csv").write_text(head + "1,Ann,A,one@example.org\n")
    assert "is Bob B" in cli.run("users", "import", "b.csv", exit_code=1).stdout


def test_two_rows_with_one_number_are_refused(cli: Cli) -> None:
    """U11: a number identifies one person, in any notation."""
    Path("a.csv").write_text(
        "Employee ID,Name,Email\n007,Ann A,one@example.org\n7.0,Bob B,two@example.org\n"
    )
    result = cli.run("users", "import", "a.csv", exit_code=1)
    assert "the employee number “7.0” is on line 2 already" in result.stdout


def test_an_address_of_a_user_with_another_number_is_refused(cli: Cli) -> None:
    head = "Employee ID,Name,Email\n"
    Path("a.csv").write_text(head + "7,Ann Peeters,ann@example.org\n")
    cli.run("users", "import", "a.csv")
    Path("a.csv").write_text(head + "8,Ann Smith,ann@example.org\n")
    result = cli.run("users", "import", "a.csv", exit_code=1)
    assert "who has another employee number" in result.stdout
    assert cli.json("users", "show", "ann")["name"] == "Ann Peeters"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><body><table><tr><td>Email</td></tr></table>", "a web page (HTML)"),
        (b'<?xml version="1.0"?><Workbook></Workbook>', "is XML"),
        (b'[{"email": "ann@example.org"}]', "is JSON"),
        (b"PK\x03\x04" + b"\0" * 26 + b"people.csv" + b"x" * 50, "is a ZIP file"),
        (b"PK\x03\x04" + b"\0" * 26 + b"xl/workbook.xml" + b"x" * 50, "an Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"ann@example.org,Ann,Peeters\n", "put a line of headings above"),
    ],
)
def test_a_file_of_another_format_is_named_in_the_error(
    cli: Cli, content: bytes, said: str
) -> None:
    Path("people.csv").write_bytes(content)
    told = cli.refused("users", "import", "people.csv")
    assert said in told
    assert "--map" not in told


def test_a_status_may_have_a_day(cli: Cli) -> None:
    told = cli.json("users", "import", str(FILES / "status-with-a-day.csv"), "--skip-refused")
    users = {user["email"]: user for user in cli.json("users", "list", "--left")}
    # Ambiguous: active until that day; and 3 April or 4 March. Both lines are refused.
    assert [line for line, _, _ in reasons(told, "refused")] == [5, 6]
    assert {email[:2]: user["active"] for email, user in users.items() if "@example" in email} == {
        "an": True,
        "bo": False,
        "cy": True,
        "fi": False,
        "gi": True,
    }


@pytest.mark.parametrize(
    ("name", "led"),
    [
        ("norwegian.csv", {"ann": [], "bob": ["ann"], "cy": []}),
        ("polish.csv", {"ann": [], "bob": ["ann"], "cy": ["ann"]}),
        ("utf-16-without-mark.csv", {"ann": [], "bob": ["ann"]}),
    ],
)
def test_other_languages_and_files_without_a_byte_order_mark(
    cli: Cli, name: str, led: dict[str, list[str]]
) -> None:
    users = taken(cli, name)
    assert {
        login: [one["login"] for one in user["managers"]] for login, user in users.items()
    } == led
    assert users["ann"]["active"]
    assert users["bob"]["active"] is (name == "utf-16-without-mark.csv")


def test_error_values_of_a_spreadsheet_are_empty(cli: Cli) -> None:
    told = cli.json("users", "import", str(FILES / "spreadsheet-errors.csv"), "--skip-refused")
    assert [line for line, _, _ in reasons(told, "refused")] == [7]
    users = cli.json("users", "list", "--left")
    assert all(user["active"] for user in users)
    assert "#" not in str([list(user.values()) for user in users])
