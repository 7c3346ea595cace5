"""A directory of any size, created with SQL: teams of ten in departments of a hundred, coaches."""

from collections.abc import Iterator
from random import Random

from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import execute, scalar
from studio_tui.storage.engine.unit import is_sqlite

GIVEN = ("Ann", "Björn", "Chloé", "Dirk", "Emma", "Femke", "Gus", "Hanna", "Ivo", "Jolien")
_NUMBERS = (
    "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
)
_SPREAD = 7_919
"""A prime whose multiples, modulo the size, spread names and coaches evenly."""


def make_people(studio: Studio, count: int) -> None:
    """Add ``count`` users after the existing ones, with their teams, leaders and coaches."""
    with studio.store.writing():
        first = int(scalar("SELECT MAX(id) FROM users")) + 1
        execute(
            f"{_NUMBERS} INSERT INTO users (login, login_key, email, email_key, given_name, "
            "family_name, sort_name, search, language, time_zone, role, department, active) "
            "SELECT 'u' || i, 'u' || i, 'u' || i || '@example.org', 'u' || i || '@example.org', "
            f"'Ann', 'Peeters ' || i, 'peeters ' || ((i * {_SPREAD}) % ?) || ' ann', "
            "'ann peeters ' || i || ' u' || i || ' u' || i || '@example.org', "
            "'en', '', 'user', 'Sales', ? FROM n",
            count,
            count,
            True,
        )
        _make_teams(count)
        _make_links(count, first - 1)
    update_statistics(studio)


def update_statistics(studio: Studio) -> None:
    """Update the table statistics, as the server does by itself within a minute."""
    with studio.store.writing():
        if not is_sqlite():
            execute("ANALYZE")


def hr_export(count: int, seed: int = 5) -> Iterator[list[str]]:
    """Yield the rows of a CSV export of ``count`` users, headings first.

    One in ten users leads a team of ten, each user has a group, every fourth a coach.
    """
    random = Random(seed)
    yield [
        *("email", "given_name", "family_name", "language", "department"),
        *("groups", "teams", "leads", "coaches", "hired_on"),
    ]
    for number in range(count):
        team = f"Division {number // 1000} > Team {number // 10}"
        coach = random.randrange(count)
        yield [
            f"u{number}@example.org",
            random.choice(GIVEN),
            f"Peeters {random.randrange(count)}",
            random.choice(("en", "nl", "fr")),
            f"Department {number // 1000}",
            f"Group {number % 20}",
            team,
            team if number % 10 == 0 else "",
            f"u{coach}@example.org" if number % 4 == 0 and coach != number else "",
            f"20{number % 20:02}-0{1 + number % 9}-1{number % 10}",
        ]


def _make_links(count: int, before: int) -> None:
    """Write memberships, leaders and coaches. ``before`` is the id before the first new user."""
    tens = "SELECT ? + i, t.id FROM n JOIN team t ON t.path_key = 't' || ((i - 1) / 10)"
    execute(f"{_NUMBERS} INSERT INTO team_member (user_id, team_id) {tens}", count, before)
    execute(
        f"{_NUMBERS} INSERT INTO team_leader (user_id, team_id) {tens} WHERE i % 10 = 1",
        count,
        before,
    )
    execute(
        f"{_NUMBERS} INSERT INTO coaching (user_id, coach_id) "
        f"SELECT ? + i, ? + 1 + (i * {_SPREAD}) % ? FROM n "
        f"WHERE i % 4 = 0 AND i <> 1 + (i * {_SPREAD}) % ?",
        count,
        before,
        before,
        count,
        count,
    )


def _make_teams(count: int) -> None:
    execute(
        f"{_NUMBERS} INSERT INTO team (name, path, path_key, by_manager) "
        "SELECT 'Team ' || (i - 1), 'Team ' || (i - 1), 't' || (i - 1), ? FROM n",
        max(1, (count + 9) // 10),
        False,
    )
    execute(
        "UPDATE team SET parent_id = (SELECT above.id FROM team above WHERE above.path_key = "
        "'t' || (CAST(SUBSTR(team.path_key, 2) AS INTEGER) / 10)) "
        "WHERE path_key LIKE 't%' AND path_key <> 't0'"
    )
