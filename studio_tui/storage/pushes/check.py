"""What is looked over before a push is assigned (P19), in SQL, whatever the number of people.

``people`` is a query of one column, the ids of the users in question.
"""

from collections import Counter
from collections.abc import Collection

from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.shared.selection import Selection
from studio_tui.storage.engine.sql import Clause, one_of, rows, scalar
from studio_tui.storage.people.managers import managing, unmanaged
from studio_tui.storage.people.users import chosen
from studio_tui.storage.pushes.groups import OTHERS, leaders


def count_people(people: Clause) -> int:
    """How many they are."""
    return int(scalar(f"SELECT COUNT(*) FROM ({people.text}) AS found", *people.params))


def logins(people: Clause, limit: int) -> tuple[str, ...]:
    """The logins of the first of them, by name."""
    found = rows(
        f"SELECT u.login FROM users u WHERE u.id IN ({people.text}) "
        "ORDER BY u.sort_name, u.id LIMIT ?",
        *people.params,
        limit,
    )
    return tuple(login for (login,) in found)


def without_manager(people: Clause) -> Clause:
    """Those who have no manager (U4)."""
    return unmanaged(people)


def without_address(people: Clause) -> Clause:
    """Those at whose address mail fails: the newest that was tried there was refused for good."""
    return Clause(
        "SELECT n.recipient_id FROM notification n JOIN users u ON u.id = n.recipient_id "
        "WHERE n.state = 'failed' AND LOWER(n.sent_to) = LOWER(u.email) "
        f"AND u.id IN ({people.text}) AND NOT EXISTS (SELECT 1 FROM notification x "
        "WHERE x.recipient_id = u.id AND x.state = 'sent' AND x.id > n.id "
        "AND LOWER(x.sent_to) = LOWER(u.email)) GROUP BY n.recipient_id",
        people.params,
    )


def in_another_push(people: Clause, push_id: int, template_id: int) -> Clause:
    """Those who have still to talk in another push of the same template that is not closed."""
    return Clause(
        "SELECT a.user_id FROM push p JOIN assignment a ON a.push_id = p.id "
        "LEFT JOIN conversation c ON c.assignment_id = a.id AND c.cancelled_at IS NULL "
        "WHERE p.template_id = ? AND p.id <> ? AND p.closed_at IS NULL "
        "AND a.unassigned_at IS NULL AND c.finished_at IS NULL "
        f"AND a.user_id IN ({people.text}) GROUP BY a.user_id",
        (template_id, push_id, *people.params),
    )


def zones(people: Clause) -> dict[str, int]:
    """How many of them live in each time zone; an empty one is the organisation's."""
    return dict(
        rows(
            f"SELECT u.time_zone, COUNT(*) FROM users u WHERE u.id IN ({people.text}) "
            "GROUP BY u.time_zone",
            *people.params,
        )
    )


def living_in(people: Clause, names: Collection[str]) -> Clause:
    """Those who live in these time zones."""
    zone = one_of("u.time_zone", names)
    return Clause(
        f"SELECT u.id FROM users u WHERE {zone.text} AND u.id IN ({people.text})",
        (*zone.params, *people.params),
    )


def managers_with_more_than(people: Clause, number: int) -> list[int]:
    """The managers of more than so many of them (U4), those of most first."""
    found: Counter[int] = Counter()
    leading = leaders()
    for team_id, count in rows(
        "SELECT m.team_id, COUNT(*) FROM team_member m "
        f"WHERE m.user_id IN ({people.text}) AND m.user_id NOT IN ({OTHERS}) GROUP BY m.team_id",
        *people.params,
    ):
        for manager_id in leading.get(team_id, ()):
            found[manager_id] += count
    body = managing(
        Clause(f"SELECT id FROM users WHERE id IN ({people.text}) AND id IN ({OTHERS})",
               people.params)
    )  # fmt: skip
    for manager_id, count in rows(
        f"WITH RECURSIVE {body.text} SELECT manager_id, COUNT(DISTINCT user_id) FROM managing "
        "GROUP BY manager_id",
        *body.params,
    ):
        found[manager_id] += count
    return [manager_id for manager_id, count in found.most_common() if count > number]


def still_to_talk(push_id: int) -> Clause:
    """Those of a push who are there and have not held it."""
    return Clause(
        "SELECT a.user_id FROM assignment a JOIN users u ON u.id = a.user_id AND u.active "
        "LEFT JOIN conversation c ON c.assignment_id = a.id AND c.cancelled_at IS NULL "
        "WHERE a.push_id = ? AND a.unassigned_at IS NULL AND c.finished_at IS NULL",
        (push_id,),
    )


def with_those_added(push_id: int, selection: Selection[UserFilter]) -> Clause:
    """`still_to_talk`, and the users that a selection holds and who are there."""
    there, users = still_to_talk(push_id), chosen(selection)
    return Clause(
        f"{there.text} UNION SELECT u.id FROM users u WHERE u.active AND {users.text}",
        (*there.params, *users.params),
    )
