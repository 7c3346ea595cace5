"""The program with an additional fact about a user.

This is a separate process because the fact must be declared before anything is derived from the
declarations. It runs the commands that standard input lists in JSON, and prints in JSON the output
of each command and everything else derived from the fact.
"""

import json
import sqlite3
import sys
from typing import Any

from studio_tui.domain.people import facts
from studio_tui.domain.people.access import Action
from studio_tui.domain.people.facts import Fact, ListColumn

facts.FACTS += (
    Fact(
        "cost_centre",
        "Cost centre",
        headings=(("cost_centre",), ("Budget line", "Kostenstelle 1")),
        default="none yet",
        searched=True,
        sorted=True,
        listed=ListColumn(12, 1),
        changed_by=Action.CORRECT_ADDRESSES,
    ),
)


def main() -> None:
    """Run the commands on a new Studio whose table of users has the additional column."""
    from click.testing import CliRunner

    said: dict[str, Any] = {"without column": _add_column()}
    from studio_tui.cli.main import program
    from studio_tui.config.settings import load
    from studio_tui.main import DEPENDENCIES

    commands: dict[str, list[str]] = json.load(sys.stdin)
    CliRunner().invoke(program, ["db", "migrate"], obj=DEPENDENCIES)
    with sqlite3.connect(load().database_url.removeprefix("sqlite:///")) as database:
        database.execute("ALTER TABLE users ADD COLUMN cost_centre TEXT NOT NULL DEFAULT ''")
    for name, arguments in commands.items():
        result = CliRunner().invoke(program, arguments, obj=DEPENDENCIES)
        said[name] = result.stdout or result.stderr or repr(result.exception)
    json.dump(said | _derived(), sys.stdout)


def _add_column() -> list[str]:
    """Add the column of the fact to the table of users; return the facts that lacked a column."""
    from peewee import CharField

    from studio_tui.storage.engine.tables import UserTable
    from tests.storage.people.fact_columns import without_column

    lacking = without_column()
    UserTable._meta.add_field("cost_centre", CharField(default=""))
    assert without_column() == []
    return lacking


def _derived() -> dict[str, Any]:
    from studio_tui.cli.shared.session import own_studio
    from studio_tui.domain.people.facts_table import in_markdown
    from studio_tui.domain.people.users import UserFilter
    from studio_tui.domain.shared.list_source import Sort
    from studio_tui.services.people import users
    from studio_tui.tui.screens.people.import_columns import guessed_headings
    from studio_tui.tui.screens.people.users import COLUMNS
    from studio_tui.tui.widgets.user_facts import facts_about

    with own_studio() as (studio, admin):
        sort = Sort("cost_centre", descending=True)
        listed = users.source(studio, admin, UserFilter(include_left=True), sort).rows(0, 9)
    column = next(column for column in COLUMNS if column.key == "cost_centre")
    return {
        "sorted": [user.login for user in listed],
        "column": [column.title, column.sortable, *(column.cell(user) for user in listed)],
        "page": [value for label, value in facts_about(listed[0]) if label == "Cost centre"],
        "recognised": guessed_headings(["Budget Line"], {})[0].field,
        "documented": [line for line in in_markdown().splitlines() if "cost_centre" in line],
    }


if __name__ == "__main__":
    main()
