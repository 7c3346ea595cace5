"""Exporting users as CSV and importing the export again (U6, A5)."""

import csv
import io

import pytest

from studio_tui.demo.story.building import build_organisation
from studio_tui.demo.story.export import organisation_csv
from studio_tui.demo.story.text_files import demo_plan
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.hr_file.records import EXPORTED
from studio_tui.domain.people.users import User, UserFilter
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.people import exports, imports, users
from studio_tui.services.people.hr_files import read
from studio_tui.services.system.context import Studio
from tests.hostile import HOSTILE
from tests.services.people.importing import SAMPLES, hr_file_of, import_lines, whole_database

pytestmark = pytest.mark.one_engine

HEAD = "login,email,given_name,family_name,groups,teams,leads,coaches,department,role"
ELS = "els,els@example.org,Els,Claes,,,,,,admin"


def everybody(studio: Studio, admin: Actor) -> list[User]:
    return users.every(studio, admin, UserFilter(include_left=True))


def check_nothing_changes(studio: Studio, admin: Actor) -> None:
    listed = everybody(studio, admin)
    before = whole_database(studio)
    plan = imports.apply(studio, admin, read(exports.users_csv(listed).encode()))
    assert (plan.touched, plan.unchanged, plan.ignored) == ((), len(listed), ())
    assert whole_database(studio) == before


def test_an_export_has_the_columns_of_the_program(studio: Studio, admin: Actor) -> None:
    import_lines(
        studio,
        admin,
        HEAD + ",hired_on,active",
        ELS + ",,yes",
        'ann,ann@example.org,Ann,"Peeters, Jr",b|a,Sales > Belgium,,els,"Sell ""it""",user'
        ",2020-03-31,no",
    )
    assert exports.users_csv(everybody(studio, admin)) == (
        "login,email,given_name,family_name,language,time_zone,groups,teams,leads,coaches,"
        "department,role,hired_on,active,employee_number\n"
        "els,els@example.org,Els,Claes,en,Europe/Brussels,,,,,,admin,,yes,\n"
        'ann,ann@example.org,Ann,"Peeters, Jr",en,Europe/Brussels,a|b,Sales > Belgium,,els,'
        '"Sell ""it""",user,2020-03-31,no,\n'
    )


def test_an_export_without_users_is_a_line_of_headings() -> None:
    assert exports.users_csv([]) == ",".join(EXPORTED) + "\n"


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir()))
def test_importing_an_export_changes_nothing(studio: Studio, admin: Actor, name: str) -> None:
    import_lines(studio, admin, HEAD, ELS)
    imports.apply(studio, admin, read(SAMPLES / name))
    check_nothing_changes(studio, admin)


def test_importing_an_export_of_the_demo_changes_nothing(studio: Studio, admin: Actor) -> None:
    import_lines(studio, admin, HEAD, ELS)
    organisation = build_organisation(demo_plan())
    imports.apply(studio, admin, read(organisation_csv(organisation).encode()))
    check_nothing_changes(studio, admin)


def test_no_cell_starts_a_formula_and_all_names_survive_a_round_trip(
    studio: Studio, admin: Actor
) -> None:
    names = [clean_line(name).replace("|", "/").replace(">", "/") for name in HOSTILE]
    names += ["'=1+1", "''-x", "'quoted'", "'", "=x", "+x", "-x", "@x", "–x"]
    names = [name.lstrip("/") for name in names if name.lstrip("/")]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD.split(","))
    writer.writerow(ELS.split(","))
    for i, name in enumerate(names):
        # A cell that starts like a formula needs an apostrophe of its own to be read unchanged.
        cell = f"'{name}" if name.lstrip("'")[:1] in ("=", "+", "-", "@") else name
        writer.writerow([f"-u{i}", f"+u{i}@example.org", *[cell] * 4, "", "els", cell, ""])
    imports.apply(studio, admin, hr_file_of(text.getvalue()))
    listed = everybody(studio, admin)
    assert {one.given_name for one in listed} == {*names, "Els"}
    assert {one.groups for one in listed} == {*((name,) for name in names), ()}
    for row in csv.reader(io.StringIO(exports.users_csv(listed))):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    check_nothing_changes(studio, admin)
