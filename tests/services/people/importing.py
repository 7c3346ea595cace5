"""Helpers for tests of imports: HR files as text, and a dump of the database to compare."""

from pathlib import Path
from typing import Any

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.hr_file import HrFile, read
from studio_tui.domain.people.users import User, UserFilter
from studio_tui.services.people import imports, users
from studio_tui.services.people.import_plan import ImportPlan
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import rows
from studio_tui.storage.engine.tables import TABLES

SAMPLES = Path(__file__).parents[2] / "files" / "hr"


def hr_file_of(*lines: str) -> HrFile:
    """Return an HR file of these lines, with the headings first."""
    return read("\n".join(lines).encode())


def import_lines(studio: Studio, admin: Actor, *lines: str) -> ImportPlan:
    """Import an HR file of these lines."""
    return imports.apply(studio, admin, hr_file_of(*lines))


def user(studio: Studio, admin: Actor, login: str) -> User:
    """Return the user with this login."""
    return users.find(studio, admin, login).user


def managers(studio: Studio, admin: Actor, login: str) -> dict[str, set[str]]:
    """Return the managers of a user: their reasons by login."""
    return {one.login: set(one.reason.split(", ")) for one in user(studio, admin, login).managers}


def found(studio: Studio, admin: Actor, text: str) -> set[str]:
    """Return the logins that the filter ``text`` matches, including users who left."""
    listed = users.every(studio, admin, UserFilter(text=text, include_left=True))
    return {one.login for one in listed}


def whole_database(studio: Studio) -> dict[str, list[Any]]:
    """Return every row of every table, by table."""
    with studio.store.reading():
        return {
            table._meta.table_name: sorted(
                rows(f"SELECT * FROM {table._meta.table_name}"), key=repr
            )
            for table in TABLES
        }
