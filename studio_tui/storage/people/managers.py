"""Who manages whom, in SQL, for any number of people at once (U4).

The teams of a user are those they are a member of and those they lead. Where a user leads a team
alone, the search goes on in its parent, and so on upward, until somebody else leads.

It is text: every page of a list asks for it, and Peewee's builder takes longer to write these four
common table expressions than SQLite takes to answer them.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from peewee import SQL, Select, fn

from studio_tui.domain.people.users import Manager, full_name
from studio_tui.storage.engine.expressions import stored
from studio_tui.storage.engine.sql import Clause, among, expression, rendered, rows, textual
from studio_tui.storage.engine.tables import UserTable
from studio_tui.storage.people.stand_ins import standing_pairs, with_stand_ins

_M: Any = UserTable.alias("manager")


def managing(people: Clause) -> Clause:
    """The body of ``WITH RECURSIVE``: ``managing(user_id, manager_id, team_id)``, one row a reason.

    ``people`` is a query of one column, the ids of the users in question; ``team_id`` is null for
    a coach. Those who have left manage nobody.
    """
    return Clause(
        f"""
        people(user_id) AS ({people.text}),
        own(user_id, team_id) AS (
            SELECT m.user_id, m.team_id FROM team_member m JOIN people p ON p.user_id = m.user_id
            UNION ALL
            SELECT l.user_id, l.team_id FROM every_team_leader l
            JOIN people p ON p.user_id = l.user_id
        ),
        above(user_id, team_id) AS (
            SELECT c.user_id, t.parent_id FROM every_team_leader c
            JOIN people p ON p.user_id = c.user_id JOIN team t ON t.id = c.team_id
            WHERE t.parent_id IS NOT NULL AND {_ALONE}
            UNION
            SELECT c.user_id, t.parent_id FROM above c JOIN team t ON t.id = c.team_id
            WHERE t.parent_id IS NOT NULL AND {_ALONE}
        ),
        managing(user_id, manager_id, team_id) AS (
            SELECT c.user_id, l.user_id, c.team_id FROM own c
            JOIN every_team_leader l ON l.team_id = c.team_id AND l.user_id <> c.user_id
            JOIN every_users u ON u.id = l.user_id AND u.active
            UNION
            SELECT c.user_id, l.user_id, c.team_id FROM above c
            JOIN every_team_leader l ON l.team_id = c.team_id AND l.user_id <> c.user_id
            JOIN every_users u ON u.id = l.user_id AND u.active
            UNION
            SELECT k.user_id, k.coach_id, NULL FROM every_coaching k
            JOIN people p ON p.user_id = k.user_id
            JOIN every_users u ON u.id = k.coach_id AND u.active
            WHERE k.coach_id <> k.user_id
        )
        """,
        people.params,
    )


def unmanaged(people: Any) -> Any:
    """A query of one column, ``user_id``: those of ``people``, likewise, who have no manager."""
    asked = rendered(people)
    # Nearly everybody has one beside them: who has need not be looked up the teams for.
    body = managing(
        Clause(
            f"SELECT asked.id FROM (SELECT id FROM users WHERE id IN ({asked.text})) AS asked "
            "WHERE NOT EXISTS (SELECT 1 FROM team_member m "
            "JOIN every_team_leader l ON l.team_id = m.team_id AND l.user_id <> m.user_id "
            "JOIN every_users u ON u.id = l.user_id AND u.active WHERE m.user_id = asked.id) "
            "AND NOT EXISTS (SELECT 1 FROM every_coaching k "
            "JOIN every_users u ON u.id = k.coach_id AND u.active "
            "WHERE k.user_id = asked.id AND k.coach_id <> k.user_id)",
            asked.params,
        )
    )
    # PostgreSQL expects so much of NOT IN that it compares everybody with everybody.
    alone = (
        f"WITH RECURSIVE {body.text} SELECT user_id FROM people EXCEPT SELECT user_id FROM managing"
    )
    return textual(Clause(alone, body.params), "user_id")


def pairs(people: Any, *, stand_ins: bool = True) -> Any:
    """``user_id, manager_id`` of ``people``, likewise: each pair once, whatever the reasons; with
    ``stand_ins`` also of who stands in for a manager today (U14)."""
    body = managing(rendered(people))
    found = f"WITH RECURSIVE {body.text} SELECT DISTINCT user_id, manager_id FROM managing"
    standing = standing_pairs() if stand_ins else None
    if standing is None:
        return textual(Clause(found, body.params), "user_id", "manager_id")
    both = Clause(f"{found} UNION {standing.text}", (*body.params, *standing.params))
    return textual(both, "user_id", "manager_id")


def manager_counts(people: Any) -> Any:
    """A query of ``user_id, number``: how many managers those of ``people`` have who have any."""
    found = pairs(people).alias("x")
    number = fn.COUNT(SQL("x.manager_id")).alias("number")
    return Select((found,), (SQL("x.user_id"), number)).group_by(SQL("x.user_id"))


def first_managers(people: Any) -> Any:
    """A query of ``user_id, name``: the first manager of those of ``people`` who have any, by the
    name that users are sorted by."""
    found = pairs(people).alias("x")
    named = _M.select(SQL("x.user_id"), fn.MIN(_M.sort_name).alias("name"))
    return named.join(found, on=SQL("x.manager_id") == _M.id).group_by(SQL("x.user_id"))


def managers_by_user(people: Any) -> dict[int, frozenset[int]]:
    """The managers of each of ``people``, likewise, who has any."""
    found = defaultdict[int, set[int]](set)
    for user_id, manager_id in stored(pairs(people)):
        found[user_id].add(manager_id)
    return {user_id: frozenset(ids) for user_id, ids in found.items()}


_ALONE = """NOT EXISTS (
                SELECT 1 FROM every_team_leader l JOIN every_users u ON u.id = l.user_id
                WHERE l.team_id = c.team_id AND l.user_id <> c.user_id AND u.active)"""
"""Nobody who is there leads the team but, perhaps, the user."""


def managers_of(user_ids: list[int], *, stand_ins: bool = True) -> dict[int, tuple[Manager, ...]]:
    """The managers of each of these users, each manager once, with all reasons (U4), and with
    ``stand_ins`` who stands in for one of them today (U14)."""
    people = among("id", user_ids)
    body = managing(Clause(f"SELECT id FROM users WHERE {people.text}", people.params))
    found: dict[int, dict[int, tuple[str, str, list[str]]]] = {}
    for user_id, manager_id, login, given, family, team in rows(
        f"WITH RECURSIVE {body.text} "
        "SELECT g.user_id, u.id, u.login, u.given_name, u.family_name, t.name "
        "FROM managing g JOIN every_users u ON u.id = g.manager_id "
        "LEFT JOIN every_team t ON t.id = g.team_id "
        "ORDER BY g.user_id, u.sort_name, u.id, "
        "CASE WHEN t.id IS NULL THEN 1 ELSE 0 END, t.path_key",
        *body.params,
    ):
        reason = "coach" if team is None else f"leads {team}"
        named = found.setdefault(user_id, {}).setdefault(
            manager_id, (login, full_name(given, family), [])
        )
        named[2].append(reason)
    managers = {
        user_id: tuple(
            Manager(manager_id, login, name, ", ".join(reasons))
            for manager_id, (login, name, reasons) in each.items()
        )
        for user_id, each in found.items()
    }
    return with_stand_ins(managers) if stand_ins else managers


def is_managed_by(user_column: str, manager: str) -> Any:
    """Whether who ``manager``, an expression, tells manages the user in ``user_column``."""
    body = managing(Clause(f"SELECT {user_column}"))
    return expression(_some(body, f" WHERE manager_id = {manager}"))


def has_manager(user_column: str) -> Any:
    """Whether the user in ``user_column`` has any manager."""
    # Nearly everybody is in a team that somebody else leads, and that is quickly found.
    led = Clause(
        "EXISTS (SELECT 1 FROM team_member m JOIN every_team_leader l ON l.team_id = m.team_id "
        "JOIN every_users leader ON leader.id = l.user_id AND leader.active "
        f"WHERE m.user_id = {user_column} AND l.user_id <> {user_column})"
    )
    body = managing(Clause(f"SELECT {user_column}"))
    return expression(led) | expression(_some(body))


def _some(body: Clause, which: str = "") -> Clause:
    return Clause(f"EXISTS (WITH RECURSIVE {body.text} SELECT 1 FROM managing{which})", body.params)


def manages_as(user_id: int, manager_id: int) -> tuple[bool, bool]:
    """Whether somebody leads and whether they coach a user."""
    body = managing(Clause("SELECT CAST(? AS INTEGER)", (user_id,)))
    found = rows(
        f"WITH RECURSIVE {body.text} SELECT team_id FROM managing WHERE manager_id = ?",
        *body.params,
        manager_id,
    )
    return any(team is not None for (team,) in found), any(team is None for (team,) in found)


def manages(user_id: int, manager_id: int) -> bool:
    """Whether somebody leads or coaches a user, or stands in today for one who does (U14)."""
    managers = managers_of([user_id]).get(user_id, ())
    return manager_id in {manager.user_id for manager in managers}


def managed_by(manager_id: int) -> Any:
    """A query of one column, ``user_id``: whom somebody manages (U4)."""
    return managed_by_any([manager_id])


def managed_by_any(manager_ids: Collection[int]) -> Any:
    """A query of one column, ``user_id``: whom any of these manages (U4)."""
    body = managing(managed_candidates(manager_ids))
    wanted = among("manager_id", manager_ids)
    found = f"WITH RECURSIVE {body.text} SELECT DISTINCT user_id FROM managing WHERE {wanted.text}"
    return textual(Clause(found, (*body.params, *wanted.params)), "user_id")


def ids_managed_by(manager_id: int) -> list[int]:
    """Whom somebody manages (U4)."""
    return [user_id for (user_id,) in stored(managed_by(manager_id))]


def count_unmanaged(people: Any) -> int:
    """How many of ``people``, as `unmanaged` takes them, have no manager."""
    return len(stored(unmanaged(people)))


def managed_candidates(manager_ids: Collection[int]) -> Clause:
    """A query of one column, ``user_id``: who can be among those whom these manage."""
    # Members and leaders of the teams led, leaders of what lies below, who may lead alone there,
    # and those coached.
    leads, leading = among("user_id", manager_ids), among("l.user_id", manager_ids)
    coaches = among("k.coach_id", manager_ids)
    return Clause(
        "WITH RECURSIVE below(team_id) AS ("
        f"SELECT team_id FROM every_team_leader WHERE {leads.text} "
        "UNION SELECT t.id FROM team t JOIN below b ON t.parent_id = b.team_id) "
        "SELECT m.user_id FROM team_member m JOIN every_team_leader l ON l.team_id = m.team_id "
        f"WHERE {leading.text} "
        "UNION SELECT l.user_id FROM every_team_leader l JOIN below b ON b.team_id = l.team_id "
        f"UNION SELECT k.user_id FROM every_coaching k WHERE {coaches.text}",
        (*leads.params, *leading.params, *coaches.params),
    )
