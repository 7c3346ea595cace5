"""Stand-ins for leaders and coaches (U14), selected by the day of the unit of work.

A stand-in begins and ends by date, whether or not anything runs on that day. A stand-in is not a
manager in the sense of U4: people whose only manager is away keep that manager, and counts by
manager ignore stand-ins.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from peewee import Select

from studio_tui.domain.people.stand_ins import StandIn
from studio_tui.domain.people.users import Manager, full_name
from studio_tui.storage.engine.expressions import H, U, column, exists
from studio_tui.storage.engine.prepared import Prepared, given
from studio_tui.storage.engine.tables import StandInTable, StandInUser, UserTable
from studio_tui.storage.engine.unit import today
from studio_tui.wording.stand_ins import stands_in_for

_TABLE: Any = StandInTable
_S: Any = StandInTable.alias("s")
_V: Any = UserTable.alias("v")
_X: Any = StandInUser.alias("x")


def active() -> list[StandIn]:
    """Return the stand-ins of today whose stand-in person is active."""
    day = today()
    if day is None:
        return []
    found = _ACTIVE.rows(today=day)
    return _read(row.id for row in found) if found else []


def current_and_future(leader_id: int) -> list[StandIn]:
    """Return the stand-ins of a leader that are not over, by their first day."""
    day = today()
    theirs = _S.select(_S.id).where(_S.leader == leader_id, _S.last_day >= day)
    return _read(column(theirs))


def standing_in(user_id: int) -> list[StandIn]:
    """Return the stand-ins in which a user stands in today."""
    return [each for each in active() if each.stand_in_id == user_id]


def insert(
    leader_id: int, stand_in_id: int, first_day: date, last_day: date, users: Collection[int]
) -> int:
    """Add a stand-in for a leader, for the given ``users`` or, if empty, for all their people."""
    row = StandInTable.insert(
        leader=leader_id, stand_in=stand_in_id, first_day=first_day, last_day=last_day
    )
    number = int(row.execute())
    if users:
        rows = [{"stand_in": number, "user": user_id} for user_id in sorted(users)]
        StandInUser.insert_many(rows).execute()
    return number


def delete(ids: Collection[int]) -> None:
    """Delete stand-ins: they end at once, or never begin."""
    StandInUser.delete().where(StandInUser.stand_in.in_(list(ids))).execute()
    _TABLE.delete().where(_TABLE.id.in_(list(ids))).execute()


def with_stand_ins(
    managers: Mapping[int, tuple[Manager, ...]],
) -> dict[int, tuple[Manager, ...]]:
    """Return the managers of users together with today's stand-ins for them, each once."""
    standing = active()
    day = today()
    if not standing or day is None:
        return dict(managers)
    by_leader: defaultdict[int, list[StandIn]] = defaultdict(list)
    for each in standing:
        by_leader[each.leader_id].append(each)
    return {
        user_id: _extended(user_id, theirs, by_leader, day) for user_id, theirs in managers.items()
    }


def _extended(
    user_id: int,
    managers: tuple[Manager, ...],
    by_leader: Mapping[int, list[StandIn]],
    day: date,
) -> tuple[Manager, ...]:
    found = {manager.user_id: manager for manager in managers}
    for manager in managers:
        for each in by_leader.get(manager.user_id, ()):
            if not each.covers(user_id):
                continue
            known = found.get(each.stand_in_id)
            reason = stands_in_for(each, day)
            if known is not None:
                reason = f"{known.reason}, {reason}"
            found[each.stand_in_id] = Manager(each.stand_in_id, each.login, each.name, reason)
    return tuple(found.values())


def stand_in_pairs(managing: Any) -> Any | None:
    """Return a query of ``user_id, manager_id``: today's stand-ins for managers.

    The managers are those of ``managing``. None if there are no stand-ins today.
    """
    day = today()
    if day is None or not _ACTIVE.rows(today=day):
        return None
    return (
        Select((managing,), (managing.user_id, _S.stand_in))
        .join(_S, on=(_S.leader == managing.manager_id) & _is_on(day))
        .join(_V, on=(_V.id == _S.stand_in) & _V.active)
        .where(_S.stand_in != managing.user_id, _covers(managing.user_id))
    )


def stands_for(conductor: Any, manager: Any, user: Any) -> Any | None:
    """Return the condition that ``manager`` stands in today for ``conductor`` about ``user``.

    All three are expressions for ids. None if there are no stand-ins today.
    """
    day = today()
    if day is None or not _ACTIVE.rows(today=day):
        return None
    standing = _S.select().where(_S.leader == conductor, _S.stand_in == manager)
    return exists(standing.where(_is_on(day), _covers(user)))


def _is_on(day: Any) -> Any:
    """Return the condition that the stand-in ``_S`` includes a day."""
    return (_S.first_day <= day) & (_S.last_day >= day)


def _covers(user: Any) -> Any:
    """Return the condition that the stand-in ``_S`` covers a user: everybody, or listed users."""
    only = _X.select().where(_X.stand_in == _S.id)
    return ~exists(only) | exists(only.where(_X.user == user))


class _Id(NamedTuple):
    id: int


_ACTIVE = Prepared(
    _Id,
    lambda: (
        _S.select(_S.id).join(U, on=(U.id == _S.stand_in) & U.active).where(_is_on(given("today")))
    ),
)
"""Run with every query for managers: nearly always there is no stand-in."""


def _read(ids: Iterable[int]) -> list[StandIn]:
    wanted = list(ids)
    users: defaultdict[int, dict[int, str]] = defaultdict(dict)
    only = _X.select(_X.stand_in, _X.user, U.login).join(U, on=U.id == _X.user)
    for number, user_id, user_login in only.where(_X.stand_in.in_(wanted)).tuples():
        users[number][user_id] = user_login
    found = (
        _S.select(
            *(_S.id, _S.leader, H.login, H.given_name, H.family_name),
            *(_S.stand_in, U.login, U.given_name, U.family_name, _S.first_day, _S.last_day),
        )
        .join(H, on=H.id == _S.leader)
        .join_from(_S, U, on=U.id == _S.stand_in)
        .where(_S.id.in_(wanted))
        .order_by(_S.first_day, _S.id)
    )
    return [
        StandIn(
            number,
            leader_id,
            leader_login,
            full_name(leader_given, leader_family),
            stand_in_id,
            login,
            full_name(given_name, family_name),
            first_day,
            last_day,
            frozenset(users[number]),
            tuple(sorted(users[number].values())),
        )
        for (
            number, leader_id, leader_login, leader_given, leader_family,
            stand_in_id, login, given_name, family_name, first_day, last_day,
        ) in found.tuples()
    ]  # fmt: skip
