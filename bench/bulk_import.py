"""The cost of importing users, against Python's ``csv`` and plain inserts of the same rows."""

import csv
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.bulk_databases import FigureFactory, Fresh, opened
from bench.bulk_people import hr_export
from bench.figures import Figure, timing
from studio_tui.services.people import hr_files, imports
from studio_tui.storage.engine.sql import execute_many


def import_figure(fresh: Fresh, size: int) -> Figure:
    """Return the cost of importing ``size`` users."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "users.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(hr_export(size))
        with opened(fresh()) as (studio, admin), timing() as taken:
            imports.apply(studio, admin, hr_files.read(path))
        with opened(fresh()) as (studio, _):
            measured = FigureFactory(studio, size)
            what = "csv.reader and executemany"
            return measured.against("import of users", taken, lambda: _inserted(path), what)


def _inserted(path: Path) -> None:
    with path.open(newline="") as file:
        found = csv.reader(file)
        next(found)
        people = list(found)
    users = {person[0]: number for number, person in enumerate(people, 2)}
    paths = dict.fromkeys(person[6] for person in people)
    above = dict.fromkeys(path_.partition(_UNDER)[0] for path_ in paths)
    teams = {path_: number for number, path_ in enumerate((*above, *paths), 1)}
    execute_many(
        "INSERT INTO team (id, name, parent_id, path, path_key, by_manager) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (_team(path_, number, teams) for path_, number in teams.items()),
    )
    execute_many(
        "INSERT INTO users (id, login, login_key, email, email_key, given_name, family_name, "
        "sort_name, search, language, time_zone, role, department, hired_on, active) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 'user', ?, ?, ?)",
        (_row(users[person[0]], *person) for person in people),
    )
    execute_many(
        "INSERT INTO user_group (user_id, name, name_key) VALUES (?, ?, ?)",
        ((users[person[0]], person[5], person[5].lower()) for person in people),
    )
    for table, link, column in (
        ("team_member", "team_id", 6),
        ("team_leader", "team_id", 7),
        ("coaching", "coach_id", 8),
    ):
        ids = users if column == 8 else teams
        execute_many(
            f"INSERT INTO {table} (user_id, {link}) VALUES (?, ?)",
            ((users[one[0]], ids[one[column]]) for one in people if one[column]),
        )
    execute_many(
        "INSERT INTO activity_user (activity_id, user_id) VALUES (?, ?)",
        ((1, number) for number in users.values()),
    )


_UNDER = " > "


def _team(path: str, number: int, teams: Mapping[str, int]) -> tuple[Any, ...]:
    above, _, name = path.rpartition(_UNDER)
    return number, name, teams.get(above), path, path.lower(), False


def _row(
    number: int,
    email: str,
    given: str,
    family: str,
    language: str,
    department: str,
    group: str,
    team: str,
    _leads: str,
    _coach: str,
    hired: str,
) -> tuple[Any, ...]:
    login = email.split("@")[0]
    sorting = f"{family} {given}".lower()
    search = f"{given} {family} {login} {email} {department} {team} {group}".lower()
    return (
        number,
        login,
        login,
        email,
        email,
        given,
        family,
        sorting,
        search,
        language,
        department,
        hired,
        True,
    )
