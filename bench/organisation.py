"""A synthetic organisation of any size, written with a few SQL statements; identical on every run.

    python -m bench.organisation postgresql:///studio --users 1000000

Everybody is in a team of twelve; two in a hundred have left. One push is assigned to all active
users; one in three of them has a conversation, and each got a mail. The organisation is written
without files and services, to be fast; only what is measured on it uses them.
"""

import argparse
import getpass
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.bulk_people import update_statistics
from studio_tui.config.settings import Database, Settings
from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import PushDraft
from studio_tui.domain.shared.clock import FixedClock
from studio_tui.domain.shared.text import fold, fold_search
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio, open_studio
from studio_tui.services.templates import templates
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.engine.sql import execute, execute_many, scalar
from studio_tui.storage.engine.unit import is_sqlite

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TEAM = 12
"""Number of users per team."""
PUSH = "Review of everybody"
_GIVEN = (
    *(
        "Ann",
        "Bob",
        "Chris",
        "Dana",
        "Eva",
        "Finn",
        "Greet",
        "Hugo",
        "Iris",
        "Jan",
        "Karel",
        "Lena",
    ),
    *("Maarten", "Nina", "Omar", "Petra", "Quinten", "Rosa", "Sofie", "Tom", "Ursula", "Victor"),
    *("Wim", "Xander", "Yasmina", "Zoë", "José", "Łukasz", "Åsa", "美咲", "Đỗ", "Ольга"),
)
_SYLLABLES = (
    (
        "Ba",
        "De",
        "Fa",
        "Ga",
        "Ha",
        "Jo",
        "Ka",
        "La",
        "Mo",
        "Ne",
        "Pe",
        "Ro",
        "Sa",
        "Ta",
        "Ve",
        "Wi",
    ),
    ("bel", "cker", "dri", "ge", "ha", "le", "mi", "nse", "pe", "ri", "sse", "tu", "va", "wou"),
    ("ert", "ens", "er", "ik", "man", "mans", "ov", "s", "sen", "sson", "stra", "x"),
)
_DEPARTMENTS = ("Sales", "Finance", "Research", "Logistics", "Care", "Production", "IT", "People")
_DAYS = tuple(date(2001, 1, 1) + timedelta(days=67 * number) for number in range(137))
_MOMENTS = tuple(NOW - timedelta(minutes=41 * number) for number in range(1, 1_009))


def fill(studio: Studio, users: int, seed: int = 1) -> Actor:
    """Write the organisation to a new database and return its admin."""
    admin = sign_in(studio, Account(getpass.getuser(), "Ada Admin"))
    template = templates.find(studio, admin, "Performance review")
    draft = PushDraft(PUSH, NOW.date(), NOW.date() + timedelta(days=29))
    (push,) = pushes.create(studio, admin, template.id, [draft])
    with studio.store.writing():
        _moments()
        first = _users(users, seed)
        _teams(admin, first, users)
        activity = write_activity(admin, NOW, Verb.ASSIGN, PUSH, push_id=push.id)
        _assign(push.id, activity)
        _converse(template.id, first)
        _notify(push.id, activity)
        _work(admin, users // 100)
        execute("DROP TABLE moment")
    update_statistics(studio)
    return admin


def _numbers(count: int) -> str:
    return (
        "WITH RECURSIVE counted(i) AS (SELECT CAST(1 AS BIGINT) "
        f"UNION ALL SELECT i + 1 FROM counted WHERE i < {count})"
    )


def _moments() -> None:
    """Create a table ``moment(k, value)`` that exists as long as this connection."""
    kept = "TEXT" if is_sqlite() else "TIMESTAMPTZ"
    execute(f"CREATE TEMPORARY TABLE moment (k INTEGER PRIMARY KEY, value {kept})")
    execute_many("INSERT INTO moment VALUES (?, ?)", enumerate(_MOMENTS))


def _users(count: int, seed: int) -> int:
    """Write the users and return the id of the first one."""
    execute_many(
        "INSERT INTO users (login, login_key, email, email_key, given_name, family_name, "
        "sort_name, search, language, time_zone, role, department, hired_on, active) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'en', 'Europe/Brussels', 'user', ?, ?, ?)",
        _people(count, random.Random(seed)),
    )
    return int(scalar("SELECT MAX(id) FROM users")) - count + 1


def _people(count: int, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    folded = {given: (fold(given), fold_search(given)) for given in _GIVEN}
    for number in range(count):
        given, family = chance.choice(_GIVEN), "".join(map(chance.choice, _SYLLABLES))
        key, bare = folded[given]
        department = chance.choice(_DEPARTMENTS)
        login = f"{family}{number}".lower()
        email = f"{login}@example.org"
        search = f"{bare} {family} {login} {email} {department} team {number // TEAM + 1}".lower()
        names = given, family, f"{family.lower()} {key}", search
        active = number % 50 != 7
        yield login, login, email, email, *names, department, chance.choice(_DAYS), active


def _teams(admin: Actor, first: int, users: int) -> None:
    teams = -(-users // TEAM)
    execute(
        f"{_numbers(teams)} INSERT INTO team (name, path, path_key, by_manager) "
        "SELECT 'Team ' || CAST(i AS TEXT), 'Team ' || CAST(i AS TEXT), "
        "'team ' || CAST(i AS TEXT), i < 0 FROM counted ORDER BY i"
    )
    team = f"(SELECT MIN(id) FROM team) + (u.id - {first}) / {TEAM}"
    execute(
        "INSERT INTO team_member (team_id, user_id) "
        f"SELECT {team}, u.id FROM users u WHERE u.id >= {first} ORDER BY u.id"
    )
    execute(
        "INSERT INTO team_leader (team_id, user_id) "
        f"SELECT {team}, u.id FROM users u WHERE u.id >= {first} AND (u.id - {first}) % {TEAM} = 0"
    )
    execute("INSERT INTO team_leader (team_id, user_id) SELECT MIN(id), ? FROM team", admin.user_id)


def _assign(push_id: int, activity: int) -> None:
    execute(
        "INSERT INTO assignment (push_id, user_id, assigned_in_id) "
        f"SELECT {push_id}, u.id, {activity} FROM users u WHERE u.active ORDER BY u.id"
    )


def _converse(template_id: int, first: int) -> None:
    execute(
        "INSERT INTO conversation (user_id, assignment_id, template_id, "
        "conductor_id, minutes, place, sequence, planned_for, started_at, finished_at, sealed_at, "
        "version) "
        f"SELECT a.user_id, a.id, {template_id}, "
        f"a.user_id - (a.user_id - {first}) % {TEAM}, 60, '', 0, m.value, "
        "CASE WHEN a.id % 9 IN (0, 6) THEN m.value END, "
        "CASE WHEN a.id % 9 = 0 THEN m.value END, CASE WHEN a.id % 9 = 0 THEN m.value END, 1 "
        f"FROM assignment a JOIN moment m ON m.k = a.id % {len(_MOMENTS)} "
        f"WHERE a.id % 3 = 0 AND a.user_id >= {first} ORDER BY a.id",
    )


def _notify(push_id: int, activity: int) -> None:
    execute(
        "INSERT INTO notification (key, kind, capacity, state, push_id, "
        "recipient_id, caused_by_id, created_at, due_at, attempts, sent_at, error) "
        f"SELECT '{push_id}-' || CAST(a.user_id AS TEXT) || '-assigned-user-1', "
        "'assigned', 'user', "
        "CASE WHEN a.id % 100 = 3 THEN 'failed' "
        "WHEN a.id % 20 = 4 THEN 'queued' ELSE 'sent' END, "
        f"a.push_id, a.user_id, {activity}, m.value, m.value, "
        "CASE WHEN a.id % 20 = 4 THEN 0 ELSE 1 END, "
        "CASE WHEN a.id % 100 <> 3 AND a.id % 20 <> 4 THEN m.value END, "
        "CASE WHEN a.id % 100 = 3 THEN '550 no such user here' END "
        f"FROM assignment a JOIN moment m ON m.k = a.id * 31 % {len(_MOMENTS)} ORDER BY a.id",
    )
    execute(
        "INSERT INTO notification_user (notification_id, user_id) "
        "SELECT id, recipient_id FROM notification ORDER BY id"
    )


def _work(admin: Actor, lines: int) -> None:
    execute(
        f"{_numbers(max(lines, 1))} "
        "INSERT INTO activity (at, actor_id, actor_login, action, subject) "
        f"SELECT m.value, {admin.user_id}, ?, 'imported users', 'people ' || CAST(i AS TEXT) "
        f"FROM counted JOIN moment m ON m.k = i % {len(_MOMENTS)} ORDER BY i",
        admin.login,
    )


def main() -> None:
    """Write the organisation to the database of the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("url")
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    studio = open_studio(Settings(database=Database(url=asked.url)), FixedClock(NOW))
    fill(studio, asked.users, asked.seed)
    studio.close()


if __name__ == "__main__":
    main()
