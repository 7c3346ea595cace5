"""The checks before a push is assigned (P19), in SQL, for any number of people.

``people`` is a query of one column, the ids of the users to be checked.
"""

from collections import Counter
from collections.abc import Collection
from typing import Any

from peewee import JOIN, Select, fn

from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.shared.selection import Selection
from studio_tui.storage.engine.expressions import (
    COUNTED,
    A,
    C,
    N,
    P,
    U,
    among,
    column,
    exists,
)
from studio_tui.storage.engine.tables import NotificationTable, TeamMember
from studio_tui.storage.engine.unit import current_database
from studio_tui.storage.people.managers import pairs, unmanaged
from studio_tui.storage.people.users import People, chosen
from studio_tui.storage.pushes.groups import OTHERS, leaders
from studio_tui.storage.pushes.pushes import IS_ASKED, IS_ASKED_FOR

_M: Any = TeamMember
_X: Any = NotificationTable.alias("x")


def count_people(people: People) -> int:
    """Return the number of people."""
    return int(Select((people.alias("found"),), (COUNTED,)).scalar(current_database()))


def logins(people: People, limit: int) -> tuple[str, ...]:
    """Return the logins of the first ``limit`` people, by name."""
    found = U.select(U.login).where(U.id.in_(people)).order_by(U.sort_name, U.id)
    return tuple(column(found.limit(limit)))


def without_manager(people: People) -> People:
    """Select the people without a manager (U4)."""
    return unmanaged(people)


def without_address(people: People) -> People:
    """Select the people without an address, or whose address fails.

    An address fails if the last mail tried there was refused for good.
    """
    later = _X.select().where(
        _X.recipient == U.id,
        _X.state == NotificationState.SENT,
        _X.id > N.id,
        fn.LOWER(_X.sent_to) == fn.LOWER(U.email),
    )
    failing = (
        N.select(N.recipient)
        .join(U, on=U.id == N.recipient)
        .where(
            N.state == NotificationState.FAILED,
            fn.LOWER(N.sent_to) == fn.LOWER(U.email),
            U.id.in_(people),
            ~exists(later),
        )
    )
    return U.select(U.id).where(U.id.in_(people), (U.email == "") | U.id.in_(failing))


def in_another_push(people: People, push_id: int, template_id: int) -> People:
    """Select people with a conversation still to be held in another open push of the template."""
    return (
        P.select(A.user)
        .join(A, on=A.push == P.id)
        .join(C, JOIN.LEFT_OUTER, on=IS_ASKED_FOR)
        .where(
            P.template == template_id,
            P.id != push_id,
            P.closed_at.is_null(),
            A.unassigned_at.is_null(),
            IS_ASKED,
            A.user.in_(people),
        )
        .group_by(A.user)
    )


def zones(people: People) -> dict[str, int]:
    """Return the number of people in each time zone; the empty name is the organisation's zone."""
    living = U.select(U.time_zone, COUNTED).where(U.id.in_(people))
    return dict(living.group_by(U.time_zone).tuples())


def living_in(people: People, names: Collection[str]) -> People:
    """Select the people in these time zones."""
    return U.select(U.id).where(among(U.time_zone, names), U.id.in_(people))


def managers_with_more_than(people: People, number: int) -> list[int]:
    """Return the managers of more than ``number`` people (U4), those with the most first."""
    found: Counter[int] = Counter()
    leading = leaders()
    in_one_team = _M.user.in_(people) & _M.user.not_in(OTHERS)
    teams = _M.select(_M.team, COUNTED).where(in_one_team).group_by(_M.team)
    for team_id, count in teams.tuples():
        for manager_id in leading.get(team_id, ()):
            found[manager_id] += count
    asked = U.select(U.id).where(U.id.in_(people), U.id.in_(OTHERS))
    managed = pairs(asked, stand_ins=False).alias("managed")
    counted = Select((managed,), (managed.c.manager_id, COUNTED)).group_by(managed.c.manager_id)
    for manager_id, count in counted.tuples().execute(current_database()):
        found[manager_id] += count
    return [manager_id for manager_id, count in found.most_common() if count > number]


def still_to_talk(push_id: int) -> People:
    """Select the active users of a push who have not held it and are not excused."""
    return (
        A.select(A.user)
        .join(U, on=(U.id == A.user) & U.active)
        .join(C, JOIN.LEFT_OUTER, on=IS_ASKED_FOR)
        .where(A.push == push_id, A.unassigned_at.is_null(), IS_ASKED)
    )


def with_those_added(push_id: int, selection: Selection[UserFilter]) -> People:
    """Select `still_to_talk`, and the active users in a selection."""
    return still_to_talk(push_id) | U.select(U.id).where(U.active, chosen(selection))
