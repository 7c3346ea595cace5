"""Sample exports of HR systems, read and checked as a whole."""

from datetime import date
from pathlib import Path

import pytest

from studio_tui.domain.people.hr_file import check, read
from tests.domain.people.hr_file.studios import EMPTY

FILES = Path(__file__).parents[3] / "files" / "hr"
BY_NAME = ["bamboohr.csv", "belgian_payroll.csv", "workday.csv"]
BY_ADDRESS = ["entra_powershell.csv", "excel_unicode_text.txt", "google_workspace.csv"]
EVERY = [*BY_NAME, *BY_ADDRESS, "entra_portal.csv", "studio.csv"]


@pytest.mark.parametrize("name", EVERY)
def test_all_people_are_read(name: str) -> None:
    checked = check(read((FILES / name).read_bytes()), EMPTY)
    assert checked.refusals == ()
    names = [person.record.name for person in checked.people]
    assert len(names) == 12
    assert names[5:7] == ["Marie-Hélène Lefèvre", "Jürgen Weiß"]


@pytest.mark.parametrize("name", [*BY_NAME, *BY_ADDRESS])
def test_managers_and_their_teams_are_found(name: str) -> None:
    checked = check(read((FILES / name).read_bytes()), EMPTY)
    by_name = {person.record.name: person for person in checked.people}
    ann, bob = by_name["Ann Peeters"], by_name["Bob Smets"]
    assert ann.manager == bob.ref
    assert ann.joins == (ann.record.department,)
    assert bob.joins == ("Team of Ingrid Van den Berghe",)
    assert len(checked.manager_teams) == 4


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"entra_portal.csv", "google_workspace.csv"}))
def test_hire_dates(name: str) -> None:
    file = read((FILES / name).read_bytes())
    assert file.records[2].hired_on == date(2020, 3, 31)
    assert file.records[1].hired_on == date(2014, 3, 17)


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"belgian_payroll.csv"}))
def test_people_who_have_left(name: str) -> None:
    left = [
        record.name for record in read((FILES / name).read_bytes()).records if not record.active
    ]
    assert left == ["Koen D'Hondt"]


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("workday.csv", "UTF-8 with BOM", ","),
        ("belgian_payroll.csv", "Windows-1252", ";"),
        ("excel_unicode_text.txt", "UTF-16 LE", "\t"),
        ("studio.csv", "UTF-8", ";"),
    ],
)
def test_encodings_and_delimiters(name: str, encoding: str, delimiter: str) -> None:
    file = read((FILES / name).read_bytes())
    assert (file.encoding, file.delimiter) == (encoding, delimiter)


def test_preferred_names_and_people_on_leave_of_workday() -> None:
    records = read((FILES / "workday.csv").read_bytes()).records
    assert records[4].name == "Joe Núñez Ortiz"
    assert records[7].active


def test_google_paths_are_teams_and_the_manager_adds_one() -> None:
    ann = check(read((FILES / "google_workspace.csv").read_bytes()), EMPTY).people[2]
    assert ann.record.teams == (("Sales", "Belgium"),)
    assert ann.joins == ("Sales",)


def test_user_principal_names_of_entra_become_logins() -> None:
    records = read((FILES / "entra_portal.csv").read_bytes()).records
    assert (records[2].login, records[2].email) == ("apeeters", "ann.peeters@example.org")
    assert records[2].derived_login
